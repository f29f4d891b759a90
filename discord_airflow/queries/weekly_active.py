"""Who posts from one window to the next."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from discord_airflow.queries.coverage import CoverageMap, fetch_coverage_map
from discord_airflow.queries.rows import State, WeeklyActive
from discord_airflow.queries.spans import trend_windows
from discord_airflow.queries.statements import Connection, checked_count, checked_window, window_parameters
from discord_airflow.queries.trends import MOST_WINDOWS, fetch_by_span
from discord_airflow.window import Window, window_ending

NOBODY = {"has_messages": False, "posters": 0, "new": 0, "returned": 0, "lapsed": 0, "posters_28_days": 0}


@dataclass(frozen=True, slots=True)
class _Posters:
    """Adjoining windows, the 28 days up to the end of each, and what was counted by server and number of the window."""

    windows: tuple[Window, ...]
    months: tuple[Window, ...]
    coverage: CoverageMap
    counts: Mapping[tuple[int, int], Mapping[str, Any]]

    def found(self, guild_id: int, number: int) -> Mapping[str, Any]:
        return self.counts.get((guild_id, number), NOBODY)

    def state(self, guild_id: int, number: int) -> State:
        span, has_messages = self.windows[number - 1], self.found(guild_id, number)["has_messages"]
        return self.coverage.gaps[guild_id].state(span.since, span.until, has_messages=has_messages)

    def of_28_days(self, guild_id: int, number: int) -> int | None:
        """Return who posted in the 28 days up to the end of the window: None unless all of them were collected."""
        month = self.months[number - 1]
        state = self.coverage.gaps[guild_id].state(month.since, month.until, has_messages=True)
        return self.found(guild_id, number)["posters_28_days"] if state == "complete" else None


def fetch_weekly_active(
    connection: Connection,
    *,
    window: Window,
    weeks: int = 8,
    guild_ids: Collection[int] | None = None,
    excluded_channels: Collection[int] = (),
) -> list[WeeklyActive]:
    """Return how many posted in each of the last *weeks* windows, and how that followed from the window before."""
    checked_count(weeks, "the number of weeks", MOST_WINDOWS - 1)
    windows = trend_windows(checked_window(window), weeks + 1)
    posters = _fetch_posters(connection, windows, guild_ids, excluded_channels)
    return [
        WeeklyActive(
            guild_id,
            name,
            since=span.since,
            until=span.until,
            posters_28_days=posters.of_28_days(guild_id, number),
            **_figures(posters, guild_id, number),
        )
        for guild_id, name in posters.coverage.names.items()
        for number, span in enumerate(windows[1:], start=2)
    ]


def _fetch_posters(
    connection: Connection,
    windows: tuple[Window, ...],
    guild_ids: Collection[int] | None,
    excluded_channels: Collection[int],
) -> _Posters:
    zone, until = windows[-1].zone, windows[-1].until
    # Nobody asks for the 28 days up to the end of the first window, which the others are only compared with.
    months = (windows[0], *(window_ending(span.until, 28, zone) for span in windows[1:]))
    edges = sorted({edge.astimezone(UTC) for edge in (until, *(span.since for span in (*windows, *months)))})
    whole = Window(edges[0], until, zone)
    coverage = fetch_coverage_map(connection, window=whole, guild_ids=guild_ids, excluded_channels=excluded_channels)
    parameters = {
        **window_parameters(whole, guild_ids, excluded_channels),
        "edges": edges,
        "starts": [span.since for span in windows],
        "ends": [span.until for span in windows],
        "month_starts": [month.since for month in months],
    }
    return _Posters(windows, months, coverage, fetch_by_span(connection, "weekly_active", parameters))


def _figures(posters: _Posters, guild_id: int, number: int) -> dict[str, Any]:
    """Return the fields that compare window *number* with the one before: None unless both are complete."""
    state, found = posters.state(guild_id, number), posters.found(guild_id, number)
    figures: dict[str, Any] = {"state": state, "posters": None if state == "none" else found["posters"]}
    if state == posters.state(guild_id, number - 1) == "complete":
        compared = {name: found[name] for name in ("new", "returned", "lapsed")}
        return {**figures, "preceding": posters.found(guild_id, number - 1)["posters"], **compared}
    return {**figures, "preceding": None, "new": None, "returned": None, "lapsed": None}
