"""One message of a file against its stored row: what differs?"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

Row = dict[str, Any]
Block = dict[str, Any]

_REFERENCE = ("message_id", "channel_id", "guild_id", "type")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def storable(value: Any) -> Any:
    """Return a JSON value with the characters replaced that PostgreSQL cannot hold."""
    if isinstance(value, str):
        return _UNSTORABLE.sub("\ufffd", value)
    if isinstance(value, list):
        return [storable(item) for item in value]
    if isinstance(value, dict):
        return {storable(key): storable(item) for key, item in value.items()}
    return value


def differences(message: Block, row: Row) -> list[str]:
    """Return the names of what a stored row has other than the (storable) message of the file."""
    if row["residue"] is not None:
        return [name for name, same in _odd(message, row) if not same]
    return [name for name, same in _usual(message, row) if not same]


def _odd(message: Block, row: Row) -> Iterator[tuple[str, bool]]:
    """Compare a message of another shape than the exporter's: it is kept as it came, beside what columns can hold."""
    yield "residue", _alike(message, row["residue"])
    if isinstance(message.get("content"), str):
        yield "content", message["content"] == row["content"]
    if isinstance(message.get("type"), str):
        yield "type", message["type"] == row["type"]
    yield "timestamp", _instant(message.get("timestamp")) == row["sent_at"]


def _usual(message: Block, row: Row) -> Iterator[tuple[str, bool]]:
    yield "content", message["content"] == row["content"]
    yield "type", message["type"] == row["type"]
    yield "timestamp", _instant(message["timestamp"]) == row["sent_at"]
    yield "offset of the timestamp", _offset(message["timestamp"]) == row["utc_offset"]
    yield "offset of the edit", _offset(message["timestampEdited"]) == row["edited_utc_offset"]
    yield "timestampEdited", _instant(message["timestampEdited"]) == row["edited_at"]
    yield "callEndedTimestamp", _instant(message.get("callEndedTimestamp")) == row["call_ended_at"]
    yield "isPinned", message["isPinned"] == row["is_pinned"]
    if row["author_observed_at"] is None:
        yield "author", _author(message["author"], row)
    yield "attachments", _attachments(message) == row["attachments"]
    yield "embeds", message["embeds"] == row["embeds"]
    yield "stickers", _stickers(message) == row["stickers"]
    yield "reactions", _alike(_reactions(message), row["reactions"])
    yield "mentions", [[user["id"], user["name"]] for user in message.get("mentions") or ()] == row["mentions"]
    yield "inlineEmojis", _alike([_Emoji(one) for one in message.get("inlineEmojis") or ()], row["emojis"])
    yield "reference", _reference(message) == tuple(row[f"reference_{part}"] for part in _REFERENCE)
    yield "interaction", _interaction(message) == row["interaction"]
    yield "forwardedMessage", _forwarded(message) == row["forwarded"]


def _instant(text: Any) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text).astimezone(UTC)


def _offset(text: Any) -> float | None:
    shift = None if text is None else datetime.fromisoformat(text).utcoffset()
    return None if shift is None else shift.total_seconds() / 60


def _author(author: Block, row: Row) -> bool:
    if str(author["id"]) != str(row["author_id"]):
        return False
    if row["author_residue"] is not None:
        return author == row["author_residue"]
    names = (author["name"], author.get("nickname"), author["isBot"])
    return names == (row["author_name"], row["nickname"], row["is_bot"])


def _attachments(message: Block) -> list[Any]:
    return [[a["id"], a["url"], a["fileName"], a["fileSizeBytes"]] for a in message["attachments"]]


def _stickers(message: Block) -> list[Any]:
    return [[s["id"], s["name"], s["format"], s["sourceUrl"]] for s in message.get("stickers") or ()]


def _reactions(message: Block) -> list[Any]:
    return [
        [_Emoji(one["emoji"]), one["count"], [user["id"] for user in one.get("users") or ()]]
        for one in message["reactions"]
    ]


@dataclass(frozen=True)
class _Emoji:
    """An emoji as the file tells it: stored are its columns, or where they cannot give it back, it as it came."""

    told: Any

    def is_stored_as(self, stored: Any) -> bool:
        if isinstance(stored, dict):
            return _alike(self.told, stored)
        told = self.told
        return stored == [told["id"] or "", told["name"], told.get("code"), told["isAnimated"], told["imageUrl"]]


def _alike(told: Any, stored: Any) -> bool:
    """Whether JSON is the same, when one side tells 1e300 and the other all of its digits."""
    if isinstance(told, _Emoji):
        return told.is_stored_as(stored)
    if isinstance(told, list) and isinstance(stored, list):
        return len(told) == len(stored) and all(map(_alike, told, stored))
    if isinstance(told, dict) and isinstance(stored, dict):
        return told.keys() == stored.keys() and all(_alike(value, stored[key]) for key, value in told.items())
    if isinstance(told, float) and isinstance(stored, int | float):
        return told == float(stored)
    return type(told) is type(stored) and told == stored


def _reference(message: Block) -> tuple[int | str | None, ...]:
    told = message.get("reference") or {}
    return (*(_number(told.get(key)) for key in ("messageId", "channelId", "guildId")), told.get("type"))


def _number(text: str | None) -> int | None:
    return int(text) if text else None


def _interaction(message: Block) -> list[Any] | None:
    told = message.get("interaction")
    return None if told is None else [told["id"], told["name"], told["user"]["id"]]


def _forwarded(message: Block) -> list[Any] | None:
    told = message.get("forwardedMessage")
    return None if told is None else [told[key] for key in ("content", "attachments", "embeds", "stickers")]
