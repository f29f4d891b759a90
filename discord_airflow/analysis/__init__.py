"""Layer 3: words about the messages, each sentence checked against them. No database and no collector in here."""
