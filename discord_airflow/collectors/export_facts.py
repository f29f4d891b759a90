"""Reads an exported file from its first byte to its last and tells what it says; nothing is kept but ids and counts."""

import re
from datetime import datetime
from pathlib import Path
from typing import Any

import ijson

from discord_airflow.collectors.outcome import FileFacts
from discord_airflow.snowflake import parse_snowflake

_MOST_HEADER_EVENTS = 1000
_WRITTEN = ("Default", "Reply", "19", "0")
_SUBSTANCE = ("content", "attachments", "embeds", "stickers", "forwardedMessage")
_END = re.compile(rb'\r?\n  "messageCount": (\d{1,18})\r?\n\}\s*\Z')


def read_facts(path: Path) -> FileFacts:
    """
    Return what *path* says; a file that is not a whole export has the reason in `broken`.

    A regular end stands at the outermost level: after an error inside a message the exporter closes the document one
    level too deep, or not at all. Raises OSError when the file cannot be read.
    """
    stated, broken = _read_end(path)
    header: dict[str, Any] = {}
    messages = _Messages()
    try:
        header = _read_header(path)
        messages.read(path)
    except (ijson.JSONError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        broken = f"{type(error).__name__}: {str(error)[:120]}"
    return FileFacts(
        broken=broken,
        channel_id=_snowflake(header.get("channel.id")),
        guild_id=_snowflake(header.get("guild.id"), least=0),
        range_after=_instant(header.get("dateRange.after")),
        range_before=_instant(header.get("dateRange.before")),
        messages=messages.count,
        messages_stated=stated,
        first_id=messages.first,
        last_id=messages.last,
        lowest_id=messages.lowest,
        highest_id=messages.highest,
        ascending=messages.ascending,
        by_people=messages.by_people,
        hollow=messages.hollow,
    )


def count_up_to(path: Path, newest_id: int) -> int:
    """Return how many messages of a whole export have an id up to *newest_id*."""
    with path.open("rb") as file:
        return sum(1 for text in ijson.items(file, "messages.item.id", use_float=True) if int(text) <= newest_id)


class _Messages:
    """What the judge wants to know of a file's messages, in their order."""

    def __init__(self) -> None:
        self.count = 0
        self.first: int | None = None
        self.last: int | None = None
        self.lowest: int | None = None
        self.highest: int | None = None
        self.ascending = True
        self.by_people = 0
        self.hollow = 0

    def read(self, path: Path) -> None:
        with path.open("rb") as file:
            for message in ijson.items(file, "messages.item", use_float=True):
                self._add(parse_snowflake(str(message["id"])))
                if message.get("type") in _WRITTEN and not message["author"].get("isBot"):
                    self.by_people += 1
                    self.hollow += not any(message.get(key) for key in _SUBSTANCE)

    def _add(self, number: int) -> None:
        self.count += 1
        if self.last is not None and number <= self.last:
            self.ascending = False
        if self.first is None:
            self.first = number
        self.last = number
        self.lowest = number if self.lowest is None else min(self.lowest, number)
        self.highest = number if self.highest is None else max(self.highest, number)


def _read_header(path: Path) -> dict[str, Any]:
    """Return the plain values that stand before the messages, by their path."""
    found: dict[str, Any] = {}
    with path.open("rb") as file:
        for number, (place, event, value) in enumerate(ijson.parse(file, use_float=True)):
            if place == "messages" or number > _MOST_HEADER_EVENTS:
                break
            if event in ("string", "number", "boolean", "null"):
                found[place] = value
    return found


def _read_end(path: Path) -> tuple[int | None, str | None]:
    """Return the stated count, and what is wrong with the end of the file."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        if size == 0:
            return None, "it is empty"
        file.seek(max(0, size - 256))
        end = _END.search(file.read())
    return (int(end[1]), None) if end else (None, "it does not end as the exporter ends a file")


def _snowflake(text: object, least: int = 1) -> int | None:
    if text == "0" and least == 0:
        return 0
    try:
        return parse_snowflake(str(text))
    except ValueError:
        return None


def _instant(text: object) -> datetime | None:
    if not isinstance(text, str):
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return None
    return instant if instant.utcoffset() is not None else None
