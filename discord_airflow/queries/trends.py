"""How a server's figures run through time. What was not collected is None, never 0."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, LiteralString

from discord_airflow.queries.coverage import CoverageMap, fetch_coverage_map
from discord_airflow.queries.gaps import joined
from discord_airflow.queries.rows import DayPoint, HourCell, MembershipMonth, State, WeekPoint
from discord_airflow.queries.spans import cut_days, cut_months, trend_windows
from discord_airflow.queries.statements import Connection, checked_count, checked_window, fetch_parts, window_parameters
from discord_airflow.window import Window, zone_named

MOST_WINDOWS = 520
MOST_MONTHS = 240

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
QUARTER = timedelta(minutes=15)
"""Every zone's hours begin at a quarter of an hour in UTC."""


@dataclass(frozen=True, slots=True)
class Cut:
    """Adjoining spans between *edges*, numbered from 1, and what is stored of each server in each."""

    edges: Sequence[datetime]
    coverage: CoverageMap
    counts: Mapping[tuple[int, int], Mapping[str, Any]]

    @property
    def names(self) -> Mapping[int, str]:
        return self.coverage.names

    def state(self, guild_id: int, number: int) -> State:
        has_messages = (guild_id, number) in self.counts
        since, until = self.edges[number - 1], self.edges[number]
        return self.coverage.gaps[guild_id].state(since, until, has_messages=has_messages)

    def known(self, guild_id: int, number: int) -> dict[str, Any]:
        """Return state, messages and posters as fields of a row: None where nothing was collected."""
        state = self.state(guild_id, number)
        if state == "none":
            return {"state": state, "messages": None, "posters": None}
        found = self.counts.get((guild_id, number), {"messages": 0, "posters": 0})
        return {"state": state, "messages": found["messages"], "posters": found["posters"]}


def fetch_cut(
    connection: Connection,
    edges: Sequence[datetime],
    zone: str,
    guild_ids: Collection[int] | None,
    excluded_channels: Collection[int],
) -> Cut:
    """Return the spans between *edges* with messages and posters of each server."""
    window = Window(edges[0], edges[-1], zone)
    coverage = fetch_coverage_map(connection, window=window, guild_ids=guild_ids, excluded_channels=excluded_channels)
    parameters = window_parameters(window, guild_ids, excluded_channels)
    return Cut(edges, coverage, fetch_by_span(connection, "spans", {**parameters, "bounds": list(edges)}))


def fetch_by_span(
    connection: Connection, name: LiteralString, parameters: dict[str, Any]
) -> dict[tuple[int, int], dict[str, Any]]:
    """Return the rows of a statement that answers per server and span, by these two."""
    return {(row["guild_id"], row["span"]): row for row in fetch_parts(connection, name, parameters)}


def fetch_days(
    connection: Connection,
    *,
    window: Window,
    guild_ids: Collection[int] | None = None,
    excluded_channels: Collection[int] = (),
) -> list[DayPoint]:
    """Return messages and posters of each day of *window*, per server."""
    days = cut_days(checked_window(window))
    edges = [*(day.since for day in days), days[-1].until]
    cut = fetch_cut(connection, edges, window.zone, guild_ids, excluded_channels)
    return [
        DayPoint(guild_id, day=day.first_day, since=day.since, until=day.until, **cut.known(guild_id, number))
        for guild_id in cut.names
        for number, day in enumerate(days, start=1)
    ]


def fetch_weekly_trend(
    connection: Connection,
    *,
    window: Window,
    weeks: int = 8,
    guild_ids: Collection[int] | None = None,
    excluded_channels: Collection[int] = (),
) -> list[WeekPoint]:
    """Return messages and posters of the last *weeks* windows of the same length that end where *window* ends."""
    checked_count(weeks, "the number of weeks", MOST_WINDOWS)
    windows = trend_windows(checked_window(window), weeks)
    edges = [*(span.since for span in windows), window.until]
    cut = fetch_cut(connection, edges, window.zone, guild_ids, excluded_channels)
    return [
        WeekPoint(guild_id, name, since=span.since, until=span.until, **cut.known(guild_id, number))
        for guild_id, name in cut.names.items()
        for number, span in enumerate(windows, start=1)
    ]


def fetch_membership(
    connection: Connection,
    *,
    window: Window,
    months: int = 12,
    guild_ids: Collection[int] | None = None,
    excluded_channels: Collection[int] = (),
) -> list[MembershipMonth]:
    """Return joins, first-seen and last-seen people of the last *months* calendar months up to the end of *window*."""
    checked_count(months, "the number of months", MOST_MONTHS)
    spans = cut_months(checked_window(window), months)
    edges = [*(span.since for span in spans), spans[-1].until]
    whole = Window(edges[0], edges[-1], window.zone)
    selection = {"guild_ids": guild_ids, "excluded_channels": excluded_channels}
    coverage = fetch_coverage_map(connection, window=whole, **selection)
    counts = fetch_by_span(connection, "membership", {**window_parameters(whole, **selection), "bounds": edges})
    rows: list[MembershipMonth] = []
    for guild_id, name in coverage.names.items():
        for number, span in enumerate(spans, start=1):
            found = counts[guild_id, number]
            state = coverage.gaps[guild_id].state(span.since, span.until, has_messages=found["has_messages"])
            figures = {key: None if state == "none" else found[key] for key in ("joins", "first_seen", "last_seen")}
            place = (guild_id, name, span.first_day, span.since, span.until)
            rows.append(MembershipMonth(*place, state=state, **figures))
    return rows


def fetch_hours(
    connection: Connection,
    *,
    window: Window,
    guild_ids: Collection[int] | None = None,
    excluded_channels: Collection[int] = (),
) -> list[HourCell]:
    """
    Return the messages of each hour of the weekday that *window* touches, per server.

    A cell that stands for several hours (of a window of two weeks, say) sums those that were collected; it is `partial`
    when some were not.
    """
    cut_days(checked_window(window))  # refuses windows of many years
    selection = {"guild_ids": guild_ids, "excluded_channels": excluded_channels}
    coverage = fetch_coverage_map(connection, window=window, **selection)
    parameters = window_parameters(window, **selection)
    counts = {
        (row["guild_id"], row["quarter"]): row["messages"]
        for row in fetch_parts(connection, "quarter_hours", parameters)
    }
    states: dict[tuple[int, int, int], set[State]] = {}
    messages: dict[tuple[int, int, int], int] = {}
    zone = zone_named(window.zone)
    for number, since, until in _quarters(window):
        wall = since.astimezone(zone)
        for guild_id, gaps in coverage.gaps.items():
            cell = (guild_id, wall.weekday(), wall.hour)
            has_messages = (guild_id, number) in counts
            states.setdefault(cell, set()).add(gaps.state(since, until, has_messages=has_messages))
            messages[cell] = messages.get(cell, 0) + counts.get((guild_id, number), 0)
    return [_hour_cell(cell, joined(found), messages[cell]) for cell, found in sorted(states.items())]


def _hour_cell(cell: tuple[int, int, int], state: State, messages: int) -> HourCell:
    return HourCell(*cell, state=state, messages=None if state == "none" else messages)


def _quarters(window: Window) -> Iterator[tuple[int, datetime, datetime]]:
    """Yield the quarters of an hour that *window* touches: their number since 1970, and what of them lies inside."""
    start = window.since.astimezone(UTC)
    while start < window.until:
        number = (start - EPOCH) // QUARTER
        end = min(EPOCH + (number + 1) * QUARTER, window.until.astimezone(UTC))
        yield number, start, end
        start = end
