"""
The language of a search, as Discord's users know it. Pure: text in, request out.

    lunch "next friday" -pizza from:ada in:general server:"Tea House" after:2026-03-01 before:2026-04-01

All words and phrases must occur, as words or inside words, in any case. ``before:`` and ``after:`` leave the
named day out, ``on:`` means that day. Places and people may be given more than once (any of them); a minus
turns one into an exclusion.
"""

import re
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta

from discord_airflow.errors import UsageError

WORD_LIMIT = 100
EARLIEST, LATEST = date(2000, 1, 1), date(2200, 1, 1)

QUOTES = str.maketrans(dict.fromkeys("“”„‟«»", '"'))
KEYS = {
    "from": "authors",
    "in": "channels",
    "server": "guilds",
    "guild": "guilds",
    "before": "before",
    "after": "after",
    "on": "on",
    "during": "on",
}
TOKEN = re.compile(
    rf"""(?P<minus>-(?=[^\s-]))?
         (?:(?P<key>(?a:{"|".join(KEYS)})):(?=[^\s]))?
         (?:"(?P<quoted>[^"]*)(?:"|$)|(?P<bare>\S+))""",
    re.VERBOSE | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """What a search asks for. *since_day* is the first day that counts, *until_day* the first that does not."""

    words: tuple[str, ...] = ()
    unwanted: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    unwanted_authors: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    unwanted_channels: tuple[str, ...] = ()
    guilds: tuple[str, ...] = ()
    since_day: date | None = None
    until_day: date | None = None


@dataclass(slots=True)
class _Parts:
    wanted: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    unwanted: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    since: list[date] = field(default_factory=list)
    until: list[date] = field(default_factory=list)


def parse_search(text: str) -> SearchRequest:
    """Return what *text* asks for; a date that is none, or a text that asks for nothing, raises UsageError."""
    parts = _Parts()
    for token in TOKEN.finditer(text.translate(QUOTES)):
        key = KEYS.get((token["key"] or "").lower(), "words")
        value = " ".join((token["bare"] if token["quoted"] is None else token["quoted"]).split())
        if key in {"before", "after", "on"}:
            _add_date(parts, key, value, is_unwanted=token["minus"] is not None)
        elif key == "guilds" and token["minus"]:
            typed = f"-server:{value}"
            raise UsageError(f"{typed!r} is not understood; name the servers to search instead.")
        elif value:
            (parts.unwanted if token["minus"] else parts.wanted)[key].append(value)
    request = SearchRequest(
        words=_unique(parts.wanted["words"]),
        unwanted=_unique(parts.unwanted["words"]),
        authors=_unique(parts.wanted["authors"]),
        unwanted_authors=_unique(parts.unwanted["authors"]),
        channels=_unique(parts.wanted["channels"]),
        unwanted_channels=_unique(parts.unwanted["channels"]),
        guilds=_unique(parts.wanted["guilds"]),
        since_day=max(parts.since, default=None),
        until_day=min(parts.until, default=None),
    )
    if request == SearchRequest():
        raise UsageError('there is nothing to search for; give a word, a "phrase", from:, in: or a date.')
    if len(request.words) + len(request.unwanted) > WORD_LIMIT:
        raise UsageError(f"a search takes at most {WORD_LIMIT} words; put a sentence in quotation marks.")
    return request


def _add_date(parts: _Parts, key: str, value: str, *, is_unwanted: bool) -> None:
    if is_unwanted:
        typed = f"-{key}:{value}"
        raise UsageError(f"{typed!r} is not understood; dates cannot be excluded.")
    day = _day(key, value)
    if key in {"after", "on"}:
        parts.since.append(day + timedelta(days=1) if key == "after" else day)
    if key in {"before", "on"}:
        parts.until.append(day if key == "before" else day + timedelta(days=1))


def _day(key: str, value: str) -> date:
    day, typed = None, f"{key}:{value}"
    if re.fullmatch(r"\d{4}-\d\d-\d\d", value, re.ASCII):
        with suppress(ValueError):
            day = date.fromisoformat(value)
    if day is None:
        raise UsageError(f"{typed!r} is not a date; write {key}:2026-03-01.")
    if not EARLIEST <= day <= LATEST:
        raise UsageError(f"{typed!r} lies where no message can be.")
    return day


def _unique(values: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))
