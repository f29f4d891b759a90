"""`discord-airflow report`: compute a report and write it, without Airflow."""

import hashlib
import json
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import psycopg
import typer

from discord_airflow.commands.options import Config, Servers
from discord_airflow.database import apply_schema, connect
from discord_airflow.digests import store_digest
from discord_airflow.errors import UsageError
from discord_airflow.queries.names import resolve_guilds
from discord_airflow.reporting.build import build_report
from discord_airflow.reporting.due import default_until
from discord_airflow.reporting.markdown import render_markdown
from discord_airflow.reporting.request import SECTIONS, ReportRequest, request_from
from discord_airflow.reporting.sections import compute_section, reported_guilds
from discord_airflow.reporting.write import write_report
from discord_airflow.runs.ledger import recorded
from discord_airflow.settings import Settings, load_settings
from discord_airflow.terminal import say
from discord_airflow.weekly_options import parse_until
from discord_airflow.window import window_ending

FIRST_LINES = 30

Days = Annotated[
    int | None,
    typer.Option(
        help="How many days the report covers; default: report.days of the settings.", min=1, max=366, metavar="N"
    ),
]
Until = Annotated[
    str | None,
    typer.Option(
        help="Where it ends: a day (nine o'clock) or a moment, on the clock of the report's zone;"
        " default: the last Sunday nine o'clock that the imported exports reach.",
        metavar="WHEN",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the window and the files as JSON.")]


def register(app: typer.Typer) -> None:
    """Add `report` to *app*."""
    app.command("report", epilog="Example: discord-airflow report --days 14 --until 2026-11-22")(report)


def report(
    days: Days = None,
    until: Until = None,
    server: Servers = None,
    config: Config = None,
    *,
    as_json: AsJson = False,
) -> None:
    """
    Make the report: Markdown, HTML and JSON.

    It lies in the folder of the reports (report.directory). Without --server it is about the servers of the settings,
    else about all. The DAG discord_weekly makes the same. Made again over the same data, a report is the same to the
    byte.
    """
    settings = load_settings(config)
    with recorded(settings.database, "report") as run:
        with connect(settings.database) as connection:
            apply_schema(connection)
            request = _request(connection, settings, days, until, server)
            run.window = request.window
            for section in SECTIONS:
                compute_section(connection, section, request)
            if request.names == "shown":
                for guild_id in reported_guilds(connection, request.guild_ids):
                    connection.rollback()
                    store_digest(connection, request, guild_id, settings)
            connection.rollback()
            made = build_report(connection, request.run_key)
        files = write_report(made, settings.report.directory)
        run.count(servers=len(made.servers), files=len(files))
    if as_json:
        say(json.dumps(_described(request, files), ensure_ascii=False))
        return
    lines = render_markdown(made).split("\n")
    say("\n".join(lines[:FIRST_LINES]))
    if len(lines) > FIRST_LINES:
        say(f"... {len(lines) - FIRST_LINES} more lines")
    say("\nThe report is in:")
    for file in files:
        say(f"  {file}")


def _request(
    connection: psycopg.Connection[Any],
    settings: Settings,
    days: int | None,
    until: str | None,
    servers: list[str] | None,
) -> ReportRequest:
    guild_ids = resolve_guilds(connection, servers) if servers else ()
    reported_guilds(connection, guild_ids or settings.servers)  # a server that is not there is worth a word of its own
    zone = settings.report.timezone
    end = parse_until(until, zone) if until else default_until(connection, settings, guild_ids)
    connection.rollback()
    return _keyed(request_from(settings, "", _window(end, days or settings.report.days, zone), guild_ids))


def _window(end: datetime, days: int, zone: str) -> Any:
    try:
        return window_ending(end, days, zone)
    except ValueError as error:
        raise UsageError(f"There is no such window: {error}.") from None


def _keyed(request: ReportRequest) -> ReportRequest:
    """Return *request* under a key that is the same for the same question, so that asking again replaces the answer."""
    asked = json.dumps([request.window.label(), request.options()], sort_keys=True)
    return request.keyed(f"command/{hashlib.sha256(asked.encode()).hexdigest()[:16]}")


def _described(request: ReportRequest, files: tuple[Path, Path, Path]) -> dict[str, Any]:
    markdown, html, data = files
    return {
        "since": request.window.since.isoformat(),
        "until": request.window.until.isoformat(),
        "zone": request.zone,
        "markdown": str(markdown),
        "html": str(html),
        "json": str(data),
    }
