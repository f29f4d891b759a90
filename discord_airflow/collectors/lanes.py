"""
Which files go to which worker: those of one channel go one after the other through the same.

Only one import at a time writes to a channel, so a second worker would stand idle at its lock. And in order of name the
messages of a channel usually rise from file to file, which is the quick way in.

Of many small channels a worker prefers those of the guild it is at: it remembers what that guild's people became, and
two workers seldom wait for each other's rows when each has a guild of its own.
"""

import re
from collections import deque
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from discord_airflow.collectors.source_files import UnreadableError, open_source

_HEAD = 4096
_SMALL_BYTES = 4 << 20
_guild_in = re.compile(rb'"guild"\s*:\s*\{\s*"id"\s*:\s*"?(\d{1,20})').search
_channel_in = re.compile(rb'"channel"\s*:\s*\{\s*"id"\s*:\s*"?(\d{1,20})').search


class Place(NamedTuple):
    """The guild and the channel that a file seems to be of."""

    guild: bytes | None
    channel: bytes


class Lane(deque[int]):
    """Positions of files to be imported one after the other."""

    guild: bytes | None = None
    byte_size = 0


class Lanes:
    """The lanes that nobody has begun, those with the most bytes first."""

    def __init__(self, lanes: Iterable[Lane]) -> None:
        self._waiting = deque(lanes)

    def __len__(self) -> int:
        return len(self._waiting)

    def take(self, guild: bytes | None, busy: Collection[bytes | None]) -> Lane:
        """Return the next lane of a worker that was at *guild* before, while workers are at the guilds *busy*."""
        place, first = 0, self._waiting[0]
        if first.guild is not None and first.byte_size < _SMALL_BYTES:
            own = (place for place, lane in enumerate(self._waiting) if lane.guild == guild)
            free = (place for place, lane in enumerate(self._waiting) if lane.guild not in busy)
            place = next(free, 0) if guild is None else next(own, next(free, 0))
        lane = self._waiting[place]
        del self._waiting[place]
        return lane

    def put_back(self, lane: Lane) -> None:
        """Let *lane* be the next to be taken."""
        self._waiting.appendleft(lane)


def lanes_of(paths: Sequence[Path], sizes: Sequence[int]) -> list[Lane]:
    """Return *paths*, by position, as lanes: one for each channel, those with the most bytes first."""
    lanes: dict[bytes | int, Lane] = {}
    for position, path in enumerate(paths):
        found = place_of(path)
        lane = lanes.setdefault(position if found is None else found.channel, Lane())
        lane.append(position)
        lane.guild = found.guild if found else None
        lane.byte_size += sizes[position]
    return sorted(lanes.values(), key=lambda lane: -lane.byte_size)


def place_of(path: Path) -> Place | None:
    """
    Return which guild and channel a file seems to be of, or None when a glance does not tell.

    Nothing but time depends on it: two imports of one channel wait for each other wherever they run.
    """
    try:
        source = open_source(path)
    except UnreadableError:
        return None
    with source.file:
        try:
            head = source.file.read(_HEAD)
        except OSError:
            return None
    guild, channel = _guild_in(head), _channel_in(head)
    return Place(guild[1] if guild else None, channel[1]) if channel else None
