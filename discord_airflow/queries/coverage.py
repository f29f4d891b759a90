"""What is stored, and which parts of a window nobody exported."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from operator import itemgetter
from typing import Any

from discord_airflow.queries.gaps import GuildGaps, IdGap
from discord_airflow.queries.rows import ChannelCoverage, Gap, Guild, GuildCoverage, Watermark
from discord_airflow.queries.statements import Connection, checked_ids, fetch_parts, fetch_rows, window_parameters
from discord_airflow.snowflake import LARGEST_SNOWFLAKE, snowflake_at, time_of
from discord_airflow.window import Window

PROVEN = ("complete", "empty")
COLLECTED = (*PROVEN, "claimed")


def fetch_guilds(
    connection: Connection, *, guild_ids: Collection[int] | None = None, excluded_channels: Collection[int] = ()
) -> list[Guild]:
    """Return the stored servers."""
    parameters = {"guild_ids": checked_ids(guild_ids), "excluded_channels": checked_ids(excluded_channels) or None}
    return fetch_rows(connection, Guild, "guilds", parameters)


def fetch_guild_names(connection: Connection) -> dict[int, str]:
    """Return the stored servers by id, with their names: what fetch_guilds counts besides takes its time."""
    return {row["guild_id"]: row["guild_name"] for row in fetch_parts(connection, "guild_names", {})}


def fetch_newest_message(
    connection: Connection, *, guild_ids: Collection[int] | None = None, excluded_channels: Collection[int] = ()
) -> datetime | None:
    """Return when the newest message was sent, or None when there is none."""
    parameters = {"guild_ids": checked_ids(guild_ids), "excluded_channels": checked_ids(excluded_channels) or None}
    return fetch_parts(connection, "newest_message", parameters)[0]["sent_at"]


def fetch_watermark(connection: Connection) -> Watermark:
    """Return how much the database holds now: a figure computed at another watermark may differ."""
    return fetch_rows(connection, Watermark, "watermark", {})[0]


def fetch_collected_until(connection: Connection, *, guild_ids: Collection[int] | None = None) -> datetime | None:
    """Return the moment up to which any channel was collected, or None when nothing was."""
    row = fetch_parts(connection, "collected_until", {"guild_ids": checked_ids(guild_ids)})[0]
    return None if row["end_id"] is None else time_of(min(row["end_id"], LARGEST_SNOWFLAKE))


def fetch_coverage(
    connection: Connection,
    *,
    window: Window,
    guild_ids: Collection[int] | None = None,
    excluded_channels: Collection[int] = (),
) -> list[GuildCoverage]:
    """Return, per server, what its figures of the window rest on: channels, gaps with their reasons, newest message."""
    parameters = window_parameters(window, guild_ids, excluded_channels)
    channels = fetch_parts(connection, "coverage_channels", parameters)
    unproven = _by_channel(fetch_parts(connection, "coverage_gaps", {**parameters, "states": list(PROVEN)}))
    # What is proven was collected, so where nothing is unproven nothing is missing.
    collected = {**parameters, "states": list(COLLECTED)}
    gaps = _by_channel(fetch_parts(connection, "coverage_gaps", collected)) if unproven else {}
    by_guild = groupby(channels, itemgetter("guild_id", "guild_name"))
    return [
        _guild_coverage(window, guild_id, name, [row for row in rows if row["channel_id"] is not None], gaps, unproven)
        for (guild_id, name), rows in by_guild
    ]


@dataclass(frozen=True, slots=True)
class CoverageMap:
    """The servers by id, with their names and their gaps inside a range: enough to judge any span of it."""

    names: Mapping[int, str]
    gaps: Mapping[int, GuildGaps]


def fetch_coverage_map(
    connection: Connection,
    *,
    window: Window,
    guild_ids: Collection[int] | None = None,
    excluded_channels: Collection[int] = (),
) -> CoverageMap:
    """Return the gaps of all servers in *window*, for answers that are cut into many spans."""
    parameters = window_parameters(window, guild_ids, excluded_channels)
    names: dict[int, str] = {}
    made: dict[int, list[int]] = defaultdict(list)
    for row in fetch_parts(connection, "coverage_channels", parameters):
        names[row["guild_id"]] = row["guild_name"]
        if row["channel_id"] is not None:
            made[row["guild_id"]].append(row["made_id"])
    found: dict[int, list[IdGap]] = defaultdict(list)
    for row in fetch_parts(connection, "coverage_gaps", {**parameters, "states": list(COLLECTED)}):
        found[row["guild_id"]].append(_id_gap(row))
    return CoverageMap(names, {guild: GuildGaps(tuple(made[guild]), tuple(found[guild])) for guild in names})


def _by_channel(rows: Iterable[dict[str, Any]]) -> dict[int, list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        found[row["channel_id"]].append(row)
    return found


def _guild_coverage(
    window: Window,
    guild_id: int,
    guild_name: str,
    channels: list[dict[str, Any]],
    gaps: Mapping[int, list[dict[str, Any]]],
    unproven: Mapping[int, list[dict[str, Any]]],
) -> GuildCoverage:
    end_id = snowflake_at(window.until)
    existed = [row for row in channels if row["made_id"] < end_id]
    states = tuple(_channel_coverage(window, row, gaps, unproven) for row in existed)
    counts = {state: sum(channel.state == state for channel in states) for state in ("complete", "partial", "none")}
    made_ids = tuple(row["made_id"] for row in channels)
    all_gaps = tuple(_id_gap(gap) for row in existed for gap in gaps.get(row["channel_id"], ()))
    has_messages = any(row["has_messages"] for row in channels)
    oldest = [row["oldest_message_at"] for row in channels if row["oldest_message_at"]]
    newest = [row["newest_message_at"] for row in channels if row["newest_message_at"]]
    return GuildCoverage(
        guild_id=guild_id,
        guild_name=guild_name,
        since=window.since.astimezone(UTC),
        until=window.until.astimezone(UTC),
        state=GuildGaps(made_ids, all_gaps).state(window.since, window.until, has_messages=has_messages),
        proven=bool(states) and all(channel.proven for channel in states),
        channels=len(states),
        channels_complete=counts["complete"],
        channels_partial=counts["partial"],
        channels_none=counts["none"],
        oldest_message_at=min(oldest, default=None),
        newest_message_at=max(newest, default=None),
        gaps=tuple(_gap(window, gap) for row in existed for gap in gaps.get(row["channel_id"], ())),
        channel_states=states,
    )


def _channel_coverage(
    window: Window,
    row: dict[str, Any],
    gaps: Mapping[int, list[dict[str, Any]]],
    unproven: Mapping[int, list[dict[str, Any]]],
) -> ChannelCoverage:
    found = tuple(_id_gap(gap) for gap in gaps.get(row["channel_id"], ()))
    alone = GuildGaps((row["made_id"],), found)
    return ChannelCoverage(
        channel_id=row["channel_id"],
        channel_name=row["channel_name"],
        is_thread=row["is_thread"],
        state=alone.state(window.since, window.until, has_messages=row["has_messages"]),
        proven=row["channel_id"] not in unproven,
        newest_message_at=row["newest_message_at"],
    )


def _id_gap(row: dict[str, Any]) -> IdGap:
    return IdGap(row["first_id"], row["end_id"])


def _gap(window: Window, row: dict[str, Any]) -> Gap:
    """Return the gap in times; where it meets an end of the window, that end."""
    return Gap(
        channel_id=row["channel_id"],
        channel_name=row["channel_name"],
        since=max(time_of(row["first_id"]), window.since.astimezone(UTC)),
        until=min(time_of(row["end_id"]), window.until.astimezone(UTC)),
        reason=row["reason"],
    )
