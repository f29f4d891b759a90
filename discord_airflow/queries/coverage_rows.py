"""What figures rest on; the rules of rows.py hold here too."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

State = Literal["complete", "partial", "none"]
"""How much of a span was exported: all; some (figures mean "at least"); nothing (figures are unknown)."""


@dataclass(frozen=True, slots=True)
class Guild:
    """A stored server; id 0 holds direct messages."""

    guild_id: int
    guild_name: str
    channels: int
    threads: int
    people: int
    oldest_message_at: datetime | None
    newest_message_at: datetime | None
    observed_at: datetime


@dataclass(frozen=True, slots=True)
class Watermark:
    """What the database held when a figure was computed."""

    files: int
    newest_observed_at: datetime | None
    newest_message_id: int | None
    newest_message_at: datetime | None


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch of a channel inside the window that no export holds; *reason* where an attempt failed."""

    channel_id: int
    channel_name: str
    since: datetime
    until: datetime
    reason: str | None


@dataclass(frozen=True, slots=True)
class ChannelCoverage:
    """
    How much of the window one exported channel, thread or forum post has; *proven*: checked by our own
    collector.
    """

    channel_id: int
    channel_name: str
    is_thread: bool
    state: State
    proven: bool
    newest_message_at: datetime | None


@dataclass(frozen=True, slots=True)
class GuildCoverage:
    """
    What the figures of a guild's window rest on. *channels* counts exported channels and threads that are not
    excluded.
    """

    guild_id: int
    guild_name: str
    since: datetime
    until: datetime
    state: State
    proven: bool
    channels: int
    channels_complete: int
    channels_partial: int
    channels_none: int
    oldest_message_at: datetime | None
    newest_message_at: datetime | None
    gaps: tuple[Gap, ...]
    channel_states: tuple[ChannelCoverage, ...]
