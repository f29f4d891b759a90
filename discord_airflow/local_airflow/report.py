"""`make report`: exports → the database → one run of the real DAG → where the report is and how it begins."""

import os
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from time import monotonic
from typing import Any

from discord_airflow.database import connect
from discord_airflow.errors import UsageError
from discord_airflow.local_airflow.dag_process import airflow_version, run_dag
from discord_airflow.local_airflow.exports import SAMPLE, Tell, bring_in, for_sample
from discord_airflow.local_airflow.lock import only_one
from discord_airflow.local_airflow.own_database import in_use
from discord_airflow.local_airflow.place import AirflowPlace
from discord_airflow.queries.coverage import fetch_guild_names
from discord_airflow.report_shelf.shelf import FolderShelf
from discord_airflow.reporting.due import default_until
from discord_airflow.settings import Settings
from discord_airflow.weekly_options import parse_days, parse_until
from discord_airflow.window import zone_named

DAG = "discord_weekly"
FIRST_LINES = 30


def report(settings: Settings, exports: Path | None, days: int | None, until: str | None, tell: Tell) -> None:
    """
    Import *exports* (default: the sample) and write the report on the *days* days before *until*.

    Both have defaults: `report.days`, and the last full week that the data covers. Items that could not be imported are
    told and cost nothing else.
    """
    end = _end(until, settings.report.timezone) if until else None
    days = parse_days(days) if days is not None else None
    place = AirflowPlace(settings.home)
    place.make_folders()
    with only_one(place.report_lock, "Another `make report` is running; try again when it has finished."):
        used = settings if exports else for_sample(settings)
        with in_use(used.database):
            bring_in(used, exports or SAMPLE, tell)
            configuration = _configuration(used, end, days, sample=exports is None)
            if until:  # as it was written: in UTC a time over which the clock jumps would be lost
                configuration["until"] = until.strip()
            began = monotonic()
            tell(f"Running {DAG} in Airflow {airflow_version()} ...")
            outcome = run_dag(place, DAG, configuration, _environment(used))
            tell(f"{DAG}: success after {monotonic() - began:.0f} seconds")
    _show(used.report.directory / f"{outcome.handover['report']}.md", tell)


def _end(until: str, zone: str) -> datetime:
    end = parse_until(until, zone)
    if end > datetime.now(UTC):
        raise UsageError(f"until is {until}, which is still to come; a report needs a window that is over.")
    return end


def _environment(used: Settings) -> dict[str, str]:
    """Return our environment for the run: it finds the same database, and has no business with the token."""
    return {**os.environ, "DB_NAME": used.database.name, "DISCORD_TOKEN": ""}


def _configuration(used: Settings, end: datetime | None, days: int | None, *, sample: bool) -> dict[str, Any]:
    """Return what the run is asked for; the sample's own servers instead of those that are configured."""
    with connect(used.database, read_only=True) as connection:
        servers = list(map(str, fetch_guild_names(connection))) if sample else []
        end = end or default_until(connection, used, [int(server) for server in servers])
    asked: dict[str, Any] = {"until": end.astimezone(UTC).isoformat(), "servers": servers}
    if days is not None:
        asked["days"] = days
    if sample:
        _refuse_to_replace(used.report.directory, end.astimezone(zone_named(used.report.timezone)).date(), servers)
    return asked


def _refuse_to_replace(directory: Path, day: date, servers: Sequence[str]) -> None:
    """Keep the sample's report from taking the place of one about servers of the user's own."""
    there = FolderShelf(directory).summary(day)
    if there and not {server.server_id for server in there.servers} <= set(servers):
        raise UsageError(
            f"{directory / f'{day}.md'} is about servers of your own, and the sample's report would replace it;"
            " name your exports (make report EXPORTS=folder) or another end for the sample (UNTIL=2026-11-15)."
        )


def _show(path: Path, tell: Tell) -> None:
    """Tell where the report at *path* is, and how it begins."""
    shown = path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
    tell(f"The report: {shown} (the same as .html and .json)")
    tell("")
    lines = path.read_text(encoding="utf-8").splitlines()
    for line in lines[:FIRST_LINES]:
        tell(line)
    if len(lines) > FIRST_LINES:
        tell(f"... {len(lines) - FIRST_LINES} more lines")
