"""
What a digest is made of: sentences in typed pieces.

A sentence is not text but segments, each of which says what it is (a name, a quote, a number, a link) and which message
it comes from. So a checker can look at every piece, and a renderer can escape each in its own way.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal

SegmentKind = Literal["words", "person", "channel", "quote", "label", "term", "number", "source", "address"]
State = Literal["verified", "flagged", "removed", "stale"]
Kind = Literal[
    "topic",
    "announcement",
    "decision",
    "plan",
    "answered_question",
    "open_question",
    "disagreement",
    "claim",
    "reacted",
    "link",
    "quote",
]


@dataclass(frozen=True, slots=True)
class Segment:
    """
    A piece of a sentence.

    words     connecting words of ours          person   the author of *message_id*, shown bold
    channel   where *message_id* was written    quote    verbatim words of *message_id*, shown in “ ”
    label     a model's short heading           term     a word that kept coming back from *message_id* to *until_id*
    number    a count named by *key*            source   a link to *message_id*: *text* is its time, *url* its address
    address   a link that *message_id* shared: *text* is its host, *url* the address as written

    *text* is what a reader sees, before any escaping.
    """

    kind: SegmentKind
    text: str
    message_id: int | None = None
    until_id: int | None = None
    person_id: int | None = None
    channel_id: int | None = None
    key: str | None = None
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Count:
    """A figure as it was counted: of the message *message_id*, or of its channel from there to *until_id*."""

    key: str
    message_id: int
    value: int
    until_id: int | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    """
    One sentence, the messages it rests on in the order of their roles, and what the check said.

    *fingerprints* are those of the messages when the sentence was written; when one differs later, it is stale.
    """

    kind: Kind
    segments: tuple[Segment, ...]
    cites: tuple[int, ...]
    fingerprints: tuple[str, ...]
    counts: tuple[Count, ...] = ()
    origin: Literal["code", "model"] = "code"
    state: State = "removed"
    reasons: tuple[str, ...] = ("not checked",)

    @property
    def text(self) -> str:
        """The sentence as plain text; quotes in “ ”, source links as their label."""
        return "".join(f"“{part.text}”" if part.kind == "quote" else part.text for part in self.segments)

    @property
    def is_shown(self) -> bool:
        return self.state in {"verified", "flagged"}

    def judged(self, verdict: "Verdict") -> "Statement":
        return replace(self, state=verdict.state, reasons=verdict.reasons)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check found; *reasons* are sentences for the reader, none when verified."""

    state: State
    reasons: tuple[str, ...] = ()

    @property
    def is_good(self) -> bool:
        return self.state == "verified"


@dataclass(frozen=True, slots=True)
class Section:
    """Statements under one heading, most important first."""

    key: str
    title: str
    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Coverage:
    """What was read: ``given == read + shortened + sum(dropped.values())``, all in messages."""

    given: int
    read: int
    shortened: int
    dropped: Mapping[str, int]
    conversations: int
    chunks: int
    chunks_by_model: int


@dataclass(frozen=True, slots=True)
class Scores:
    """How the check went. *proposed* counts every candidate, *reasons* why candidates were removed."""

    proposed: int
    published: int
    verified: int
    flagged: int
    removed: int
    sources: int
    quotes: int
    numbers: int
    reasons: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Provenance:
    """By what a digest was made: enough to make it again."""

    checker: str
    model: str | None = None
    model_digest: str | None = None
    server: str | None = None
    prompt: str | None = None
    prompt_sha256: str | None = None
    options: Mapping[str, str | int | float | bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Digest:
    """
    A checked digest of one guild and window.

    *status*: ``model`` (a model chose, everywhere), ``partial`` (a model chose, some parts were done without),
    ``extractive`` (no model was asked), ``model_unavailable`` (one was asked for, none answered).
    """

    guild_id: int
    since: datetime
    until: datetime
    zone: str
    status: Literal["model", "partial", "extractive", "model_unavailable"]
    sections: tuple[Section, ...]
    notes: tuple[str, ...]
    coverage: Coverage
    scores: Scores
    provenance: Provenance
    removed: tuple[Statement, ...] = ()

    @property
    def statements(self) -> tuple[Statement, ...]:
        """Everything that is shown, in order."""
        return tuple(statement for section in self.sections for statement in section.statements)

    @property
    def summary(self) -> str:
        """The line above the digest."""
        return summary_line(self.scores, self.coverage)


def summary_line(scores: Scores, coverage: Coverage) -> str:
    """Return ``41 statements, all checked against 1,284 messages; 3 removed, 1 flagged``."""
    read = coverage.read + coverage.shortened
    if not scores.published:
        return (
            f"No statements could be made from {counted(read, 'message')}" if read else "There were no messages to read"
        )
    checked = "checked" if scores.published == 1 else "all checked"
    line = f"{counted(scores.published, 'statement')}, {checked} against {counted(read, 'message')}"
    return f"{line}; {scores.removed:,} removed, {scores.flagged:,} flagged"


def counted(number: int, noun: str) -> str:
    """Return ``1 message`` or ``1,284 messages``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
