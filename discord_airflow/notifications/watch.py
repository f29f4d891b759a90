"""What the DAG `discord_watch` does: on Sunday, look whether the report is there, and tell when it is not."""

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any

from discord_airflow.errors import DiscordAirflowError
from discord_airflow.settings import load_settings

REPORT_HOUR = 9


class ReportMissingError(DiscordAirflowError):
    """The report that is due is not there."""

    permanent = True


def schedule() -> tuple[str, time]:
    """Return the zone and the time of day at which to look, on the Sunday itself."""
    settings = load_settings()
    hours, minutes = divmod(settings.notify.late_minutes, 60)
    return settings.report.timezone, time(REPORT_HOUR + hours, minutes)


def look(now: datetime) -> None:
    """Look whether the report is there at *now*; when it is not, tell so and raise ReportMissingError."""
    from discord_airflow.notifications.notices import late_report, notify

    settings = load_settings()
    if missing := late_report(settings, now):
        notify(missing, settings)
        raise ReportMissingError(f"{missing.subject}. {missing.text}")


def tell_failure(context: Mapping[str, Any]) -> None:
    """Tell of a look that failed for another reason than a missing report, which is told already."""
    if not isinstance(context.get("exception"), ReportMissingError):
        from discord_airflow.notifications.notices import notify_failure

        notify_failure(context)
