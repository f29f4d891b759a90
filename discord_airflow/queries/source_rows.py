"""The messages that an analysis reads: one frozen row each, and how to tell that one has changed."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b

PERSON, BOT, DELETED_ACCOUNT = 0, 1, 2
WRITTEN_KINDS = frozenset((0, 19))
THREAD_KINDS = frozenset((10, 11, 12))


@dataclass(frozen=True, slots=True)
class SourceMessage:
    """
    A message as people see it: mentions are spelled as names, and *content* is what a quote is compared with.

    *reactions* is Discord's own sum; *reactors* counts the distinct people listed, None where the export lists none.
    """

    id: int
    guild_id: int
    channel_id: int
    channel_name: str
    author_id: int
    author_name: str
    sent_at: datetime
    content: str
    author_kind: int = PERSON
    kind: int | None = 0
    channel_kind: int | None = 0
    parent_id: int | None = None
    parent_name: str | None = None
    reply_to_id: int | None = None
    reactions: int = 0
    reactors: int | None = None
    attachments: tuple[str, ...] = ()
    mentions: tuple[tuple[int, str], ...] = ()
    is_pinned: bool = False

    @property
    def is_thread(self) -> bool:
        return self.channel_kind in THREAD_KINDS

    @property
    def is_written(self) -> bool:
        """Whether a person wrote it, as every figure of a report counts (deleted accounts' messages included)."""
        return self.kind in WRITTEN_KINDS and self.author_kind != BOT


def fingerprint(message: SourceMessage) -> str:
    """Return 16 hex digits that change when anything a sentence could rest on changes: text, author, place or time."""
    facts = (
        message.id,
        message.channel_id,
        message.author_id,
        message.sent_at.timestamp(),
        message.reply_to_id,
        message.content,
    )
    return blake2b(repr(facts).encode("utf-8", "surrogatepass"), digest_size=8).hexdigest()
