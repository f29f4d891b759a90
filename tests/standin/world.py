"""
The synthetic Discord that the stand-in serves: a small world with a history, kept in one JSON file.

Tests build a world, save it, point STANDIN_WORLD at the file, let the collector run, then advance the clock,
post, edit, delete, rename, and save again. Every change is dated, so the same file answers for any moment
(`now` in the file, or STANDIN_NOW). `standin.truth` tells independently what an export should have held.

    world = World(now="2026-03-02T12:00:00+00:00")
    guild = world.add_guild("Fern & Moss Club")
    mira = world.add_user("mira.fern", global_name="Mira")
    tips = world.add_channel(guild, "tips")
    message = world.post(tips, mira, "Rain water only")
    world.advance(minutes=5)
    world.edit(message, "Rain water only, please")
    world.add_token("canary", kind="bot")
    world.save(path)
"""

from __future__ import annotations

import re
from bisect import insort
from collections.abc import Iterable
from typing import Any

from standin.atlas import Atlas
from standin.instants import Instant
from standin.timeline import Facts, change, iso, state_at

_MENTION = re.compile(r"<@!?(\d+)>", re.ASCII)


def emoji_facts(emoji: str) -> Facts:
    """Read "👍", "name:id" or "a:name:id" (animated) as the facts of an emoji."""
    parts = emoji.split(":")
    if len(parts) == 1:
        return {"id": None, "name": emoji, "animated": False}
    return {"id": int(parts[-1]), "name": parts[-2], "animated": len(parts) == 3 and parts[0] == "a"}


class World(Atlas):
    """A synthetic Discord in which things happen."""

    def post(
        self,
        channel: int,
        author: int,
        content: str = "",
        *,
        at: Instant | None = None,
        kind: int = 0,
        message_id: int | None = None,
        reply_to: int | None = None,
        **facts: Any,
    ) -> int:
        """
        Post a message and return its id.

        Facts: `attachments`, `embeds`, `stickers`, `reactions`, `mentions`, `pinned`, `reference`,
        `forwarded`, `interaction`, `call_ended`, `timestamp`, `author_name` and `author_avatar` (webhooks).
        """
        key = message_id or self.next_id(at)
        message: Facts = {"id": key, "type": kind, "author": author, "content": content}
        mentions = [int(user) for user in _MENTION.findall(content)]
        if reply_to is not None:
            replied = self.message(reply_to)
            mentions.append(replied["author"])
            message["type"] = kind or 19
            message["reference"] = {
                "type": 0,
                "message": reply_to,
                "channel": channel,
                "guild": self.channels[channel]["guild"] or None,
            }
        message["mentions"] = [user for user in dict.fromkeys(mentions) if user in self.users]
        message.update(facts)
        insort(self.channels[channel]["messages"], message, key=lambda entry: entry["id"])
        self._messages[key] = message
        return key

    def add_post(self, forum: int, author: int, title: str, content: str, *, at: Instant | None = None) -> int:
        """Open a forum post; its first message has the thread's id."""
        thread = self.add_thread(forum, title, at=at)
        self.post(thread, author, content, at=at, message_id=thread)
        return thread

    def edit(self, message_id: int, content: str, *, at: Instant | None = None, **facts: Any) -> None:
        """Change a message's text, which marks it as edited."""
        moment = self._moment(at)
        change(self.message(message_id), moment, content=content, edited=iso(moment), **facts)

    def amend(self, message_id: int, *, at: Instant | None = None, **facts: Any) -> None:
        """Change facts without an edit mark: `pinned=True`, `embeds=[...]` that come late."""
        change(self.message(message_id), self._moment(at), **facts)

    def react(self, message_id: int, emoji: str, users: Iterable[int], *, at: Instant | None = None) -> None:
        """Set who reacts with *emoji* from then on; nobody removes the reaction."""
        moment, message = self._moment(at), self.message(message_id)
        facts, people = emoji_facts(emoji), list(users)
        now = state_at(message, moment, dated_by_id=True) or message
        kept = [entry for entry in now.get("reactions", []) if entry["emoji"] != facts]
        change(message, moment, reactions=[*kept, {"emoji": facts, "users": people}] if people else kept)

    def delete(self, message_id: int, *, at: Instant | None = None) -> None:
        """Delete a message."""
        self.message(message_id)["deleted_at"] = iso(self._moment(at))

    def alter_channel(self, channel: int, *, at: Instant | None = None, **facts: Any) -> None:
        """Change a channel: `name=`, `topic=`, `archived=`, `parent=`."""
        change(self.channels[channel], self._moment(at), **facts)

    def remove_channel(self, channel: int, *, at: Instant | None = None) -> None:
        """Delete a channel or thread; it answers 404 from then on."""
        self.channels[channel]["deleted_at"] = iso(self._moment(at))

    def alter_user(self, user: int, *, at: Instant | None = None, **facts: Any) -> None:
        """Change a person: `name=`, `global_name=`, `avatar=`."""
        change(self.users[user], self._moment(at), **facts)

    def alter_member(self, guild: int, user: int, *, at: Instant | None = None, **facts: Any) -> None:
        """Change a membership: `nick=`, `roles=[...]`."""
        change(self._membership(guild, user), self._moment(at), **facts)

    def leave(self, guild: int, user: int, *, at: Instant | None = None) -> None:
        """Let a member leave the server."""
        self._membership(guild, user)["deleted_at"] = iso(self._moment(at))

    def _membership(self, guild: int, user: int) -> Facts:
        return next(member for member in self.guilds[guild]["members"] if member["id"] == user)
