"""Messages of channels through earlier windows, and which of them are unlike their past. Pure."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from discord_airflow.queries.gaps import GuildGaps
from discord_airflow.queries.plausibility_rows import Doubt, DoubtAbout
from discord_airflow.queries.robust import FEWEST, Usual, compare
from discord_airflow.window import Window

FEW_OF_SERVER = -3.0
FEW_OF_CHANNEL = -4.5
SILENT = -3.5
MANY = 8.0
"""
Usual deviations that a count must lie off before a word is said. A channel alone varies more than a server; upwards it
takes most, about three times the usual and more, for a lively week is news and no fault.
"""

WORTH_A_WORD = 10
"""A channel that usually has fewer messages in such a window is quiet, and may be silent."""


@dataclass(frozen=True)
class Spans:
    """The compared windows, oldest first, and last the window itself; time between them may belong to none."""

    windows: tuple[Window, ...]

    @cached_property
    def edges(self) -> tuple[Any, ...]:
        """The instants that cut the windows out of time, ascending."""
        return tuple(sorted({edge for window in self.windows for edge in (window.since, window.until)}))

    def counted(self, by_bucket: Mapping[int, int]) -> tuple[int, ...]:
        """Return the counts of each window from those of the spans between edges, numbered from 1."""
        return tuple(by_bucket.get(self.edges.index(window.since) + 1, 0) for window in self.windows)

    def complete(self, gaps: GuildGaps) -> tuple[bool, ...]:
        """Say of each window whether it was collected whole."""
        return tuple(gaps.state(window.since, window.until, has_messages=True) == "complete" for window in self.windows)


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel or thread: of each window whether it was collected whole, and its messages."""

    channel_id: int
    complete: tuple[bool, ...]
    messages: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Judged:
    """A server, or a channel with its threads, held against *windows* earlier windows."""

    is_server: bool
    windows: int
    doubts: tuple[Doubt, ...]


@dataclass(frozen=True)
class ServerVolumes:
    """All channels and threads of a server."""

    channels: tuple[Channel, ...]

    def judged(self, places: Mapping[int, Mapping[str, Any]]) -> tuple[Judged, ...]:
        """Return the server and its channels, as far as enough of their past was collected; *places* knows parents."""
        found = [judged] if (judged := _judge(self.channels, None)) else []
        below: dict[int, list[Channel]] = defaultdict(list)
        for channel in self.channels:
            place = places.get(channel.channel_id, {})
            parent_id: int | None = place.get("parent_id") if place.get("is_thread") else None
            below[channel.channel_id if parent_id is None else parent_id].append(channel)
        for channel_id, channels in below.items():
            place = channel_id, _name(channel_id, channels, places)
            # A channel may fall silent while its threads go on.
            alone = [channel for channel in channels if channel.channel_id == channel_id]
            silent = _judge(alone, place) if len(channels) > len(alone) > 0 else None
            if silent and any(doubt.about == "silent" for doubt in silent.doubts):
                found.append(silent)
            elif judged := _judge(channels, place):
                found.append(judged)
        return tuple(found)


def _name(channel_id: int, channels: Sequence[Channel], places: Mapping[int, Mapping[str, Any]]) -> str:
    if channel_id in places:
        return str(places[channel_id]["channel_name"])
    return next((str(places[one.channel_id]["parent_name"]) for one in channels if one.channel_id in places), "")


def _judge(channels: Sequence[Channel], place: tuple[int, str] | None) -> Judged | None:
    """
    Hold the last window's messages against the earlier ones'.

    Counted are the channels that were collected whole now and in at least FEWEST of the earlier windows; an earlier
    window counts when all of these were collected whole. So what is unknown is never taken for 0.
    """
    fit = [channel for channel in channels if channel.complete[-1] and sum(channel.complete[:-1]) >= FEWEST]
    if not fit:
        return None
    windows = [number for number in range(len(fit[0].complete) - 1) if all(one.complete[number] for one in fit)]
    earlier = [sum(one.messages[number] for one in fit) for number in windows]
    now = sum(one.messages[-1] for one in fit)
    usual = compare(now, earlier)
    if usual is None:
        return None
    return Judged(place is None, len(windows), tuple(_doubts(now, usual, place)))


def _doubts(now: int, usual: Usual, place: tuple[int, str] | None) -> Iterator[Doubt]:
    about = _about(now, usual, is_server=place is None)
    if about is not None:
        channel_id, name = place or (None, None)
        yield Doubt(about, channel_id, name, False, now, usual.middle, usual.lowest, usual.highest)


def _about(now: int, usual: Usual, *, is_server: bool) -> DoubtAbout | None:
    if usual.middle >= WORTH_A_WORD:
        if not now and usual.score < SILENT:
            return "silent"
        if usual.score < (FEW_OF_SERVER if is_server else FEW_OF_CHANNEL):
            return "few"
    return "many" if usual.score > MANY else None
