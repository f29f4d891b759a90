"""Where sections wait between the tasks of a run: the tables report_runs and report_sections."""

from typing import Any

import msgspec
import psycopg
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from discord_airflow.errors import DataQuarantinedError, UsageError
from discord_airflow.reporting.payload import Section
from discord_airflow.reporting.request import ReportRequest
from discord_airflow.sql_files import statement
from discord_airflow.window import Window

_PACKAGE = "discord_airflow.reporting"


def store_section(connection: psycopg.Connection[Any], request: ReportRequest, section: Section) -> None:
    """Store *section* under the request's run, whole or not at all; what is already stored is left as it is."""
    run = {
        "run_key": request.run_key,
        "since": request.window.since,
        "until": request.window.until,
        "zone": request.zone,
        "options": Jsonb(request.options()),
    }
    payload = Jsonb(msgspec.to_builtins(section))
    with connection.transaction():
        connection.execute(statement(_PACKAGE, "forget_other_request"), run)
        connection.execute(statement(_PACKAGE, "store_run"), run)
        connection.execute(
            statement(_PACKAGE, "store_section"),
            {"run_key": request.run_key, "section": section.name, "payload": payload},
        )


def fetch_run(connection: psycopg.Connection[Any], run_key: str) -> ReportRequest:
    """Return what the run *run_key* was asked; a run that stored nothing yet raises UsageError."""
    with connection.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(statement(_PACKAGE, "run"), {"run_key": run_key}).fetchone()
    if row is None:
        raise UsageError(f"There is no run {run_key!r}: none of its sections was computed.")
    return ReportRequest.stored(run_key, Window(row["since"], row["until"], row["zone"]), row["options"])


def fetch_sections(connection: psycopg.Connection[Any], run_key: str) -> dict[str, Section]:
    """Return the sections of the run *run_key* by name."""
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(statement(_PACKAGE, "sections"), {"run_key": run_key}).fetchall()
    try:
        return {row["section"]: msgspec.convert(row["payload"], Section) for row in rows}
    except msgspec.ValidationError as error:
        raise DataQuarantinedError(
            f"A stored section of the run {run_key!r} is not what this version writes ({error}); compute it again."
        ) from None
