"""A PostgreSQL server for a benchmark, and databases on it: the embedded one in a temporary folder, or your own."""

from __future__ import annotations

import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import psycopg
from psycopg import sql

from discord_airflow import database
from discord_airflow.settings import DatabaseSettings

TEMPLATE = "bench_template"

TABLES = (
    "messages", "attachments", "embeds", "stickers", "reactions", "reaction_users", "mentions", "inline_emojis",
    "interactions", "forwarded_messages", "message_revisions", "profiles", "users", "members", "roles", "emojis",
    "guilds",
    "channels", "channel_authors",
)  # fmt: skip
"""What an import fills, in the order in which it does."""


@dataclass(frozen=True)
class Server:
    """A running server, and a folder that both it and we can use."""

    settings: DatabaseSettings
    folder: Path

    def fresh(self, name: str) -> DatabaseSettings:
        """Make the database *name* anew, with the schema and no rows."""
        with database.connect(self.settings, autocommit=True) as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
            copy = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(TEMPLATE))
            connection.execute(copy)
            connection.execute("CHECKPOINT")
        return self.settings.model_copy(update={"name": name})


def server_cpu_seconds(connection: psycopg.Connection[Any]) -> float:
    """Return the processor time of all processes of the server that *connection* leads to, ended ones included."""
    postmaster = psutil.Process(connection.info.backend_pid).parent()
    assert postmaster is not None
    seconds = 0.0
    for child in postmaster.children():
        with suppress(psutil.NoSuchProcess):  # it has just ended, and counts with those
            used = child.cpu_times()
            seconds += used.user + used.system
    used = postmaster.cpu_times()
    return seconds + used.user + used.system + used.children_user + used.children_system


@contextmanager
def bench_server() -> Iterator[Server]:
    """
    Start an embedded server of the benchmark's own, with a template database; remove all of it afterwards.

    SIGTERM ends the benchmark in order, so that no server outlives it.
    """
    earlier = signal.signal(signal.SIGTERM, _end)
    try:
        yield from _server()
    finally:
        signal.signal(signal.SIGTERM, earlier)


def _end(number: int, _frame: object) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # one is enough: the server is being stopped
    sys.exit(128 + number)


def _server() -> Iterator[Server]:
    folder = Path(tempfile.mkdtemp(prefix="discord_airflow-bench-"))
    folder.chmod(0o755)
    shared = folder / "shared"
    shared.mkdir()
    shared.chmod(0o777)  # the server may run as another user
    settings = DatabaseSettings(data_directory=folder / "postgres", name="postgres")
    engine = database.embedded()
    try:
        engine.start(settings)
        with database.connect(settings.model_copy(update={"name": TEMPLATE})) as connection:
            database.apply_schema(connection)
        yield Server(settings, shared)
    finally:
        engine.stop(settings)
        shutil.rmtree(folder, ignore_errors=True)
