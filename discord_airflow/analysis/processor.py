"""Messages → a checked digest, with a model or without."""

from collections.abc import Iterable

from discord_airflow.analysis.evidence import Evidence
from discord_airflow.analysis.extractive import select_statements
from discord_airflow.analysis.options import DigestOptions
from discord_airflow.analysis.sections import arrange, score
from discord_airflow.analysis.statements import Coverage, Digest, Provenance
from discord_airflow.analysis.verify import CHECKER
from discord_airflow.queries.conversations import group_conversations
from discord_airflow.queries.source_rows import SourceMessage

__all__ = ["DigestOptions", "make_digest"]


def make_digest(messages: Iterable[SourceMessage], options: DigestOptions) -> Digest:
    """Return the digest of *messages*: chosen by code, every sentence checked."""
    evidence = Evidence(messages, options.window, options.opted_out)
    found = select_statements(evidence, options.per_section, options.open_after)
    shown = [statement for statements in found.kept.values() for statement in statements]
    coverage = Coverage(
        given=evidence.given,
        read=len(evidence.messages),
        shortened=0,
        dropped=evidence.dropped,
        conversations=len(group_conversations(evidence.messages)),
        chunks=0,
        chunks_by_model=0,
    )
    return Digest(
        guild_id=options.guild_id,
        since=options.window.since,
        until=options.window.until,
        zone=options.window.zone,
        status="extractive",
        sections=arrange(shown),
        notes=(),
        coverage=coverage,
        scores=score(shown, found.failed, {}),
        provenance=Provenance(checker=CHECKER),
        removed=found.failed,
    )
