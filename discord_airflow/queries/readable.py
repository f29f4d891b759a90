"""Message text as people see it: ids inside it become names, so that nobody is ever pinged by a quote."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime

_TOKEN = re.compile(
    r"<@!?(?P<user>\d{1,20})>|<@&(?P<role>\d{1,20})>|<#(?P<channel>\d{1,20})>"
    r"|<a?:(?P<emoji>\w{1,40}):\d{1,20}>|<t:(?P<time>-?\d{1,13})(?::[tTdDfFRsS])?>"
)


def readable_text(content: str, users: Mapping[int, str], channels: Mapping[int, str]) -> str:
    """Return *content* with mentions, custom emoji and timestamps spelled out; the unknown is named by its kind."""
    if "<" not in content:
        return content

    def spell(match: re.Match[str]) -> str:
        match match.lastgroup:
            case "user":
                return "@" + users.get(int(match["user"]), "someone")
            case "role":
                return "@role"
            case "channel":
                return "#" + channels.get(int(match["channel"]), "channel")
            case "emoji":
                return f":{match['emoji']}:"
            case _:
                return _moment(match["time"])

    return _TOKEN.sub(spell, content)


def _moment(seconds: str) -> str:
    try:
        return f"{datetime.fromtimestamp(int(seconds), UTC):%Y-%m-%d %H:%M} UTC"
    except (OverflowError, ValueError, OSError):
        return "an impossible date"
