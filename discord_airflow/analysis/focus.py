"""Digests with a narrower question: the frequent questions of a channel, what one person wrote about."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from discord_airflow.analysis.chunk_cache import ChunkCache
from discord_airflow.analysis.model import Model
from discord_airflow.analysis.options import DigestOptions
from discord_airflow.analysis.processor import make_digest
from discord_airflow.analysis.sections import arrange, score
from discord_airflow.analysis.statements import Digest, Kind, Statement
from discord_airflow.errors import UsageError
from discord_airflow.queries.source_rows import SourceMessage

FEWEST_MESSAGES = 20
"""Of a person, before a profile is made: with fewer, single remarks would pass for a picture."""

_CHANNEL_KINDS: frozenset[Kind] = frozenset(
    ("answered_question", "open_question", "decision", "announcement", "topic", "link")
)
_PERSON_KINDS: frozenset[Kind] = frozenset(("answered_question", "topic", "plan", "link", "reacted"))


def make_channel_summary(
    messages: Iterable[SourceMessage],
    options: DigestOptions,
    model: Model | None = None,
    cache: ChunkCache | None = None,
) -> Digest:
    """Return the questions of a channel with their answers, and what was decided and shared there."""
    asked = replace(options, prompt="channel_faq.v1")
    return _only(make_digest(messages, asked, model, cache), lambda statement: statement.kind in _CHANNEL_KINDS)


def make_profile(
    messages: Iterable[SourceMessage],
    person_id: int,
    options: DigestOptions,
    model: Model | None = None,
    cache: ChunkCache | None = None,
) -> Digest:
    """
    Return what the person *person_id* wrote about, in quotes: only their messages and the ones next to them in replies.

    Never a trait, a mood or a judgement. Whoever opted out, or wrote fewer than twenty messages, has no profile:
    UsageError.
    """
    rows = list(messages)
    own = {row.id for row in rows if row.author_id == person_id and row.is_written}
    if person_id in options.opted_out:
        raise UsageError("This person has opted out of being analysed; there is no profile.")
    if len(own) < FEWEST_MESSAGES:
        raise UsageError(
            f"This person wrote {len(own)} messages in the window; a profile needs at least {FEWEST_MESSAGES}."
        )
    digest = make_digest(_around(rows, own), replace(options, prompt="user_profile.v1"), model, cache)
    return _only(digest, lambda statement: statement.kind in _PERSON_KINDS and _is_about(statement, own))


def _around(rows: Sequence[SourceMessage], own: set[int]) -> list[SourceMessage]:
    answered = {row.reply_to_id for row in rows if row.id in own}
    return [row for row in rows if row.id in own or row.reply_to_id in own or row.id in answered]


def _is_about(statement: Statement, own: set[int]) -> bool:
    subject = statement.cites[:2] if statement.kind == "answered_question" else statement.cites[:1]
    counts_others = any(part.kind == "number" and part.key in ("messages", "people") for part in statement.segments)
    return not own.isdisjoint(subject) and not counts_others


def _only(digest: Digest, wanted: Callable[[Statement], bool]) -> Digest:
    shown = [statement for statement in digest.statements if wanted(statement)]
    return replace(digest, sections=arrange(shown), scores=score(shown, digest.removed, {}))
