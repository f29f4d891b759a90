"""Rows into the database: COPY for what is new, staging and set-based merging for what may be there already."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

import psycopg
from psycopg import sql

from discord_airflow.collectors.export_format import PLACEHOLDER_ID
from discord_airflow.collectors.export_header import ExportHeader
from discord_airflow.collectors.import_summary import Counts
from discord_airflow.collectors.message_rows import Batch
from discord_airflow.collectors.recognition import Known, Request
from discord_airflow.collectors.tables import MESSAGE_TABLES
from discord_airflow.sql_files import statement

Connection = psycopg.Connection[Any]

_PACKAGE = "discord_airflow.collectors"
_CONFIRMATIONS = ("channel_id", "from_id", "to_id", "observed_at")
_AUTHORS = ("author_id", "kind", "author_kind", "first_sent_at", "first_message_id", "last_sent_at", "last_message_id")


def run(connection: Connection, name: str, parameters: Mapping[str, Any] | None = None) -> psycopg.Cursor[Any]:
    """Execute `sql/<name>.sql`, a statement about one row or one file."""
    return connection.execute(statement(_PACKAGE, name), parameters)


def merge(connection: Connection, name: str, parameters: Mapping[str, Any] | None = None) -> psycopg.Cursor[Any]:
    """
    Execute `sql/<name>.sql`, a statement about all that is staged; without parameters it may be several statements.

    It is planned anew each time: how much is staged differs from file to file, and a plan for ten rows is ruinous
    for a million.
    """
    return connection.execute(statement(_PACKAGE, name), parameters, prepare=False)


def prepare_session(connection: Connection) -> None:
    """Make the session's staging tables, unless it has them."""
    row = connection.execute("SELECT to_regclass('pg_temp.verdicts')").fetchone()
    if row is None or row[0] is None:
        merge(connection, "session_tables")


class Channel(NamedTuple):
    """What is stored of a channel."""

    id: int
    highest_id: int  # of its messages; 0: none
    confirmed_at: datetime | None  # the newest of its confirmations


def lock_channel(connection: Connection, channel_id: int) -> Channel:
    """Wait until no other import writes to the channel, and return what is stored of it."""
    with connection.pipeline():
        run(connection, "lock_channel", {"channel_id": channel_id})
        stored = run(connection, "highest_message", {"channel_id": channel_id})
    row = stored.fetchone()
    assert row is not None
    return Channel(channel_id, *row)


class Rows:
    """The rows of one file on their way; it knows which staging tables they went to."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.staged: set[str] = set()

    def send(self, batch: Batch) -> None:
        """Send rows: the new ones into the tables, the others to where they are staged."""
        for table, columns in MESSAGE_TABLES.items():
            self._copy(table, columns, batch.straight[table])
        for table, columns in MESSAGE_TABLES.items():
            extra = ("place",) if table == "messages" else ()
            self._stage(f"incoming_{table}", (*columns, *extra), batch.staged[table])
        for table, columns, lines in batch.people.tables():
            self._stage(table, columns, lines)
        self._stage("incoming_authors", _AUTHORS, batch.authors)
        self._stage("incoming_confirmations", _CONFIRMATIONS, batch.confirmations)

    def known_messages(self, channel: Channel, request: Request, observed_at: datetime) -> tuple[list[Known], bool]:
        """Return the stored messages that *request* asks for, and whether they are all of its range."""
        is_newest = channel.confirmed_at is None or channel.confirmed_at <= observed_at
        common = {"channel_id": channel.id, "observed_at": observed_at, "is_newest": is_newest}
        # Of a file that shows few of the channel's messages the others are not worth a look.
        most = 4 * len(request.ids) + 100
        span = {"from_id": request.from_id, "to_id": request.to_id, "most": most + 1}
        with self._connection.pipeline():
            self.note_people(request.recognised)
            found = run(self._connection, "known_messages", common | span)
        known = found.fetchall()
        is_all = len(known) <= most
        if not is_all:
            known = run(self._connection, "known_among", common | {"ids": request.ids}).fetchall()
        return known, is_all

    def note_people(self, message_ids: list[int]) -> None:
        """Note that the people were seen again whom these stored messages show."""
        if message_ids:
            self.staged.add("seen_people")
            run(self._connection, "note_people", {"ids": message_ids})

    def classify(self) -> Counts:
        """Compare what is staged with what is stored."""
        self.staged |= {"verdicts", "incoming_authors"}  # filled on the server
        self._connection.execute("ANALYZE incoming_messages")
        merge(self._connection, "classify_messages")
        self._connection.execute("ANALYZE verdicts")
        return Counts(**dict(merge(self._connection, "count_verdicts").fetchall()))

    def clear(self) -> None:
        """Empty the staging tables that were used."""
        tables = sorted(self.staged)
        if not tables:
            return
        large = [name for (name,) in run(self._connection, "large_staging", {"tables": tables})]
        statements = [sql.SQL("DELETE FROM {}").format(sql.Identifier(name)) for name in tables if name not in large]
        if large:
            statements.append(sql.SQL("TRUNCATE {}").format(sql.SQL(", ").join(map(sql.Identifier, large))))
        self._connection.execute(sql.SQL("; ").join(statements), prepare=False)

    def _stage(self, table: str, columns: tuple[str, ...], lines: list[bytes]) -> None:
        if lines:
            self.staged.add(table)
            self._copy(table, columns, lines)

    def _copy(self, table: str, columns: tuple[str, ...], lines: list[bytes]) -> None:
        if lines:
            with self._connection.cursor() as cursor, cursor.copy(_copy_statement(table, columns)) as copy:
                copy.write(b"\n".join((*lines, b"")))


@cache
def _copy_statement(table: str, columns: tuple[str, ...]) -> bytes:
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    return sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), names).as_bytes(None)


def losing_duplicates(connection: Connection) -> frozenset[int]:
    """Return the positions of staged messages whose id stands in the file again, with a newer edit or later."""
    return frozenset(place for (place,) in merge(connection, "losing_duplicates"))


def merge_messages(connection: Connection, counts: Counts) -> None:
    """Bring the stored messages to what the staged ones say."""
    if counts.edited or counts.older:
        merge(connection, "keep_revisions")
    if counts.edited or counts.changed:
        merge(connection, "replace_messages")
    if counts.older:
        merge(connection, "recover_authors")
    if counts.unchanged:
        merge(connection, "observe_again")
    if counts.new:
        merge(connection, "insert_new_messages")
    if counts.written:
        merge(connection, "insert_children")
    merge(connection, "touch_authors")


def merge_confirmations(connection: Connection, rows: Rows) -> None:
    """Add the ranges of ids in which everything stored was seen again to those of earlier files."""
    if "incoming_confirmations" in rows.staged:
        rows.staged.add("painted_confirmations")
        merge(connection, "merge_confirmations")


def merge_places(connection: Connection, header: ExportHeader, observed_at: str) -> None:
    """Bring the guild, the channel and what lies above it to what the header says; channels by rising id."""
    guild = {
        "guild_id": header.guild_id,
        "name": header.guild_name,
        "icon_url": header.guild_icon_url,
        "raw": header.guild_raw,
        "observed_at": observed_at,
    }
    run(connection, "merge_guild", guild)
    channel = {
        "channel_id": header.channel_id,
        "guild_id": header.guild_id,
        "parent_id": header.parent_id,
        "kind": header.channel_kind,
        "type": header.channel_type,
        "name": header.channel_name,
        "parent_name": header.parent_name,
        "topic": header.channel_topic,
        "icon_url": header.channel_icon_url,
        "raw": header.channel_raw,
        "observed_at": observed_at,
    }
    if header.parent_id is None:
        run(connection, "merge_channel", channel)
    else:
        name = header.parent_name or str(header.parent_id)
        parent = {"parent_id": header.parent_id, "guild_id": header.guild_id, "name": name, "observed_at": observed_at}
        merges = [(header.channel_id, "merge_channel", channel), (header.parent_id, "merge_parent", parent)]
        for _, statement_name, parameters in sorted(merges, key=lambda one: one[0]):
            run(connection, statement_name, parameters)


def merge_people(connection: Connection, rows: Rows, guild_id: int, observed_at: str) -> None:
    """
    Bring users, members, roles and emoji to what the staged blocks say.

    Every import does this at its end, table by table and id by id in the same order, so that two never wait for
    each other in a circle.
    """
    parameters = {"guild_id": guild_id, "observed_at": observed_at}
    if "seen_people" in rows.staged:
        connection.execute("ANALYZE seen_people")
        merge(connection, "stage_seen_profiles", {"placeholder_id": PLACEHOLDER_ID})
        merge(connection, "stage_seen_roles")
        rows.staged |= {"incoming_profiles", "incoming_roles"}
    if "incoming_roles" in rows.staged:
        merge(connection, "merge_roles", parameters)
    if "incoming_emojis" in rows.staged:
        merge(connection, "merge_emojis")
    if "incoming_profiles" in rows.staged:
        for name in ("merge_profiles", "merge_users", "merge_members"):
            merge(connection, name, parameters)
