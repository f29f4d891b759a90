"""Rows into the database: COPY for what is new, staging and set-based merging for what may be there already."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import psycopg
from psycopg import sql

from discord_airflow.collectors.export_header import ExportHeader
from discord_airflow.collectors.import_summary import Counts
from discord_airflow.collectors.message_rows import Batch, Lines, MessageRows
from discord_airflow.collectors.tables import MESSAGE_TABLES
from discord_airflow.sql_files import statement

Connection = psycopg.Connection[Any]

_PACKAGE = "discord_airflow.collectors"
_AUTHORS = ("author_id", "kind", "author_kind", "first_sent_at", "first_message_id", "last_sent_at", "last_message_id")


def run(connection: Connection, name: str, parameters: Mapping[str, Any] | None = None) -> psycopg.Cursor[Any]:
    """
    Execute `sql/<name>.sql`.

    A file without parameters may hold several statements, and is planned anew each time: how much is staged
    differs from file to file, and a plan for ten rows is ruinous for a million.
    """
    return connection.execute(statement(_PACKAGE, name), parameters, prepare=None if parameters else False)


def prepare_session(connection: Connection) -> None:
    """Make the session's staging tables, unless it has them."""
    row = connection.execute("SELECT to_regclass('pg_temp.verdicts')").fetchone()
    if row is None or row[0] is None:
        run(connection, "session_tables")


def lock_channel(connection: Connection, channel_id: int) -> int:
    """Wait until no other import writes to the channel, and return its highest message id (0: it has none)."""
    run(connection, "lock_channel", {"channel_id": channel_id})
    row = run(connection, "highest_message", {"channel_id": channel_id}).fetchone()
    return row[0] if row else 0


def send(connection: Connection, batch: Batch) -> None:
    """Send rows: the new ones into the tables, the others to where they are staged."""
    _copy_lines(connection, batch.straight, staged=False)
    _copy_lines(connection, batch.staged, staged=True)
    for table, columns, lines in batch.people.tables():
        _copy(connection, table, columns, lines)


def send_authors(connection: Connection, rows: MessageRows) -> None:
    """Send who wrote first and last among the messages that went straight into the tables."""
    lines = [
        f"{author}\t{kind}\t{author_kind}\t{first_stamp}\t{first}\t{last_stamp}\t{last}"
        for (author, kind, author_kind), ((_, first, first_stamp), (_, last, last_stamp)) in rows.authors.items()
    ]
    _copy(connection, "incoming_authors", _AUTHORS, lines)


def _copy_lines(connection: Connection, lines: Lines, *, staged: bool) -> None:
    for table, columns in MESSAGE_TABLES.items():
        if not lines[table]:
            continue
        if not staged:
            _copy(connection, table, columns, lines[table])
        elif table == "messages":
            _copy(connection, "incoming_messages", (*columns, "place"), lines[table])
        else:
            _copy(connection, f"incoming_{table}", columns, lines[table])


def _copy(connection: Connection, table: str, columns: tuple[str, ...], lines: list[str]) -> None:
    if lines:
        with connection.cursor() as cursor, cursor.copy(_copy_statement(table, columns)) as copy:
            copy.write("\n".join(lines))
            copy.write("\n")


@cache
def _copy_statement(table: str, columns: tuple[str, ...]) -> sql.Composed:
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    return sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table), names)


def losing_duplicates(connection: Connection) -> frozenset[int]:
    """Return the positions of staged messages whose id stands in the file again, with a newer edit or later."""
    return frozenset(place for (place,) in run(connection, "losing_duplicates"))


def classify(connection: Connection) -> Counts:
    """Compare what is staged with what is stored."""
    connection.execute("ANALYZE incoming_messages")
    run(connection, "classify_messages")
    connection.execute("ANALYZE verdicts")
    return Counts(**dict(run(connection, "count_verdicts").fetchall()))


def merge_messages(connection: Connection, counts: Counts) -> None:
    """Bring the stored messages to what the staged ones say."""
    if counts.edited or counts.older:
        run(connection, "keep_revisions")
    if counts.edited or counts.changed:
        run(connection, "replace_messages")
    if counts.older:
        run(connection, "recover_authors")
    if counts.unchanged:
        run(connection, "observe_again")
    if counts.new:
        run(connection, "insert_new_messages")
    if counts.written:
        run(connection, "insert_children")
    run(connection, "touch_authors")


def merge_places(connection: Connection, header: ExportHeader, observed_at: str) -> None:
    """Bring the guild, the channel and what lies above it to what the header says."""
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
    run(connection, "merge_channel", channel)
    if header.parent_id is not None:
        name = header.parent_name or str(header.parent_id)
        parent = {"parent_id": header.parent_id, "guild_id": header.guild_id, "name": name, "observed_at": observed_at}
        run(connection, "merge_parent", parent)


def merge_people(connection: Connection, guild_id: int, observed_at: str) -> None:
    """
    Bring users, members, roles and emoji to what the staged blocks say.

    Every import does this at its end, table by table and id by id in the same order, so that two never wait for
    each other in a circle.
    """
    parameters = {"guild_id": guild_id, "observed_at": observed_at}
    run(connection, "merge_roles", parameters)
    run(connection, "merge_emojis")
    for name in ("merge_profiles", "merge_users", "merge_members"):
        run(connection, name, parameters)
