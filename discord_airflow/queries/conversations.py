"""
Which messages belong together.

In a busy channel several conversations run at once. A reply and a thread say so themselves; for the rest the first of a
few rules decides, each measured on annotated chats: the same author going on, a name being called, else the message
before, unless too much time has passed for the pace of that channel.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

from discord_airflow.queries.source_rows import SourceMessage

SAME_AUTHOR = timedelta(minutes=3)
NAME_CALLED = timedelta(minutes=30)
RECENT_MESSAGES = 30
SHORTEST_GAP, LONGEST_GAP = timedelta(minutes=5), timedelta(hours=6)

_WORD = re.compile(r"\w{3,}")


@dataclass(frozen=True, slots=True)
class Conversation:
    """Messages of one channel or thread, in order of time, that talk about the same thing as far as can be told."""

    messages: tuple[SourceMessage, ...]

    @property
    def channel_id(self) -> int:
        return self.messages[0].channel_id

    @property
    def started_at(self) -> datetime:
        return self.messages[0].sent_at

    @property
    def authors(self) -> int:
        return len({message.author_id for message in self.messages})

    @property
    def weight(self) -> float:
        """How much a reader would miss it: people count most, then replies, reactions and length."""
        replies = sum(message.reply_to_id is not None for message in self.messages)
        reactions = sum(message.reactions for message in self.messages)
        return 3.0 * self.authors + replies + 0.5 * reactions + 0.5 * len(self.messages)


def group_conversations(messages: Iterable[SourceMessage]) -> list[Conversation]:
    """Return the conversations in *messages*, ordered by their first message; every message is in exactly one."""
    channels: defaultdict[int, list[SourceMessage]] = defaultdict(list)
    for message in messages:
        channels[message.channel_id].append(message)
    found: list[Conversation] = []
    for members in channels.values():
        members.sort(key=_moment)
        if members[0].is_thread:
            found.append(Conversation(tuple(members)))
        else:
            found.extend(_split_channel(members))
    found.sort(key=lambda conversation: _moment(conversation.messages[0]))
    return found


def pause_of(messages: Sequence[SourceMessage]) -> timedelta:
    """Return how long a silence must be to end a conversation, given the pace of this channel (in order of time)."""
    gaps = [(later.sent_at - earlier.sent_at).total_seconds() for earlier, later in pairwise(messages)]
    usual = timedelta(seconds=4 * median(gaps)) if gaps else SHORTEST_GAP
    return min(max(usual, SHORTEST_GAP), LONGEST_GAP)


def _moment(message: SourceMessage) -> tuple[datetime, int]:
    return message.sent_at, message.id


def _split_channel(messages: Sequence[SourceMessage]) -> list[Conversation]:
    parents = list(range(len(messages)))

    def root(index: int) -> int:
        while parents[index] != index:
            parents[index] = parents[parents[index]]
            index = parents[index]
        return index

    position = {message.id: index for index, message in enumerate(messages)}
    seen = _Recent(pause_of(messages))
    for index, message in enumerate(messages):
        neighbour = position.get(message.reply_to_id) if message.reply_to_id is not None else None
        if neighbour is None:
            neighbour = seen.neighbour_of(index, message)
        if neighbour is not None:
            here, there = root(index), root(neighbour)
            parents[max(here, there)] = min(here, there)
        seen.add(index, message)
    groups: defaultdict[int, list[SourceMessage]] = defaultdict(list)
    for index, message in enumerate(messages):
        groups[root(index)].append(message)
    return [Conversation(tuple(group)) for group in groups.values()]


class _Recent:
    """Who spoke last, when, and under which names: what the rules after the first need."""

    def __init__(self, pause: timedelta) -> None:
        self.pause = pause
        self.by_author: dict[int, tuple[int, datetime]] = {}
        self.by_name: dict[str, int] = {}
        self.previous: tuple[int, datetime] | None = None

    def add(self, index: int, message: SourceMessage) -> None:
        self.by_author[message.author_id] = (index, message.sent_at)
        for word in _WORD.findall(message.author_name.casefold()):
            self.by_name[word] = message.author_id
        self.previous = (index, message.sent_at)

    def neighbour_of(self, index: int, message: SourceMessage) -> int | None:
        own = self.by_author.get(message.author_id)
        if own and message.sent_at - own[1] <= SAME_AUTHOR:
            return own[0]
        called = self._called_by(index, message)
        if called is not None:
            return called
        if self.previous and message.sent_at - self.previous[1] <= self.pause:
            return self.previous[0]
        return None

    def _called_by(self, index: int, message: SourceMessage) -> int | None:
        named = [person for person, _ in message.mentions]
        words = _WORD.findall(message.content[:200].casefold())
        named += [self.by_name[word] for word in words if word in self.by_name]
        for person in named:
            last = self.by_author.get(person)
            if last is None or person == message.author_id or index - last[0] > RECENT_MESSAGES:
                continue
            if message.sent_at - last[1] <= NAME_CALLED:
                return last[0]
        return None
