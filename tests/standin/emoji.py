"""Emoji in texts: finding them, and the short names of standard ones."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from standin.timeline import Facts

CUSTOM = re.compile(r"<(a?):(.+?):(\d+)>", re.ASCII)
_CODED = re.compile(r":(\w+):", re.ASCII)
_CODES = {
    "🌱": "seedling",
    "🌿": "herb",
    "👍": "thumbsup",
    "👎": "thumbsdown",
    "😀": "grinning",
    "😂": "joy",
    "🎉": "tada",
    "❤️": "heart",
    "🔥": "fire",
    "👀": "eyes",
    "🚀": "rocket",
    "🙏": "pray",
    "☕": "coffee",
    "⚡": "zap",
    "🇫🇮": "flag_fi",
}
_NAMES = {code: name for name, code in _CODES.items()}


def emoji_code(emoji: Facts) -> str:
    """Return the `code`: the short name of a standard emoji, the name of a custom one."""
    name: str = emoji["name"]
    return name if emoji["id"] is not None else _CODES.get(name, name)


def _standard(name: str) -> Facts:
    return {"id": None, "name": name, "animated": False}


def _found(text: str) -> Iterator[Facts]:
    position = 0
    while position < len(text):
        custom = CUSTOM.match(text, position)
        coded = _CODED.match(text, position)
        if custom:
            yield {"id": int(custom[3]), "name": custom[2], "animated": custom[1] == "a"}
            position = custom.end()
        elif coded and coded[1] in _NAMES:
            yield _standard(_NAMES[coded[1]])
            position = coded.end()
        else:
            length = _standard_length(text, position)
            if length:
                yield _standard(text[position : position + length])
            position += length or 1


def _standard_length(text: str, position: int) -> int:
    """Return how many characters at *position* are one standard emoji: a flag, or a symbol; 0 if none."""
    flag = text[position : position + 2]
    if len(flag) == 2 and all("🇦" <= letter <= "🇿" for letter in flag):
        return 2
    character = text[position]
    if ord(character) > 0xFFFF:
        return 1
    return int("\u2600" <= character <= "\u26ff" and unicodedata.category(character) == "So")


def inline_emojis(text: str) -> list[Facts]:
    """Return the emoji of a raw text, distinct by name, in order."""
    distinct: dict[str, Facts] = {}
    for emoji in _found(text):
        distinct.setdefault(emoji["name"], emoji)
    return list(distinct.values())
