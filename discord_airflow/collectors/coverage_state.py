"""What the database knows of earlier exports: the only state an incremental export has."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import psycopg

from discord_airflow.collectors.chat_exporter import IdRange
from discord_airflow.sql_files import statement

_PACKAGE = "discord_airflow.collectors"


@dataclass(frozen=True, slots=True)
class KnownChannel:
    """A channel as the database has it."""

    id: int
    name: str | None
    proven: tuple[IdRange, ...]
    newest_id: int | None


class CoverageState:
    """Reads the state of earlier exports over one connection in autocommit mode; writes nothing."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        if not connection.autocommit:
            raise ValueError("the state of exports is read in autocommit mode: several threads ask")
        self._connection = connection

    def channels(self, guild_id: int) -> Mapping[int, KnownChannel]:
        """Return what is known of each channel of the guild, by id."""
        proven: dict[int, list[IdRange]] = {}
        for channel_id, after, before in self._rows("proven_ranges", guild_id=guild_id):
            proven.setdefault(channel_id, []).append(IdRange(after, before))
        stored = {row[0]: row for row in self._rows("newest_messages", guild_id=guild_id)}
        return {
            channel: KnownChannel(
                channel,
                stored[channel][1] if channel in stored else None,
                tuple(proven.get(channel, ())),
                stored[channel][2] if channel in stored else None,
            )
            for channel in proven.keys() | stored.keys()
        }

    def witness(self, channel_id: int, at_or_before: int) -> int | None:
        """Return the newest stored message up to *at_or_before* that an export must show, or None."""
        rows = self._rows("witness_message", channel_id=channel_id, at_or_before=at_or_before)
        return rows[0][0] if rows else None

    def stored(self, channel_id: int, window: IdRange) -> tuple[int, int | None]:
        """Return how many messages of the window are stored and not known as deleted, and the newest of them."""
        row = self._rows("stored_in_range", channel_id=channel_id, after_id=window.after, before_id=window.before)[0]
        return row[0], row[1]

    def _rows(self, name: str, **parameters: int) -> Sequence[tuple[Any, ...]]:
        return self._connection.execute(statement(_PACKAGE, name), parameters).fetchall()
