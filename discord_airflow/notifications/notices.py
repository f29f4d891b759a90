"""What is told, and when: a failed task, a report that is not there in time."""

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from discord_airflow.errors import DiscordAirflowError
from discord_airflow.notifications.webhook import new_client, parse_webhook, post
from discord_airflow.report_shelf.shelf import FolderShelf, Shelf
from discord_airflow.settings import Settings, load_settings
from discord_airflow.window import last_full_week, zone_named

log = logging.getLogger(__name__)


def failure_text(dag_id: str, task_id: str, run_id: str, error: BaseException | None) -> str:
    """
    Return the notice of a failed task.

    Only errors of our own are quoted, as only their sentences are known to hold no secret; of others the kind is told.
    """
    if isinstance(error, DiscordAirflowError):
        why = str(error)
    elif error is None:
        why = "It gave no reason."
    else:
        why = f"It ended with {type(error).__name__}; its log says more."
    return (
        f"**{dag_id}: {task_id} failed.**\n{why}\nRun `{run_id}`. What to do stands in the DAG's own notes in Airflow."
    )


def notify(text: str, settings: Settings) -> bool:
    """Post *text* to the webhook of *settings*; False when there is none, or when it did not arrive (see the log)."""
    if settings.notify.webhook is None:
        return False
    try:
        webhook = parse_webhook(settings.notify.webhook.get_secret_value())
        with new_client() as client:
            post(webhook, text, client)
    except DiscordAirflowError as error:
        # A notice that fails must not hide what it was about.
        log.warning("A notice could not be sent: %s", error)
        return False
    return True


def notify_failure(context: Mapping[str, Any]) -> None:
    """Tell of the failed task of *context*, which is what Airflow hands to an `on_failure_callback`."""
    task = context["ti"]
    notify(failure_text(task.dag_id, task.task_id, task.run_id, context.get("exception")), load_settings())


def late_text(shelf: Shelf, now: datetime, zone: str, late_after: timedelta) -> str | None:
    """
    Return the notice that the report due last Sunday at nine is missing at *now*; None while all is well.

    A report belongs to the day on which its window ends.
    """
    due = last_full_week(now, zone)
    day = due.astimezone(zone_named(zone)).date()
    if now < due + late_after or "md" in shelf.kinds(day):
        return None
    return (
        f"**The report of {day} is not there.** It was due at {due.astimezone(zone_named(zone)):%H:%M} ({zone});"
        " look at the newest run of `discord_weekly` in Airflow, or whether Airflow runs at all."
    )


def late_report(settings: Settings, now: datetime) -> str | None:
    """Return the notice about a late report as *settings* would have it (late_text)."""
    shelf = FolderShelf(settings.report.directory)
    return late_text(shelf, now, settings.report.timezone, timedelta(minutes=settings.notify.late_minutes))
