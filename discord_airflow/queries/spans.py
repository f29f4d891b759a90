"""How a window is cut, on the wall clock of its zone: into days, months, and the windows of a trend. Pure."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

from discord_airflow.errors import UsageError
from discord_airflow.window import Window, window_ending, zone_named

MOST_DAYS = 3_660
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open stretch of time, and the first day of what it stands for."""

    first_day: date
    since: datetime
    until: datetime


def cut_days(window: Window) -> tuple[Span, ...]:
    """Return the days of *window*, from midnight to midnight, the first and last cut at the window's ends."""
    if window.until - window.since > MOST_DAYS * ONE_DAY:
        raise UsageError(f"{window.label()} is too long to be shown by days; at most {MOST_DAYS:,} days are.")
    first = window.since.astimezone(zone_named(window.zone)).date()
    last = window.until.astimezone(zone_named(window.zone)).date()
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return _clipped([(day, midnight(day, window.zone)) for day in (*days, last + ONE_DAY)], window)


def cut_months(window: Window, months: int) -> tuple[Span, ...]:
    """Return the *months* calendar months up to the one in which *window* ends, which is cut at that end."""
    end = (window.until - timedelta(microseconds=1)).astimezone(zone_named(window.zone)).date()
    numbers = range(_month_number(end) - months + 1, _month_number(end) + 2)
    if numbers[0] < 12 * 2000:
        raise UsageError(f"{months} months before {end} is before there was anything to collect.")
    firsts = [date(number // 12, number % 12 + 1, 1) for number in numbers]
    starts = [(first, midnight(first, window.zone)) for first in firsts]
    return _clipped(starts, Window(starts[0][1], window.until, window.zone))


def trend_windows(window: Window, count: int) -> tuple[Window, ...]:
    """Return *count* adjoining windows of the length of *window*, the last being *window* itself, oldest first."""
    days = round((window.until - window.since) / ONE_DAY)
    try:
        if days and window_ending(window.until, days, window.zone).since == window.since:
            edges = [window_ending(window.until, days * number, window.zone).since for number in range(count, 0, -1)]
            edges.append(window.until)
            return tuple(Window(since, until, window.zone) for since, until in pairwise(edges))
        windows = [window]
        while len(windows) < count:
            windows.insert(0, windows[0].preceding())
    except (ValueError, OverflowError):
        raise UsageError(f"{count} windows like {window.label()} reach back before the calendar.") from None
    return tuple(windows)


def midnight(day: date, zone: str) -> datetime:
    """Return when *day* begins in *zone*; where the clock jumps over midnight, that is the jump."""
    return datetime.combine(day, time(), zone_named(zone)).astimezone(UTC)


def _clipped(starts: list[tuple[date, datetime]], window: Window) -> tuple[Span, ...]:
    """Return the spans between *starts* inside *window*; a day that the zone skipped has no length and is left out."""
    spans = [
        Span(first_day, max(since, window.since), min(until, window.until))
        for (first_day, since), (_, until) in pairwise(starts)
    ]
    return tuple(span for span in spans if span.since < span.until)


def _month_number(day: date) -> int:
    return day.year * 12 + day.month - 1
