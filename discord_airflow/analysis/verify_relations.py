"""Who asked, answered, agreed: what a sentence says about messages together, against replies, order and wording."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from discord_airflow.analysis.cues import Folded, cues
from discord_airflow.analysis.evidence import Evidence
from discord_airflow.analysis.statements import Statement
from discord_airflow.queries.source_rows import SourceMessage

ANSWER_WITHIN = timedelta(minutes=60)
AGREE_WITHIN = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Case:
    """A sentence, its messages in the order of their roles, and everything they may be compared with."""

    statement: Statement
    cited: Sequence[SourceMessage]
    evidence: Evidence

    def quoted(self, message: SourceMessage) -> Folded:
        """Return what the sentence quotes of *message*."""
        parts = self.statement.segments
        return Folded.of(" ".join(p.text for p in parts if p.kind == "quote" and p.message_id == message.id))

    def is_asked(self, message: SourceMessage) -> bool:
        """Return whether what is quoted of *message* is a question."""
        text = self.quoted(message).text.rstrip(' "”)]»!.…')
        return text.endswith(("?", "？", "؟")) or text.rstrip("。").endswith(("か", "吗", "嗎", "呢"))


_STANCES = {"agreed": "agrees", "disagreed": "disagrees", "asked back": ""}
"""What a sentence may say of those who respond, and the list their words are looked for in."""


def relation_fault(case: Case) -> str | None:
    """Return what the messages do not bear out about how they belong together, or None."""
    first, *others = case.cited
    if any(row.channel_id != first.channel_id and row.reply_to_id != first.id for row in others):
        return "its messages are from different places"
    check = _CHECKS.get(case.statement.kind)
    return (check(case) if check else None) or _clause_fault(case)


def belongs(later: SourceMessage, earlier: SourceMessage, within: timedelta) -> bool:
    """
    Return whether *later* responds to *earlier*.

    It does when it replies to it, or replies to nothing and stands soon after it in the channel, or later in a thread.
    """
    if (later.sent_at, later.id) <= (earlier.sent_at, earlier.id):
        return False
    if later.reply_to_id == earlier.id:
        return True
    if later.channel_id != earlier.channel_id or later.reply_to_id is not None:
        return False
    return earlier.is_thread or later.sent_at - earlier.sent_at <= within


def echoes(later: SourceMessage, earlier: SourceMessage, evidence: Evidence) -> bool:
    """Return whether *later* is about *earlier*: a response to it, or to what its author went on to say."""
    if belongs(later, earlier, AGREE_WITHIN):
        return True
    target = evidence.rows.get(later.reply_to_id or 0)
    if target is None or target.author_id != earlier.author_id or target.channel_id != earlier.channel_id:
        return False
    return earlier.sent_at <= target.sent_at <= earlier.sent_at + AGREE_WITHIN


def is_answered(question: SourceMessage, evidence: Evidence) -> bool:
    """Return whether anybody else replied, or wrote in the channel within the hour without replying elsewhere."""
    until = evidence.window.until if question.is_thread else question.sent_at + ANSWER_WITHIN
    soon = evidence.after(question, until)
    candidates = [*evidence.replies_to(question), *soon]
    return any(row.author_id != question.author_id and belongs(row, question, ANSWER_WITHIN) for row in candidates)


def _clause_fault(case: Case) -> str | None:
    """Check every “agreed” and “disagreed”: another person, a response, and words that say so."""
    rows = {row.id: row for row in case.cited}
    named: list[SourceMessage] = []
    for part in case.statement.segments:
        if part.kind == "person" and part.message_id is not None:
            named.append(rows[part.message_id])
        verb = part.text.strip(" :;,.") if part.kind == "words" else ""
        if verb in _STANCES:
            people = named[1:] if verb == "agreed" else named[-1:]
            fault = _stance_fault(verb, people, case)
            if fault:
                return fault
    return None


def _stance_fault(verb: str, people: Sequence[SourceMessage], case: Case) -> str | None:
    first = case.cited[0]
    if len({row.author_id for row in people}) != len(people) or not people:
        return f"those who {verb} are not different people"
    for row in people:
        if row.author_id == first.author_id or not echoes(row, first, case.evidence):
            return f"it is not a response of another person that {verb}"
        text = Folded.of(row.content) if verb == "agreed" else case.quoted(row)
        is_said = case.is_asked(row) if verb == "asked back" else cues(_STANCES[verb]).found_in(text)
        if not is_said:
            return f"the message does not say that its author {verb}"
        opening = Folded(" ".join(text.words[:6]))
        if verb == "agreed" and (cues("disagrees").found_in(text) or cues("negators").found_in(opening)):
            return "the message says the opposite of agreeing"
    return None


def _answered_fault(case: Case) -> str | None:
    asked, answer, *rest = case.cited
    if not case.is_asked(asked):
        return "what is called a question is none"
    if answer.author_id == asked.author_id or not belongs(answer, asked, ANSWER_WITHIN):
        return "what is called an answer is none"
    for thanks in rest:
        if thanks.author_id != asked.author_id or not belongs(thanks, answer, ANSWER_WITHIN):
            return "the thanks are not the asker's"
        if not cues("thanks").found_in(Folded.of(thanks.content)):
            return "there are no thanks in the message"
    return None


def _open_fault(case: Case) -> str | None:
    if not case.is_asked(case.cited[0]):
        return "what is called a question is none"
    return "there is an answer" if is_answered(case.cited[0], case.evidence) else None


def _cue_fault(case: Case) -> str | None:
    purpose, what = ("decided", "a decision") if case.statement.kind == "decision" else ("planned", "a plan")
    words = case.quoted(case.cited[0])
    is_dated = what == "a plan" and cues("future").found_in(words) and cues("speaker").found_in(words)
    if not cues(purpose).found_in(words) and not is_dated:
        return f"the words are not those of {what}"
    return f"a question is not {what}" if case.is_asked(case.cited[0]) else None


def _announcement_fault(case: Case) -> str | None:
    row = case.cited[0]
    loud = row.is_pinned or "@everyone" in row.content or "@here" in row.content
    place = Folded.of(f"{row.channel_name} {row.parent_name or ''}".replace("_", " "))
    if loud or cues("announcement_channel").found_in(place) or cues("announces").found_in(Folded.of(row.content)):
        return None
    return "the message is no announcement"


def _topic_fault(case: Case) -> str | None:
    if len(case.cited) < 2:
        return None
    first, last, *inside = case.cited
    ends = (first.sent_at, first.id), (last.sent_at, last.id)
    if all(ends[0] <= (row.sent_at, row.id) <= ends[1] for row in inside):
        return None
    return "the words are not of that time"


def _claim_fault(case: Case) -> str | None:
    return "a question states nothing" if case.is_asked(case.cited[0]) else None


_CHECKS: dict[str, Callable[[Case], str | None]] = {
    "answered_question": _answered_fault,
    "open_question": _open_fault,
    "decision": _cue_fault,
    "plan": _cue_fault,
    "announcement": _announcement_fault,
    "topic": _topic_fault,
    "claim": _claim_fault,
}
