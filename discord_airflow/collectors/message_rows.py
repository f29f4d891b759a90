"""From decoded messages to the rows of their tables, as lines of COPY text."""

from typing import NamedTuple

from msgspec import UNSET, Raw

from discord_airflow.collectors.child_rows import attachments_of, embeds_of, forwarded_of, numbered, stickers_of
from discord_airflow.collectors.copy_text import NULL, digest_of, escaped, escaped_json, nullable
from discord_airflow.collectors.export_format import (
    MESSAGE_KINDS,
    PLACEHOLDER,
    Interaction,
    Message,
    Reaction,
    Reference,
    kind_of,
)
from discord_airflow.collectors.people import People, PeopleLines
from discord_airflow.collectors.plain_json import encode_json
from discord_airflow.collectors.tables import MESSAGE_TABLES
from discord_airflow.collectors.values import BadValueError, is_off_clock, parse_id, parse_instant

NO_STICKERS, NO_INLINE_EMOJIS, NO_CALL, NO_MENTIONS = 1, 2, 4, 8
"""Bits of messages.variant: keys that an older exporter did not write."""

Lines = dict[str, list[bytes]]
Children = list[tuple[str, list[bytes]]]
Sent = tuple[int, int, str]
"""When a message was sent: microseconds since Discord's epoch, its id, and the time as it came."""

_NO_REFERENCE = f"{NULL}\t{NULL}\t{NULL}"
_MOST_TYPES = 1000
_MOST_AUTHORS = 10_000


def no_lines() -> Lines:
    """Return empty lists, one for each table of a message and its children."""
    return {table: [] for table in MESSAGE_TABLES}


class Batch(NamedTuple):
    """Rows on their way to the server."""

    straight: Lines
    staged: Lines
    people: PeopleLines
    authors: list[bytes]
    confirmations: list[bytes]


class MessageRows:
    """
    The rows of one file's messages, collected until the next flush.

    Messages above *ceiling*, the highest id that the channel has stored, are new with all they carry and go
    straight into the tables; the others are staged, to be compared with what is there.
    """

    def __init__(self, people: People, channel_id: int, observed_at: str, ceiling: int) -> None:
        self.people = people
        self.straight = no_lines()
        self.staged = no_lines()
        self.confirmations: list[bytes] = []
        self.off_clock = 0
        self.staged_count = 0
        # Who wrote first and last among the messages that go straight into the tables.
        self._authors: dict[tuple[str, str, int], list[Sent]] = {}
        self._channel = str(channel_id)
        self._observed = observed_at
        self._ceiling = ceiling
        self._kinds: dict[str, tuple[str, str]] = {}

    def add(self, message: Message, place: int, source: int | None = None, residue: str | None = None) -> int:
        """
        Collect the rows of *message*, the *place*-th of its file, and return its id.

        *source* is the digest of its text when *message* holds all of it, *residue* the whole message as JSON when it
        holds only a part. A value that no column can hold raises BadValueError, and nothing was collected.
        """
        identity = message.id
        number = parse_id(identity)
        sent, offset = parse_instant(message.timestamp)
        try:
            author, author_kind = self.people.user(message.author)
        except BadValueError as trouble:
            raise trouble.inside("author") from None
        kind, type_name = self._kinds.get(message.type) or self._learn_type(message.type)
        edited, call, reference = message.timestampEdited, message.callEndedTimestamp, message.reference
        line = (
            f"{identity}\t{self._channel}\t{author}\t{message.timestamp}\t{edited or NULL}\t{call or NULL}"
            f"\t{_NO_REFERENCE if reference is UNSET else _reference_ids(reference)}\t{kind}\t{author_kind}\t{offset}"
            f"\t{NULL if edited is None else parse_instant(edited, 'timestampEdited')[1]}\t{_variant(message)}"
            f"\t{'t' if message.isPinned else 'f'}\t{type_name}"
            f"\t{NULL if reference is UNSET else nullable(reference.type)}\t{escaped(message.content)}"
        ).encode()
        if isinstance(call, str) and parse_instant(call, "callEndedTimestamp")[1] != offset:
            raise BadValueError("callEndedTimestamp", "other-offset", "the call ended in another offset from UTC")
        children = self._children(message, identity)
        text = _joined(line, children) if children else line
        if residue is not None:
            text += f"\nresidue\n{residue}".encode()
        elif author_kind == PLACEHOLDER:
            residue = encode_json(message).decode()
        off_clock = is_off_clock(number, sent)
        line += (
            f"\t{digest_of(text)}\t{self._observed}\t{'t' if off_clock else 'f'}"
            f"\t{NULL if residue is None else escaped_json(residue)}\t{NULL if source is None else source}"
        ).encode()
        self._collect(number, line, children, place)
        if number > self._ceiling:
            self._remember((author, kind, author_kind), (sent, number, message.timestamp))
        self.off_clock += off_clock
        return number

    def confirm(self, from_id: int, to_id: int) -> None:
        """Collect a range of ids of which all stored messages were seen as they are."""
        self.confirmations.append(f"{self._channel}\t{from_id}\t{to_id}\t{self._observed}".encode())

    def detach(self, *, last: bool = False) -> Batch:
        """Return the rows collected so far, and forget them; authors wait for the *last* ones, unless they are many."""
        authors = []
        if last or len(self._authors) > _MOST_AUTHORS:
            authors = [_author_line(*each) for each in self._authors.items()]
            self._authors.clear()
        batch = Batch(self.straight, self.staged, self.people.lines, authors, self.confirmations)
        self.straight, self.staged, self.people.lines, self.confirmations = no_lines(), no_lines(), PeopleLines(), []
        return batch

    def _collect(self, number: int, line: bytes, children: Children, place: int) -> None:
        if number > self._ceiling:
            lines = self.straight
        else:
            lines = self.staged
            self.staged_count += 1
            line += b"\t%d" % place
        lines["messages"].append(line)
        for table, rows in children:
            lines[table] += rows

    def _learn_type(self, name: str) -> tuple[str, str]:
        kind = kind_of(name, MESSAGE_KINDS)
        known = (NULL if kind is None else str(kind), escaped(name))
        if len(self._kinds) < _MOST_TYPES:
            self._kinds[name] = known
        return known

    def _remember(self, author: tuple[str, str, int], sent: Sent) -> None:
        known = self._authors.get(author)
        if known is None:
            self._authors[author] = [sent, sent]
        elif sent > known[1]:
            known[1] = sent
        elif sent < known[0]:
            known[0] = sent

    def _children(self, message: Message, identity: str) -> Children:
        children: Children = []
        if message.attachments:
            children.append(("attachments", attachments_of(identity, message.attachments)))
        if message.embeds:
            children.append(("embeds", embeds_of(identity, message.embeds)))
        if message.stickers:
            children.append(("stickers", stickers_of(identity, message.stickers)))
        if message.reactions:
            children += self._reactions(identity, message.reactions)
        if message.mentions:
            children.append(("mentions", self._mentions(identity, message.mentions)))
        if message.inlineEmojis:
            children.append(("inline_emojis", self._inline_emojis(identity, message.inlineEmojis)))
        if message.interaction is not UNSET:
            children.append(("interactions", [self._interaction(identity, message.interaction)]))
        if message.forwardedMessage is not UNSET:
            children.append(("forwarded_messages", [forwarded_of(identity, message.forwardedMessage)]))
        return children

    def _reactions(self, identity: str, reactions: list[Reaction]) -> Children:
        rows: list[bytes] = []
        people: list[bytes] = []
        user, emoji = self.people.user, self.people.emoji
        for position, reaction in numbered(reactions, "reactions"):
            users = reaction.users
            try:
                listed = "f" if users is UNSET else "t"
                line = f"{identity}\t{position}\t{emoji(reaction.emoji)}\t{reaction.count}\t{listed}"
                rows.append(line.encode())
                for ordinal, raw in enumerate(users or ()):
                    people.append(f"{identity}\t{position}\t{ordinal}\t{user(raw).columns}".encode())
            except BadValueError as trouble:
                raise trouble.inside(f"reactions[{position}]") from None
        return [("reactions", rows), ("reaction_users", people)]

    def _mentions(self, identity: str, mentions: list[Raw]) -> list[bytes]:
        rows = []
        for position, raw in numbered(mentions, "mentions"):
            try:
                rows.append(f"{identity}\t{position}\t{self.people.user(raw).columns}".encode())
            except BadValueError as trouble:
                raise trouble.inside(f"mentions[{position}]") from None
        return rows

    def _inline_emojis(self, identity: str, emojis: list[Raw]) -> list[bytes]:
        known = self.people.emoji
        return [f"{identity}\t{position}\t{known(raw)}".encode() for position, raw in numbered(emojis, "inlineEmojis")]

    def _interaction(self, identity: str, interaction: Interaction) -> bytes:
        try:
            user = self.people.user(interaction.user).columns
            return f"{identity}\t{parse_id(interaction.id)}\t{escaped(interaction.name)}\t{user}".encode()
        except BadValueError as trouble:
            raise trouble.inside("interaction") from None


def _author_line(author: tuple[str, str, int], first_and_last: list[Sent]) -> bytes:
    (_, first, first_stamp), (_, last, last_stamp) = first_and_last
    columns, kind, author_kind = author
    user, _, _ = columns.partition("\t")
    return f"{user}\t{kind}\t{author_kind}\t{first_stamp}\t{first}\t{last_stamp}\t{last}".encode()


def _joined(line: bytes, children: Children) -> bytes:
    parts = [line]
    for table, rows in children:
        parts.append(table.encode())
        parts += rows
    return b"\n".join(parts)


def _variant(message: Message) -> int:
    if message.inlineEmojis is not UNSET and message.stickers is not UNSET and message.callEndedTimestamp is not UNSET:
        return 0 if message.mentions is not UNSET else NO_MENTIONS
    return (
        (NO_STICKERS if message.stickers is UNSET else 0)
        | (NO_INLINE_EMOJIS if message.inlineEmojis is UNSET else 0)
        | (NO_CALL if message.callEndedTimestamp is UNSET else 0)
        | (NO_MENTIONS if message.mentions is UNSET else 0)
    )


def _reference_ids(reference: Reference) -> str:
    ids = (reference.messageId, reference.channelId, reference.guildId)
    if reference.type is UNSET and not any(ids):
        raise BadValueError("reference", "empty", "a reference that refers to nothing")
    return "\t".join(NULL if text is None else str(parse_id(text, "reference", least=0)) for text in ids)
