"""The run ledger: what ran, for which window, how it ended, and what a dead process has left open."""
