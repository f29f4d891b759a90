"""Writes a channel the way DiscordChatExporter writes it, byte for byte: 2.47, or 2.40.4 for an old copy."""

from __future__ import annotations

import json
import re
import unicodedata
from typing import Any

from cast import Person, Role
from clock import written
from emoji import inline_emojis, reaction_emoji
from message import Message
from places import Channel, Server

_SHORT = {"\b", "\t", "\n", "\f", "\r"}
_ESCAPED_CLASSES = {"Cc", "Cs", "Co", "Cn", "Zl", "Zp", "Zs"}


def exporter_json(document: dict[str, Any]) -> str:
    """Return the text of a document: two spaces, no line break at the end, the exporter's escapes."""
    text = json.dumps(document, indent=2, ensure_ascii=False)
    return re.sub(r"[^\n -~]", lambda match: _escaped(match[0]), text)


def _escaped(character: str) -> str:
    if ord(character) > 0xFFFF:
        high, low = divmod(ord(character) - 0x10000, 0x400)
        return f"\\u{0xD800 + high:04X}\\u{0xDC00 + low:04X}"
    if unicodedata.category(character) in _ESCAPED_CLASSES:
        return f"\\u{ord(character):04X}"
    return character


class Layout:
    """The exporter's view of one channel at one moment. *modern* is 2.47, else 2.40.4."""

    def __init__(
        self,
        server: Server,
        channel: Channel,
        *,
        modern: bool = True,
        nicknames: dict[str, str] | None = None,
    ) -> None:
        self._server = server
        self._channel = channel
        self._modern = modern
        self._nicknames = nicknames or {}
        self._looked_up: set[str] = set()

    def document(self, messages: list[Message], exported_at: str, before: str | None = None) -> dict[str, Any]:
        """Return the whole file."""
        parent = self._channel.parent
        mark = f"{int(self._server.id) % 0xFFFFFFFB:08x}"
        icon = f"https://cdn.discordapp.com/icons/{self._server.id}/{mark}.png?size=512"
        return {
            "guild": {"id": self._server.id, "name": self._server.name, "iconUrl": icon},
            "channel": {
                "id": self._channel.id,
                "type": self._channel.type,
                "categoryId": parent.id if parent else None,
                "category": parent.name if parent else None,
                "name": self._channel.name,
                "topic": self._channel.topic,
            },
            "dateRange": {"after": None, "before": before},
            "exportedAt": exported_at,
            "messages": [self._message(message) for message in messages],
            "messageCount": len(messages),
        }

    def _message(self, message: Message) -> dict[str, Any]:
        # The exporter looks these people up before it writes the message; those who only reacted it does not.
        self._looked_up |= {person.key for person in (message.author, *message.mentions)}
        if message.interaction:
            self._looked_up.add(message.interaction[2].key)
        body: dict[str, Any] = {
            "id": message.id,
            "type": message.kind,
            "timestamp": written(message.at_ms),
            "timestampEdited": written(message.edited_ms, f"{message.at_ms % 997:03d}") if message.edited_ms else None,
            "callEndedTimestamp": None,
            "isPinned": message.pinned,
            "content": message.text,
            "author": self._user(message.author, message.shown_name),
            "attachments": message.attachments,
            "embeds": [self._embed(embed) for embed in message.embeds],
            "stickers": message.stickers,
            "reactions": [self._reaction(*reaction) for reaction in message.reactions],
            "mentions": [self._user(person) for person in message.mentions],
        }
        if message.reference:
            body["reference"] = self._reference(message.reference)
        if message.forwarded and self._modern:
            body["forwardedMessage"] = self._forwarded(message.forwarded)
        if message.interaction:
            identity, name, user = message.interaction
            body["interaction"] = {"id": identity, "name": name, "user": self._user(user)}
        if self._modern:
            body["inlineEmojis"] = inline_emojis(self._server, message.text)
        return body

    def _reference(self, reference: dict[str, Any]) -> dict[str, Any]:
        return {key: value for key, value in reference.items() if self._modern or key != "type"}

    def _forwarded(self, original: Message) -> dict[str, Any]:
        return {
            "timestamp": written(original.at_ms),
            "timestampEdited": None,
            "content": original.text,
            "attachments": original.attachments,
            "embeds": original.embeds,
            "stickers": original.stickers,
        }

    def _reaction(self, emoji: str, people: list[Person], count: int) -> dict[str, Any]:
        users = [self._reactor(person) for person in people]
        return {"emoji": reaction_emoji(self._server, emoji), "count": count, "users": users}

    def _reactor(self, person: Person) -> dict[str, Any]:
        known = person.key in self._looked_up
        user = {
            "id": person.id,
            "name": person.name,
            "discriminator": person.discriminator,
            "nickname": self._nickname(person) if known else person.display_name,
            "color": person.colour_in(self._server.key) if known else None,
            "isBot": person.is_bot,
            "avatarUrl": self._picture(person),
        }
        if not self._modern:
            del user["color"]
        return user

    def _user(self, person: Person, shown_name: str | None = None) -> dict[str, Any]:
        return {
            "id": person.id,
            "name": shown_name or person.name,
            "discriminator": person.discriminator,
            "nickname": shown_name or self._nickname(person),
            "color": person.colour_in(self._server.key),
            "isBot": person.is_bot,
            "roles": [self._role(role) for role in person.roles_in(self._server.key)],
            "avatarUrl": self._picture(person),
        }

    def _nickname(self, person: Person) -> str:
        return self._nicknames.get(person.key) or person.nickname_in(self._server.key)

    @staticmethod
    def _role(role: Role) -> dict[str, Any]:
        return {"id": role.id, "name": role.name, "color": role.colour, "position": role.position}

    @staticmethod
    def _picture(person: Person) -> str:
        if person.has_picture:
            mark = f"{int(person.id) * 2654435761 % 2**128:032x}"
            return f"https://cdn.discordapp.com/avatars/{person.id}/{mark}.png?size=512"
        return f"https://cdn.discordapp.com/embed/avatars/{(int(person.id) >> 22) % 6}.png"

    def _embed(self, embed: dict[str, Any]) -> dict[str, Any]:
        """Return the embed, for 2.40.4 without what later versions added."""
        if self._modern:
            return embed
        old = {key: value for key, value in embed.items() if key not in ("video", "inlineEmojis")}
        return json.loads(json.dumps(old), object_hook=_without_originals)


def _without_originals(part: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in part.items() if not key.lower().endswith("canonicalurl")}
