"""Who and what the most-reacted messages mention: Discord keeps ids in a text, a reader wants names."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Literal

import psycopg
from psycopg.rows import dict_row

from discord_airflow.queries.query_builder import fetch_highlights
from discord_airflow.reporting.message_text import LONGEST_READ
from discord_airflow.snowflake import LARGEST_SNOWFLAKE
from discord_airflow.sql_files import statement
from discord_airflow.window import Window

_MENTION = re.compile(r"<(?:@[!&]?|#)(\d{1,19})>")


@dataclass(frozen=True, slots=True)
class Mentioned:
    """What an id in a message of this server stands for."""

    guild_id: int
    kind: Literal["person", "channel", "role"]
    mentioned_id: int
    name: str


def fetch_mentioned(
    connection: psycopg.Connection[Any],
    *,
    window: Window,
    guild_ids: Collection[int] | None = None,
    excluded_channels: Collection[int] = (),
    limit: int | None = 5,
) -> list[Mentioned]:
    """Return the names behind the ids in the messages that fetch_highlights returns for the same arguments."""
    highlights = fetch_highlights(
        connection, window=window, guild_ids=guild_ids, excluded_channels=excluded_channels, limit=limit
    )
    mentioned: list[Mentioned] = []
    for guild_id, rows in groupby(highlights, lambda row: row.guild_id):
        ids = sorted({found for row in rows for found in _ids(row.content)})
        with connection.cursor(row_factory=dict_row) as cursor:
            parameters = {"guild_id": guild_id, "ids": ids}
            found = cursor.execute(statement("discord_airflow.reporting", "mentioned"), parameters).fetchall()
        mentioned += [Mentioned(guild_id, **row) for row in found]
    return mentioned


def _ids(content: str) -> Iterable[int]:
    return (int(found) for found in _MENTION.findall(content[:LONGEST_READ]) if int(found) <= LARGEST_SNOWFLAKE)
