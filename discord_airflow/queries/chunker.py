"""
Messages → chunks that fit one prompt each.

Pure: rows in, frozen values out, the same for the same rows. Conversations stay whole; one that is too long is split
where people paused, and the next piece repeats the end of the last as context. Every message that came in is accounted
for: used whole, used cut, or dropped for a stated reason.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from math import floor

from discord_airflow.queries.conversations import Conversation, group_conversations
from discord_airflow.queries.source_rows import BOT, WRITTEN_KINDS, SourceMessage, fingerprint
from discord_airflow.queries.tokens import Calibration, estimate_tokens
from discord_airflow.queries.transcript import (
    HEADING_TOKENS,
    LINE_TOKENS,
    MESSAGE_TOKENS,
    CleanText,
    channel_heading,
    clean,
    message_line,
)

MOST_HANDLES = 150
MOST_CONTEXT = 20
CONTEXT_SHARE = 0.25


@dataclass(frozen=True, slots=True)
class Budget:
    """How much fits a prompt: *tokens* for the transcript alone, by an estimate that *factor* corrects."""

    tokens: int
    factor: float = Calibration.START
    handles: int = MOST_HANDLES

    @property
    def units(self) -> int:
        """The budget in tokens as `estimate_tokens` counts them."""
        return floor(self.tokens / self.factor)

    @classmethod
    def of_context(cls, num_ctx: int, num_predict: int, overhead: int, factor: float = Calibration.START) -> "Budget":
        """Return what a context of *num_ctx* tokens leaves after the answer, the *overhead* and 5 % of caution."""
        return cls(max(1, floor((num_ctx - num_predict - overhead) * 0.95)), factor)


@dataclass(frozen=True, slots=True)
class Line:
    """A message in a chunk, under its handles."""

    handle: str
    author_handle: str
    message: SourceMessage
    text: str
    is_context: bool
    is_cut: bool


@dataclass(frozen=True)
class Chunk:
    """What one prompt shows, in order; claims must cite at least one line that is not context."""

    lines: tuple[Line, ...]
    weight: float

    @cached_property
    def primaries(self) -> tuple[SourceMessage, ...]:
        return tuple(line.message for line in self.lines if not line.is_context)

    @cached_property
    def by_handle(self) -> Mapping[str, Line]:
        return {line.handle: line for line in self.lines}

    @cached_property
    def transcript(self) -> str:
        """The text for the prompt."""
        handles = {line.message.id: line.handle for line in self.lines}
        written: list[str] = []
        channel: int | None = None
        for line in self.lines:
            if line.message.channel_id != channel:
                channel = line.message.channel_id
                written.append(channel_heading(line.message))
            reply = handles.get(line.message.reply_to_id) if line.message.reply_to_id else None
            written.append(message_line(line.handle, line.author_handle, line.text, reply, is_context=line.is_context))
        return "\n".join(written)

    @cached_property
    def content_hash(self) -> str:
        """What a cached answer is filed under, together with model and prompt."""
        digest = sha256()
        for line in self.lines:
            digest.update(f"{fingerprint(line.message)}{'~' if line.is_context else ''}\n".encode())
        digest.update(self.transcript.encode("utf-8", "surrogatepass"))
        return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class Account:
    """Where every message went: ``given == used + cut + sum(dropped.values())``."""

    given: int
    used: int
    cut: int
    dropped: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class ChunkPlan:
    """The chunks of a window in order of time, the conversations they hold, and the account."""

    chunks: tuple[Chunk, ...]
    conversations: tuple[Conversation, ...]
    account: Account


def plan_chunks(
    messages: Iterable[SourceMessage], budget: Budget, opted_out: frozenset[int] = frozenset()
) -> ChunkPlan:
    """
    Return the chunks for *messages*, none of which costs more than *budget*.

    Bots, system notices, messages without words and the authors in *opted_out* are left out and counted.
    """
    rows = sorted(messages, key=lambda message: (message.sent_at, message.id))
    kept, dropped = sift(rows, opted_out)
    limit = min(MESSAGE_TOKENS, int((budget.units - HEADING_TOKENS) * (1 - CONTEXT_SHARE)) - LINE_TOKENS)
    texts = {message.id: clean(message, max(1, limit)) for message in kept}
    conversations = tuple(group_conversations(kept))
    pieces = (piece for conversation in conversations for piece in _pieces(conversation, texts, budget))
    chunks = tuple(_pack(pieces, texts, budget))
    cut = sum(text.is_cut for text in texts.values())
    return ChunkPlan(chunks, conversations, Account(len(rows), len(texts) - cut, cut, dropped))


def sift(rows: Sequence[SourceMessage], opted_out: frozenset[int]) -> tuple[list[SourceMessage], dict[str, int]]:
    """Return the messages that people wrote and may be read, and how many of the others were left out by reason."""
    kept: dict[int, SourceMessage] = {}
    dropped: Counter[str] = Counter()
    for message in rows:
        reason = _reason_to_drop(message, opted_out)
        if reason is None and message.id in kept:
            reason = "given twice"
        if reason is None:
            kept[message.id] = message
        else:
            dropped[reason] += 1
    return list(kept.values()), dict(sorted(dropped.items()))


def _reason_to_drop(message: SourceMessage, opted_out: frozenset[int]) -> str | None:
    if message.author_id in opted_out:
        return "opted out"
    if message.author_kind == BOT:
        return "bot"
    if message.kind not in WRITTEN_KINDS:
        return "system notice"
    if not message.content.strip() and not message.attachments:
        return "no text"
    return None


@dataclass(frozen=True, slots=True)
class _Piece:
    """A conversation, or a part of one that is too long, with the messages before it that help to understand it."""

    messages: tuple[SourceMessage, ...]
    context: tuple[SourceMessage, ...]
    weight: float
    cost: int

    @property
    def size(self) -> int:
        return len(self.messages) + len(self.context)


def _pieces(conversation: Conversation, texts: Mapping[int, CleanText], budget: Budget) -> Iterator[_Piece]:
    messages = conversation.messages
    costs = [texts[message.id].tokens + LINE_TOKENS for message in messages]
    whole = HEADING_TOKENS + sum(costs)
    if whole <= budget.units and len(messages) <= budget.handles:
        yield _Piece(messages, (), conversation.weight, whole)
        return
    room = int((budget.units - HEADING_TOKENS) * (1 - CONTEXT_SHARE))
    start = 0
    while start < len(messages):
        end = _split_point(messages, costs, start, room, budget.handles - 2 * MOST_CONTEXT)
        context = _context(messages, costs, start, end, budget)
        cost = HEADING_TOKENS + sum(costs[start:end]) + sum(costs[index] for index in context)
        share = (end - start) / len(messages)
        yield _Piece(messages[start:end], tuple(messages[i] for i in context), conversation.weight * share, cost)
        start = end


def _split_point(messages: Sequence[SourceMessage], costs: Sequence[int], start: int, room: int, most: int) -> int:
    """Return where the piece from *start* ends (exclusive): everything that fits, else the longest pause near 80 %."""
    spent, last = 0, start
    candidates: list[tuple[float, float, int]] = []
    most = max(1, most)
    while last < len(messages) and last - start < most and (spent + costs[last] <= room or last == start):
        spent += costs[last]
        last += 1
        filled = max(spent / room, (last - start) / most)
        if filled >= 0.6 and last < len(messages):
            pause = (messages[last].sent_at - messages[last - 1].sent_at).total_seconds()
            candidates.append((-pause, abs(filled - 0.8), last))
    if last == len(messages) or not candidates:
        return last
    return min(candidates)[2]


def _context(
    messages: Sequence[SourceMessage], costs: Sequence[int], start: int, end: int, budget: Budget
) -> list[int]:
    """Return the indexes before *start* worth repeating: what this piece answers, and the last twenty, if they fit."""
    if start == 0:
        return []
    room = budget.units - HEADING_TOKENS - sum(costs[start:end])
    room = min(room, int(budget.units * CONTEXT_SHARE))
    places = {message.id: index for index, message in enumerate(messages[:start])}
    targets = [places[m.reply_to_id] for m in messages[start:end] if m.reply_to_id in places]
    wanted = dict.fromkeys([*targets, *range(start - 1, max(-1, start - 1 - MOST_CONTEXT), -1)])
    chosen: list[int] = []
    for index in list(wanted)[: 2 * MOST_CONTEXT]:
        if costs[index] <= room:
            room -= costs[index]
            chosen.append(index)
    return sorted(chosen)


def _pack(pieces: Iterable[_Piece], texts: Mapping[int, CleanText], budget: Budget) -> Iterator[Chunk]:
    open_pieces: list[_Piece] = []
    cost = size = 0
    for piece in pieces:
        if open_pieces and (cost + piece.cost > budget.units or size + piece.size > budget.handles):
            yield _chunk(open_pieces, texts)
            open_pieces, cost, size = [], 0, 0
        open_pieces.append(piece)
        cost += piece.cost
        size += piece.size
    if open_pieces:
        yield _chunk(open_pieces, texts)


def _chunk(pieces: Sequence[_Piece], texts: Mapping[int, CleanText]) -> Chunk:
    people: dict[int, str] = {}
    lines: list[Line] = []
    for piece in pieces:
        shown = [(message, True) for message in piece.context] + [(message, False) for message in piece.messages]
        for message, is_context in shown:
            author = people.setdefault(message.author_id, f"u{len(people) + 1}")
            text = texts[message.id]
            lines.append(Line(f"m{len(lines) + 1}", author, message, text.text, is_context, text.is_cut))
    return Chunk(tuple(lines), sum(piece.weight for piece in pieces))


def halves(chunk: Chunk) -> tuple[Chunk, Chunk] | None:
    """Return *chunk* as two, the second with the end of the first as context; None when it has one message only."""
    own = [line for line in chunk.lines if not line.is_context]
    if len(own) < 2:
        return None
    lengths = [len(line.text) + LINE_TOKENS for line in own]
    middle, spent = 1, lengths[0]
    while middle < len(own) - 1 and spent + lengths[middle] / 2 < sum(lengths) / 2:
        spent += lengths[middle]
        middle += 1
    before = [line for line in chunk.lines if line.is_context][-2:]
    parts = [(before, own[:middle]), (own[max(0, middle - 2) : middle], own[middle:])]
    first, second = (_renamed(context, lines, chunk.weight / 2) for context, lines in parts)
    return first, second


def _renamed(context: Sequence[Line], lines: Sequence[Line], weight: float) -> Chunk:
    """Return a chunk of lines taken from another, under handles of its own."""
    people: dict[int, str] = {}
    named: list[Line] = []
    for is_context, line in [*((True, line) for line in context), *((False, line) for line in lines)]:
        author = people.setdefault(line.message.author_id, f"u{len(people) + 1}")
        handle = f"m{len(named) + 1}"
        named.append(Line(handle, author, line.message, line.text, is_context, line.is_cut))
    return Chunk(tuple(named), weight)


def estimate_chunk(chunk: Chunk, factor: float = Calibration.START) -> int:
    """Return what the chunk's transcript is thought to cost; never above the budget it was made for."""
    return floor(estimate_tokens(chunk.transcript) * factor)
