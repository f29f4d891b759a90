"""What one run of `discord_weekly` was asked for: which window, which guilds. Knows nothing of Airflow."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any

from discord_airflow.errors import UsageError
from discord_airflow.settings_files import nearest
from discord_airflow.snowflake import parse_snowflake
from discord_airflow.window import Window, window_ending, zone_named

OPTIONS = ("days", "until", "servers")
"""The keys that a run's configuration may have."""

REPORT_HOUR = 9
"""A report is due at nine o'clock; a date without a time of day means this hour."""

MAXIMUM_DAYS = 366


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What Airflow knows about a run, in plain values."""

    key: str
    """Names the run: the same on every retry, another for every other run."""

    configuration: Mapping[str, Any]
    """As it was given when the run was triggered."""

    parameters: Mapping[str, Any]
    """The same with the defaults filled in."""

    run_after: datetime
    """For a scheduled run and a backfill its tick, else when it was triggered."""

    interval_start: datetime | None = None
    interval_end: datetime | None = None
    """None when a run was triggered without a logical date."""

    default_days: int = 7

    def __post_init__(self) -> None:
        # Airflow's instants are pendulum's, which cannot be divided like Python's own.
        for name in ("run_after", "interval_start", "interval_end"):
            if (instant := getattr(self, name)) is not None:
                object.__setattr__(self, name, _plain(instant))


def run_window(run: RunFacts, zone: str) -> Window:
    """
    Return the window that *run* reports on.

    It ends at `until`, else at the minute in which the data interval ends, else in which the run was triggered; it
    begins `days` earlier on the wall clock of *zone*. A data interval that a person has set by hand is taken as it
    stands, unless `days` or `until` say otherwise. The clock is never read, so that a retry sees the same window.
    """
    refuse_unknown_options(run.configuration)
    days = parse_days(run.parameters.get("days", run.default_days))
    until = run.parameters.get("until")
    if until:
        end = parse_until(until, zone)
        if end > max(run.run_after, run.interval_end or run.run_after):
            raise UsageError(f"until is {until}, which is still to come; a report needs a window that is over.")
        return _window(end, days, zone)
    start, end = run.interval_start, run.interval_end
    if start and end and start < end and days == run.default_days:
        return Window(start.astimezone(UTC), end.astimezone(UTC), zone)
    return _window((end or run.run_after).replace(second=0, microsecond=0), days, zone)


def run_servers(run: RunFacts, configured: Sequence[int]) -> tuple[int, ...]:
    """Return the ids of the guilds that *run* asks for, else those that are *configured*; empty means all."""
    asked = run.parameters.get("servers") or ()
    if isinstance(asked, str) or not isinstance(asked, Sequence):
        raise UsageError(f"servers is {_shortened(asked)}, but it must be a list of ids, each one as text.")
    try:
        return tuple(sorted({parse_snowflake(str(server).strip()) for server in asked} or set(configured)))
    except ValueError as error:
        raise UsageError(f"servers cannot be used: {error}.") from None


def refuse_unknown_options(configuration: Mapping[str, Any]) -> None:
    """Raise UsageError for a key that would otherwise be ignored in silence."""
    for name in configuration:
        if name not in OPTIONS:
            raise UsageError(
                f"The run's configuration has {_shortened(name)}, which is not an option{nearest(str(name), OPTIONS)}."
            )


def parse_until(text: object, zone: str) -> datetime:
    """
    Return the instant that *text* names: a date (nine o'clock of that day) or a date with a time of day.

    Without an offset of its own the text is read on the wall clock of *zone*, and the result stays on that clock: where
    it jumps over the time named, only the wall time tells which week ends then (window_ending). Anything else raises
    UsageError.
    """
    trouble = UsageError(
        f"until is {_shortened(text)}, but it must be a date such as 2026-11-22, or a date and time such as"
        " 2026-11-22T09:00 (on the clock of the report's zone) or 2026-11-22T09:00+02:00."
    )
    # Python reads more forms than these, some of them surprising, such as 2026-W47.
    form = r"(\d{4}-\d\d-\d\d)([T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:?\d\d)?)?"
    if not isinstance(text, str) or not (match := re.fullmatch(form, text.strip(), re.ASCII)):
        raise trouble
    try:
        named = datetime.fromisoformat(text.strip())
        if match[2] is None:
            named = datetime.combine(named.date(), time(REPORT_HOUR))
        aware = named if named.tzinfo else named.replace(tzinfo=zone_named(zone))
        aware.astimezone(UTC)  # what no calendar holds in UTC is no end either
    except (ValueError, OverflowError):
        raise trouble from None
    return aware


def parse_days(value: object) -> int:
    """Return *value* as a number of days; UsageError says what it must be."""
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MAXIMUM_DAYS:
        raise UsageError(f"days is {_shortened(value)}, but it must be a whole number from 1 to {MAXIMUM_DAYS}.")
    return value


def _window(end: datetime, days: int, zone: str) -> Window:
    try:
        return window_ending(end, days, zone)
    except (ValueError, OverflowError) as error:
        raise UsageError(f"There is no such window: {error}.") from None


def _plain(instant: datetime) -> datetime:
    """Return *instant* as Python's own class, in UTC, whatever class it was of."""
    there = instant.astimezone(UTC)
    clock = (there.hour, there.minute, there.second, there.microsecond)
    return datetime(there.year, there.month, there.day, *clock, tzinfo=UTC)


def _shortened(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
