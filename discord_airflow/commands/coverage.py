"""`discord-airflow coverage`: what of each channel was collected, week by week, and what is missing."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.cells import set_cell_size

from discord_airflow import database
from discord_airflow.commands.export_report import plain
from discord_airflow.queries.coverage import fetch_collected_until, fetch_coverage
from discord_airflow.queries.rows import Gap, GuildCoverage
from discord_airflow.settings import load_settings
from discord_airflow.terminal import say
from discord_airflow.window import Window, window_ending

_MARKS = {"complete": "█", "partial": "▒", "none": "·"}
_LEGEND = "█ collected  ▒ partly  · not collected  (blank: the channel did not exist yet)"
_NAME_WIDTH = 28


def register(app: typer.Typer) -> None:
    """Add `coverage` to *app*."""
    app.command("coverage", epilog="Example: discord-airflow coverage --weeks 12")(coverage)


def coverage(
    config: Annotated[
        Path | None, typer.Option("--config", help="The settings to use instead of config.yaml.", metavar="FILE")
    ] = None,
    server: Annotated[list[int] | None, typer.Option("--server", help="Only this server, by id.")] = None,
    weeks: Annotated[int, typer.Option("--weeks", min=1, max=260, help="How many weeks to look back.")] = 12,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show each channel's weeks as collected, partly or not, and list the gaps that the next export fills."""
    settings = load_settings(config)
    guild_ids = server or settings.servers or None
    chosen = {"guild_ids": guild_ids, "excluded_channels": settings.excluded_channels}
    with database.connect(settings.database, read_only=True) as connection:
        until = fetch_collected_until(connection, guild_ids=guild_ids)
        if until is None:
            say("[]" if as_json else "Nothing was collected yet.")
            return
        newest = window_ending(until, 7, settings.report.timezone)
        windows = _weeks(newest, weeks)
        whole = Window(windows[0].since, newest.until, newest.zone)
        guilds = fetch_coverage(connection, window=whole, **chosen)
        by_week = [fetch_coverage(connection, window=window, **chosen) for window in windows]
    if as_json:
        say(json.dumps([_data(guild) for guild in guilds], ensure_ascii=False, indent=2))
        return
    for guild in guilds:
        _print_guild(guild, _states(guild.guild_id, by_week), windows)


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
    proof = "proven by our own collector" if guild.proven else "as the exported files say"
    say(f"{plain(guild.guild_name)} ({guild.guild_id}): {guild.state}, {proof}")
    say(f"{'':<{_NAME_WIDTH}}  weeks from {windows[0].since:%Y-%m-%d} to {windows[-1].until:%Y-%m-%d}")
    for channel in guild.channel_states:
        picture = "".join(_MARKS.get(week.get(channel.channel_id, ""), " ") for week in weeks)
        name = set_cell_size(plain(channel.channel_name), _NAME_WIDTH)
        say(f"{name}  {picture}  {channel.channel_id}")
    say(f"{'':<{_NAME_WIDTH}}  {_LEGEND}")
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
