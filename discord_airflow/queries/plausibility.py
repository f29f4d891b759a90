"""Is the data of a window plausible? Held against its own past, against what is known to exist, and against itself."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any

from discord_airflow.queries import doubts
from discord_airflow.queries.coverage import COLLECTED, fetch_collected_until, fetch_coverage
from discord_airflow.queries.gaps import GuildGaps, IdGap
from discord_airflow.queries.plausibility_rows import Doubt, GuildPlausibility
from discord_airflow.queries.rows import GuildCoverage
from discord_airflow.queries.statements import Connection, checked_window, fetch_parts, window_parameters
from discord_airflow.queries.volumes import Channel, ServerVolumes, Spans
from discord_airflow.window import Window, window_ending

COMPARED = 8
"""Earlier windows that messages are held against."""

LONGEST_DAYS = 28
"""A longer window is not held against earlier ones: that would read the archive of years."""


def fetch_plausibility(
    connection: Connection,
    *,
    window: Window,
    guild_ids: Collection[int] | None = None,
    excluded_channels: Collection[int] = (),
) -> list[GuildPlausibility]:
    """Return, per server, what speaks against the data of *window*: nothing when all is as it usually is."""
    selection = {"guild_ids": guild_ids, "excluded_channels": excluded_channels}
    parameters = window_parameters(checked_window(window), **selection)
    covered = fetch_coverage(connection, window=window, **selection)
    places = _by_guild(fetch_parts(connection, "known_places", parameters))
    contents = _by_guild(fetch_parts(connection, "doubtful_messages", parameters))
    volumes = _fetch_volumes(connection, window, selection)
    found: list[GuildPlausibility] = []
    for coverage in covered:
        guild_id = coverage.guild_id
        known = places[guild_id]
        names = {place["channel_id"]: place for place in known}
        volume = volumes.get(guild_id)
        judged = volume.judged(names) if volume else ()
        late = _freshness(connection, coverage)
        all_doubts = (
            *late,
            *doubts.about_coverage(coverage, known, is_late=bool(late)),
            *doubts.about_contents(contents[guild_id], names),
            *(doubt for one in judged for doubt in one.doubts),
        )
        server = next((one for one in judged if one.is_server), None)
        found.append(
            GuildPlausibility(
                guild_id=guild_id,
                guild_name=coverage.guild_name,
                state=coverage.state,
                windows=server.windows if server else 0,
                channels=sum(not one.is_server for one in judged),
                channels_known=coverage.channels,
                doubts=all_doubts,
            )
        )
    return found


def _by_guild(rows: list[dict[str, Any]]) -> Mapping[int, list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        found[row["guild_id"]].append(row)
    return found


def _freshness(connection: Connection, coverage: GuildCoverage) -> tuple[Doubt, ...]:
    """Return a doubt when no channel was collected up to the end of the window."""
    ends = {gap.channel_id: gap.since for gap in coverage.gaps if gap.until == coverage.until}
    if not coverage.channels or len(ends) < coverage.channels:
        return ()
    newest = max(ends.values())
    if newest <= coverage.since:
        newest = fetch_collected_until(connection, guild_ids=[coverage.guild_id]) or newest
    missing = int((coverage.until - newest) / timedelta(minutes=1))
    asked = int((coverage.until - coverage.since) / timedelta(minutes=1))
    return (Doubt("freshness", None, None, False, missing, asked, since=newest, until=coverage.until),)


def compared_windows(window: Window) -> tuple[Window, ...]:
    """
    Return the earlier windows that begin and end on the same weekdays and times of day, oldest first.

    Whole weeks adjoin; a shorter window is held against the same days of earlier weeks. None for a window that is too
    long, or no number of days.
    """
    days = round((window.until - window.since) / timedelta(days=1))
    if not 1 <= days <= LONGEST_DAYS or window_ending(window.until, days, window.zone).since != window.since:
        return ()
    step = 7 * -(-days // 7)
    try:
        ends = [window_ending(window.until, step * back, window.zone).since for back in range(COMPARED, 0, -1)]
        return tuple(window_ending(end, days, window.zone) for end in ends)
    except (ValueError, OverflowError):
        return ()


def _fetch_volumes(connection: Connection, window: Window, selection: dict[str, Any]) -> Mapping[int, ServerVolumes]:
    """Return the counts of every channel in the compared windows and in *window* itself, per server."""
    earlier = compared_windows(window)
    if not earlier:
        return {}
    spans = Spans((*earlier, window))
    whole = Window(earlier[0].since, window.until, window.zone)
    parameters = window_parameters(whole, **selection)
    gaps: dict[int, list[IdGap]] = defaultdict(list)
    for row in fetch_parts(connection, "coverage_gaps", {**parameters, "states": list(COLLECTED)}):
        gaps[row["channel_id"]].append(IdGap(row["first_id"], row["end_id"]))
    counts: dict[int, dict[int, int]] = defaultdict(dict)
    for row in fetch_parts(connection, "volume", {**parameters, "bounds": list(spans.edges)}):
        counts[row["channel_id"]][row["span"]] = row["messages"]
    found: dict[int, list[Channel]] = defaultdict(list)
    for row in fetch_parts(connection, "coverage_channels", parameters):
        if (channel_id := row["channel_id"]) is not None:
            known = GuildGaps((row["made_id"],), tuple(gaps[channel_id]))
            found[row["guild_id"]].append(Channel(channel_id, spans.complete(known), spans.counted(counts[channel_id])))
    return {guild_id: ServerVolumes(tuple(channels)) for guild_id, channels in found.items()}
