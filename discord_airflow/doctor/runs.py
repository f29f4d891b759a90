"""Checks of the run ledger: what ran last, what failed, what was lost with its process."""

from collections.abc import Iterator
from typing import Any

import psycopg

from discord_airflow import database
from discord_airflow.doctor.finding import Finding, ok, warn
from discord_airflow.errors import DiscordAirflowError
from discord_airflow.runs.list_runs import StageStanding, fetch_standing
from discord_airflow.runs.lost import close_lost
from discord_airflow.settings import DatabaseSettings

_AGAIN = {
    "collect": "discord-airflow collect",
    "export": "discord-airflow collect",
    "list": "clear list_channels of discord_collect, or run `discord-airflow collect`",
    "check_exports": "clear check_exports of discord_collect, or run `discord-airflow collect`",
    "import": "discord-airflow import",
    "report": "discord-airflow report",
    "verify": "run `discord-airflow verify` on that report again: it says what does not hold",
    "check": "run `discord-airflow check` again: it says what is wrong and what to do",
}
"""How a lost or failed run is made again; nothing of it is half stored, so that is always safe."""


def close_dead(settings: DatabaseSettings) -> None:
    """Mark runs whose process is gone as lost; whoever may only read leaves them to the next run."""
    try:
        with database.connect(settings, autocommit=True) as connection:
            close_lost(connection)
    except (psycopg.Error, DiscordAirflowError, OSError):
        pass


def judge_runs(connection: psycopg.Connection[Any]) -> Iterator[Finding]:
    """Tell of each stage whose last run failed or whose runs were lost; one line when there is none."""
    stages = fetch_standing(connection)
    troubled = [stage for stage in stages if stage.lost or stage.status in ("failed", "lost")]
    for stage in troubled:
        yield warn("run ledger", _said(stage), _fix(stage))
    if not troubled:
        running = sum(stage.running for stage in stages)
        newest = max((stage.started_at for stage in stages), default=None)
        last = f"the last run began {newest:%Y-%m-%d %H:%M} UTC" if newest else "nothing ran in the last 30 days"
        yield ok("run ledger", f"{last}; {running} running, none lost, none failed last")


def _said(stage: StageStanding) -> str:
    parts: list[str] = []
    if stage.status == "failed":
        what = f"{stage.error or 'with something left to do'}, exit {stage.exit_code}"
        parts.append(f"the last {stage.stage} failed ({what}) at {stage.started_at:%Y-%m-%d %H:%M} UTC")
    if stage.lost:
        was = "was" if stage.lost == 1 else "were"
        parts.append(f"{stage.lost} of {stage.stage} {was} lost: the process died without a word")
    elif stage.status == "lost":
        parts.append(f"the last {stage.stage} was lost: its process died without a word")
    return "; ".join(parts)


def _fix(stage: StageStanding) -> str:
    again = _AGAIN.get(stage.stage, f"clear {stage.stage} of discord_weekly, or run `discord-airflow report`")
    return f"{again}; what ran: discord-airflow runs"
