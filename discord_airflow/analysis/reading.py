"""What can be seen in the messages without understanding them: who responds to whom, and what draws attention."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from discord_airflow.analysis.compose import Said
from discord_airflow.analysis.cues import Folded, cues
from discord_airflow.analysis.evidence import Evidence
from discord_airflow.analysis.passages import Passage, is_quotable, joined, led_up_to, passages
from discord_airflow.analysis.statements import Statement
from discord_airflow.queries.source_rows import SourceMessage

SOON = timedelta(minutes=30)
WITHIN_THE_HOUR = timedelta(minutes=60)
LONG_QUOTE = 200
SHORT_QUESTION = 60
"""Characters: a question this short needs the sentence before it to be understood."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that could be printed, how much it is worth, and the messages it would use up."""

    score: float
    statement: Statement
    main: tuple[int, ...]


@dataclass
class Reading:
    """Messages with what was found out about each; a text is folded and divided once, however many ask."""

    evidence: Evidence
    _folded: dict[int, Folded] = field(default_factory=dict)
    _passages: dict[int, Sequence[Passage]] = field(default_factory=dict)

    def folded(self, message: SourceMessage) -> Folded:
        found = self._folded.get(message.id)
        if found is None:
            found = self._folded[message.id] = Folded.of(message.content)
        return found

    def passages(self, message: SourceMessage) -> Sequence[Passage]:
        """Return the sentences of *message*; none of one that talks to machines."""
        found = self._passages.get(message.id)
        if found is None:
            hostile = cues("instructions").found_in(self.folded(message))
            found = self._passages[message.id] = () if hostile else passages(message.content)
        return found

    def first(self, message: SourceMessage, *purposes: str) -> Said | None:
        """Return the first sentence of *message* that is no question and has a cue for one of *purposes*."""
        parts = self.passages(message)
        for at, part in enumerate(parts):
            if is_quotable(part.text) and not part.is_question:
                text = Folded.of(part.text)
                if any(cues(purpose).found_in(text) for purpose in purposes):
                    return Said(message, joined(parts[at:], LONG_QUOTE))
        return None

    def statement_of(self, message: SourceMessage) -> Said | None:
        """Return how *message* begins, from its first sentence that is no question and says something."""
        parts = self.passages(message)
        for at, part in enumerate(parts):
            text = joined(parts[at:], LONG_QUOTE)
            if not part.is_question and is_quotable(text) and "://" not in part.text:
                return Said(message, text)
        return None

    def question_of(self, message: SourceMessage) -> Said | None:
        """Return the longest question that *message* asks, with the sentence before it when it is short."""
        parts = self.passages(message)
        asked = [at for at, part in enumerate(parts) if part.is_question]
        if not asked:
            return None
        at = max(asked, key=lambda at: len(parts[at].text))
        text = parts[at].text if len(parts[at].text) > SHORT_QUESTION else led_up_to(parts[: at + 1], LONG_QUOTE)
        return Said(message, text) if is_quotable(text) else None

    def responses(self, message: SourceMessage, within: timedelta) -> list[SourceMessage]:
        """
        Return what others wrote in response, in order of time.

        That is every reply, what follows in the channel within that time and answers nobody else, and in a thread
        everything that follows.
        """
        until = self.evidence.window.until if message.is_thread else message.sent_at + within
        found = {row.id: row for row in self.evidence.replies_to(message)}
        for row in self.evidence.after(message, until):
            if row.reply_to_id is None:
                found.setdefault(row.id, row)
        others = (row for row in found.values() if row.author_id != message.author_id)
        return sorted((row for row in others if row.sent_at >= message.sent_at), key=lambda row: (row.sent_at, row.id))

    def echoes(self, message: SourceMessage) -> list[SourceMessage]:
        """Return what was said about *message*: replies to it or to its author right after, and who spoke next."""
        found = list(self.evidence.replies_to(message))
        following = self.evidence.after(message, message.sent_at + SOON)
        own = {row.id for row in following if row.author_id == message.author_id}
        found += [row for row in following if row.reply_to_id in own]
        found += [row for row in following[:4] if row.reply_to_id is None]
        others = {row.id: row for row in found if row.author_id != message.author_id}
        return sorted(others.values(), key=lambda row: (row.sent_at, row.id))

    def attention(self, message: SourceMessage) -> float:
        """Return how much others cared: people who replied count twice a reaction."""
        repliers = {row.author_id for row in self.evidence.replies_to(message)} - {message.author_id}
        return 2.0 * len(repliers) + message.reactions

    def agreeing(self, message: SourceMessage) -> list[SourceMessage]:
        """Return the first short response of each other person that agrees with *message*."""
        found: dict[int, SourceMessage] = {}
        for row in self.responses(message, SOON):
            text = self.folded(row)
            if len(row.content) > 140 or not cues("agrees").found_in(text) or "?" in row.content:
                continue
            opening = Folded(" ".join(text.words[:6]))
            if not cues("disagrees").found_in(text) and not cues("negators").found_in(opening):
                found.setdefault(row.author_id, row)
        return list(found.values())[:3]

    def disagreeing(self, message: SourceMessage) -> list[Said]:
        """Return what other people said against *message*, one passage each."""
        return self._voices(message, self._objection)

    def doubting(self, message: SourceMessage) -> list[Said]:
        """Return what other people asked back about *message* in reply to it."""
        replies = {row.id for row in self.evidence.replies_to(message)}
        return self._voices(message, lambda row: self.question_of(row) if row.id in replies else None)

    def _objection(self, message: SourceMessage) -> Said | None:
        return self.first(message, "disagrees") if cues("disagrees").found_in(self.folded(message)) else None

    def _voices(self, message: SourceMessage, choose: Callable[[SourceMessage], Said | None]) -> list[Said]:
        found: dict[int, Said] = {}
        for row in self.echoes(message):
            said = choose(row) if row.author_id not in found else None
            if said:
                found[row.author_id] = said
        return list(found.values())[:2]
