"""What the DAG `discord_watch` does: on Sunday, look whether the report is there, and tell when it is not."""

from datetime import datetime, time

from discord_airflow.settings import load_settings

REPORT_HOUR = 9


def schedule() -> tuple[str, time]:
    """Return the zone and the time of day at which to look, on the Sunday itself."""
    settings = load_settings()
    hours, minutes = divmod(settings.notify.late_minutes, 60)
    return settings.report.timezone, time(REPORT_HOUR + hours, minutes)


def secrets() -> list[str]:
    """Return the values that no log may show."""
    webhook = load_settings().notify.webhook
    return [webhook.get_secret_value()] if webhook else []


def look(now: datetime) -> str | None:
    """Return what is missing at *now*, after telling it; None when the report is there."""
    from discord_airflow.notifications.notices import late_report, notify

    settings = load_settings()
    missing = late_report(settings, now)
    if missing:
        notify(missing, settings)
    return missing
