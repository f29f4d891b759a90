"""Messages → a checked digest, with a model or without."""

import time
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Literal

from discord_airflow.analysis.chunk_cache import ChunkCache
from discord_airflow.analysis.evidence import Evidence
from discord_airflow.analysis.extractive import select_statements
from discord_airflow.analysis.merge import merge_statements
from discord_airflow.analysis.model import Model
from discord_airflow.analysis.narrate import Narration, narrate
from discord_airflow.analysis.options import DigestOptions
from discord_airflow.analysis.sections import arrange, score
from discord_airflow.analysis.statements import Coverage, Digest, Provenance
from discord_airflow.analysis.verify import CHECKER
from discord_airflow.queries.conversations import group_conversations
from discord_airflow.queries.source_rows import SourceMessage

__all__ = ["DigestOptions", "make_digest"]


def make_digest(
    messages: Iterable[SourceMessage],
    options: DigestOptions,
    model: Model | None = None,
    cache: ChunkCache | None = None,
    sleep: Callable[[float], None] = time.sleep,
) -> Digest:
    """
    Return the digest of *messages*; every sentence in it was checked against them.

    A model chooses and labels where it can; where it cannot, and for what code does better, code chooses. A model that
    fails costs nothing but its part: the notes say so.
    """
    evidence = Evidence(messages, options.window, options.opted_out)
    told = narrate(evidence, options, model, cache, sleep=sleep) if model else Narration()
    chosen = merge_statements(told.found.kept, evidence, options)
    used = {statement.cites[0] for statement in chosen}
    already = Counter(dict.fromkeys(options.without, options.per_section))
    already.update(statement.kind for statement in chosen)
    found = select_statements(evidence, options.per_section, options.open_after, already, used)
    shown = [statement for statement in chosen if statement.kind not in options.without]
    shown += [statement for statements in found.kept.values() for statement in statements]
    removed = (*told.found.removed, *found.failed)
    return Digest(
        guild_id=options.guild_id,
        since=options.window.since,
        until=options.window.until,
        zone=options.window.zone,
        status=_status(model, told),
        sections=arrange(shown),
        notes=told.notes,
        coverage=_coverage(evidence, told),
        scores=score(shown, removed, told.found.reasons),
        provenance=_provenance(told, options),
        removed=removed,
    )


def _status(model: Model | None, told: Narration) -> Literal["model", "partial", "extractive", "model_unavailable"]:
    if model is None:
        return "extractive"
    chunks = len(told.plan.chunks) if told.plan else 0
    if told.facts is None or (chunks and not told.done):
        return "model_unavailable"
    return "model" if told.done == chunks else "partial"


def _coverage(evidence: Evidence, told: Narration) -> Coverage:
    shortened = told.plan.account.cut if told.plan else 0
    conversations = told.plan.conversations if told.plan else group_conversations(evidence.messages)
    return Coverage(
        given=evidence.given,
        read=len(evidence.messages) - shortened,
        shortened=shortened,
        dropped=evidence.dropped,
        conversations=len(conversations),
        chunks=len(told.plan.chunks) if told.plan else 0,
        chunks_by_model=told.done,
    )


def _provenance(told: Narration, options: DigestOptions) -> Provenance:
    if told.facts is None or told.prompt is None:
        return Provenance(checker=CHECKER)
    return Provenance(
        checker=CHECKER,
        model=told.facts.name,
        model_digest=told.facts.digest,
        server=told.facts.server,
        prompt=told.prompt.name,
        prompt_sha256=told.prompt.sha256,
        options={**told.facts.options, "num_predict": options.answer_tokens},
    )
