"""Questions: who asked, who helped, and what nobody answered."""

from collections.abc import Iterator
from datetime import timedelta

from discord_airflow.analysis import compose
from discord_airflow.analysis.compose import Said
from discord_airflow.analysis.cues import cues
from discord_airflow.analysis.reading import WITHIN_THE_HOUR, Candidate, Reading
from discord_airflow.queries.source_rows import SourceMessage

SHORTEST_QUESTION = 15


def answered_questions(reading: Reading) -> Iterator[Candidate]:
    """Questions with an answer that is a reply, or that the asker said thanks for."""
    for message, asked in _questions(reading):
        best = max(
            (found for row in reading.responses(message, WITHIN_THE_HOUR) if (found := _answer(reading, message, row))),
            key=lambda found: found[0],
            default=None,
        )
        if best:
            score, answer, thanks = best
            statement = compose.answered_question(asked, answer, reading.evidence, thanks)
            used = (message.id, answer.message.id, *([thanks.id] if thanks else []))
            yield Candidate(score + 0.3 * reading.attention(message), statement, used)


def open_questions(reading: Reading, older_than: timedelta) -> Iterator[Candidate]:
    """Questions that were old enough to expect an answer, and had none."""
    until = reading.evidence.window.until
    for message, asked in _questions(reading):
        if message.reply_to_id is not None or until - message.sent_at < older_than:
            continue
        if not reading.responses(message, WITHIN_THE_HOUR) and not _went_on(reading, message):
            alone = not reading.evidence.before(message, message.sent_at - timedelta(minutes=5))
            score = message.reactions + min(len(asked.text), 120) / 40 + 2 * alone + 2 * message.is_thread
            yield Candidate(score, compose.open_question(asked, reading.evidence), (message.id,))


def _went_on(reading: Reading, message: SourceMessage) -> bool:
    """Whether the asker was the next to write there, and not to ask again: then it was probably solved."""
    following = next(iter(reading.evidence.after(message, message.sent_at + timedelta(hours=24))), None)
    return following is not None and following.author_id == message.author_id and "?" not in following.content


def _questions(reading: Reading) -> Iterator[tuple[SourceMessage, Said]]:
    for message in reading.evidence.messages:
        content = message.content
        if "?" in content or "？" in content or "؟" in content or not content.isascii():
            asked = reading.question_of(message)
            if asked and (len(asked.text) >= SHORTEST_QUESTION or not asked.text.isascii()):
                yield message, asked


def _answer(
    reading: Reading, question: SourceMessage, response: SourceMessage
) -> tuple[float, Said, SourceMessage | None] | None:
    said = reading.statement_of(response)
    if said is None:
        return None
    thanks = next(
        (
            row
            for row in reading.responses(response, WITHIN_THE_HOUR)
            if row.author_id == question.author_id
            and len(row.content) <= 200
            and cues("thanks").found_in(reading.folded(row))
        ),
        None,
    )
    is_reply = response.reply_to_id == question.id
    if not is_reply and thanks is None:
        return None
    score = 3.0 * is_reply + 4.0 * (thanks is not None) + response.reactions + min(len(said.text), 150) / 75
    return score, said, thanks
