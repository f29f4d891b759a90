"""
Runs whose process has died without a word.

A killed process calls nothing, so others look: on the same machine whether the process is there, else whether the run
is older than its stage can last.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

import psycopg
from psycopg.rows import dict_row

from discord_airflow.runs.process import Process, this_host
from discord_airflow.sql_files import statement

PACKAGE: Final = "discord_airflow.runs"

LONGEST: Final[Mapping[str, timedelta]] = {
    "export": timedelta(hours=13),  # export.run_minutes is 12 hours
    "collect": timedelta(hours=25),
    "import": timedelta(hours=25),
    "check": timedelta(hours=25),
    "digest": timedelta(hours=4),
}
"""How long a run of a stage may take on a machine that we cannot look into; any other stage: two hours."""

LONGEST_OF_OTHERS: Final = timedelta(hours=2)


def close_lost(connection: psycopg.Connection[Any], stage: str | None = None) -> list[int]:
    """Mark the runs of *stage* (None: of all) whose process is gone as lost, and return their ids."""
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(statement(PACKAGE, "open"), {"stage": stage}).fetchall()
    lost = [row["id"] for row in rows if _is_lost(row)]
    if lost:
        connection.execute(statement(PACKAGE, "close_lost"), {"ids": lost})
    return lost


def _is_lost(row: Mapping[str, Any]) -> bool:
    if row["host"] == this_host():
        return Process(row["host"], row["pid"], row["process_started_at"]).is_gone
    return row["age"] > LONGEST.get(row["stage"], LONGEST_OF_OTHERS)
