"""
What a folder of exports holds, read with the json module and nothing of the project.

Where several files show one message, the one that was exported last is believed; an account that is gone
("Deleted User") never replaces the person who was known before.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

NUMBERS = {
    "Default": 0,
    "RecipientAdd": 1,
    "RecipientRemove": 2,
    "Call": 3,
    "ChannelNameChange": 4,
    "ChannelIconChange": 5,
    "ChannelPinnedMessage": 6,
    "GuildMemberJoin": 7,
    "ThreadCreated": 18,
    "Reply": 19,
}
THREADS = {"GuildNewsThread", "GuildPublicThread", "GuildPrivateThread", "10", "11", "12"}
GONE = "456226577798135808"


@dataclass(frozen=True)
class File:
    """One export, with the moment it was observed."""

    path: Path
    document: dict[str, Any]
    observed_at: datetime

    @property
    def guild_id(self) -> int:
        return int(self.document["guild"]["id"])

    @property
    def channel_id(self) -> int:
        return int(self.document["channel"]["id"])


@dataclass(frozen=True)
class Message:
    """A message as it was observed last; *author* is the last block that names a person."""

    raw: dict[str, Any]
    author: dict[str, Any]
    guild_id: int
    channel_id: int
    in_thread: bool

    @property
    def id(self) -> int:
        return int(self.raw["id"])

    @property
    def author_id(self) -> int:
        return int(self.author["id"])

    @property
    def kind(self) -> int | None:
        text = self.raw["type"]
        return int(text) if text.isdigit() else NUMBERS.get(text)

    @property
    def sent_at(self) -> datetime:
        return instant(self.raw["timestamp"])

    @property
    def is_bots(self) -> bool:
        return bool(self.author["isBot"])

    @property
    def is_written(self) -> bool:
        """Whether it counts as a message: typed by somebody, be the account still there or not."""
        return self.kind in (0, 19) and not self.is_bots

    @property
    def is_persons(self) -> bool:
        """Whether its author ranks as a person."""
        return self.is_written and not is_gone(self.author)

    @property
    def answers(self) -> int | None:
        target = (self.raw.get("reference") or {}).get("messageId")
        return int(target) if self.kind == 19 and target else None

    @property
    def reactions(self) -> int:
        return sum(reaction["count"] for reaction in self.raw["reactions"])


def instant(text: str) -> datetime:
    """Return the time that an export states."""
    return datetime.fromisoformat(text).astimezone(UTC)


def is_gone(user: dict[str, Any]) -> bool:
    """Whether the block stands for a deleted account."""
    return not user["isBot"] and (user["id"] == GONE or user["name"].startswith("deleted_user_"))


def read_files(paths: Iterable[Path]) -> list[File]:
    """Return the exports at *paths* (files, or folders with .json files), each content once, the oldest first."""
    files: dict[str, File] = {}
    for path in sorted(_json_files(paths)):
        content = path.read_bytes()
        document = json.loads(content.decode("utf-8-sig"))
        files.setdefault(hashlib.sha256(content).hexdigest(), File(path, document, _observed_at(document)))
    return sorted(files.values(), key=lambda file: (file.observed_at, str(file.path)))


def _json_files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        yield from path.rglob("*.json") if path.is_dir() else [path]


def _observed_at(document: dict[str, Any]) -> datetime:
    """Return when the export was made; before 2.40.1 it does not say, so the newest instant in it stands for that."""
    if stated := document.get("exportedAt"):
        return instant(stated)
    times = [document["dateRange"]["before"]]
    for message in document["messages"]:
        times += [message["timestamp"], message["timestampEdited"]]
    return max(instant(text) for text in times if text)


class Archive:
    """All messages of a number of exports, and every observation they were chosen from."""

    def __init__(self, *paths: Path) -> None:
        self.files = read_files(paths)
        self.observations: dict[int, list[tuple[File, dict[str, Any]]]] = {}
        self.guilds = {file.guild_id: file.document["guild"]["name"] for file in self.files}
        self.channels = {file.channel_id: file.document["channel"] for file in self.files}
        for file in self.files:
            for raw in file.document["messages"]:
                self.observations.setdefault(int(raw["id"]), []).append((file, raw))
        self.messages = [self._newest(observed) for observed in self.observations.values()]

    def _newest(self, observed: list[tuple[File, dict[str, Any]]]) -> Message:
        ranked = sorted(observed, key=lambda pair: (pair[0].observed_at, pair[1]["timestampEdited"] or ""))
        file, raw = ranked[-1]
        known = [pair[1]["author"] for pair in ranked if not is_gone(pair[1]["author"])]
        author = known[-1] if known else raw["author"]
        return Message(raw, author, file.guild_id, file.channel_id, file.document["channel"]["type"] in THREADS)

    def nickname(self, guild_id: int, user_id: int) -> str:
        """Return the name that the last block about somebody in a guild gives; a block with roles comes first."""
        blocks = [
            ("roles" in user, file.observed_at, user)
            for file in self.files
            if file.guild_id == guild_id
            for user in users_of(file.document)
            if int(user["id"]) == user_id
        ]
        newest = max(blocks, key=lambda block: block[:2])[2]
        return newest.get("nickname") or newest["name"]


def users_of(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield every user block of an export."""
    for message in document["messages"]:
        yield message["author"]
        yield from message.get("mentions", [])
        if interaction := message.get("interaction"):
            yield interaction["user"]
        for reaction in message["reactions"]:
            yield from reaction.get("users", [])
