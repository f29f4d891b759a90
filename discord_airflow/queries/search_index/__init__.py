"""
The optional index for searching in texts.

Searches are right without it; with it a rare word is found in milliseconds among millions of messages. It makes
imports slower, so nothing builds it unasked, and it is best built after the first large import.
"""

from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.rows import class_row

from discord_airflow.errors import BusyError, ConfigurationError
from discord_airflow.sql_files import statement

Connection = psycopg.Connection[Any]

ONE_AT_A_TIME = 7236451121
"""The advisory lock of whoever builds or drops the index."""


@dataclass(frozen=True, slots=True)
class SearchIndex:
    """
    The index as it stands; one that is not whole is left of a build that was broken off, and no search uses it.
    """

    is_whole: bool
    byte_size: int


@dataclass(frozen=True, slots=True)
class BuildProgress:
    """How far a build is; in its last phases PostgreSQL counts no blocks and waits for older transactions."""

    phase: str
    blocks_done: int
    blocks_total: int


def fetch_search_index(connection: Connection) -> SearchIndex | None:
    """Return the index, or None when there is none."""
    with connection.cursor(row_factory=class_row(SearchIndex)) as cursor:
        return cursor.execute(statement(__name__, "state")).fetchone()


def fetch_build_progress(connection: Connection) -> BuildProgress | None:
    """Return how far the build in another session is, or None when none runs."""
    with connection.cursor(row_factory=class_row(BuildProgress)) as cursor:
        return cursor.execute(statement(__name__, "progress")).fetchone()


def create_search_index(connection: Connection) -> bool:
    """
    Build the index; return False when it was there already. What a broken-off build has left is removed first.

    Imports and reports go on meanwhile, but the build waits for transactions that are open when it begins.
    *connection* must be in autocommit mode. Takes up to a minute a million messages.
    """
    _lock(connection)
    try:
        found = fetch_search_index(connection)
        if found and found.is_whole:
            return False
        _provide_trigrams(connection)
        connection.execute("SET maintenance_work_mem = '256MB'")
        connection.execute(statement(__name__, "drop"))
        connection.execute(statement(__name__, "create"))
        return True
    finally:
        _unlock(connection)


def drop_search_index(connection: Connection) -> bool:
    """
    Remove the index, so that imports are fast again; return False when there was none. Needs autocommit mode.
    """
    _lock(connection)
    try:
        found = fetch_search_index(connection)
        connection.execute(statement(__name__, "drop"))
        return found is not None
    finally:
        _unlock(connection)


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
