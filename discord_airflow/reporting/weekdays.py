"""In which order a week is shown."""

from discord_airflow.reporting.model import Report


def weekday_order(report: Report) -> tuple[int, ...]:
    """Return the weekdays (0 = Monday) in the order in which the report's week runs."""
    return (6, 0, 1, 2, 3, 4, 5) if report.week_start == "sunday" else (0, 1, 2, 3, 4, 5, 6)
