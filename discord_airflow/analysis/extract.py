"""A model's proposals → sentences: handles become rows, and code writes everything but the label."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from discord_airflow.analysis import compose
from discord_airflow.analysis.claims import Proposal
from discord_airflow.analysis.compose import Said
from discord_airflow.analysis.cues import Folded, cues
from discord_airflow.analysis.find_remarks import first_address
from discord_airflow.analysis.locate import locate_quote
from discord_airflow.analysis.reading import Reading
from discord_airflow.analysis.statements import Kind, Statement
from discord_airflow.analysis.verify import check_claimed
from discord_airflow.queries.chunker import Chunk
from discord_airflow.queries.source_rows import SourceMessage

AUTHOR_SHARE = 0.3
"""Of the proposals of a chunk, how many may be about one author's messages, unless more of the messages are theirs."""


@dataclass
class Extracted:
    """What became of the proposals of one chunk."""

    kept: list[Statement] = field(default_factory=list)
    removed: list[Statement] = field(default_factory=list)
    reasons: Counter[str] = field(default_factory=Counter)


def extract_statements(proposals: Sequence[Proposal], chunk: Chunk, reading: Reading) -> Extracted:
    """Return the statements that *proposals* lead to and that hold; a label that does not hold is left out."""
    result = Extracted()
    about: Counter[int] = Counter()
    for proposal in proposals:
        cited = [chunk.by_handle[handle].message for handle in proposal.cites]
        if not _may_have_more(cited[0].author_id, about, chunk, len(proposals)):
            result.reasons["one author would fill the digest"] += 1
            continue
        statement = _best(proposal, cited, reading)
        if statement is None:
            result.reasons["the quote is not in the message word for word"] += 1
        elif statement.is_shown:
            about[cited[0].author_id] += 1
            result.kept.append(statement)
        else:
            result.removed.append(statement)
    return result


def _may_have_more(author: int, about: Counter[int], chunk: Chunk, proposals: int) -> bool:
    written = sum(message.author_id == author for message in chunk.primaries) / max(1, len(chunk.primaries))
    return about[author] < max(1, round(max(AUTHOR_SHARE, written) * proposals))


def _best(proposal: Proposal, cited: Sequence[SourceMessage], reading: Reading) -> Statement | None:
    """Return the first that holds: as proposed, without its label, as a plain remark; else the first."""
    attempts: list[Statement] = []
    label = _tidy(proposal.label)
    for kind in dict.fromkeys((proposal.kind, "topic")):
        for text in (label, None):
            statement = _compose(kind, proposal, cited, reading, text)
            if statement is None:
                continue
            judged = replace(statement, origin="model")
            judged = judged.judged(check_claimed(judged, reading.evidence))
            if judged.state == "verified":
                return judged
            attempts.append(judged)
    flagged = [statement for statement in attempts if statement.state == "flagged"]
    return next(iter(flagged or attempts), None)


def _tidy(label: str) -> str | None:
    text = " ".join(label.split()).strip(" .:;,–-")
    return text[:1].upper() + text[1:] if text else None


def _compose(
    kind: Kind, proposal: Proposal, cited: Sequence[SourceMessage], reading: Reading, label: str | None
) -> Statement | None:
    first, *others = cited
    said = _said(proposal, first, reading)
    if said is None:
        return None
    evidence = reading.evidence
    match kind:
        case "answered_question":
            answer = reading.statement_of(others[0]) if others else None
            thanks = next((row for row in others[1:] if row.author_id == first.author_id), None)
            return compose.answered_question(said, answer, evidence, thanks, label) if answer else None
        case "open_question":
            return compose.open_question(said, evidence, label)
        case "link":
            url = first_address(first)
            return compose.shared_link(first, url, said, evidence, label) if url else None
        case "disagreement" | "claim":
            against = [found for row in others if (found := reading.first(row, "disagrees"))]
            doubts = [
                found
                for row in others
                if kind == "claim" and not reading.first(row, "disagrees") and (found := reading.question_of(row))
            ]
            return compose.remark(kind, said, evidence, disagreed=against, doubted=doubts, label=label)
        case "decision" | "plan":
            agreed = [row for row in others if cues("agrees").found_in(Folded.of(row.content))]
            return compose.remark(kind, said, evidence, agreed=agreed, label=label)
        case _:
            return compose.remark(kind, said, evidence, label=label)


def _said(proposal: Proposal, message: SourceMessage, reading: Reading) -> Said | None:
    """Return what of *message* is quoted: the model's choice if it is there, and nothing of what talks to machines."""
    if not reading.passages(message):
        return None
    text = locate_quote(proposal.quote, message.content)
    return Said(message, text) if text else None
