"""Layer 1: from Discord to exports, and from exports to tables."""
