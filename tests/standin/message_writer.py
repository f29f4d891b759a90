"""Writes one JSON file: its opening, its messages, its closing, with each release's keys."""

from __future__ import annotations

from collections.abc import Callable

from standin.context import Context
from standin.failures import DotNetError
from standin.instants import MISSING, snowflake_ticks, ticks_of
from standin.json_stream import JsonStream
from standin.kinds import (
    CALL,
    ICON_CHANGE,
    JOIN,
    NAME_CHANGE,
    PIN,
    RECIPIENT_ADD,
    RECIPIENT_REMOVE,
    THREAD_CREATED,
    channel_kind,
    made_up_category,
    message_kind,
    reference_kind,
)
from standin.parts import PartWriter
from standin.pictures import channel_icon, guild_icon
from standin.server import display_name
from standin.timeline import Facts, sent_at

_MINUTE = 600_000_000
_FIXED = {
    ICON_CHANGE: "Changed the channel icon.",
    PIN: "Pinned a message.",
    JOIN: "Joined the server.",
    THREAD_CREATED: "Started a thread.",
}
FUTURE_KEY = "standInFutureKey"


class MessageWriter:
    """One file while it is written."""

    def __init__(self, stream: JsonStream, context: Context, *, future_keys: bool = False) -> None:
        self.messages_written = 0
        self.stream = stream
        self._context = context
        self._version = context.version
        self._parts = PartWriter(stream, context)
        self._future_keys = future_keys

    def write_opening(self, exported_at: int) -> None:
        """Write everything up to the first message."""
        out, context = self.stream, self._context
        out.begin("{")
        out.begin("{", "guild")
        out.field("id", str(context.guild["id"]))
        out.field("name", context.guild["name"])
        out.field("iconUrl", context.asset(guild_icon(context.guild)))
        out.end("}")
        self._write_channel()
        out.begin("{", "dateRange")
        out.field("after", context.bound(snowflake_ticks(context.after)) if context.after is not None else None)
        out.field("before", context.bound(snowflake_ticks(context.before)) if context.before is not None else None)
        out.end("}")
        if self._version >= (2, 40, 1):
            out.field("exportedAt", context.moment(exported_at))
        self._write_future_key()
        out.begin("[", "messages")
        out.flush()

    def _write_channel(self) -> None:
        out, channel, version = self.stream, self._context.channel, self._version
        out.begin("{", "channel")
        out.field("id", str(channel["id"]))
        out.field("type", channel_kind(channel["type"], version))
        parent = channel["parent"]
        if version >= (2, 27, 0):
            without = None if version >= (2, 40, 1) else "0"
            out.field("categoryId", str(parent["id"]) if parent else without)
        if version >= (2, 20, 0):
            made_up = None if version >= (2, 41, 0) else made_up_category(channel["type"])
            out.field("category", parent["name"] if parent else made_up)
        out.field("name", channel["name"])
        out.field("topic", channel.get("topic"))
        icon = channel_icon(channel)
        if icon and version >= (2, 38, 0):
            out.field("iconUrl", self._context.asset(icon))
        self._write_future_key()
        out.end("}")

    def write_message(self, message: Facts, *, interrupt: Callable[[], None] | None = None) -> None:
        """
        Write one message; *interrupt* is called in its midst, after the author, and may raise.

        The message counts from its first byte on, so a half-written one is in messageCount too.
        """
        out, version = self.stream, self._version
        self.messages_written += 1
        author = self._author(message)
        mentions = [self._context.server.user(user) for user in message["mentions"]]
        out.begin("{")
        self._write_metadata(message, author, mentions)
        out.name("author")
        self._parts.write_user(author)
        if interrupt:
            interrupt()
        self._parts.write_attachments(message.get("attachments", []))
        self._parts.write_embeds(message.get("embeds", []))
        self._parts.write_stickers(message.get("stickers", []))
        self._write_reactions(message.get("reactions", []))
        if version >= (2, 25, 0):
            out.begin("[", "mentions")
            for user in mentions:
                self._parts.write_user(user, shape="mention")
            out.end("]")
        self._write_links(message)
        self._parts.write_inline_emojis(message["content"])
        self._write_future_key()
        out.end("}")
        out.flush()

    def _author(self, message: Facts) -> Facts:
        """Return the author; a webhook's name and picture are those of the message."""
        user = self._context.server.user(message["author"])
        if "author_name" not in message:
            return user
        return user | {"name": message["author_name"], "avatar": message.get("author_avatar"), "global_name": None}

    def _write_metadata(self, message: Facts, author: Facts, mentions: list[Facts]) -> None:
        out, moment = self.stream, self._context.moment
        out.field("id", str(message["id"]))
        out.field("type", message_kind(message["type"], self._version))
        out.field("timestamp", moment(sent_at(message)))
        out.field("timestampEdited", moment(message["edited"]) if message.get("edited") else None)
        if self._version >= (2, 23, 0):
            ended = message.get("call_ended")
            out.field("callEndedTimestamp", moment(ended) if ended else None)
        out.field("isPinned", bool(message.get("pinned")))
        out.field("content", self._content(message, author, mentions))

    def _content(self, message: Facts, author: Facts, mentions: list[Facts]) -> str:
        """Return the text, or the fixed English one of a system message."""
        kind, raw = message["type"], message["content"]
        if kind in {RECIPIENT_ADD, RECIPIENT_REMOVE}:
            return _recipient_text(kind, author, mentions)
        if kind == CALL:
            ended = message.get("call_ended")
            minutes = (ticks_of(ended) - sent_at(message)) / _MINUTE if ended else 0
            return f"Started a call that lasted {minutes:.0f} minutes."
        if kind == NAME_CHANGE:
            return f"Changed the channel name: {raw}" if raw else "Changed the channel name."
        return _FIXED[kind] if kind in _FIXED else self._context.text(raw)

    def _write_reactions(self, reactions: list[Facts]) -> None:
        out = self.stream
        out.begin("[", "reactions")
        for reaction in reactions:
            self._context.server.requests += 1 + -(-len(reaction["users"]) // 100)  # until an empty page
            out.begin("{")
            out.name("emoji")
            self._parts.write_emoji(reaction["emoji"])
            out.field("count", reaction.get("count", len(reaction["users"])))
            if self._version >= (2, 40, 4):
                out.begin("[", "users")
                for user in reaction["users"]:
                    self._parts.write_user(self._context.server.user(user), shape="reactor")
                out.end("]")
            out.end("}")
        out.end("]")

    def _write_links(self, message: Facts) -> None:
        """Write what ties a message to others: reference, forward, interaction."""
        out, version = self.stream, self._version
        reference = message.get("reference")
        if reference and version >= (2, 26, 0):
            out.begin("{", "reference")
            if version >= (2, 47, 0):
                out.field("type", reference_kind(reference.get("type", 0)))
            for key in ("message", "channel", "guild"):
                out.field(f"{key}Id", str(reference[key]) if reference.get(key) else None)
            out.end("}")
        if message.get("forwarded") and version >= (2, 47, 0):
            self._write_forwarded(message["forwarded"])
        interaction = message.get("interaction")
        if interaction and version >= (2, 38, 0):
            out.begin("{", "interaction")
            out.field("id", str(interaction["id"]))
            out.field("name", interaction["name"])
            out.name("user")
            self._parts.write_user(self._context.server.user(interaction["user"]))
            out.end("}")

    def _write_forwarded(self, forwarded: Facts) -> None:
        out, moment = self.stream, self._context.moment
        out.begin("{", "forwardedMessage")
        out.field("timestamp", moment(forwarded.get("timestamp", MISSING)))
        out.field("timestampEdited", moment(forwarded["edited"]) if forwarded.get("edited") else None)
        out.field("content", self._context.text(forwarded["content"]))
        self._parts.write_attachments(forwarded.get("attachments", []))
        self._parts.write_embeds(forwarded.get("embeds", []))
        self._parts.write_stickers(forwarded.get("stickers", []))
        out.end("}")

    def write_closing(self, *, count_off_by: int = 0) -> None:
        """Write the closing, at whatever depth the file is."""
        if self._version < (2, 27, 0) and self.stream.depth != 2:
            raise DotNetError(
                "Cannot write the end of an array inside an object.",
                fatal=True,
                type_name="System.InvalidOperationException",
            )
        self.stream.end("]")
        self.stream.field("messageCount", self.messages_written + count_off_by)
        self.stream.end("}")
        self.stream.flush()

    def _write_future_key(self) -> None:
        if self._future_keys:
            self.stream.field(FUTURE_KEY, "written by a later release")


def _recipient_text(kind: int, author: Facts, mentions: list[Facts]) -> str:
    if kind == RECIPIENT_ADD:
        return f"Added {display_name(mentions[0])} to the group." if mentions else "Added a recipient."
    if mentions and mentions[0]["id"] == author["id"]:
        return "Left the group."
    return f"Removed {display_name(mentions[0])} from the group." if mentions else "Removed a recipient."
