"""Typed rows in, reports out: sections with their receipts, one model, and its Markdown, HTML and JSON."""
