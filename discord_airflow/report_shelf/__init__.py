"""The reports that were made, to look through: which there are, what each says in one line, and its files."""
