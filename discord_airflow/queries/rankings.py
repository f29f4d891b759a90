"""Who and what stood out in a window, best first; equals stand in the order of their ids, so no order is by chance."""

from collections.abc import Collection
from itertools import groupby

from discord_airflow.queries.rows import (
    ChannelActivity,
    Connector,
    Contributor,
    EmojiCount,
    GuildMessages,
    Highlight,
    NewPerson,
    RecentUser,
)
from discord_airflow.queries.spans import cut_days
from discord_airflow.queries.statements import (
    Connection,
    checked_count,
    checked_window,
    fetch_parts,
    fetch_rows,
    window_parameters,
)
from discord_airflow.window import Window


def fetch_contributors(
    connection: Connection,
    *,
    window: Window,
    guild_ids: Collection[int] | None = None,
    excluded_channels: Collection[int] = (),
    limit: int | None = 5,
) -> list[Contributor]:
    """Return the people of each server who wrote most, at most *limit* of each (None: all)."""
    parameters = window_parameters(window, guild_ids, excluded_channels)
    days = [day.since for day in cut_days(checked_window(window))]
    limits = {"limit": checked_count(limit, "the limit")}
    return fetch_rows(connection, Contributor, "contributors", {**parameters, **limits, "days": days})


def fetch_channels(
    connection: Connection,
    *,
    window: Window,
    guild_ids: Collection[int] | None = None,
    excluded_channels: Collection[int] = (),
    limit: int | None = 5,
) -> list[ChannelActivity]:
    """Return the busiest channels, threads and forum posts of each server, at most *limit* of each (None: all)."""
    parameters = window_parameters(window, guild_ids, excluded_channels)
    limits = {"limit": checked_count(limit, "the limit")}
    return fetch_rows(connection, ChannelActivity, "channels", {**parameters, **limits})


def fetch_new_people(
    connection: Connection,
    *,
    window: Window,
    guild_ids: Collection[int] | None = None,
    excluded_channels: Collection[int] = (),
    limit: int | None = None,
) -> list[NewPerson]:
    """Return the people whose first stored message in a server lies in *window*, in the order in which they came."""
    parameters = window_parameters(window, guild_ids, excluded_channels)
    limits = {"limit": checked_count(limit, "the limit")}
    return fetch_rows(connection, NewPerson, "new_people", {**parameters, **limits})


def fetch_recent_users(
    connection: Connection,
    *,
    window: Window,
    guild_ids: Collection[int] | None = None,
    excluded_channels: Collection[int] = (),
    limit: int | None = 50,
) -> list[RecentUser]:
    """Return the people who wrote in *window*, the most recently active first, at most *limit* of each server."""
    parameters = window_parameters(window, guild_ids, excluded_channels)
    limits = {"limit": checked_count(limit, "the limit")}
    return fetch_rows(connection, RecentUser, "recent_users", {**parameters, **limits})


def fetch_connectors(
    connection: Connection,
    *,
    window: Window,
    min_messages: int = 1,
    guild_ids: Collection[int] | None = None,
    excluded_channels: Collection[int] = (),
    limit: int | None = None,
) -> list[Connector]:
    """Return the people who wrote at least *min_messages* messages in each of two or more servers."""
    checked_count(min_messages, "the least number of messages")
    limits = {"limit": checked_count(limit, "the limit"), "min_messages": min_messages}
    rows = fetch_parts(connection, "connectors", {**window_parameters(window, guild_ids, excluded_channels), **limits})
    connectors: list[Connector] = []
    for user_id, found in groupby(rows, lambda row: row["user_id"]):
        there = list(found)
        guilds = tuple(
            GuildMessages(row["guild_id"], row["guild_name"], row["name_there"], row["messages_there"]) for row in there
        )
        connectors.append(Connector(user_id, there[0]["name"], there[0]["messages"], guilds))
    return connectors


def fetch_highlights(
    connection: Connection,
    *,
    window: Window,
    guild_ids: Collection[int] | None = None,
    excluded_channels: Collection[int] = (),
    limit: int | None = 5,
) -> list[Highlight]:
    """
    Return the messages of each server that most people reacted to, at most *limit* of each.

    People are distinct, neither bots nor the author. A message whose export lists no users ranks by Discord's count
    instead. Equals are ordered by count, by replies before the end of *window*, then the earlier message comes first.
    """
    parameters = window_parameters(window, guild_ids, excluded_channels)
    limits = {"limit": checked_count(limit, "the limit")}
    highlights: list[Highlight] = []
    for row in fetch_parts(connection, "highlights", {**parameters, **limits}):
        names, ids, counts = row.pop("emoji_names"), row.pop("emoji_ids"), row.pop("emoji_counts")
        emojis = tuple(EmojiCount(*emoji) for emoji in zip(names, ids, counts, strict=True))
        highlights.append(Highlight(**row, emojis=emojis))
    return highlights
