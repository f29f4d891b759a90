"""Who posts from one window to the next."""

from collections.abc import Collection
from typing import Any

from discord_airflow.queries.coverage import fetch_coverage_map
from discord_airflow.queries.rows import WeeklyActive
from discord_airflow.queries.spans import trend_windows
from discord_airflow.queries.statements import Connection, checked_count, checked_window, window_parameters
from discord_airflow.queries.trends import MOST_WINDOWS, Cut, fetch_by_span, fetch_cut
from discord_airflow.window import Window, window_ending

NOBODY = {"posters": 0, "new": 0, "returned": 0, "lapsed": 0}


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
    edges = [*(span.since for span in windows), window.until]
    cut = fetch_cut(connection, edges, window.zone, guild_ids, excluded_channels)
    parameters = window_parameters(Window(edges[0], edges[-1], window.zone), guild_ids, excluded_channels)
    counts = fetch_by_span(connection, "weekly_active", {**parameters, "bounds": edges})
    months = _fetch_28_days(connection, windows, guild_ids, excluded_channels)
    rows: list[WeeklyActive] = []
    for guild_id, name in cut.names.items():
        for number, span in enumerate(windows[1:], start=2):
            figures = _figures(cut, counts, guild_id, number)
            posters_28_days = months[guild_id, number]
            rows.append(
                WeeklyActive(
                    guild_id, name, since=span.since, until=span.until, posters_28_days=posters_28_days, **figures
                )
            )
    return rows


def _figures(cut: Cut, counts: dict[tuple[int, int], dict[str, Any]], guild_id: int, number: int) -> dict[str, Any]:
    """Return the fields that compare span *number* with the one before: None unless both are complete."""
    state = cut.state(guild_id, number)
    found = counts.get((guild_id, number), NOBODY)
    figures: dict[str, Any] = {"state": state, "posters": None if state == "none" else found["posters"]}
    if state == cut.state(guild_id, number - 1) == "complete":
        before = counts.get((guild_id, number - 1), NOBODY)
        compared = {name: found[name] for name in ("new", "returned", "lapsed")}
        return {**figures, "preceding": before["posters"], **compared}
    return {**figures, "preceding": None, "new": None, "returned": None, "lapsed": None}


def _fetch_28_days(
    connection: Connection,
    windows: tuple[Window, ...],
    guild_ids: Collection[int] | None,
    excluded_channels: Collection[int],
) -> dict[tuple[int, int], int | None]:
    """Return the posting members of the 28 days up to the end of each window, by server and number of the window."""
    months = [window_ending(window.until, 28, window.zone) for window in windows]
    whole = Window(months[0].since, months[-1].until, windows[0].zone)
    coverage = fetch_coverage_map(connection, window=whole, guild_ids=guild_ids, excluded_channels=excluded_channels)
    parameters = window_parameters(whole, guild_ids, excluded_channels)
    ends = {"starts": [month.since for month in months], "ends": [month.until for month in months]}
    counts = fetch_by_span(connection, "posting_members", {**parameters, **ends})
    found: dict[tuple[int, int], int | None] = {}
    for guild_id, gaps in coverage.gaps.items():
        for number, month in enumerate(months, start=1):
            whole_month = gaps.state(month.since, month.until, has_messages=True) == "complete"
            found[guild_id, number] = counts.get((guild_id, number), NOBODY)["posters"] if whole_month else None
    return found
