"""What the synthetic Discord holds: people, servers, channels, tokens; its clock, its ids, its file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, Self

from standin.instants import Instant, snowflake_at, ticks_of
from standin.kinds import PUBLIC_THREAD, TEXT
from standin.timeline import Facts, iso


def token_digest(token: str) -> str:
    """Return what a world file keeps of a token, so that a search for the token finds nothing there."""
    return hashlib.sha256(token.encode()).hexdigest()


class Atlas:
    """Everything there is, with its past; all ids are integers, all times ISO texts with a zone."""

    def __init__(
        self,
        now: Instant | None = None,
        users: Sequence[Facts] = (),
        guilds: Sequence[Facts] = (),
        channels: Sequence[Facts] = (),
        tokens: Sequence[Facts] = (),
        serial: int = 2000,
    ) -> None:
        self.now = None if now is None else iso(now)
        self.users: dict[int, Facts] = {user["id"]: user for user in users}
        self.guilds: dict[int, Facts] = {guild["id"]: guild for guild in guilds}
        self.channels: dict[int, Facts] = {channel["id"]: channel for channel in channels}
        self.tokens: list[Facts] = list(tokens)
        self._messages: dict[int, Facts] = {
            message["id"]: message for channel in channels for message in channel["messages"]
        }
        self._serial = serial

    @classmethod
    def load(cls, path: Path | str) -> Self:
        """Read a world from its file."""
        return cls(**json.loads(Path(path).read_text(encoding="utf-8")))

    def save(self, path: Path | str) -> Path:
        """Write the world; the file appears whole, so a stand-in that starts meanwhile reads either."""
        document: Facts = {"now": self.now, "tokens": self.tokens, "serial": self._serial}
        for name in ("users", "guilds", "channels"):
            document[name] = list(getattr(self, name).values())
        target = Path(path)
        draft = target.with_name(target.name + ".draft")
        draft.write_text(json.dumps(document), encoding="utf-8")
        return draft.replace(target)

    # --- time and ids

    def advance(self, **span: float) -> str:
        """Move the world's clock on by a timedelta's arguments, and return where it stands."""
        step = round(timedelta(**span) / timedelta(microseconds=1)) * 10
        self.now = iso(self._moment(None) + step)
        return self.now

    def _moment(self, at: Instant | None) -> int:
        if at is not None:
            return ticks_of(at)
        if self.now is None:
            raise ValueError("this world has no clock: pass at=..., or make it with World(now=...)")
        return ticks_of(self.now)

    def next_id(self, at: Instant | None = None) -> int:
        """Return a fresh id of that moment; of two made for one millisecond the later one is greater."""
        self._serial += 1
        return snowflake_at(self._moment(at)) | self._serial & 0x3FFFFF

    # --- people and places

    def add_guild(self, name: str, *, guild_id: int | None = None, icon: str | None = None) -> int:
        """Found a server."""
        key = guild_id or self.next_id()
        self.guilds[key] = {"id": key, "name": name, "icon": icon, "roles": [], "members": []}
        return key

    def add_role(
        self,
        guild: int,
        name: str,
        *,
        color: str | None = None,
        position: int = 1,
        role_id: int | None = None,
    ) -> int:
        """Add a role; *color* is `#RRGGBB`."""
        key = role_id or self.next_id()
        self.guilds[guild]["roles"].append({"id": key, "name": name, "color": color, "position": position})
        return key

    def add_user(
        self,
        name: str,
        *,
        user_id: int | None = None,
        global_name: str | None = None,
        bot: bool = False,
        avatar: str | None = None,
        discriminator: str = "0000",
        **facts: Any,
    ) -> int:
        """Add a person, a bot, or with `webhook=True` a webhook."""
        key = user_id or self.next_id()
        self.users[key] = {
            "id": key,
            "name": name,
            "discriminator": discriminator,
            "global_name": global_name,
            "avatar": avatar,
            "bot": bot,
            **facts,
        }
        return key

    def add_member(
        self,
        guild: int,
        user: int,
        *,
        nick: str | None = None,
        avatar: str | None = None,
        roles: Iterable[int] = (),
    ) -> None:
        """Let a user join a server."""
        self.guilds[guild]["members"].append({"id": user, "nick": nick, "avatar": avatar, "roles": list(roles)})

    def add_channel(
        self,
        guild: int,
        name: str,
        *,
        kind: int = TEXT,
        parent: int | None = None,
        channel_id: int | None = None,
        at: Instant | None = None,
        **facts: Any,
    ) -> int:
        """Add a channel, category, forum, thread or (guild 0, `recipients=[...]`) a conversation."""
        key = channel_id or self.next_id(at)
        if at is not None:
            facts["created_at"] = iso(at)
        position = sum(1 for other in self.channels.values() if other["guild"] == guild)
        self.channels[key] = {
            "id": key,
            "guild": guild,
            "type": kind,
            "parent": parent,
            "name": name,
            "topic": None,
            "position": position,
            "messages": [],
            **facts,
        }
        return key

    def add_thread(
        self,
        parent: int,
        name: str,
        *,
        kind: int = PUBLIC_THREAD,
        archived: bool = False,
        thread_id: int | None = None,
        at: Instant | None = None,
    ) -> int:
        """Open a thread; one made from a message has that message's id."""
        moment = self._moment(at)
        guild = self.channels[parent]["guild"]
        return self.add_channel(
            guild, name, kind=kind, parent=parent, channel_id=thread_id, at=moment, archived=archived
        )

    def has_message(self, message_id: int) -> bool:
        """Say whether a message of that id was ever posted."""
        return message_id in self._messages

    def message(self, message_id: int) -> Facts:
        """Return the stored message, past and all."""
        return self._messages[message_id]

    def add_token(self, token: str, *, kind: str = "bot", user: int | None = None, **rights: Any) -> None:
        """
        Let *token* in as a "user" or a "bot".

        Rights, all granted when absent: `history=False` (channels look empty), `content_intent=False`,
        `forbidden=[channel ids]`, `guilds=[ids]` (sees no others), `private_threads=False`, `revoked_at=iso`.
        """
        self.tokens.append({"sha256": token_digest(token), "kind": kind, "user": user, **rights})
