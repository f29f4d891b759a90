"""Checks of Airflow without starting it: its version, its metadata, what it has noted about the DAGs."""

import os
import sqlite3
import sys
from collections.abc import Iterator
from importlib import metadata

import psycopg

from discord_airflow import database
from discord_airflow.doctor.finding import Finding, fail, ok, warn
from discord_airflow.errors import DiscordAirflowError
from discord_airflow.local_airflow.place import AirflowPlace
from discord_airflow.local_airflow.server import METADATA
from discord_airflow.local_airflow.sessions import read_running
from discord_airflow.settings import Settings

_ADDRESS = "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"
_OUR_DAG = "discord_weekly"

Noted = tuple[list[str], dict[str, bool]]
"""Files that cannot be imported, and of each DAG whether it is switched off."""


def check_airflow(settings: Settings) -> Iterator[Finding]:
    """Look at Airflow: version, the database of its own, import errors, DAGs that are switched off, what was left."""
    try:
        version = metadata.version("apache-airflow-core")
    except metadata.PackageNotFoundError:
        yield warn("airflow", "Airflow is not installed: reports are made by hand", "make setup")
        return
    yield ok("airflow", f"{version}, Python {sys.version_info.major}.{sys.version_info.minor}")
    yield from _left_over(AirflowPlace(settings.home))
    try:
        noted = _noted(settings)
    except (psycopg.Error, sqlite3.Error, DiscordAirflowError) as error:
        said = type(error).__name__
        fix = "check that its PostgreSQL runs; then: airflow db check"
        yield fail("airflow db", f"Airflow's own database does not answer ({said})", fix)
        return
    if noted is not None:
        yield from _judge(*noted)


def _left_over(place: AirflowPlace) -> Iterator[Finding]:
    running = read_running(place.running_file)
    if running and not running.supervisor.lives():
        living = sum(leader.lives() for leader in running.services)
        yield warn("airflow", f"a killed `make up` has left its notes and {living} processes", "make down")


def _judge(errors: list[str], paused: dict[str, bool]) -> Iterator[Finding]:
    if errors:
        more = f" (and {len(errors) - 1} more)" if len(errors) > 1 else ""
        yield fail("dags", f"{errors[0]} cannot be imported{more}", "airflow dags list-import-errors")
    elif paused.get(_OUR_DAG):
        yield warn("dags", f"{_OUR_DAG} is switched off: no report comes by itself", f"airflow dags unpause {_OUR_DAG}")
    else:
        yield ok("dags", f"{len(paused)} known, none with an import error")


def _noted(settings: Settings) -> Noted | None:
    """Return what Airflow has noted, None when it never ran here; its address is never part of an error's sentence."""
    address = os.environ.get(_ADDRESS, "")
    if address.startswith("sqlite:///"):
        return _from_sqlite(address.removeprefix("sqlite:///"))
    if address.startswith("postgresql"):
        with psycopg.connect(f"postgresql://{address.partition('://')[2]}", connect_timeout=3) as connection:
            return _from_postgres(connection)
    here = AirflowPlace(settings.home).airflow / "metadata.db"
    if here.is_file():
        return _from_sqlite(str(here))
    if settings.database.host is not None or not database.embedded().status(settings.database).running:
        return None
    own = settings.database.model_copy(update={"name": METADATA})
    try:
        # Not database.connect(), which would make the database.
        with psycopg.connect(database.conninfo(own), connect_timeout=3) as connection:
            return _from_postgres(connection)
    except psycopg.OperationalError as error:
        if "does not exist" in str(error):
            return None
        raise


def _from_postgres(connection: psycopg.Connection[tuple[object, ...]]) -> Noted | None:
    known = connection.execute("SELECT to_regclass('import_error'), to_regclass('dag')").fetchone()
    if known is None or None in known:
        return None
    errors = connection.execute("SELECT filename FROM import_error ORDER BY filename").fetchall()
    dags = connection.execute("SELECT dag_id, is_paused FROM dag WHERE NOT is_stale").fetchall()
    return [str(name) for (name,) in errors], {str(name): bool(paused) for name, paused in dags}


def _from_sqlite(path: str) -> Noted:
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=1) as connection:
        errors = connection.execute("SELECT filename FROM import_error ORDER BY filename").fetchall()
        dags = connection.execute("SELECT dag_id, is_paused FROM dag WHERE NOT is_stale").fetchall()
    connection.close()
    return [str(name) for (name,) in errors], {str(name): bool(paused) for name, paused in dags}
