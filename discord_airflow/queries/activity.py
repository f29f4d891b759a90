"""The figures of a window, per server."""

from collections.abc import Collection

from discord_airflow.errors import UsageError
from discord_airflow.queries.coverage import fetch_coverage
from discord_airflow.queries.rows import Activity, Change, Concentration, State, Totals
from discord_airflow.queries.statements import Connection, checked_window, fetch_rows, window_parameters
from discord_airflow.window import Window

COMPARED = ("messages", "posters", "active_channels", "active_threads", "replies", "reactions")
"""The figures that are shown beside the preceding window's."""


def fetch_activity(
    connection: Connection,
    *,
    window: Window,
    guild_ids: Collection[int] | None = None,
    excluded_channels: Collection[int] = (),
) -> list[Activity]:
    """Return what happened on each server in *window*: zeros where nothing is stored, so look at its coverage too."""
    return fetch_rows(connection, Activity, "activity", window_parameters(window, guild_ids, excluded_channels))


def fetch_changes(
    connection: Connection,
    *,
    window: Window,
    guild_ids: Collection[int] | None = None,
    excluded_channels: Collection[int] = (),
) -> list[Change]:
    """Return the headline figures of each server beside those of the preceding window, with both windows' coverage."""
    figures: list[dict[int, tuple[Activity, State]]] = []
    for span in (window, _preceding(checked_window(window))):
        activity = fetch_activity(connection, window=span, guild_ids=guild_ids, excluded_channels=excluded_channels)
        coverage = fetch_coverage(connection, window=span, guild_ids=guild_ids, excluded_channels=excluded_channels)
        states: dict[int, State] = {row.guild_id: row.state for row in coverage}
        figures.append({row.guild_id: (row, states[row.guild_id]) for row in activity})
    this, preceding = figures
    return [
        _change(figure, *this[guild_id], *preceding[guild_id])
        for guild_id in this
        for figure in COMPARED
        if guild_id in preceding
    ]


def fetch_totals(
    connection: Connection,
    *,
    window: Window,
    guild_ids: Collection[int] | None = None,
    excluded_channels: Collection[int] = (),
) -> list[Totals]:
    """Return everything stored of *window*, by whomever: bots, system messages, and what was deleted since."""
    return fetch_rows(connection, Totals, "totals", window_parameters(window, guild_ids, excluded_channels))


def fetch_concentration(
    connection: Connection,
    *,
    window: Window,
    guild_ids: Collection[int] | None = None,
    excluded_channels: Collection[int] = (),
) -> list[Concentration]:
    """Return on how few people each server's conversation rests; a server where nobody wrote has no row."""
    parameters = window_parameters(window, guild_ids, excluded_channels)
    return fetch_rows(connection, Concentration, "concentration", parameters)


def _preceding(window: Window) -> Window:
    try:
        return window.preceding()
    except (ValueError, OverflowError):
        raise UsageError(f"{window.label()} has no window before it in the calendar.") from None


def _change(figure: str, this: Activity, state: State, preceding: Activity, preceding_state: State) -> Change:
    value, before = getattr(this, figure), getattr(preceding, figure)
    return Change(
        guild_id=this.guild_id,
        guild_name=this.guild_name,
        figure=figure,
        value=None if state == "none" else value,
        preceding=None if preceding_state == "none" else before,
        change=value - before if state == preceding_state == "complete" else None,
        state=state,
        preceding_state=preceding_state,
    )
