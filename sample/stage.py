"""Plays the scenes: who says what becomes messages with times, ids, replies, mentions and reactions."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable

from cast import PEOPLE, ROLES, Person
from clock import id_made_on, milliseconds, snowflake
from embeds import attachment, link_preview, sticker, video_preview
from message import Message
from places import CHANNELS, SERVERS, THREADS, THREADS_ON_MESSAGES, Channel
from screenplay import Line, Scene, duration

_HANDLE = re.compile(r"@(\w+)")
_CHANNEL = re.compile(r"#([a-z-]+)")
_CUSTOM = re.compile(r":(\w+):")
_PINS_REPLIED_TO = 0.8  # the share of replies that ping
_AWAY = 0.22  # the share of lines that come after a longer pause


def chance(rng: random.Random, low: float, high: float) -> float:
    """Return a number between *low* and *high*; random() alone is the same on every Python."""
    return low + (high - low) * rng.random()


class Stage:
    """One server's conversations. *seed* decides seconds and ids; the words stand in the dialogue."""

    def __init__(self, server: str, seed: int, others: Iterable[Message] = ()) -> None:
        self.server = SERVERS[server]
        self.messages: list[Message] = []
        self.channels = {channel.key: channel for channel in CHANNELS if channel.server == server}
        self._seed = seed
        self._others = list(others)
        self._latest: dict[tuple[str, str], Message] = {}

    def play(self, scene: Scene) -> None:
        """Turn a scene into messages."""
        rng = random.Random(f"{self._seed} {self.server.key} {scene.at} {scene.place}")
        now = milliseconds(scene.at) + int(chance(rng, 0, 50_000))
        for line in scene.lines:
            if line is not scene.lines[0] or line.gap_seconds:
                now += self._pause(line, rng)
            self._perform(line, scene, now, rng)

    def post(
        self, place: str, who: Person, at_ms: int, text: str, rng: random.Random, kind: str = "Default"
    ) -> Message:
        """Add a message; its place must exist, or be the first words of a thread."""
        message = Message(snowflake(at_ms, int(rng.random() * 2**22)), self.server.key, place, at_ms, who, text, kind)
        self.messages.append(message)
        return message

    def _pause(self, line: Line, rng: random.Random) -> int:
        if line.gap_seconds:
            return int(1000 * (line.gap_seconds + chance(rng, -0.05, 0.05) * min(line.gap_seconds, 3600)))
        # Most answers come at once; some people were away from the keyboard.
        away = chance(rng, 200, 1100) if rng.random() < _AWAY else 0
        return int(1000 * (chance(rng, 12, 95) + 0.15 * len(line.text) + away))

    def _perform(self, line: Line, scene: Scene, now: int, rng: random.Random) -> None:
        who = PEOPLE[line.who]
        if line.event:
            self._event(line, who, scene, now, rng)
            return
        self._open_thread(scene.place, now, rng)
        message = self.post(scene.place, who, now, self._raw(line.text), rng)
        message.mentions = [PEOPLE[key] for key in dict.fromkeys(_HANDLE.findall(line.text)) if key in PEOPLE]
        if line.forward:
            self._forward(message, line)
        if line.reply_to:
            self._reply(message, line, rng)
        for name, argument in line.notes:
            self._note(message, name, argument, rng)
        self._latest[scene.place, line.who] = message

    def _raw(self, text: str) -> str:
        """Return the text with handles, channels, roles and emoji as Discord stores them."""
        roles = {role.name: role.id for role in ROLES[self.server.key]}

        def handle(match: re.Match[str]) -> str:
            if match[1] in PEOPLE:
                return f"<@{PEOPLE[match[1]].id}>"
            return f"<@&{roles[match[1]]}>" if match[1] in roles else match[0]

        def channel(match: re.Match[str]) -> str:
            known = self.channels.get(match[1])
            return f"<#{known.id}>" if known else match[0]

        def emoji(match: re.Match[str]) -> str:
            if match[1] not in self.server.emoji:
                return match[0]
            prefix = "a" if self.server.emoji[match[1]] else ""
            return f"<{prefix}:{match[1]}:{self.server.emoji_id(match[1])}>"

        text = _CUSTOM.sub(emoji, _CHANNEL.sub(channel, _HANDLE.sub(handle, text)))
        return text.replace("{RLO}", "\u202e")

    def _reference(self, message: Message) -> dict[str, str | None]:
        return {
            "type": "Default",
            "messageId": message.id,
            "channelId": self.channels[message.place].id,
            "guildId": self.server.id,
        }

    def _reply(self, message: Message, line: Line, rng: random.Random) -> None:
        target = self._latest.get((message.place, line.reply_to or ""))
        if target is None:
            raise ValueError(f"line {line.number}: {line.reply_to} has said nothing in #{message.place} yet")
        message.kind, message.reference = "Reply", self._reference(target)
        if rng.random() < _PINS_REPLIED_TO and target.author not in message.mentions:
            message.mentions.append(target.author)

    def _forward(self, message: Message, line: Line) -> None:
        assert line.forward
        server, place = line.forward[0].split("/")
        at = milliseconds(line.forward[1])
        original = next(
            other
            for other in self._others
            if (other.server, other.place) == (server, place) and at <= other.at_ms < at + 60_000
        )
        channel = next(channel for channel in CHANNELS if (channel.server, channel.key) == (server, place))
        message.text, message.forwarded = "", original
        message.reference = {
            "type": "Forward",
            "messageId": original.id,
            "channelId": channel.id,
            "guildId": SERVERS[server].id,
        }

    # --- what is not said ---------------------------------------------------------------------------

    def _event(self, line: Line, who: Person, scene: Scene, now: int, rng: random.Random) -> None:
        if line.event == "join":
            self.post(self.server.welcome, who, now, "Joined the server.", rng, "GuildMemberJoin")
        elif line.event == "boost":
            self.post(scene.place, who, now, "", rng, "8")
        else:
            place = f"thread:{line.text}"
            self._open_thread(place, now - 900, rng)
            notice = self.post(scene.place, who, now, "Started a thread.", rng, "ThreadCreated")
            notice.reference = {
                "type": "Default",
                "messageId": None,
                "channelId": self.channels[place].id,
                "guildId": self.server.id,
            }

    def _open_thread(self, place: str, now: int, rng: random.Random, identity: str | None = None) -> None:
        """Make the thread or post with its first message; a forum post has the id of that message."""
        if place in self.channels:
            return
        kind, title, parent = THREADS[self.server.key, place]
        if place.startswith("post:"):
            # The message that follows draws the same number.
            state = rng.getstate()
            identity = snowflake(now, int(rng.random() * 2**22))
            rng.setstate(state)
        identity = identity or snowflake(now - 400, int(rng.random() * 2**22))
        self.channels[place] = Channel(self.server.key, place, kind, title, parent, None, identity)

    def _begin_thread_on(self, message: Message, title: str, rng: random.Random) -> None:
        """Start a thread on *message*: it takes the message's id and opens with a notice pointing back to it."""
        place = THREADS_ON_MESSAGES[self.server.key][title]
        self._open_thread(place, message.at_ms, rng, message.id)
        notice = self.post(place, message.author, message.at_ms + int(chance(rng, 4_000, 9_000)), "", rng, "21")
        notice.reference = self._reference(message)

    def _note(self, message: Message, name: str, argument: str, rng: random.Random) -> None:
        parts = [part.strip() for part in argument.split("|")]
        words = argument.split()
        match name:
            case "react":
                people = [PEOPLE[key] for key in words[1:]]
                message.reactions.append((words[0], people, len(people)))
            case "ghost":
                message.reactions.append((":removed:", [], int(argument)))
            case "edit":
                message.edited_ms = message.at_ms + 1000 * duration(argument.lstrip("+")) + int(chance(rng, 0, 9000))
            case "was":
                message.former_text = self._raw(argument)
            case "pin":
                self._pin(message, PEOPLE[words[0]], 1000 * duration(words[1].lstrip("+")), rng)
            case "file":
                identity = snowflake(message.at_ms - 2000, int(rng.random() * 2**22))
                channel_id = self.channels[message.place].id
                message.attachments.append(attachment(identity, channel_id, words[0], int(words[1])))
            case "link":
                message.embeds.append(link_preview(*parts))
            case "video":
                message.embeds.append(video_preview(*parts))
            case "sticker":
                message.stickers.append(sticker(id_made_on("2023-06-01", f"sticker {argument}"), argument))
            case "thread":
                self._begin_thread_on(message, argument, rng)
            case _:
                raise ValueError(f"no such note: ~ {name}")

    def _pin(self, message: Message, who: Person, later_ms: int, rng: random.Random) -> None:
        message.pinned = True
        notice = self.post(
            message.place, who, message.at_ms + later_ms, "Pinned a message.", rng, "ChannelPinnedMessage"
        )
        notice.reference = self._reference(message)
