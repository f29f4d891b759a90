"""Spans of time as a report means them: half-open, aware, and counted in days on the wall clock of a zone."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

SUNDAY = 6
"""As date.weekday() counts."""

NOT_THE_SAME_EVERYWHERE = re.compile(r"localtime|posixrules|(posix|right)/.*", re.DOTALL)
"""Files beside the zones on some systems: a report's days must not depend on the machine, nor count leap seconds."""


@dataclass(frozen=True, slots=True)
class Window:
    """The instants from *since* up to, but not including, *until*; days are those of *zone*, an IANA name."""

    since: datetime
    until: datetime
    zone: str

    def __post_init__(self) -> None:
        if self.since.utcoffset() is None or self.until.utcoffset() is None:
            raise ValueError(f"a window needs times with a zone, not {self.since} and {self.until}")
        if self.since.astimezone(UTC) >= self.until.astimezone(UTC):
            raise ValueError(f"a window must end after it begins, not {self.since} to {self.until}")
        zone_named(self.zone)

    def preceding(self) -> "Window":
        """Return the window that ends where this one begins and spans the same wall-clock time in the zone."""
        since, until = _on_the_wall(self.since, self.zone), _on_the_wall(self.until, self.zone)
        earlier = _instant(since - (until - since), self.zone)
        if earlier >= self.since:  # a window within the hour that a clock shows twice
            earlier = self.since - (self.until - self.since)
        return Window(earlier, self.since, self.zone)

    def label(self) -> str:
        """Return the window as people read it: ``Sun 2026-11-15 09:00 - Sun 2026-11-22 09:00 (Europe/Helsinki)``."""
        return f"{_written(self.since, self.zone)} - {_written(self.until, self.zone)} ({self.zone})"

    def __contains__(self, instant: datetime) -> bool:
        return self.since <= instant < self.until


def window_ending(until: datetime, days: int, zone: str) -> Window:
    """
    Return the window of *days* days that ends at *until*, beginning at the same time on the wall clock of *zone*.

    Across a change to or from summer time a day has 23 or 25 hours: weekly windows meet without gap or overlap. An
    *until* on the clock of *zone* keeps its wall time where that clock jumps over it, so they meet there, too.
    """
    if until.utcoffset() is None:
        raise ValueError(f"a window needs an end with a zone, not {until}")
    if days < 1:
        raise ValueError(f"a window needs at least one day, not {days}")
    try:
        since = _instant(_on_the_wall(until, zone) - timedelta(days=days), zone)
    except OverflowError:
        raise ValueError(f"{days} days before {until} lies before the first year") from None
    return Window(since, until.astimezone(UTC), zone)


def last_full_week(before: datetime, zone: str, hour: int = 9) -> datetime:
    """Return when a weekly report was last due: the latest Sunday, *hour* o'clock in *zone*, not after *before*."""
    wall = _on_the_wall(before, zone)
    days_since_sunday = (wall.weekday() - SUNDAY) % 7
    due = _due(wall.date() - timedelta(days=days_since_sunday), hour, zone)
    return due if due <= before else _due(wall.date() - timedelta(days=days_since_sunday + 7), hour, zone)


def zone_named(name: str) -> ZoneInfo:
    """Return the zone with the IANA name *name*; an unknown one raises ValueError."""
    try:
        found = None if NOT_THE_SAME_EVERYWHERE.fullmatch(name) else ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        found = None
    if found is None:
        raise ValueError(f"{name!r} is not a time zone; use an IANA name such as Europe/Helsinki or UTC")
    return found


def _due(day: date, hour: int, zone: str) -> datetime:
    return _instant(datetime.combine(day, time(hour)), zone)


def _on_the_wall(instant: datetime, zone: str) -> datetime:
    """Return what a clock on a wall in *zone* shows at *instant*, a naive time; one on that clock shows itself."""
    return instant.astimezone(zone_named(zone)).replace(tzinfo=None, fold=0)


def _instant(wall: datetime, zone: str) -> datetime:
    """
    Return the first instant at which a clock in *zone* shows *wall*.

    A time that the clock jumps over means as long after the jump, as if the clock had not been changed yet.
    """
    return wall.replace(tzinfo=zone_named(zone), fold=0).astimezone(UTC)


def _written(instant: datetime, zone: str) -> str:
    # Not strftime: it follows the machine's language.
    local = instant.astimezone(zone_named(zone))
    day = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[local.weekday()]
    return f"{day} {local:%Y-%m-%d %H:%M}"
