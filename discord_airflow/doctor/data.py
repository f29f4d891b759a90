"""Checks of the database: reach, version, schema, freshness."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
from psycopg.rows import class_row

from discord_airflow import database
from discord_airflow.doctor import server
from discord_airflow.doctor.finding import Finding, fail, ok, warn
from discord_airflow.doctor.runs import close_dead, judge_runs
from discord_airflow.errors import DiscordAirflowError
from discord_airflow.settings import DatabaseSettings, Settings
from discord_airflow.sql_files import statement

_FRESH = timedelta(days=2)
_SECONDS = "3s"


@dataclass(frozen=True, slots=True)
class State:
    """One row of state.sql."""

    bytes: int
    files: int
    last_import: datetime | None
    quarantined: int
    newest_coverage: datetime | None
    troubled_channels: int
    unfinished_runs: int
    stuck_sessions: int
    superuser: bool


def check_database(settings: Settings) -> Iterator[Finding]:
    """Reach the database and look at it; an embedded server that does not run is not started for this."""
    if settings.database.host is None and not _embedded_runs(settings.database):
        yield ok("database", "the embedded PostgreSQL does not run; the next command that needs it starts it")
        return
    try:
        connection = database.connect(settings.database, autocommit=True, read_only=True)
    except DiscordAirflowError as error:
        yield fail("database", str(error).rstrip("."), server.way_out(error, settings.database))
        return
    with connection:
        version = connection.info.parameter_status("server_version")
        place = settings.database.host or "embedded"
        yield ok("database", f"PostgreSQL {version} ({place}), database {settings.database.name}")
        close_dead(settings.database)
        connection.execute("SELECT set_config('statement_timeout', %s, false)", (_SECONDS,))
        yield from server.look_at(connection)
        yield from _look_inside(connection, settings.database)


def _embedded_runs(settings: DatabaseSettings) -> bool:
    try:
        return bool(database.embedded().status(settings).running)
    except DiscordAirflowError:
        return False


def _look_inside(connection: psycopg.Connection[Any], settings: DatabaseSettings) -> Iterator[Finding]:
    if not database.schema_is_current(connection):
        yield fail("schema", "the database is not at this version's schema", "discord-airflow db migrate")
        return
    yield ok("schema", "this version's")
    with connection.cursor(row_factory=class_row(State)) as cursor:
        try:
            state = cursor.execute(statement("discord_airflow.doctor", "state")).fetchone()
        except psycopg.Error as error:
            fix = "look what else runs: discord-airflow db psql -- -c 'TABLE pg_stat_activity'"
            yield warn("contents", f"the database did not answer: {error.diag.message_primary or error}", fix)
            return
    assert state is not None  # an aggregate without GROUP BY has one row
    yield from _judge(state, settings)
    yield from judge_runs(connection)


def _judge(state: State, settings: DatabaseSettings) -> Iterator[Finding]:
    if settings.host is not None and state.superuser:
        fix = "make a role that owns only this database: CREATE ROLE discord LOGIN; ALTER DATABASE ... OWNER TO discord"
        yield warn("role", "the program is a superuser of your PostgreSQL", fix)
    else:
        yield ok("role", "an ordinary role" if settings.host else "the embedded server is ours alone")
    if not state.files:
        yield warn("contents", "nothing was imported yet", "discord-airflow import collectors/exports")
        return
    size = f"{state.files} files, {state.bytes / 1e6:.0f} MB"
    if state.quarantined:
        yield warn("contents", f"{size}; {state.quarantined} items in quarantine", "discord-airflow import --help")
    else:
        yield ok("contents", size)
    newest = state.newest_coverage
    if newest is None or datetime.now(UTC) - newest > _FRESH:
        yield warn("freshness", f"the newest export is of {newest:%Y-%m-%d %H:%M} UTC" if newest else "unknown",
                   "discord-airflow collect")  # fmt: skip
    else:
        yield ok("freshness", f"the newest export is of {newest:%Y-%m-%d %H:%M} UTC")
    if state.troubled_channels:
        text = f"{state.troubled_channels} channels were not collected whole the last time"
        yield warn("coverage", text, "discord-airflow coverage")
    if state.unfinished_runs or state.stuck_sessions:
        text = f"{state.unfinished_runs} unfinished report runs, {state.stuck_sessions} sessions stuck in a transaction"
        yield warn("runs", text, "clear the failed tasks of discord_weekly, or run `discord-airflow report`")
    else:
        yield ok("runs", "none unfinished")
