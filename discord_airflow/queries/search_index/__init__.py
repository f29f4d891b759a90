"""
The optional index for searching in texts.

Searches are right without it; with it a rare word is found in milliseconds among millions of messages. It consists of
parts, each an index of its own for a range of ids, for two reasons. The newest hits are sought part by part, the newest
first, and most words never need a second one. And what was sent after the last part is in none of them: imports of new
messages stay as fast as without an index, until the next build takes what came since.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import class_row

from discord_airflow.errors import BusyError, ConfigurationError
from discord_airflow.snowflake import LARGEST_SNOWFLAKE, snowflake_at, time_of
from discord_airflow.sql_files import statement

Connection = psycopg.Connection[Any]

ONE_AT_A_TIME = 7236451121
"""The advisory lock of whoever builds or drops the index."""

PART_MESSAGES = 2_000_000
FEWEST_MESSAGES = 50_000
"""So many new messages are read as quickly as they are looked up: fewer are no reason to build."""

MARGIN = timedelta(minutes=1)
"""So far the time of a message and that of its id may lie apart (see messages_in in the schema)."""

SHORTEST_TIME = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Part:
    """
    One index, for ids from *first_id* to below *end_id*; both 0 for the single index of earlier versions.

    One that is not whole is left of a build that was broken off, and no search uses it.
    """

    name: str
    first_id: int
    end_id: int
    is_whole: bool
    byte_size: int

    @property
    def since(self) -> datetime:
        """From when on all messages are in it, whatever their ids say to the minute."""
        return time_of(self.first_id) + MARGIN if self.first_id else datetime.min.replace(tzinfo=UTC)

    @property
    def until(self) -> datetime:
        """Up to when they are."""
        return time_of(self.end_id) - MARGIN


@dataclass(frozen=True, slots=True)
class SearchIndex:
    """The index as it stands."""

    is_whole: bool
    byte_size: int
    until: datetime
    """What was sent from then on is in no part yet."""


@dataclass(frozen=True, slots=True)
class BuildProgress:
    """How far a build is; in its last phases PostgreSQL counts no blocks and waits for older transactions."""

    phase: str
    blocks_done: int
    blocks_total: int


def fetch_parts_of_index(connection: Connection) -> list[Part]:
    """Return the parts, the oldest first, those that no search uses included."""
    with connection.cursor(row_factory=class_row(Part)) as cursor:
        return cursor.execute(statement(__name__, "state")).fetchall()


def fetch_search_index(connection: Connection) -> SearchIndex | None:
    """Return the index, or None when there is none."""
    parts = fetch_parts_of_index(connection)
    if not parts:
        return None
    size, is_whole = sum(part.byte_size for part in parts), all(part.is_whole for part in parts)
    return SearchIndex(is_whole, size, max(part.until for part in parts))


def fetch_build_progress(connection: Connection) -> BuildProgress | None:
    """Return how far the build in another session is, or None when none runs."""
    with connection.cursor(row_factory=class_row(BuildProgress)) as cursor:
        return cursor.execute(statement(__name__, "progress")).fetchone()


def create_search_index(connection: Connection) -> bool:
    """
    Build the parts that are missing; return False when there was nothing to do.

    A last part that is not full is replaced by a larger one. What a broken-off build has left, and the single index of
    earlier versions, is removed. Imports and reports go on meanwhile, but the build waits for transactions that are
    open when it begins. *connection* must be in autocommit mode. Takes up to a minute a million messages.
    """
    _lock(connection)
    try:
        there = fetch_parts_of_index(connection)
        whole = [part for part in there if part.is_whole and part.end_id]
        wanted = _wanted(connection, whole)
        if not wanted and len(whole) == len(there):
            return False
        _provide_trigrams(connection)
        connection.execute("SET maintenance_work_mem = '256MB'")
        for part in there:
            if part.end_id and not part.is_whole:
                _drop(connection, part.name)
        for first_id, end_id in wanted:
            _create(connection, first_id, end_id)
        for part in there:
            if not part.end_id or (part.is_whole and any(first_id == part.first_id for first_id, _ in wanted)):
                _drop(connection, part.name)
        return True
    finally:
        _unlock(connection)


def drop_search_index(connection: Connection) -> bool:
    """
    Remove the index, so that imports are fast again; return False when there was none. Needs autocommit mode.
    """
    _lock(connection)
    try:
        parts = fetch_parts_of_index(connection)
        for part in parts:
            _drop(connection, part.name)
        return bool(parts)
    finally:
        _unlock(connection)


def _wanted(connection: Connection, whole: list[Part]) -> list[tuple[int, int]]:
    """Return the ranges of ids that need a part: from the last part on, and that one again when it is not full."""
    first_id = 0
    if whole:
        last = whole[-1]
        if _count(connection, last.end_id, LARGEST_SNOWFLAKE, FEWEST_MESSAGES) < FEWEST_MESSAGES:
            return []
        is_full = _count(connection, last.first_id, last.end_id, PART_MESSAGES) >= 0.9 * PART_MESSAGES
        first_id = _overlapping(last.end_id) if is_full else last.first_id
    parameters = {"first_id": first_id, "messages": PART_MESSAGES}
    # A part ends a little above its last message, and the next begins a little below that, so that every moment lies
    # wholly within one of them.
    ends = [
        snowflake_at(time_of(row[0]) + 2 * MARGIN + SHORTEST_TIME)
        for row in connection.execute(statement(__name__, "bounds"), parameters).fetchall()
    ] or [snowflake_at(time_of(0) + 2 * MARGIN)]
    return list(zip([first_id, *map(_overlapping, ends)], ends, strict=False))


def _overlapping(end_id: int) -> int:
    return snowflake_at(time_of(end_id) - 2 * MARGIN)


def _count(connection: Connection, first_id: int, end_id: int, most: int) -> int:
    parameters = {"first_id": first_id, "end_id": end_id, "most": most}
    row = connection.execute(statement(__name__, "messages_between"), parameters).fetchone()
    return row[0] if row else 0


def _create(connection: Connection, first_id: int, end_id: int) -> None:
    name = sql.Identifier(f"messages_search_{first_id}_{end_id}")
    ends = {"first_id": sql.Literal(first_id), "end_id": sql.Literal(end_id)}
    connection.execute(sql.SQL(statement(__name__, "create")).format(name=name, **ends))


def _drop(connection: Connection, name: str) -> None:
    connection.execute(sql.SQL(statement(__name__, "drop")).format(name=sql.Identifier(name)))


def _lock(connection: Connection) -> None:
    if not connection.autocommit:
        raise ValueError("an index is built outside of transactions: the connection must be in autocommit mode")
    row = connection.execute("SELECT pg_try_advisory_lock(%s)", (ONE_AT_A_TIME,)).fetchone()
    if not (row and row[0]):
        raise BusyError("The search index is being built or dropped by another process; wait for it to finish.")


def _unlock(connection: Connection) -> None:
    if not connection.closed:
        connection.execute("RESET maintenance_work_mem")
        connection.execute("SELECT pg_advisory_unlock(%s)", (ONE_AT_A_TIME,))


def _provide_trigrams(connection: Connection) -> None:
    try:
        connection.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    except psycopg.Error as error:
        said = str(error).splitlines()[0]
        raise ConfigurationError(
            f"The server does not offer the extension pg_trgm ({said}); ask its administrator to install it."
            " Searches work without it, only slower."
        ) from None
