"""What a message carries by itself, as lines of COPY text: attachments, stickers, embeds, a forwarded message."""

from collections.abc import Iterable
from typing import TypeVar

import msgspec
from msgspec import Raw

from discord_airflow.collectors.copy_text import NULL, escaped, escaped_json, nullable
from discord_airflow.collectors.export_format import NO_DATE, Attachment, Embed, Forwarded, Sticker
from discord_airflow.collectors.plain_json import compact_json, encode_json, parse_json
from discord_airflow.collectors.values import BadValueError, offset_minutes, parse_id, parse_instant

MOST_CHILDREN = 2**15 - 1
"""Positions are smallint."""

T = TypeVar("T")

_decode_embed = msgspec.json.Decoder(Embed).decode


def numbered(items: list[T], place: str) -> Iterable[tuple[int, T]]:
    """Return *items* with their positions; more of them than a message can have rows for raises BadValueError."""
    if len(items) > MOST_CHILDREN:
        raise BadValueError(place, "too-many", f"{len(items)} entries; a message can keep {MOST_CHILDREN}")
    return enumerate(items)


def attachments_of(identity: str, attachments: list[Attachment]) -> list[bytes]:
    return [
        (
            f"{identity}\t{position}\t{parse_id(item.id, f'attachments[{position}].id')}\t{escaped(item.url)}"
            f"\t{escaped(item.fileName)}\t{item.fileSizeBytes}"
        ).encode()
        for position, item in numbered(attachments, "attachments")
    ]


def stickers_of(identity: str, stickers: list[Sticker]) -> list[bytes]:
    return [
        (
            f"{identity}\t{position}\t{parse_id(item.id, f'stickers[{position}].id')}\t{escaped(item.name)}"
            f"\t{escaped(item.format)}\t{escaped(item.sourceUrl)}"
        ).encode()
        for position, item in numbered(stickers, "stickers")
    ]


def embeds_of(identity: str, embeds: list[Raw]) -> list[bytes]:
    return [f"{identity}\t{position}\t{_embed(bytes(raw))}".encode() for position, raw in numbered(embeds, "embeds")]


def _embed(text: bytes) -> str:
    try:
        embed = _decode_embed(text)
    except (msgspec.ValidationError, UnicodeDecodeError):
        value, replaced = parse_json(text)
        if replaced or not isinstance(value, dict):
            raise BadValueError("embeds", "not-an-object", "an embed that cannot be stored as it is") from None
        heads = [nullable(value.get(key)) for key in ("title", "url", "description")]
        return "\t".join((*heads, escaped_json(compact_json(value))))
    raw = escaped_json(encode_json(embed))
    return f"{nullable(embed.title)}\t{nullable(embed.url)}\t{nullable(embed.description)}\t{raw}"


def forwarded_of(identity: str, message: Forwarded) -> bytes:
    place = "forwardedMessage.timestamp"
    sent, edited = message.timestamp, message.timestampEdited
    if sent.startswith(NO_DATE) and len(sent) == len(NO_DATE) + len("+00:00"):
        sent, offset = NULL, _offset(sent[-6:], place)
    else:
        offset = parse_instant(sent, place)[1]
    edited_offset = NULL if edited is None else parse_instant(edited, f"{place}Edited")[1]
    parts = (message.attachments, message.embeds, message.stickers)
    lists = "\t".join(escaped_json(encode_json(part)) for part in parts)
    content = escaped(message.content)
    return f"{identity}\t{sent}\t{edited or NULL}\t{offset}\t{edited_offset}\t{content}\t{lists}".encode()


def _offset(zone: str, place: str) -> int:
    try:
        return offset_minutes(zone)
    except ValueError as error:
        raise BadValueError(place, "bad-timestamp", str(error)) from None
