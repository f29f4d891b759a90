"""Statements of many chunks → those a digest shows: each message once, the most noticed first, within quotas."""

from collections import Counter
from collections.abc import Iterable

from discord_airflow.analysis.evidence import Evidence
from discord_airflow.analysis.options import DigestOptions
from discord_airflow.analysis.reading import Reading
from discord_airflow.analysis.statements import Kind, Statement

MOST_OF_ONE_CHANNEL = 0.6
"""Of a section, unless there is nothing else to show."""


def merge_statements(statements: Iterable[Statement], evidence: Evidence, options: DigestOptions) -> list[Statement]:
    """Return the best of *statements*; none is changed, so what was checked stays checked."""
    reading = Reading(evidence)
    chosen: list[Statement] = []
    told: set[int] = set()
    by_kind: Counter[Kind] = Counter()
    by_place: Counter[tuple[Kind, int]] = Counter()
    limit = max(1, round(options.per_section * MOST_OF_ONE_CHANNEL))
    ranked = sorted(statements, key=lambda statement: (-_worth(statement, reading), statement.cites))
    for spread in (True, False):
        for statement in ranked:
            place = statement.kind, evidence.rows[statement.cites[0]].channel_id
            is_full = by_kind[statement.kind] >= options.per_section or (spread and by_place[place] >= limit)
            hidden = statement.state == "flagged" and not options.show_flagged
            if statement.cites[0] in told or is_full or hidden:
                continue
            chosen.append(statement)
            told.add(statement.cites[0])
            by_kind[statement.kind] += 1
            by_place[place] += 1
    return chosen


def _worth(statement: Statement, reading: Reading) -> float:
    cited = [reading.evidence.rows[message_id] for message_id in statement.cites]
    labelled = any(part.kind == "label" for part in statement.segments)
    sides = len({message.author_id for message in cited})
    return (
        sum(reading.attention(message) for message in cited)
        + 2.0 * sides
        + labelled
        - 3.0 * (statement.state == "flagged")
    )
