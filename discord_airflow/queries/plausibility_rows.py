"""What speaks against the data of a window; the rules of rows.py hold here too."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from discord_airflow.queries.coverage_rows import State

DoubtAbout = Literal[
    "freshness",
    "channels",
    "threads",
    "never_collected",
    "few",
    "many",
    "silent",
    "empty",
    "doubled",
    "future",
    "clock",
]


@dataclass(frozen=True, slots=True)
class Doubt:
    """
    One thing that is hardly true, of a channel with its threads or (*channel_id* None) of the whole server.

    *found* is what the window has, *of* what it is held against: the usual number of the compared windows, whose
    smallest and largest are *lowest* and *highest*, or the whole that *found* is a part of. *since* and *until*: where
    collection ended, and where the window did.
    """

    about: DoubtAbout
    channel_id: int | None
    channel_name: str | None
    is_thread: bool
    found: int
    of: int
    lowest: int | None = None
    highest: int | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class GuildPlausibility:
    """
    What speaks against a server's data of the window, worst first; nothing when *doubts* is empty.

    *windows*: how many earlier windows the server's messages were held against (0: too few were collected whole).
    *channels*: how many channels with their threads were held against their own past, of *channels_known*.
    """

    guild_id: int
    guild_name: str
    state: State
    windows: int
    channels: int
    channels_known: int
    doubts: tuple[Doubt, ...]
