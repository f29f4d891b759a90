"""Releases of DiscordChatExporter as tuples: (2, 46, 1) compares as one expects."""

from __future__ import annotations

Version = tuple[int, int, int]

#: What the facts page describes in full; the default when nobody asks for another.
HEAD: Version = (2, 47, 0)


def parse_version(text: str) -> Version:
    """Read "2.47", "v2.46.1" or "2.40.4" as a release."""
    parts = text.strip().lstrip("v").split(".")
    if not 2 <= len(parts) <= 3 or not all(part.isascii() and part.isdigit() for part in parts):
        raise ValueError(f"{text!r} is not a release such as 2.47 or 2.46.1")
    numbers = [int(part) for part in parts] + [0]
    return numbers[0], numbers[1], numbers[2]


def version_text(version: Version) -> str:
    """Return the release as `--version` prints it."""
    return "v{}.{}.{}".format(*version)
