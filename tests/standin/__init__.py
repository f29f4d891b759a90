"""
A stand-in for the DiscordChatExporter command line: same commands, texts, exit codes and files; no network.

Tests import it as `standin` (pytest's `pythonpath` holds `tests`); README.md beside this file tells how.
"""
