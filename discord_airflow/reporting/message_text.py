"""What a message says, as its readers saw it: mentions with names, times in the report's zone, no markup."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from discord_airflow.reporting.plain_text import QUOTE_LIMIT, plain
from discord_airflow.reporting.wording import short_moment

LONGEST_READ = 6000
"""Characters; the rest of a longer text could not be shown anyway."""


@dataclass(frozen=True)
class KnownNames:
    """What the ids inside a message stand for; an id that is missing here gets a word instead of a name."""

    people: Mapping[int, str] = field(default_factory=dict)
    channels: Mapping[int, str] = field(default_factory=dict)
    roles: Mapping[int, str] = field(default_factory=dict)


def quote(content: str, names: KnownNames, zone: str, limit: int = QUOTE_LIMIT) -> str:
    """Return one line of plain text that says what a message with the raw text *content* says; '' when it is empty."""
    return plain(without_formatting(with_names(content[:LONGEST_READ], names, zone)), limit)


def with_names(content: str, names: KnownNames, zone: str) -> str:
    """Replace Discord's marks for people, roles, channels, emoji, commands and times by what they stand for."""
    replace: tuple[tuple[str, Callable[[re.Match[str]], str]], ...] = (
        (r"<@!?(\d{1,20})>", lambda mark: "@" + names.people.get(int(mark[1]), "someone")),
        (r"<@&(\d{1,20})>", lambda mark: "@" + names.roles.get(int(mark[1]), "some role")),
        (r"<#(\d{1,20})>", lambda mark: "#" + names.channels.get(int(mark[1]), "some-channel")),
        (r"<a?:(\w{1,64}):\d{1,20}>", lambda mark: f":{mark[1]}:"),
        (r"</([^:<>]{1,128}):\d{1,20}>", lambda mark: f"/{mark[1]}"),
        (r"<t:(-?\d{1,13})(?::[a-zA-Z])?>", lambda mark: _moment(int(mark[1]), zone)),
        (r"<(https?://[^\s<>]+)>", lambda mark: mark[1]),
    )
    for pattern, words in replace:
        content = re.sub(pattern, words, content)
    return content


def without_formatting(content: str) -> str:
    """
    Return *content* without Discord's formatting marks; what a spoiler hides stays hidden.

    Only pairs on one line are taken for formatting, so `2 * 3` and snake_case keep their signs.
    """
    content = re.sub(r"\|\|[^|]{1,2000}\|\|", "[spoiler]", content)
    content = re.sub(r"```(?:\w{1,20}\n)?([^`]*)```", r" \1 ", content)
    content = re.sub(r"(?m)^[ \t]{0,3}(?:#{1,3}|>{1,3}|-#)[ \t]+", "", content)
    content = re.sub(r"\[([^\[\]\n]{1,200})\]\((https?://[^\s()]{1,500})\)", r"\1 (\2)", content)
    for mark in (r"\*\*\*", r"\*\*", "__", "~~", "`"):
        content = re.sub(rf"{mark}(?=\S)([^*_~`\n]{{1,500}})(?<=\S){mark}", r"\1", content)
    return re.sub(r"(?<![\w*_])([*_])(?=\S)([^*_\n]{1,500})(?<=\S)\1(?![\w*_])", r"\2", content)


def _moment(seconds: int, zone: str) -> str:
    try:
        return short_moment(datetime.fromtimestamp(seconds, UTC), zone)
    except (OverflowError, ValueError, OSError):
        return "(a time)"
