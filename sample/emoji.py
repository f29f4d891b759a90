"""The emoji that occur in the sample, with the short names the exporter gives them."""

from __future__ import annotations

import re
from typing import Any

from places import Server

CODES = {
    "🎉": "tada", "❤️": "heart", "😂": "joy", "👍": "thumbsup", "👎": "thumbsdown", "👋": "wave", "😄": "smile",
    "👏": "clap", "☕": "coffee", "😮": "open_mouth", "🌊": "ocean", "🙏": "pray", "😍": "heart_eyes",
    "💛": "yellow_heart", "💜": "purple_heart", "🧡": "orange_heart", "⛴️": "ferry", "🪗": "accordion", "💪": "muscle",
    "🤔": "thinking", "🐈": "cat2", "🙄": "rolling_eyes", "🦜": "parrot", "👀": "eyes", "💡": "bulb", "🔧": "wrench",
    "🍄": "mushroom", "🚲": "bike", "1️⃣": "one", "2️⃣": "two", "3️⃣": "three", "🧊": "ice_cube", "🐦": "bird",
    "🕷️": "spider", "🦭": "seal", "😅": "sweat_smile", "🔔": "bell", "🌙": "crescent_moon",
}  # fmt: skip

_CUSTOM = re.compile(r"<(a?):(\w+):(\d+)>")
_STANDARD = re.compile("|".join(sorted(map(re.escape, CODES), key=len, reverse=True)))


def custom_emoji(server: Server, name: str) -> dict[str, Any]:
    """Return the exporter's object for one of the server's own emoji."""
    animated = server.emoji[name]
    identity = server.emoji_id(name)
    address = f"https://cdn.discordapp.com/emojis/{identity}.{'gif' if animated else 'png'}"
    return {"id": identity, "name": name, "code": name, "isAnimated": animated, "imageUrl": address}


def standard_emoji(character: str) -> dict[str, Any]:
    """Return the exporter's object for a standard emoji, whose id is empty."""
    points = "-".join(f"{ord(part):x}" for part in character if part != "\ufe0f")
    address = f"https://emoji.example/svg/{points}.svg"
    return {"id": "", "name": character, "code": CODES[character], "isAnimated": False, "imageUrl": address}


def reaction_emoji(server: Server, written: str) -> dict[str, Any]:
    """Return the object for ":name:" or a character; an emoji that was removed since has lost its name."""
    if written == ":removed:":
        identity = server.emoji_id("removed")
        address = f"https://cdn.discordapp.com/emojis/{identity}.png"
        return {
            "id": identity,
            "name": "Unknown Emoji",
            "code": "Unknown Emoji",
            "isAnimated": False,
            "imageUrl": address,
        }
    return custom_emoji(server, written.strip(":")) if written.startswith(":") else standard_emoji(written)


def inline_emojis(server: Server, text: str) -> list[dict[str, Any]]:
    """Return the emoji inside *text*: each once, in the order in which they stand there."""
    found = [(match.start(), custom_emoji(server, match[2])) for match in _CUSTOM.finditer(text)]
    found += [(match.start(), standard_emoji(match[0])) for match in _STANDARD.finditer(text)]
    distinct: dict[str, dict[str, Any]] = {}
    for _, emoji in sorted(found, key=lambda pair: pair[0]):
        distinct.setdefault(emoji["name"], emoji)
    return list(distinct.values())
