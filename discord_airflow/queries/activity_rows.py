"""Figures of a guild and a span of time; the rules of rows.py hold here too."""

from dataclasses import dataclass
from datetime import date, datetime

from discord_airflow.queries.coverage_rows import State


@dataclass(frozen=True, slots=True)
class Activity:
    """
    The figures of one guild and window.

    ``all_messages == messages + bot_messages + system_messages + deleted_messages``. From *replies* to
    *stickers* only what is counted in *messages* counts. *deleted_account_messages* is the part of *messages*
    whose author's account is gone.
    """

    guild_id: int
    guild_name: str
    since: datetime
    until: datetime
    messages: int
    posters: int
    active_channels: int
    active_threads: int
    replies: int
    reactions: int
    attachments: int
    embeds: int
    mentions: int
    stickers: int
    edited: int
    pinned: int
    deleted_account_messages: int
    bot_messages: int
    system_messages: int
    deleted_messages: int
    all_messages: int


@dataclass(frozen=True, slots=True)
class Change:
    """One figure of a guild beside the preceding window's; *change* only where both windows are complete."""

    guild_id: int
    guild_name: str
    figure: str
    value: int | None
    preceding: int | None
    change: int | None
    state: State
    preceding_state: State


@dataclass(frozen=True, slots=True)
class Totals:
    """
    Everything stored of a guild and window, with nothing left out but excluded channels: to reconcile with
    the exports.
    """

    guild_id: int
    guild_name: str
    messages: int
    authors: int
    channels: int
    replies: int
    reactions: int
    attachments: int
    embeds: int
    mentions: int
    stickers: int
    edited: int
    pinned: int
    first_message_at: datetime | None
    last_message_at: datetime | None


@dataclass(frozen=True, slots=True)
class Concentration:
    """*absence_factor* people together wrote at least half of the *messages* of all *posters* (CHAOSS)."""

    guild_id: int
    guild_name: str
    posters: int
    messages: int
    absence_factor: int


@dataclass(frozen=True, slots=True)
class DayPoint:
    """One day (midnight to midnight in the zone, cut at the window's ends)."""

    guild_id: int
    day: date
    since: datetime
    until: datetime
    state: State
    messages: int | None
    posters: int | None


@dataclass(frozen=True, slots=True)
class HourCell:
    """
    The messages of one hour of the weekday (0 = Monday, hour 0-23, wall clock of the zone), summed over the
    window.
    """

    guild_id: int
    weekday: int
    hour: int
    state: State
    messages: int | None


@dataclass(frozen=True, slots=True)
class WeekPoint:
    """One window of the trend, oldest first; as long as the report's window, on the wall clock of its zone."""

    guild_id: int
    guild_name: str
    since: datetime
    until: datetime
    state: State
    messages: int | None
    posters: int | None


@dataclass(frozen=True, slots=True)
class WeeklyActive:
    """
    Who posted in one window of the trend, and where they came from: ``posters == preceding + new + returned -
    lapsed``.

    *new*: first message ever stored of them; *returned*: posted before, but not in the preceding window;
    *lapsed*: posted in the preceding window and not in this one (silent, not necessarily gone). They are None
    unless both windows are complete. *posters_28_days*: posting members of the 28 days up to *until*; None
    unless those are complete.
    """

    guild_id: int
    guild_name: str
    since: datetime
    until: datetime
    state: State
    posters: int | None
    preceding: int | None
    new: int | None
    returned: int | None
    lapsed: int | None
    posters_28_days: int | None


@dataclass(frozen=True, slots=True)
class MembershipMonth:
    """
    A calendar month in the zone (the last one cut at the window's end), never with a "leave": exports hold
    none.

    *joins*: join messages; None where the guild shows none at all. *first_seen* / *last_seen*: people whose
    first / latest stored message lies in the month. All three are None where nothing of the month was
    collected.
    """

    guild_id: int
    guild_name: str
    month: date
    since: datetime
    until: datetime
    state: State
    joins: int | None
    first_seen: int | None
    last_seen: int | None
