"""
The way back: an export's JSON from the tables, so that the import can be held against its file.

It is given for the messages whose newest observation is that file. Lists keep their order, absent keys stay
absent, and times are the same instants with the same offsets.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Any, NamedTuple

from psycopg.rows import dict_row

from discord_airflow.collectors.export_format import NO_DATE
from discord_airflow.collectors.load import Connection
from discord_airflow.collectors.message_rows import NO_CALL, NO_INLINE_EMOJIS, NO_MENTIONS, NO_STICKERS
from discord_airflow.collectors.people import AVATAR, COLOR, DISCRIMINATOR, NICKNAME, NUMERIC, ROLES
from discord_airflow.sql_files import statement

Block = dict[str, Any]


def rebuild_export(connection: Connection, sha256: str) -> Block:
    """Return the whole document of an imported file; one that was not imported raises LookupError."""
    row = connection.execute(statement("rebuild", "header"), {"sha256": sha256}).fetchone()
    if row is None:
        raise LookupError(f"no file with the hash {sha256} was imported")
    header, is_falling = row
    messages = list(rebuild_messages(connection, sha256))
    return {**header, "messages": messages[::-1] if is_falling else messages}


def rebuild_messages(connection: Connection, sha256: str) -> Iterator[Block]:
    """Yield the file's messages in rising order of their ids."""
    blocks = _Blocks(connection)
    with connection.cursor(row_factory=dict_row) as cursor:
        cursor.execute(statement("rebuild", "messages"), {"sha256": sha256})
        for row in cursor:
            yield row["residue"] if row["residue"] is not None else _message(row, blocks)


class _Profile(NamedTuple):
    user_id: int
    name: str
    discriminator: str | None
    nickname: str | None
    color: str | None
    avatar_url: str | None
    is_bot: bool
    keys: int
    roles: list[Block] | None
    residue: Block | None


class _Blocks:
    """User and emoji blocks, each looked up once."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._users: dict[tuple[int, int], Block] = {}
        self._emojis: dict[int, Block] = {}

    def user(self, user_id: int, digest: int) -> Block:
        """Return the block of a user as some export showed it."""
        if (user_id, digest) not in self._users:
            row = self._connection.execute(
                statement("rebuild", "profile"), {"user_id": user_id, "digest": digest}
            ).fetchone()
            assert row is not None
            self._users[user_id, digest] = _user(_Profile(*row))
        return self._users[user_id, digest]

    def emoji(self, digest: int) -> Block:
        """Return the block of an emoji."""
        if digest not in self._emojis:
            row = self._connection.execute(statement("rebuild", "emoji"), {"digest": digest}).fetchone()
            assert row is not None
            self._emojis[digest] = _emoji(*row)
        return self._emojis[digest]


def _user(profile: _Profile) -> Block:
    if profile.residue is not None:
        return profile.residue
    discriminator = profile.discriminator
    optional = (
        (DISCRIMINATOR, "discriminator", int(discriminator or 0) if profile.keys & NUMERIC else discriminator),
        (NICKNAME, "nickname", profile.nickname),
        (COLOR, "color", profile.color),
        (ROLES, "roles", profile.roles),
        (AVATAR, "avatarUrl", profile.avatar_url),
    )
    block = {"id": str(profile.user_id), "name": profile.name, "isBot": profile.is_bot}
    return block | {key: value for bit, key, value in optional if profile.keys & bit}


def _emoji(
    emoji_id: int | None,
    name: str,
    code: str | None,
    is_animated: bool,  # noqa: FBT001 (columns in their order)
    image_url: str | None,
    id_is_null: bool,  # noqa: FBT001
    residue: Block | None,
) -> Block:
    if residue is not None:
        return residue
    identity = None if id_is_null else "" if emoji_id is None else str(emoji_id)
    block: Block = {"id": identity, "name": name, "isAnimated": is_animated, "imageUrl": image_url}
    return block if code is None else block | {"code": code}


def _message(row: Block, blocks: _Blocks) -> Block:
    absent = row["variant"]
    message: Block = {
        "id": str(row["id"]),
        "type": row["type"],
        "timestamp": _written(row["sent_at"], row["utc_offset"]),
        "timestampEdited": _written(row["edited_at"], row["edited_utc_offset"]),
        "isPinned": row["is_pinned"],
        "content": row["content"],
        "author": blocks.user(row["author_id"], row["author_profile"]),
        "attachments": row["attachments"] or [],
        "embeds": row["embeds"] or [],
        "reactions": _reactions(row, blocks),
    }
    if not absent & NO_CALL:
        message["callEndedTimestamp"] = _written(row["call_ended_at"], row["utc_offset"])
    if not absent & NO_STICKERS:
        message["stickers"] = row["stickers"] or []
    if not absent & NO_MENTIONS:
        message["mentions"] = [blocks.user(*user) for user in row["mentions"] or ()]
    if not absent & NO_INLINE_EMOJIS:
        message["inlineEmojis"] = [blocks.emoji(digest) for digest in row["inline_emojis"] or ()]
    return message | _links(row, blocks)


def _reactions(row: Block, blocks: _Blocks) -> list[Block]:
    users: dict[int, list[Block]] = {}
    for position, user_id, profile in row["reaction_users"] or ():
        users.setdefault(position, []).append(blocks.user(user_id, profile))
    reactions = []
    for position, emoji, count, users_listed in row["reactions"] or ():
        reaction: Block = {"emoji": blocks.emoji(emoji), "count": count}
        reactions.append(reaction | {"users": users.get(position, [])} if users_listed else reaction)
    return reactions


def _links(row: Block, blocks: _Blocks) -> Block:
    """Return the keys that a message has only when it refers to something."""
    links: Block = {}
    ids = [row[f"reference_{part}_id"] for part in ("message", "channel", "guild")]
    if row["reference_type"] is not None or any(number is not None for number in ids):
        names = ("messageId", "channelId", "guildId")
        links["reference"] = {
            name: None if number is None else str(number) for name, number in zip(names, ids, strict=True)
        }
        if row["reference_type"] is not None:
            links["reference"]["type"] = row["reference_type"]
    if row["forwarded"] is not None:
        links["forwardedMessage"] = _forwarded(*row["forwarded"])
    if row["interaction"] is not None:
        interaction_id, name, user_id, profile = row["interaction"]
        links["interaction"] = {"id": interaction_id, "name": name, "user": blocks.user(user_id, profile)}
    return links


def _forwarded(
    sent: str | None, edited: str | None, offset: int, edited_offset: int | None, content: str, *lists: list[Block]
) -> Block:
    attachments, embeds, stickers = lists
    return {
        "timestamp": _written(datetime.fromisoformat(sent), offset) if sent else NO_DATE + _zone(offset),
        "timestampEdited": _written(datetime.fromisoformat(edited) if edited else None, edited_offset),
        "content": content,
        "attachments": attachments,
        "embeds": embeds,
        "stickers": stickers,
    }


def _written(instant: datetime | None, offset: int | None) -> str | None:
    """Return *instant* as the exporter writes it, in the zone that is *offset* minutes from UTC."""
    if instant is None or offset is None:
        return None
    local = instant.astimezone(timezone(timedelta(minutes=offset))).replace(tzinfo=None)
    text = local.isoformat()
    return (text.rstrip("0") if local.microsecond else text) + _zone(offset)


def _zone(offset: int) -> str:
    return f"{'-' if offset < 0 else '+'}{abs(offset) // 60:02d}:{abs(offset) % 60:02d}"
