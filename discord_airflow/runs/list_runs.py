"""The newest rows of the run ledger, typed."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import psycopg
from psycopg.rows import class_row

from discord_airflow.runs.lost import PACKAGE
from discord_airflow.sql_files import statement


@dataclass(frozen=True, slots=True)
class RecordedRun:
    """One row of the table `runs`; *ended_at* None: it runs, or nobody knows when it ended."""

    id: int
    stage: str
    status: Literal["running", "done", "failed", "lost"]
    run_key: str | None
    try_number: int | None
    since: datetime | None
    until: datetime | None
    guild_id: int | None
    channel_id: int | None
    started_at: datetime
    ended_at: datetime | None
    host: str
    pid: int
    version: str
    counts: dict[str, int]
    error: str | None
    exit_code: int | None

    @property
    def seconds(self) -> float | None:
        """How long it took."""
        return (self.ended_at - self.started_at).total_seconds() if self.ended_at else None


def fetch_runs(connection: psycopg.Connection[Any], *, limit: int) -> list[RecordedRun]:
    """Return the last *limit* runs, the newest first."""
    with connection.cursor(row_factory=class_row(RecordedRun)) as cursor:
        return cursor.execute(statement(PACKAGE, "newest"), {"limit": limit}).fetchall()


@dataclass(frozen=True, slots=True)
class StageStanding:
    """How a stage stands: its last run of the past month, how many run now, how many were lost in the past week."""

    stage: str
    status: Literal["running", "done", "failed", "lost"]
    error: str | None
    exit_code: int | None
    started_at: datetime
    running: int
    lost: int


def fetch_standing(connection: psycopg.Connection[Any]) -> list[StageStanding]:
    """Return how each stage that ran in the past month stands, by name."""
    with connection.cursor(row_factory=class_row(StageStanding)) as cursor:
        return cursor.execute(statement(PACKAGE, "standing")).fetchall()
