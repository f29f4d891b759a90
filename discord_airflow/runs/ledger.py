"""
Notes in the table `runs`: begun, done or failed, with numbers.

Each note is a short connection of its own, so that a run of hours holds none open and the run's transactions never
decide about it. A run goes on when its note cannot be written: one warning, no error.
"""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import Any, Literal

import psycopg
import structlog
from psycopg.types.json import Jsonb

from discord_airflow import __version__, database
from discord_airflow.errors import DiscordAirflowError
from discord_airflow.log_lines import tell
from discord_airflow.runs.lost import PACKAGE, close_lost
from discord_airflow.runs.process import this_process
from discord_airflow.settings import DatabaseSettings
from discord_airflow.sql_files import statement
from discord_airflow.window import Window

log = logging.getLogger(__name__)

Status = Literal["done", "failed"]

INTERRUPTED = 130
"""What a command ends with that was stopped by Ctrl-C or SIGTERM."""


class Run:
    """One run while it lasts; what it counts is written when it ends."""

    def __init__(self, stage: str, window: Window | None, guild_id: int | None, channel_id: int | None) -> None:
        self.id: int | None = None
        self.window = window
        self.counts: dict[str, int] = {}
        self.exit_code = 0
        self.error: str | None = None
        self.is_unexpected = False
        self._process = this_process()
        self._facts = {
            "stage": stage,
            "run_key": _airflow_run(),
            "try_number": _airflow_try(),
            "guild_id": guild_id,
            "channel_id": channel_id,
            "host": self._process.host,
            "pid": self._process.pid,
            "process_started_at": self._process.started_at,
            "version": __version__,
            "started_at": datetime.now(UTC),
        }

    @property
    def status(self) -> Status:
        """How the run stands, should it end now."""
        return "failed" if self.error or self.exit_code else "done"

    def count(self, **numbers: int) -> None:
        """Take numbers by name; a later one replaces the earlier."""
        self.counts.update(numbers)

    def ends_with(self, exit_code: int) -> int:
        """Take the status that the command ends with, and return it."""
        self.exit_code = exit_code
        return exit_code

    def failed(self, error: BaseException) -> None:
        """Take the error that ended the run: its class, never its words."""
        code = getattr(error, "exit_code", None)  # ours, and typer's Exit
        self.is_unexpected = not isinstance(code, int)
        if isinstance(error, SystemExit):
            code = error.code if isinstance(error.code, int) else 1
        elif isinstance(error, KeyboardInterrupt):
            code = INTERRUPTED
        elif not isinstance(code, int):
            code = 74 if isinstance(error, OSError) else 1
        self.exit_code, self.error = code, type(error).__name__ if code else None

    def parameters(self) -> dict[str, Any]:
        """Return the row."""
        since, until = (self.window.since, self.window.until) if self.window else (None, None)
        ended = {"status": self.status, "counts": Jsonb(self.counts), "error": self.error, "exit_code": self.exit_code}
        return {**self._facts, **ended, "id": self.id, "since": since, "until": until}


@contextmanager
def recorded(
    settings: DatabaseSettings | None,
    stage: str,
    *,
    window: Window | None = None,
    guild_id: int | None = None,
    channel_id: int | None = None,
) -> Iterator[Run]:
    """
    Note that *stage* runs, and how it ended; runs of the same stage whose process has died are closed as lost.

    Without *settings* nothing is written: for runs that promise to change nothing.
    What is logged inside carries the run's id, its stage and its server and channel.
    """
    run = Run(stage, window, guild_id, channel_id)
    reached = settings is not None and _begin(settings, run)
    about = {"run": run.id, "stage": stage, "guild_id": guild_id, "channel_id": channel_id}
    with structlog.contextvars.bound_contextvars(**{name: value for name, value in about.items() if value is not None}):
        tell(log, "run begins")
        try:
            yield run
        except BaseException as error:
            run.failed(error)
            raise
        finally:
            # Of errors of ours a sentence follows, from the command or from Airflow.
            level = logging.WARNING if run.is_unexpected else logging.INFO
            tell(log, f"run {run.status}", level, error=run.error, exit_code=run.exit_code, **run.counts)
            # Where nothing answered at the beginning and the run has failed for it, asking again only costs time.
            if settings is not None and (reached or run.error is None):
                _end(settings, run)


def _begin(settings: DatabaseSettings, run: Run) -> bool:
    """Write that *run* began, and return whether the database answered at all."""
    try:
        with database.connect(settings, autocommit=True) as connection:
            stage = run.parameters()["stage"]
            for lost in close_lost(connection, stage):
                tell(log, "an earlier run of this stage was lost", logging.WARNING, lost_run=lost, stage=stage)
            row = connection.execute(statement(PACKAGE, "begin"), run.parameters()).fetchone()
            run.id = row[0] if row else None
            _forget_old(connection)
    except psycopg.errors.UndefinedTable:
        return True  # a new or an older database: the run itself may make the table
    except psycopg.OperationalError:
        return False
    except psycopg.Error:
        return True
    except (DiscordAirflowError, OSError):
        return False
    return True


def _forget_old(connection: psycopg.Connection[Any]) -> None:
    # A reporter may not; those who import and publish do it.
    with suppress(psycopg.errors.InsufficientPrivilege):
        connection.execute(statement(PACKAGE, "forget_old"))


def _end(settings: DatabaseSettings, run: Run) -> None:
    name: Literal["end", "ended_at_once"] = "end" if run.id is not None else "ended_at_once"
    try:
        with database.connect(settings, autocommit=True) as connection:
            connection.execute(statement(PACKAGE, name), run.parameters())
    except psycopg.errors.UndefinedTable:
        pass  # not this version's schema; `doctor` says so
    except (psycopg.Error, DiscordAirflowError, OSError) as error:
        tell(log, "the run ledger could not be written", logging.WARNING, reason=type(error).__name__)


def _airflow_run() -> str | None:
    """Return DAG and run where a task of Airflow's is running: Airflow tells it to every process it starts."""
    dag_id, run_id = os.environ.get("AIRFLOW_CTX_DAG_ID"), os.environ.get("AIRFLOW_CTX_DAG_RUN_ID")
    return f"{dag_id}/{run_id}" if dag_id and run_id else None


def _airflow_try() -> int | None:
    number = os.environ.get("AIRFLOW_CTX_TRY_NUMBER", "")
    return int(number) if number.isascii() and number.isdigit() else None
