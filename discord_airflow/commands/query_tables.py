"""Which columns the answer to a query has in the terminal. What is not known says so and is never 0."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from discord_airflow.queries import rows
from discord_airflow.queries.rows import State
from discord_airflow.reporting.plain_text import plain_name
from discord_airflow.window import zone_named

NOT_COLLECTED = "not collected"
UNKNOWN = "unknown"
STATES: Mapping[State, str] = {"complete": "all", "partial": "in part", "none": "nothing"}
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True, slots=True)
class Column:
    """A heading and how its cell is made of a row, in a zone; numbers stand to the right."""

    heading: str
    cell: Callable[[Any, str], str]
    is_number: bool = False


def number(value: int | None, state: State = "complete") -> str:
    """Return a figure: "at least" (>=) where the data have gaps, words where there are none."""
    if state == "none":
        return NOT_COLLECTED
    if value is None:
        return UNKNOWN
    return f"≥ {value:,}" if state == "partial" else f"{value:,}"


def many(count: int, noun: str, plural: str | None = None) -> str:
    """Return a count with its noun."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


def moment(instant: datetime | None, zone: str) -> str:
    """Return day and time on the clock of *zone*."""
    return f"{instant.astimezone(zone_named(zone)):%Y-%m-%d %H:%M}" if instant else UNKNOWN


def _number(heading: str, field: str) -> Column:
    def cell(row: Any, _: str) -> str:
        return number(getattr(row, field), getattr(row, "state", "complete"))

    return Column(heading, cell, is_number=True)


def _name(heading: str, field: str = "name") -> Column:
    return Column(heading, lambda row, _: plain_name(getattr(row, field)))


def _moment(heading: str, field: str) -> Column:
    return Column(heading, lambda row, zone: moment(getattr(row, field), zone))


def _id(heading: str, field: str) -> Column:
    return Column(heading, lambda row, _: str(getattr(row, field)))


def _channel(row: Any, _: str) -> str:
    """Return a channel's name; a thread's with the channel that it belongs to."""
    name = f"#{plain_name(row.channel_name)}"
    return f"{name} (in #{plain_name(row.parent_name)})" if row.is_thread and row.parent_name else name


def _change(row: rows.Change, _: str) -> str:
    return "not comparable" if row.change is None else f"{row.change:+,}" if row.change else "0"


def _share(row: rows.Concentration, _: str) -> str:
    return many(row.absence_factor, "person", "people")


COLUMNS: Mapping[type, tuple[Column, ...]] = {
    rows.Change: (
        Column("Figure", lambda row, _: row.figure.replace("_", " ")),
        Column("This window", lambda row, _: number(row.value, row.state), is_number=True),
        Column("Before", lambda row, _: number(row.preceding, row.preceding_state), is_number=True),
        Column("Change", _change, is_number=True),
    ),
    rows.Concentration: (
        _number("Posters", "posters"),
        _number("Messages", "messages"),
        Column("Half was written by", _share),
    ),
    rows.Contributor: (
        _name("Name"),
        _number("Messages", "messages"),
        _number("Replies", "replies"),
        _number("Reactions", "reactions"),
        _number("Channels", "channels"),
        _number("Days", "active_days"),
    ),
    rows.ChannelActivity: (
        Column("Channel", _channel),
        _number("Messages", "messages"),
        _number("People", "posters"),
        _number("Replies", "replies"),
        _number("Reactions", "reactions"),
    ),
    rows.RecentUser: (
        _name("Name"),
        _number("Messages", "messages"),
        _moment("Latest", "last_message_at"),
        Column("In", lambda row, _: f"#{plain_name(row.channel_name)}"),
    ),
    rows.DayPoint: (
        Column("Day", lambda row, _: f"{WEEKDAYS[row.day.weekday()]} {row.day}"),
        _number("Messages", "messages"),
        _number("People", "posters"),
    ),
    rows.WeekPoint: (
        _moment("From", "since"),
        _moment("To", "until"),
        _number("Messages", "messages"),
        _number("People", "posters"),
    ),
    rows.WeeklyActive: (
        _moment("To", "until"),
        _number("People", "posters"),
        Column("Before", lambda row, _: number(row.preceding), is_number=True),
        Column("New", lambda row, _: number(row.new), is_number=True),
        Column("Returned", lambda row, _: number(row.returned), is_number=True),
        Column("Silent", lambda row, _: number(row.lapsed), is_number=True),
        Column("28 days", lambda row, _: number(row.posters_28_days), is_number=True),
    ),
    rows.MembershipMonth: (
        Column("Month", lambda row, _: f"{row.month:%Y-%m}"),
        _number("Joins seen", "joins"),
        _number("First seen", "first_seen"),
        _number("Last seen", "last_seen"),
    ),
    rows.Connector: (
        _name("Name"),
        _number("Messages", "messages"),
        Column(
            "Servers", lambda row, _: ", ".join(f"{plain_name(one.guild_name)} {one.messages:,}" for one in row.guilds)
        ),
    ),
    rows.Guild: (
        _name("Server", "guild_name"),
        _id("Id", "guild_id"),
        _number("Channels", "channels"),
        _number("Threads", "threads"),
        _number("People", "people"),
        _moment("Newest", "newest_message_at"),
    ),
    rows.Gap: (
        Column("Missing in", lambda row, _: f"#{plain_name(row.channel_name)}"),
        _moment("From", "since"),
        _moment("To", "until"),
        Column("Why", lambda row, _: plain_name(row.reason) if row.reason else "never exported"),
    ),
    rows.Doubt: (
        Column("Doubt", lambda row, _: row.about.replace("_", " ")),
        Column("Where", lambda row, _: f"#{plain_name(row.channel_name)}" if row.channel_name else "the whole server"),
        _number("Found", "found"),
        Column("Of, or usually", lambda row, _: number(row.of), is_number=True),
        Column("Before", lambda row, _: "" if row.lowest is None else f"{row.lowest:,} to {row.highest:,}"),
    ),
    rows.NameSeen: (
        _name("Name"),
        Column("Kind", lambda row, _: row.sort),
        _name("Server", "guild_name"),
        _moment("First seen", "first_observed_at"),
        _moment("Last seen", "last_observed_at"),
    ),
}
