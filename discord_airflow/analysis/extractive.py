"""
A digest without a language model: the same sections, every sentence a quote with its author and its link.

Candidates come from wording and echo; the best are checked like a model's, and only what is verified is kept. No model,
no network, no chance: the same messages give the same digest.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from discord_airflow.analysis import find_questions, find_remarks, find_topics
from discord_airflow.analysis.evidence import Evidence
from discord_airflow.analysis.reading import Candidate, Reading
from discord_airflow.analysis.statements import Kind, Statement
from discord_airflow.analysis.verify import check_claimed

Finder = Callable[[Reading, set[int]], Iterable[Candidate]]


@dataclass(frozen=True, slots=True)
class Found:
    """What the selection gave: sentences by kind, best first, and the candidates that did not hold."""

    kept: Mapping[Kind, tuple[Statement, ...]]
    failed: tuple[Statement, ...]


def select_statements(
    evidence: Evidence,
    most: int,
    open_after: timedelta,
    already: Mapping[Kind, int] | None = None,
    used: Iterable[int] = (),
) -> Found:
    """
    Return up to *most* verified sentences of each kind; no message is the subject of two.

    A question counts as open after *open_after*. *already* says how many of a kind there are, *used* which messages
    were told.
    """
    reading = Reading(evidence)
    taken = set(used)
    kept: dict[Kind, tuple[Statement, ...]] = {}
    failed: list[Statement] = []
    for kind, finder in _finders(open_after).items():
        room = most - (already or {}).get(kind, 0)
        kept[kind], wrong = _best(finder(reading, taken), evidence, max(0, room), taken)
        failed += wrong
    return Found(kept, tuple(failed))


def _finders(open_after: timedelta) -> dict[Kind, Finder]:
    """In the order in which a message that fits several is given away."""
    return {
        "decision": lambda reading, _: find_remarks.decisions(reading),
        "announcement": lambda reading, _: find_remarks.announcements(reading),
        "claim": lambda reading, _: find_remarks.claims(reading),
        "disagreement": lambda reading, _: find_remarks.disagreements(reading),
        "plan": lambda reading, _: find_remarks.plans(reading),
        "answered_question": lambda reading, _: find_questions.answered_questions(reading),
        "open_question": lambda reading, _: find_questions.open_questions(reading, open_after),
        "link": lambda reading, _: find_remarks.links(reading),
        "reacted": lambda reading, _: find_remarks.reacted(reading),
        "topic": find_topics.topics,
    }


def _best(
    candidates: Iterable[Candidate], evidence: Evidence, most: int, taken: set[int]
) -> tuple[tuple[Statement, ...], list[Statement]]:
    kept: list[Statement] = []
    failed: list[Statement] = []
    for candidate in sorted(candidates, key=lambda found: (-found.score, found.statement.cites)):
        if len(kept) == most:
            break
        if taken.intersection(candidate.main):
            continue
        judged = candidate.statement.judged(check_claimed(candidate.statement, evidence))
        if judged.state == "verified":
            kept.append(judged)
            taken.update(candidate.main)
        elif judged.state == "removed":
            failed.append(judged)
    return tuple(kept), failed
