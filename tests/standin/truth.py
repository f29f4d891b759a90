"""
What an export should have held, worked out from a world file alone.

Shares no code with the stand-in's server or writer: a test that compares an export or a database with these
answers checks the stand-in as well.
"""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

_EPOCH = datetime.fromisoformat("2015-01-01T00:00:00+00:00")


def _born(entity: dict[str, Any]) -> datetime:
    if "created_at" in entity:
        return datetime.fromisoformat(entity["created_at"])
    return _EPOCH + timedelta(milliseconds=entity["id"] // 4_194_304)


class Truth:
    """The facts of a world file at one moment (default: its own clock)."""

    def __init__(self, path: Path | str, at: datetime | None = None) -> None:
        self._world = json.loads(Path(path).read_text(encoding="utf-8"))
        clock = self._world["now"]
        self.at = at or (datetime.fromisoformat(clock) if clock else datetime.max.replace(tzinfo=_EPOCH.tzinfo))
        self._channels = {channel["id"]: channel for channel in self._world["channels"]}

    def _there(self, entity: dict[str, Any]) -> bool:
        ended = entity.get("deleted_at")
        return _born(entity) <= self.at and (ended is None or datetime.fromisoformat(ended) > self.at)

    def _now(self, entity: dict[str, Any]) -> dict[str, Any]:
        facts = dict(entity)
        for change in sorted(entity.get("changes", []), key=lambda c: datetime.fromisoformat(c["at"])):
            if datetime.fromisoformat(change["at"]) <= self.at:
                facts |= change["set"]
        return facts

    def channel_ids(self, guild: int, *, with_messages: bool = True) -> set[int]:
        """Return a server's channels and threads that exist; categories and forums hold no messages."""
        unread = {4, 15, 16} if with_messages else set()
        living = {key for key, channel in self._channels.items() if self._there(channel)}
        return {
            key for key in living if self._channels[key]["guild"] == guild and self._channels[key]["type"] not in unread
        }

    def messages(self, channel: int, after: int = 0, before: int = 2**64) -> list[dict[str, Any]]:
        """Return the messages that exist, after < id < before, by id, as they stand."""
        stored = self._channels[channel]["messages"]
        living = [self._now(message) for message in stored if self._there(message)]
        return sorted((m for m in living if after < m["id"] < before), key=lambda m: m["id"])

    def message_ids(self, channel: int, after: int = 0, before: int = 2**64) -> list[int]:
        """Return the ids of the messages that exist, after < id < before."""
        return [message["id"] for message in self.messages(channel, after, before)]

    def texts(self, channel: int) -> dict[int, str]:
        """Return the raw text of each message."""
        return {message["id"]: message["content"] for message in self.messages(channel)}

    def authors(self, channel: int) -> Counter[int]:
        """Return how many messages of each author there are."""
        return Counter(message["author"] for message in self.messages(channel))

    def reactions(self, channel: int) -> dict[int, dict[str, set[int]]]:
        """Return who reacted to each message, by the emoji's name."""
        found = {}
        for message in self.messages(channel):
            given = {r["emoji"]["name"]: set(r["users"]) for r in message.get("reactions", [])}
            if given:
                found[message["id"]] = given
        return found

    def deleted_ids(self, channel: int) -> list[int]:
        """Return the ids of messages that were there and are no more."""
        stored = self._channels[channel]["messages"]
        return sorted(m["id"] for m in stored if _born(m) <= self.at and not self._there(m))
