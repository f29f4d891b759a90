"""Reads an exported file from its first byte to its last and tells what it says; nothing is kept but ids and counts."""

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from discord_airflow.collectors.export_format import Message
from discord_airflow.collectors.export_reader import ExportReader, NotAnExportError, Piece, open_export
from discord_airflow.collectors.json_window import Skipped, told_id
from discord_airflow.collectors.outcome import FileFacts
from discord_airflow.collectors.plain_json import parse_json
from discord_airflow.collectors.values import BadValueError
from discord_airflow.snowflake import parse_snowflake

_WRITTEN = ("Default", "Reply", "19", "0")
_SUBSTANCE = ("content", "attachments", "embeds", "stickers", "forwardedMessage")
_END = re.compile(rb'\r?\n  "messageCount": (\d{1,18})\r?\n\}\s*\Z')
_UNREADABLE = (NotAnExportError, ValueError, TypeError, KeyError, AttributeError, msgspec.DecodeError)


class _Author(msgspec.Struct):
    isBot: bool = False  # noqa: N815 - the exporter's name


_author_of = msgspec.json.Decoder(_Author).decode


class _Seen(NamedTuple):
    """What the judge wants to know of one message."""

    number: int
    by_person: bool
    hollow: bool


def read_facts(path: Path) -> FileFacts:
    """
    Return what *path* says; a file that is not a whole export has the reason in `broken`.

    A regular end stands at the outermost level: after an error inside a message the exporter closes the document one
    level too deep, or not at all. A message that is larger than any that is read counts by its id: the import will name
    it, and exporting again would not make it smaller. Raises OSError when the file cannot be read.
    """
    stated, broken = _read_end(path)
    root: dict[str, Any] = {}
    messages = _Messages()
    try:
        with path.open("rb") as file:
            reader = open_export(file)
            root = reader.root
            for seen in _seen(reader):
                messages.add(seen)
    except _UNREADABLE as error:
        is_told = isinstance(error, NotAnExportError | ValueError)
        broken = str(error)[:160] if is_told else "something in it has another shape than the exporter's"
    window = _block(root, "dateRange")
    return FileFacts(
        broken=broken,
        channel_id=_snowflake(_block(root, "channel").get("id")),
        guild_id=_snowflake(_block(root, "guild").get("id"), least=0),
        range_after=_instant(window.get("after")),
        range_before=_instant(window.get("before")),
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
        return sum(seen.number <= newest_id for seen in _seen(open_export(file)))


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

    def add(self, seen: _Seen) -> None:
        number = seen.number
        self.count += 1
        self.by_people += seen.by_person
        self.hollow += seen.by_person and seen.hollow
        if self.last is not None and number <= self.last:
            self.ascending = False
        if self.first is None:
            self.first = number
        self.last = number
        self.lowest = number if self.lowest is None else min(self.lowest, number)
        self.highest = number if self.highest is None else max(self.highest, number)


def _seen(reader: ExportReader) -> Iterator[_Seen]:
    """Yield every message; what cannot be read raises one of _UNREADABLE."""
    for piece in reader.pieces():
        yield from _in_piece(piece)
    for trouble in reader.troubles:
        raise ValueError(trouble.detail)


def _in_piece(piece: Piece) -> Iterator[_Seen]:
    if isinstance(piece, Skipped):
        if piece.message_id is None or piece.reason != "too-large":
            raise ValueError(piece.detail)
        yield _Seen(piece.message_id, by_person=False, hollow=False)
    elif isinstance(piece, bytes):
        try:
            value, _ = parse_json(piece)
        except BadValueError as trouble:
            yield from _in_piece(Skipped(told_id(piece), trouble.reason, trouble.detail))
            return
        by_person = value.get("type") in _WRITTEN and not value["author"].get("isBot")
        hollow = not any(value.get(key) for key in _SUBSTANCE)
        yield _Seen(parse_snowflake(str(value["id"])), by_person, hollow)
    else:
        yield from map(_of_message, piece.messages)


def _of_message(message: Message) -> _Seen:
    by_person = message.type in _WRITTEN and not _author_of(message.author).isBot
    hollow = by_person and not any(getattr(message, key) for key in _SUBSTANCE)
    return _Seen(parse_snowflake(message.id), by_person, hollow)


def _block(root: dict[str, Any], key: str) -> dict[str, Any]:
    value = root.get(key)
    return value if isinstance(value, dict) else {}


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
