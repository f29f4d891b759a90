"""Does a digest that was made earlier still hold, over the messages as they are now?"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from discord_airflow.analysis.evidence import Evidence
from discord_airflow.analysis.statements import Digest, State, Statement, Verdict, counted
from discord_airflow.analysis.verify import check_statement
from discord_airflow.queries.source_rows import SourceMessage
from discord_airflow.window import Window


@dataclass(frozen=True, slots=True)
class Rechecked:
    """
    What became of each statement that was shown.

    verified and flagged: it holds. stale: a message under it was edited or erased since, or a count moved. removed: it
    does not hold, and nothing that happened since explains it.
    """

    verdicts: tuple[tuple[Statement, Verdict], ...]
    summary_holds: bool

    def count(self, *states: State) -> int:
        return sum(verdict.state in states for _, verdict in self.verdicts)

    @property
    def holds(self) -> bool:
        """True unless something does not hold; what merely went on since is no fault."""
        return self.summary_holds and not self.count("removed")

    def __str__(self) -> str:
        parts = [f"{self.count('verified', 'flagged'):,} of {counted(len(self.verdicts), 'statement')} hold"]
        if stale := self.count("stale"):
            parts.append(f"{stale:,} changed since")
        parts.append(f"{self.count('removed'):,} do not hold")
        if not self.summary_holds:
            parts.append("the line of summary does not add up")
        return "; ".join(parts)


def recheck_digest(
    digest: Digest, messages: Iterable[SourceMessage], opted_out: frozenset[int] = frozenset()
) -> Rechecked:
    """Return what *messages*, fetched anew for the digest's guild and window, say about each of its statements."""
    evidence = Evidence(
        (row for row in messages if row.guild_id == digest.guild_id),
        Window(digest.since, digest.until, digest.zone),
        opted_out,
    )
    verdicts = tuple((statement, _verdict(statement, evidence)) for statement in digest.statements)
    return Rechecked(verdicts, _adds_up(digest))


def _verdict(statement: Statement, evidence: Evidence) -> Verdict:
    verdict = check_statement(statement, evidence)
    if verdict.state == "flagged" and statement.state == "verified":
        return Verdict("removed", ("a doubt was left out: " + "; ".join(verdict.reasons),))
    return verdict


def _adds_up(digest: Digest) -> bool:
    states = Counter(statement.state for statement in digest.statements)
    scores = digest.scores
    told = scores.published, scores.verified, scores.flagged
    return told == (len(digest.statements), states["verified"], states["flagged"]) and set(states) <= {
        "verified",
        "flagged",
    }
