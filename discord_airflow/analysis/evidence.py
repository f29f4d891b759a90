"""The messages a digest may rest on: frozen, indexed, and the same for those who write and those who check."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cached_property

from discord_airflow.analysis.cues import Folded
from discord_airflow.queries.chunker import sift
from discord_airflow.queries.source_rows import SourceMessage
from discord_airflow.window import Window


class Evidence:
    """What people wrote in one guild and window, less the people who opted out."""

    def __init__(
        self, messages: Iterable[SourceMessage], window: Window, opted_out: frozenset[int] = frozenset()
    ) -> None:
        given = sorted(messages, key=lambda row: (row.sent_at, row.id))
        inside = [row for row in given if row.sent_at in window]
        kept, self.dropped = sift(inside, opted_out)
        if len(inside) < len(given):
            self.dropped["outside the window"] = len(given) - len(inside)
        self.given = len(given)
        self.window = window
        self.messages: Sequence[SourceMessage] = tuple(kept)

    @cached_property
    def rows(self) -> dict[int, SourceMessage]:
        return {row.id: row for row in self.messages}

    @cached_property
    def by_channel(self) -> dict[int, list[SourceMessage]]:
        """The messages of each channel and thread, in order of time."""
        channels: defaultdict[int, list[SourceMessage]] = defaultdict(list)
        for row in self.messages:
            channels[row.channel_id].append(row)
        return dict(channels)

    @cached_property
    def replies(self) -> dict[int, list[SourceMessage]]:
        """The messages that answer a message, by its id."""
        answers: defaultdict[int, list[SourceMessage]] = defaultdict(list)
        for row in self.messages:
            if row.reply_to_id is not None:
                answers[row.reply_to_id].append(row)
        return dict(answers)

    @cached_property
    def name_words(self) -> frozenset[str]:
        """Every word of every author's name."""
        return frozenset(word for row in self.messages for word in Folded.of(row.author_name).words)

    @cached_property
    def small_words(self) -> frozenset[str]:
        """Every word that somebody wrote without a capital: no name, then."""
        return frozenset(word for row in self.messages for word in row.content.split() if word.islower())

    @cached_property
    def _times(self) -> dict[int, list[tuple[datetime, int]]]:
        return {channel: [(row.sent_at, row.id) for row in rows] for channel, rows in self.by_channel.items()}

    def replies_to(self, message: SourceMessage) -> Sequence[SourceMessage]:
        return self.replies.get(message.id, ())

    def between(self, first: SourceMessage, last: SourceMessage) -> Sequence[SourceMessage]:
        """Return the messages of the channel of *first* from it to *last*, both included."""
        times = self._times[first.channel_id]
        start = bisect_left(times, (first.sent_at, first.id))
        return self.by_channel[first.channel_id][start : bisect_right(times, (last.sent_at, last.id))]

    def after(self, message: SourceMessage, until: datetime) -> Sequence[SourceMessage]:
        """Return the messages that follow *message* in its channel, up to and including the instant *until*."""
        times = self._times[message.channel_id]
        start = bisect_right(times, (message.sent_at, message.id))
        return self.by_channel[message.channel_id][start : bisect_right(times, (until, 2**63))]

    def before(self, message: SourceMessage, since: datetime) -> Sequence[SourceMessage]:
        """Return the messages that precede *message* in its channel, from the instant *since*."""
        times = self._times[message.channel_id]
        end = bisect_left(times, (message.sent_at, message.id))
        return self.by_channel[message.channel_id][bisect_left(times, (since, 0)) : end]
