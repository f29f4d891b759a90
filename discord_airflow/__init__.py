"""A weekly report about Discord communities, from exported history to checked sentences."""

__version__ = "0.1.0"
