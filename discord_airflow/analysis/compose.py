"""
Sentences from messages: code writes every name, number, date, channel and link; a model's part is at most a label.

Each function returns a statement that still has to be checked (see verify.py, which shares nothing with this module).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from discord_airflow.analysis.evidence import Evidence
from discord_airflow.analysis.passages import squash
from discord_airflow.analysis.statements import Count, Kind, Segment, Statement
from discord_airflow.queries.source_rows import SourceMessage, fingerprint
from discord_airflow.snowflake import jump_link
from discord_airflow.window import zone_named

NAME_LENGTH = 40
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class Said:
    """A message and the words of it that are quoted."""

    message: SourceMessage
    text: str


class Sentence:
    """A sentence in the making: pieces are added from left to right, and what they rest on is noted."""

    def __init__(self, kind: Kind, evidence: Evidence, label: str | None = None) -> None:
        self.kind: Kind = kind
        self.evidence = evidence
        self.parts: list[Segment] = []
        self.cites: dict[int, SourceMessage] = {}
        self.counts: list[Count] = []
        self._day: object = None
        self.from_model = False
        if label:
            self.parts.append(Segment("label", label))
            self.words(": ")

    def words(self, text: str) -> "Sentence":
        self.parts.append(Segment("words", text))
        return self

    def person(self, message: SourceMessage) -> "Sentence":
        self.cites[message.id] = message
        name = shown_name(message.author_name)
        self.parts.append(Segment("person", name, message.id, person_id=message.author_id))
        return self

    def channel(self, message: SourceMessage) -> "Sentence":
        self.cites[message.id] = message
        name = shown_channel(message)
        self.parts.append(Segment("channel", name, message.id, channel_id=message.channel_id))
        return self

    def quote(self, said: Said) -> "Sentence":
        self.cites[said.message.id] = said.message
        self.parts.append(Segment("quote", said.text, said.message.id))
        return self

    def source(self, message: SourceMessage) -> "Sentence":
        self.cites[message.id] = message
        url = jump_link(message.guild_id, message.channel_id, message.id)
        self.parts.append(Segment("source", self._time(message), message.id, url=url))
        return self

    def count(self, key: str, value: int, message: SourceMessage, until: SourceMessage | None = None) -> "Sentence":
        until_id = until.id if until else None
        self.parts.append(Segment("number", f"{value:,}", message.id, until_id, key=key))
        self.counts.append(Count(key, message.id, value, until_id))
        return self

    def reactions(self, message: SourceMessage) -> "Sentence":
        """Add how many reactions *message* got, when it got any."""
        if message.reactions:
            self.words(", with ").count("reactions", message.reactions, message)
            self.words(" reaction" if message.reactions == 1 else " reactions")
        return self

    def address(self, message: SourceMessage, url: str) -> "Sentence":
        self.parts.append(Segment("address", urlsplit(url).hostname or url, message.id, url=url))
        return self

    def terms(self, words: Sequence[str], first: SourceMessage, last: SourceMessage) -> "Sentence":
        for number, word in enumerate(words):
            self.words(" about " if number == 0 else " and " if number == len(words) - 1 else ", ")
            self.parts.append(Segment("term", word, first.id, last.id))
        return self

    def end(self) -> Statement:
        return Statement(
            kind=self.kind,
            segments=(*self.parts, Segment("words", ".")),
            cites=tuple(self.cites),
            fingerprints=tuple(fingerprint(message) for message in self.cites.values()),
            counts=tuple(self.counts),
            origin="model" if self.from_model else "code",
        )

    def _time(self, message: SourceMessage) -> str:
        local = message.sent_at.astimezone(zone_named(self.evidence.window.zone))
        clock = f"{local.hour:02}:{local.minute:02}"
        if self._day == local.date():
            return clock
        self._day = local.date()
        return f"{_DAYS[local.weekday()]} {local.day} {_MONTHS[local.month - 1]} {clock}"


def shown_name(name: str) -> str:
    """Return a person's name as a report prints it."""
    return squash(name)[:NAME_LENGTH].strip() or "someone"


def shown_channel(message: SourceMessage) -> str:
    """Return ``#help``, or ``#help › Title of the thread``."""
    name = squash(message.channel_name)[:NAME_LENGTH].strip() or "unnamed"
    if message.is_thread and message.parent_name:
        return f"#{squash(message.parent_name)[:NAME_LENGTH].strip()} › {name}"
    return f"#{name}"


def _opening(kind: Kind, verb: str, said: Said, evidence: Evidence, label: str | None) -> Sentence:
    sentence = Sentence(kind, evidence, label)
    sentence.person(said.message).words(f" {verb} in ").channel(said.message).words(": ").quote(said)
    return sentence.words(" (").source(said.message).words(")")


def remark(
    kind: Kind,
    said: Said,
    evidence: Evidence,
    agreed: Iterable[SourceMessage] = (),
    disagreed: Iterable[Said] = (),
    doubted: Iterable[Said] = (),
    label: str | None = None,
) -> Statement:
    """
    Return ``X wrote in #channel: “...” (time), with 4 reactions; Y (time) agreed; Z disagreed: “...” (time).``

    Those in *doubted* ``asked back: “...” (time)``.
    """
    verb = {"claim": "stated", "announcement": "announced"}.get(kind, "wrote")
    sentence = _opening(kind, verb, said, evidence, label)
    sentence.reactions(said.message)
    agreeing = list(agreed)
    for number, message in enumerate(agreeing):
        sentence.words("; " if number == 0 else " and " if number == len(agreeing) - 1 else ", ")
        sentence.person(message).words(" (").source(message).words(")")
    if agreeing:
        sentence.words(" agreed")
    voices = [("disagreed", other) for other in disagreed] + [("asked back", other) for other in doubted]
    for verb, other in voices:
        sentence.words("; ").person(other.message).words(f" {verb}: ").quote(other)
        sentence.words(" (").source(other.message).words(")")
    sentence.from_model = label is not None
    return sentence.end()


def answered_question(
    asked: Said, answer: Said, evidence: Evidence, thanks: SourceMessage | None = None, label: str | None = None
) -> Statement:
    """Return ``X asked in #channel: “...?” (time); Y answered: “...” (time), and X said thanks (time).``"""
    sentence = _opening("answered_question", "asked", asked, evidence, label)
    sentence.words("; ").person(answer.message).words(" answered: ").quote(answer)
    sentence.words(" (").source(answer.message).words(")")
    if thanks:
        sentence.words(", and ").person(thanks).words(" said thanks (").source(thanks).words(")")
    sentence.from_model = label is not None
    return sentence.end()


def open_question(asked: Said, evidence: Evidence, label: str | None = None) -> Statement:
    """Return ``X asked in #channel: “...?” (time); no answer was seen.``"""
    sentence = _opening("open_question", "asked", asked, evidence, label)
    sentence.from_model = label is not None
    return sentence.words("; no answer was seen").end()


def shared_link(
    message: SourceMessage, url: str, said: Said | None, evidence: Evidence, label: str | None = None
) -> Statement:
    """Return ``X shared example.org in #channel: “...” (time), with 3 reactions.``"""
    sentence = Sentence("link", evidence, label)
    sentence.person(message).words(" shared ").address(message, url).words(" in ").channel(message)
    if said:
        sentence.words(": ").quote(said)
    sentence.words(" (").source(message).words(")").reactions(message)
    sentence.from_model = label is not None
    return sentence.end()


def stretch(
    messages: Sequence[SourceMessage], terms: Sequence[str], said: Said | None, evidence: Evidence
) -> Statement:
    """Return ``In #channel, 42 messages by 6 people about a, b and c (time to time). X wrote: “...” (time).``"""
    first, last = messages[0], messages[-1]
    people = len({message.author_id for message in messages})
    sentence = Sentence("topic", evidence)
    sentence.words("In ").channel(first).words(", ").count("messages", len(messages), first, last).words(
        " messages by "
    )
    sentence.count("people", people, first, last).words(" people").terms(terms, first, last)
    sentence.words(" (").source(first).words(" to ").source(last).words(")")
    if said:
        sentence.words("; ").person(said.message).words(" wrote: ").quote(said)
        if said.message.id not in {first.id, last.id}:
            sentence.words(" (").source(said.message).words(")")
    return sentence.end()
