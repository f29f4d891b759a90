"""The embedded PostgreSQL, for as long as a command needs it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psycopg

from discord_airflow import embedded
from discord_airflow.database import connect
from discord_airflow.errors import DiscordAirflowError
from discord_airflow.settings import DatabaseSettings
from discord_airflow.sql_files import statement

Connection = psycopg.Connection[Any]

_PATIENCE_SECONDS = 3.0


def start_for_use(settings: DatabaseSettings) -> bool:
    """Start the embedded server if it is needed; return True when whoever asked has to stop it afterwards."""
    if settings.host is not None or embedded.status(settings).running:
        return False
    embedded.start(settings)
    return True


def stop_if_unused(settings: DatabaseSettings) -> None:
    """Stop the embedded server unless somebody else is connected to it by now."""
    if settings.host is not None or not embedded.status(settings).running:
        return
    deadline = time.monotonic() + _PATIENCE_SECONDS
    with connect(settings.model_copy(update={"name": "postgres"}), autocommit=True) as connection:
        # The session of a task that was just killed ends a moment after its process.
        while not (unused := _is_alone(connection)) and time.monotonic() < deadline:
            time.sleep(0.1)
    if unused:
        embedded.stop(settings)


def _is_alone(connection: Connection) -> bool:
    return connection.execute(statement(__package__, "other_sessions")).fetchone() == (0,)


@contextmanager
def in_use(settings: DatabaseSettings) -> Iterator[None]:
    """Have the database running; afterwards it is as it was before: what was started here is stopped again."""
    started = start_for_use(settings)
    try:
        yield
    finally:
        # A server that goes on running does no harm, and must not hide what happened before.
        with suppress(DiscordAirflowError):
            if started:
                stop_if_unused(settings)
