"""What is told, and when: a failed task, a report that is not there in time."""

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from pydantic import SecretStr

from discord_airflow.errors import DiscordAirflowError, ServiceDownError
from discord_airflow.notifications.mail import parse_account, send
from discord_airflow.notifications.notice import Notice
from discord_airflow.notifications.webhook import new_client, parse_webhook, post
from discord_airflow.report_shelf.shelf import FolderShelf, Shelf, TwoShelves
from discord_airflow.settings import NotifySettings, Settings, load_settings
from discord_airflow.window import last_full_week, zone_named

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Told:
    """How it went to tell something by one *way*; *trouble* is None when it arrived."""

    way: str
    trouble: DiscordAirflowError | None


def failure_notice(dag_id: str, task_id: str, run_id: str, error: BaseException | None) -> Notice:
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
    what_next = f"Run `{run_id}`. What to do stands in the DAG's own notes in Airflow."
    return Notice(f"{dag_id}: {task_id} failed", f"{why}\n{what_next}")


def notify(notice: Notice, settings: Settings) -> None:
    """
    Tell *notice* by every way that *settings* name; when they name none, nobody is told.

    A notice that cannot be sent must hide neither what it was about nor the other way, so it is a line in the log.
    """
    for one in tell(notice, settings):
        if one.trouble is not None:
            log.warning("A notice could not be sent by %s: %s", one.way, one.trouble)


def tell(notice: Notice, settings: Settings) -> tuple[Told, ...]:
    """Tell *notice* by every way that *settings* name, each for itself, and return how it went; nothing is raised."""
    return tuple(_told(way, send) for way, send in ways(settings, notice))


def ways(settings: Settings, notice: Notice) -> Iterator[tuple[str, Callable[[], None]]]:
    """Yield the name of each way that is set, and what sends *notice* by it."""
    if settings.notify.webhook is not None:
        yield "webhook", partial(_post, settings.notify.webhook, notice)
    if any((settings.notify.email_host, settings.notify.email_to, settings.notify.email_password)):
        yield "e-mail", partial(_mail, settings.notify, notice)


def _told(way: str, send: Callable[[], None]) -> Told:
    try:
        send()
    except DiscordAirflowError as error:
        return Told(way, error)
    except Exception as error:  # noqa: BLE001 (a mistake in one way must not keep the other from being tried)
        # Not its words: they may hold what was sent, a password among it.
        return Told(way, ServiceDownError(f"it ended with {type(error).__name__}, which is a mistake in this program."))
    return Told(way, None)


def _post(address: SecretStr, notice: Notice) -> None:
    webhook = parse_webhook(address.get_secret_value())
    with new_client() as client:
        post(webhook, notice.for_discord(), client)


def _mail(settings: NotifySettings, notice: Notice) -> None:
    if account := parse_account(settings):
        send(account, notice)


def notify_failure(context: Mapping[str, Any]) -> None:
    """Tell of the failed task of *context*, which is what Airflow hands to an `on_failure_callback`."""
    task = context["ti"]
    notify(failure_notice(task.dag_id, task.task_id, task.run_id, context.get("exception")), load_settings())


def late_notice(shelf: Shelf, now: datetime, zone: str, late_after: timedelta) -> Notice | None:
    """
    Return the notice that the report due last Sunday at nine is missing at *now*; None while all is well.

    A report belongs to the day on which its window ends.
    """
    due = last_full_week(now, zone)
    local = due.astimezone(zone_named(zone))
    if now < due + late_after or "md" in shelf.kinds(local.date()):
        return None
    return Notice(
        f"The report of {local.date()} is not there",
        f"It was due at {local:%H:%M} ({zone}). Look at the newest run of `discord_weekly` in Airflow, whether that DAG"
        " is switched on, and whether Airflow runs at all.",
    )


def late_report(settings: Settings, now: datetime) -> Notice | None:
    """
    Return the notice about a late report as *settings* would have it (late_notice).

    A report is there when it lies in the folder, or when the database can give it: a task may have written it to the
    disk of another machine.
    """
    from discord_airflow.report_shelf.stored import StoredShelf

    shelf = TwoShelves(FolderShelf(settings.report.directory), StoredShelf(settings.database))
    return late_notice(shelf, now, settings.report.timezone, timedelta(minutes=settings.notify.late_minutes))
