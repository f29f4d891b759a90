"""`discord-airflow runs`: what ran, when, and how it ended."""

import json
from datetime import datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import psycopg
import typer

from discord_airflow import database
from discord_airflow.commands.options import AsJson, Config
from discord_airflow.commands.query import terminal_width
from discord_airflow.commands.query_output import fitted, render_table
from discord_airflow.errors import ConfigurationError
from discord_airflow.queries.parameters import moment
from discord_airflow.runs.list_runs import RecordedRun, fetch_runs
from discord_airflow.settings import load_settings
from discord_airflow.terminal import say

HEADINGS = ("Run", "Stage", "Status", "Started", "Took", "Try", "About", "Counts")
NARROWEST = 110
"""Eight columns need so much; where there is less, as in a pipe, each run is a line with its details below."""

INDENT = "       "


def register(app: typer.Typer) -> None:
    """Add `runs` to *app*."""
    app.command("runs", epilog="Example: discord-airflow runs --last 50")(runs)


def runs(
    config: Config = None,
    last: Annotated[
        int, typer.Option("--last", min=1, max=100_000, help="How many of the newest runs.", metavar="N")
    ] = 20,
    *,
    as_json: AsJson = False,
) -> None:
    """
    List what ran: done, failed and why, running, or lost.

    The newest runs of commands and of Airflow's tasks; a lost one ended with its process. The list holds numbers and
    ids only. Rows go by themselves after 400 days.
    """
    settings = load_settings(config)
    with database.connect(settings.database, read_only=True) as connection:
        try:
            found = fetch_runs(connection, limit=last)
        except psycopg.errors.UndefinedTable:
            raise ConfigurationError("The database has no run ledger yet; run: discord-airflow db migrate") from None
    if as_json:
        say(json.dumps([_data(run) for run in found], indent=2))
    elif not found:
        say("Nothing ran yet.")
    else:
        zone = ZoneInfo(settings.report.timezone)
        say(_shown([_cells(run, zone) for run in found], terminal_width()))


def _shown(rows: list[list[str]], width: int) -> str:
    """Return the runs in lines no wider than *width*."""
    if width >= NARROWEST:
        return render_table(HEADINGS, rows, width=width, numbers=(0, 4, 5))
    return "\n".join(fitted(line, width) for row in rows for line in _lines(*row))


def _lines(number: str, stage: str, status: str, started: str, took: str, attempt: str, about: str, counts: str) -> Any:
    """Yield what ran and how it ended, then what it was about and what it did."""
    again = f"try {attempt}" if attempt else ""
    yield f"{number:>5}  {started}  " + ", ".join(filter(None, (f"{stage} {status}", took, again)))
    if about or counts:
        yield INDENT + "; ".join(filter(None, (about, counts)))


def _cells(run: RecordedRun, zone: ZoneInfo) -> list[str]:
    status = run.status
    if run.status == "failed":
        status = " ".join(filter(None, (run.status, run.error, f"({run.exit_code})" if run.exit_code else "")))
    return [
        str(run.id),
        run.stage,
        status,
        f"{run.started_at.astimezone(zone):%Y-%m-%d %H:%M}",
        _took(run.seconds),
        str(run.try_number or ""),
        str(run.channel_id or run.guild_id or (_window(run.since, run.until, zone) if run.since and run.until else "")),
        ", ".join(f"{name.replace('_', ' ')} {number:,}" for name, number in run.counts.items() if number),
    ]


def _window(since: datetime, until: datetime, zone: ZoneInfo) -> str:
    return f"{since.astimezone(zone):%Y-%m-%d} to {until.astimezone(zone):%Y-%m-%d}"


def _took(seconds: float | None) -> str:
    if seconds is None:
        return ""
    return f"{seconds:.1f} s" if seconds < 100 else f"{seconds / 60:.0f} min"


def _data(run: RecordedRun) -> dict[str, Any]:
    return {
        "id": run.id,
        "stage": run.stage,
        "status": run.status,
        "run_key": run.run_key,
        "try_number": run.try_number,
        "since": moment(run.since) if run.since else None,
        "until": moment(run.until) if run.until else None,
        "guild_id": str(run.guild_id) if run.guild_id is not None else None,
        "channel_id": str(run.channel_id) if run.channel_id is not None else None,
        "started_at": moment(run.started_at),
        "ended_at": moment(run.ended_at) if run.ended_at else None,
        "seconds": run.seconds,
        "host": run.host,
        "pid": run.pid,
        "version": run.version,
        "counts": run.counts,
        "error": run.error,
        "exit_code": run.exit_code,
    }
