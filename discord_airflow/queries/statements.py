"""How every query of this layer runs: a reviewed .sql file, named parameters, typed rows."""

import re
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, LiteralString, TypeVar
from weakref import WeakKeyDictionary

import psycopg
from psycopg.rows import class_row, dict_row

from discord_airflow.errors import UsageError
from discord_airflow.snowflake import LARGEST_SNOWFLAKE
from discord_airflow.sql_files import statement
from discord_airflow.window import Window, zone_named

Row = TypeVar("Row")
Answer = TypeVar("Answer")
Connection = psycopg.Connection[Any]

MOST_ROWS = 1_000_000
LONGEST_TEXT = 2_000
UNSTORABLE = re.compile("[\0\ud800-\udfff]")

PREPARE = False
"""Each call is planned for its own values: a plan for any values cannot know that a window is short or a word rare."""

_remembered: WeakKeyDictionary[Connection, dict[str, list[Any]]] = WeakKeyDictionary()
"""What was answered in the snapshots that are open now."""


@contextmanager
def asked_once(connection: Connection) -> Iterator[None]:
    """
    Let each statement with the same parameters be asked once in the block, which must see one state of the database.

    The questions of a report have many statements in common: what was collected of a window, what happened in it.
    """
    _remembered[connection] = {}
    try:
        yield
    finally:
        del _remembered[connection]


def fetch_rows(connection: Connection, row: type[Row], name: LiteralString, parameters: dict[str, Any]) -> list[Row]:
    """Return the rows of ``sql/<name>.sql``, whose columns are the fields of *row*."""

    def fetch() -> list[Row]:
        with connection.cursor(row_factory=class_row(row)) as cursor:
            return cursor.execute(statement("discord_airflow.queries", name), parameters, prepare=PREPARE).fetchall()

    return list(_answer(connection, f"{row.__name__} {name}", parameters, fetch))


def fetch_parts(connection: Connection, name: LiteralString, parameters: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the rows of ``sql/<name>.sql`` by column, for a function that makes its rows out of several of them."""

    def fetch() -> list[dict[str, Any]]:
        with connection.cursor(row_factory=dict_row) as cursor:
            return cursor.execute(statement("discord_airflow.queries", name), parameters, prepare=PREPARE).fetchall()

    return [dict(part) for part in _answer(connection, name, parameters, fetch)]


def _answer(
    connection: Connection, name: str, parameters: dict[str, Any], fetch: Callable[[], list[Answer]]
) -> list[Answer]:
    """Return what *fetch* gives, or what it gave before in the same block of asked_once."""
    remembered = _remembered.get(connection)
    if remembered is None:
        return fetch()
    key = f"{name} {sorted(parameters.items())!r}"
    if key not in remembered:
        remembered[key] = fetch()
    return remembered[key]


def window_parameters(
    window: Window, guild_ids: Collection[int] | None, excluded_channels: Collection[int]
) -> dict[str, Any]:
    """Return the parameters that every statement on a window has."""
    return {
        "since": checked_instant(window.since),
        "until": checked_instant(window.until),
        "guild_ids": checked_ids(guild_ids),
        "excluded_channels": checked_ids(excluded_channels) or None,
    }


def checked_ids(ids: Collection[int] | None) -> list[int] | None:
    """Return *ids* as a parameter; None stays None and means all. An id that cannot exist raises UsageError."""
    if ids is None:
        return None
    for one in ids:
        if not 0 <= one <= LARGEST_SNOWFLAKE:
            raise UsageError(f"{one} is not an id: ids lie between 0 and {LARGEST_SNOWFLAKE}.")
    return sorted(set(ids))


def checked_count(count: int | None, what: str, most: int = MOST_ROWS) -> int | None:
    """Return *count* when it lies between 1 and *most*; None stays None."""
    if count is not None and not 1 <= count <= most:
        raise UsageError(f"{what} is {count}; it must lie between 1 and {most:,}.")
    return count


def checked_text(text: str, what: str) -> str:
    """Return *text* as the importer would have stored it: what PostgreSQL cannot hold is U+FFFD."""
    if len(text) > LONGEST_TEXT:
        raise UsageError(f"{what} has {len(text):,} characters; at most {LONGEST_TEXT:,} make sense.")
    return UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def checked_instant(instant: datetime) -> datetime:
    """Return *instant* in UTC; one without a zone, or from a time without computers, raises UsageError."""
    if instant.utcoffset() is None:
        raise UsageError(f"{instant} has no time zone.")
    if not 1970 < instant.year < 2200:
        raise UsageError(f"{instant} lies where no message can be.")
    return instant.astimezone(UTC)


def checked_zone(zone: str) -> str:
    """Return *zone* when it is the IANA name of a time zone."""
    try:
        zone_named(zone)
    except ValueError as error:
        raise UsageError(f"{error}.") from None
    return zone


def checked_window(window: Window) -> Window:
    """Return *window* when messages can lie in it."""
    checked_instant(window.since)
    checked_instant(window.until)
    return window
