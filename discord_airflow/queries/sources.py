"""The door to the messages that an analysis reads; the rows are in source_rows.py."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import class_row

from discord_airflow.queries.readable import readable_text
from discord_airflow.queries.source_rows import SourceMessage
from discord_airflow.queries.statements import PREPARE
from discord_airflow.sql_files import statement
from discord_airflow.window import Window

SOURCE_MESSAGES = statement("discord_airflow.queries", "source_messages")
GUILDS_WITH_MESSAGES = statement("discord_airflow.queries", "guilds_with_messages")
CHANNEL_NAMES = statement("discord_airflow.queries", "channel_names")


@dataclass(frozen=True, slots=True)
class GuildName:
    """A server and what it is called."""

    id: int
    name: str


def guilds_with_messages(
    connection: psycopg.Connection[Any], window: Window, guild_ids: Sequence[int] | None = None
) -> list[GuildName]:
    """Return the servers (of *guild_ids*, else all) that have a message in *window*, by name."""
    parameters = {
        "since": window.since,
        "until": window.until,
        "guild_ids": None if guild_ids is None else list(guild_ids),
    }
    with connection.cursor(row_factory=class_row(GuildName)) as cursor:
        return cursor.execute(GUILDS_WITH_MESSAGES, parameters, prepare=PREPARE).fetchall()


@dataclass(frozen=True, slots=True)
class _Row:
    """One row of source_messages.sql."""

    id: int
    guild_id: int
    channel_id: int
    channel_name: str
    channel_kind: int | None
    parent_id: int | None
    parent_name: str | None
    author_id: int
    author_name: str
    author_kind: int
    kind: int | None
    sent_at: datetime
    content: str
    is_pinned: bool
    reply_to_id: int | None
    reactions: int
    reactors: int | None
    attachments: list[str]
    mentioned_ids: list[int]
    mentioned_names: list[str]


def fetch_source_messages(
    connection: psycopg.Connection[Any],
    guild_id: int,
    window: Window,
    excluded_channels: Sequence[int] = (),
    channel_id: int | None = None,
) -> list[SourceMessage]:
    """
    Return the messages of *window* in one guild, in order of time, bots and system notices included, deleted ones not.

    With *channel_id* only that channel and its threads.
    """
    channels = dict(connection.execute(CHANNEL_NAMES, {"guild_id": guild_id}).fetchall())
    parameters = {
        "guild_id": guild_id,
        "since": window.since,
        "until": window.until,
        "excluded_channels": list(excluded_channels),
        "channel_id": channel_id,
    }
    with connection.cursor(row_factory=class_row(_Row)) as cursor:
        return [_source_message(row, channels) for row in cursor.execute(SOURCE_MESSAGES, parameters, prepare=PREPARE)]


def _source_message(row: _Row, channels: dict[int, str]) -> SourceMessage:
    mentions = tuple(zip(row.mentioned_ids, row.mentioned_names, strict=True))
    return SourceMessage(
        id=row.id,
        guild_id=row.guild_id,
        channel_id=row.channel_id,
        channel_name=row.channel_name,
        author_id=row.author_id,
        author_name=row.author_name,
        sent_at=row.sent_at,
        content=readable_text(row.content, dict(mentions), channels),
        author_kind=row.author_kind,
        kind=row.kind,
        channel_kind=row.channel_kind,
        parent_id=row.parent_id,
        parent_name=row.parent_name,
        reply_to_id=row.reply_to_id,
        reactions=row.reactions,
        reactors=row.reactors,
        attachments=tuple(row.attachments),
        mentions=mentions,
        is_pinned=row.is_pinned,
    )
