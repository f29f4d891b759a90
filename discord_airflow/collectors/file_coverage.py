"""Which ids a file covers, and how sure that is: by its own word, by a proof, or around what could not be stored."""

from collections.abc import Iterator
from typing import NamedTuple

from discord_airflow.collectors.coverage import Proof, claimed_range
from discord_airflow.collectors.export_header import ExportHeader
from discord_airflow.collectors.import_summary import CoverageState, FileResult
from discord_airflow.collectors.intake import Intake

_MOST_HOLES = 100
"""With more of them something else is wrong."""


class CoveredRange(NamedTuple):
    """Ids between two that are both exclusive."""

    state: CoverageState
    after_id: int
    before_id: int
    reason: str | None = None


def covered_ranges(
    header: ExportHeader, proof: Proof | None, intake: Intake, result: FileResult, *, is_counted: bool
) -> Iterator[CoveredRange]:
    """
    Yield what a file covers of its channel; *is_counted* when it holds as many messages as it says.

    A proven file that holds messages which cannot be stored, as they came from the exporter, proves all around them:
    to export them once more would bring the same, day by day. They are ranges of their own, collected in part.
    """
    if result.coverage_state != "partial":
        after, before = (proof.after_id, proof.before_id) if proof else claimed_range(header, intake.highest_id)
        yield CoveredRange(result.coverage_state or "claimed", after, before)
        return
    reason = "; ".join((*result.notes, *(trouble.detail for trouble in result.troubles[:1]))) or None
    holes = _holes(proof, result) if is_counted else {}
    if proof is None or not holes:
        after, before = intake.reached(*claimed_range(header, intake.highest_id))
        yield CoveredRange("partial", after, before, reason)
        return
    begin = proof.after_id
    for number in sorted(holes):
        if begin < number - 1:
            yield CoveredRange(proof.state, begin, number)
        yield CoveredRange("partial", number - 1, number + 1, holes[number])
        begin = number
    if begin < proof.before_id - 1:
        yield CoveredRange(proof.state, begin, proof.before_id)


def _holes(proof: Proof | None, result: FileResult) -> dict[int, str]:
    """Return why messages are missing, by id, when all of a proven file's troubles are messages that tell their id."""
    if proof is None or not len(result.troubles) == result.counts.quarantined <= _MOST_HOLES:
        return {}
    holes: dict[int, str] = {}
    for trouble in result.troubles:
        number = trouble.message_id
        # Of what is no JSON, even the id may be wrong.
        if number is None or trouble.reason == "not-json" or not proof.after_id < number < proof.before_id:
            return {}
        holes[number] = trouble.detail
    return holes
