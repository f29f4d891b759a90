"""`discord-airflow coverage`: what of each channel was collected, week by week, and what is missing."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any

import typer
from rich.cells import set_cell_size

from discord_airflow import database
from discord_airflow.commands.export_report import plain
from discord_airflow.commands.options import AsJson, Config, Servers
from discord_airflow.commands.query_output import TABLE_WIDTH, fitted
from discord_airflow.commands.query_text import collected
from discord_airflow.queries.coverage import fetch_collected_until, fetch_coverage
from discord_airflow.queries.names import resolve_guilds
from discord_airflow.queries.rows import Gap, GuildCoverage
from discord_airflow.settings import load_settings
from discord_airflow.terminal import say
from discord_airflow.window import Window, window_ending, zone_named

_MARKS = {"complete": "█", "partial": "▒", "none": "·"}
_LEGEND = "█ collected  ▒ partly  · not collected  (blank: the channel did not exist yet)"
_NAME_WIDTH = 28


def register(app: typer.Typer) -> None:
    """Add `coverage` to *app*."""
    app.command("coverage", epilog="Example: discord-airflow coverage --weeks 12")(coverage)


def coverage(
    config: Config = None,
    server: Servers = None,
    weeks: Annotated[
        int, typer.Option("--weeks", min=1, max=260, help="How many weeks to look back.", metavar="N")
    ] = 12,
    *,
    as_json: AsJson = False,
) -> None:
    """
    Show what of each channel was collected, week by week.

    Below stand the gaps, which the next export fills, but for single messages that cannot be stored. The weeks end with
    the last midnight that any channel was collected to: channels are exported one after another, and what one has more
    than another of the last day is no gap.
    """
    settings = load_settings(config)
    with database.connect(settings.database, read_only=True) as connection:
        guild_ids = resolve_guilds(connection, server) if server else settings.servers or None
        chosen = {"guild_ids": guild_ids, "excluded_channels": settings.excluded_channels}
        until = fetch_collected_until(connection, guild_ids=guild_ids)
        if until is None:
            say("[]" if as_json else "Nothing was collected yet.")
            return
        newest = window_ending(_midnight(until, settings.report.timezone), 7, settings.report.timezone)
        windows = _weeks(newest, weeks)
        whole = Window(windows[0].since, newest.until, newest.zone)
        guilds = fetch_coverage(connection, window=whole, **chosen)
        by_week = [fetch_coverage(connection, window=window, **chosen) for window in windows]
    if as_json:
        say(json.dumps([_data(guild) for guild in guilds], ensure_ascii=False, indent=2))
        return
    for guild in guilds:
        _print_guild(guild, _states(guild.guild_id, by_week), windows)


def _midnight(instant: datetime, zone: str) -> datetime:
    """Return when the day of *instant* began on the clock of *zone*."""
    return instant.astimezone(zone_named(zone)).replace(hour=0, minute=0, second=0, microsecond=0, fold=0)


def _weeks(newest: Window, count: int) -> list[Window]:
    windows = [newest]
    while len(windows) < count:
        windows.insert(0, windows[0].preceding())
    return windows


def _states(guild_id: int, by_week: Iterable[list[GuildCoverage]]) -> list[dict[int, str]]:
    """Return the state of each channel, week by week."""
    return [
        {
            channel.channel_id: channel.state
            for guild in week
            if guild.guild_id == guild_id
            for channel in guild.channel_states
        }
        for week in by_week
    ]


def _print_guild(guild: GuildCoverage, weeks: list[dict[int, str]], windows: list[Window]) -> None:
    say(fitted(collected(guild), TABLE_WIDTH))
    say(f"{'':<{_NAME_WIDTH}}  weeks from {windows[0].since:%Y-%m-%d} to {windows[-1].until:%Y-%m-%d}")
    for channel in guild.channel_states:
        picture = "".join(_MARKS.get(week.get(channel.channel_id, ""), " ") for week in weeks)
        name = set_cell_size(plain(channel.channel_name), _NAME_WIDTH)
        say(f"{name}  {picture}  {channel.channel_id}")
    say(_LEGEND)
    for gap in guild.gaps:
        say(
            f"missing: {plain(gap.channel_name)} from {gap.since:%Y-%m-%d %H:%M} to {gap.until:%Y-%m-%d %H:%M} UTC"
            + (f" ({plain(gap.reason)})" if gap.reason else "")
        )
    say("")


def _data(guild: GuildCoverage) -> dict[str, Any]:
    return {
        "guild_id": str(guild.guild_id),
        "guild": guild.guild_name,
        "state": guild.state,
        "proven": guild.proven,
        "channels": [
            {
                "channel_id": str(channel.channel_id),
                "channel": channel.channel_name,
                "state": channel.state,
                "proven": channel.proven,
            }
            for channel in guild.channel_states
        ],
        "gaps": [_gap_data(gap) for gap in guild.gaps],
    }


def _gap_data(gap: Gap) -> dict[str, Any]:
    return {
        "channel_id": str(gap.channel_id),
        "channel": gap.channel_name,
        "since": gap.since.isoformat(),
        "until": gap.until.isoformat(),
        "reason": gap.reason,
    }
