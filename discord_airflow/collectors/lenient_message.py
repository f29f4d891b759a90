"""
A message that has another shape than the exporter's: keys nobody knows, keys missing, numbers for ids.

What the tables can hold is taken; the whole message goes along as its residue, so nothing is lost. Only a message
without an id, a time or an author cannot be stored.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Raw

from discord_airflow.collectors.child_rows import MOST_CHILDREN
from discord_airflow.collectors.export_format import NO_DATE, Embed, Message
from discord_airflow.collectors.plain_json import compact_json
from discord_airflow.collectors.values import (
    BadValueError,
    instant_of,
    microseconds_of,
    parse_id,
    parse_instant,
    whole_number,
)

_decode = msgspec.json.Decoder(Message).decode


def strict_message(text: bytes | Raw) -> Message | None:
    """Return the exporter's message in *text*, or None when it has another shape."""
    try:
        return _decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


def lenient_message(block: Any) -> tuple[Message, str]:
    """Return as much of *block* as tables can hold, and its residue; raise BadValueError when that is not a message."""
    if not isinstance(block, dict):
        raise BadValueError("", "not-an-object", f"a {type(block).__name__} stands where a message belongs")
    known = {
        "id": _id(block, "id"),
        "type": _type(block.get("type")),
        "timestamp": _instant(block.get("timestamp"), "timestamp"),
        "isPinned": block.get("isPinned") is True,
        "content": _text(block, "content"),
        "author": _author(block.get("author")),
        "attachments": _listed(block, "attachments", _attachment) or [],
        "embeds": _listed(block, "embeds", _object) or [],
        "reactions": _listed(block, "reactions", _reaction) or [],
        "stickers": _listed(block, "stickers", _sticker),
        "mentions": _listed(block, "mentions", _user),
        "inlineEmojis": _listed(block, "inlineEmojis", _object),
        "callEndedTimestamp": _call_end(block),
        "reference": _reference(block.get("reference")),
        "interaction": _interaction(block.get("interaction")),
        "forwardedMessage": _forwarded(block.get("forwardedMessage")),
    }
    present = {key: value for key, value in known.items() if value is not None}
    present["timestampEdited"] = _optional_instant(block, "timestampEdited")
    message = strict_message(compact_json(present).encode())
    if message is None:
        raise BadValueError("", "not-a-message", "it cannot be read as a message")
    return message, compact_json(block)


def id_of(block: Any) -> int | None:
    """Return the id of a message that cannot be stored, where it can be read."""
    try:
        return int(_id(block, "id"))
    except (BadValueError, AttributeError):
        return None


def _id(block: dict[str, Any], key: str, *, least: int = 1) -> str:
    value = block.get(key)
    text = str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
    return str(parse_id(text, key, least=least))


def _type(value: Any) -> str:
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _text(block: dict[str, Any], key: str) -> str:
    value = block.get(key)
    return value if isinstance(value, str) else ""


def _instant(value: Any, place: str) -> str:
    """Return an instant in any ISO form as the exporter writes it, to the microsecond."""
    try:
        return _usual_form(value, place)
    except (TypeError, ValueError, OverflowError):
        raise BadValueError(place, "bad-timestamp", f"{str(value)[:40]!r} is not an instant with an offset") from None


def _usual_form(value: str, place: str) -> str:
    instant = datetime.fromisoformat(value)
    offset = instant.utcoffset()
    if offset is None:
        raise ValueError
    text = instant_of(microseconds_of(instant), round(offset.total_seconds()) // 60)
    parse_instant(text, place)
    return text


def _optional_instant(block: dict[str, Any], key: str) -> str | None:
    try:
        return _instant(block.get(key), key)
    except BadValueError:
        return None


def _call_end(block: dict[str, Any]) -> str | None:
    """Return when a call ended in the zone of its message: there is one column for both offsets."""
    ended = _optional_instant(block, "callEndedTimestamp")
    if ended is None:
        return None
    _, offset = parse_instant(_instant(block.get("timestamp"), "timestamp"))
    return instant_of(parse_instant(ended)[0], offset)


def _author(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise BadValueError("author", "no-author", "the message does not say who wrote it")
    try:
        return _user(value)
    except BadValueError as trouble:
        raise trouble.inside("author") from None


def _listed(
    block: dict[str, Any], key: str, read: Callable[[dict[str, Any]], Any], *, most: int | None = MOST_CHILDREN
) -> list[Any] | None:
    """Return the entries of a list that can be stored, *most* at most; None when there is no list."""
    items = block.get(key)
    if not isinstance(items, list):
        return None
    found = []
    for item in items[:most]:
        try:
            found.append(read(item))
        except (BadValueError, AttributeError, TypeError):
            continue
    return found


def _object(item: Any) -> dict[str, Any]:
    if not isinstance(item, dict):
        raise TypeError
    return item


def _user(item: dict[str, Any]) -> dict[str, Any]:
    return {**item, "id": _id(item, "id")}


def _attachment(item: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": _id(item, "id"),
        "url": _text(item, "url"),
        "fileName": _text(item, "fileName"),
        "fileSizeBytes": whole_number(item.get("fileSizeBytes"), bits=64) or 0,
    }


def _sticker(item: dict[str, Any]) -> dict[str, Any]:
    return {"id": _id(item, "id")} | {key: _text(item, key) for key in ("name", "format", "sourceUrl")}


def _reaction(item: dict[str, Any]) -> dict[str, Any]:
    count, users = whole_number(item.get("count"), bits=32), _listed(item, "users", _user, most=None)
    reaction = {"emoji": _object(item.get("emoji")), "count": len(users or ()) if count is None else count}
    return reaction if users is None else {**reaction, "users": users}


def _reference(value: Any) -> dict[str, Any] | None:
    if not isinstance(value, dict):
        return None
    reference: dict[str, Any] = {}
    for key in ("messageId", "channelId", "guildId"):
        try:
            reference[key] = _id(value, key, least=0)
        except BadValueError:
            reference[key] = None
    if isinstance(value.get("type"), str):
        reference["type"] = value["type"]
    return reference if any(reference.values()) else None


def _interaction(value: Any) -> dict[str, Any] | None:
    try:
        return {"id": _id(value, "id"), "name": _text(value, "name"), "user": _user(value["user"])}
    except (BadValueError, AttributeError, KeyError, TypeError):
        return None


def _forwarded(value: Any) -> dict[str, Any] | None:
    if not isinstance(value, dict):
        return None
    return {
        "timestamp": _optional_instant(value, "timestamp") or f"{NO_DATE}+00:00",
        "timestampEdited": _optional_instant(value, "timestampEdited"),
        "content": _text(value, "content"),
        "attachments": _listed(value, "attachments", _attachment) or [],
        "embeds": _listed(value, "embeds", _embed) or [],
        "stickers": _listed(value, "stickers", _sticker) or [],
    }


def _embed(item: Any) -> dict[str, Any]:
    try:
        msgspec.convert(item, Embed)
    except msgspec.ValidationError:
        raise TypeError from None
    return item
