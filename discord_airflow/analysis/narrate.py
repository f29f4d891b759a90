"""What a model adds to a digest: it is asked chunk by chunk, heaviest first, until all are done or time is over."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from math import ceil

from discord_airflow.analysis.asking import Asker, Told, overhead
from discord_airflow.analysis.chunk_cache import CachedAnswer, ChunkCache, MemoryCache, cache_key
from discord_airflow.analysis.claims import ReplyError, parse_reply
from discord_airflow.analysis.evidence import Evidence
from discord_airflow.analysis.extract import Extracted, extract_statements
from discord_airflow.analysis.model import Model, ModelError, ModelFacts
from discord_airflow.analysis.options import DigestOptions
from discord_airflow.analysis.prompts import PromptFile, load_prompt
from discord_airflow.analysis.reading import Reading
from discord_airflow.queries.chunker import Budget, Chunk, ChunkPlan, plan_chunks
from discord_airflow.queries.tokens import Calibration


@dataclass
class Narration:
    """What came of asking a model; *facts* is None when none could be asked at all."""

    facts: ModelFacts | None = None
    prompt: PromptFile | None = None
    plan: ChunkPlan | None = None
    done: int = 0
    found: Extracted = field(default_factory=Extracted)
    notes: tuple[str, ...] = ()


def narrate(
    evidence: Evidence,
    options: DigestOptions,
    model: Model,
    cache: ChunkCache | None = None,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> Narration:
    """Ask *model* about all of *evidence*; whatever goes wrong ends up in the notes, never as an error."""
    try:
        facts = model.prepare()
    except ModelError as error:
        model.close()
        return Narration(notes=(f"{error} This digest was made without a language model.",))
    prompt = load_prompt(options.prompt)
    cache = MemoryCache() if cache is None else cache
    calibration = Calibration.of(cache.token_ratios(facts.digest))
    factor = _steady(calibration.factor)
    budget = Budget.of_context(facts.context_tokens, options.answer_tokens, int(overhead(prompt) * factor), factor)
    plan = plan_chunks(evidence.messages, budget)
    result = Narration(facts, prompt, plan)
    asker = Asker(model, prompt, options.answer_tokens, clock() + options.run_seconds, clock, sleep, calibration)
    try:
        _ask_all(result, asker, options, cache, Reading(evidence))
    finally:
        model.close()
    result.notes = _notes(result, asker)
    return result


def _steady(factor: float) -> float:
    """
    Return a factor that changes rarely: another one would cut other chunks, and no cached answer would fit any more.

    So what was learned only counts when it is above the cautious start, and then in large steps.
    """
    return Calibration.START if factor <= Calibration.START else min(ceil(factor * 4) / 4, Calibration.HIGHEST)


def _ask_all(result: Narration, asker: Asker, options: DigestOptions, cache: ChunkCache, reading: Reading) -> None:
    if result.plan is None or result.facts is None:
        return
    for chunk in sorted(result.plan.chunks, key=lambda chunk: -chunk.weight):
        key = cache_key(chunk, result.facts, asker.prompt, options.answer_tokens)
        told = _known(cache.find(key), chunk)
        if told is None:
            told = asker.ask(chunk)
            if told and len(told) == 1:
                cache.store(key, _entry(told[0], options.guild_id, result.facts, asker.prompt))
        if told is None:
            continue
        result.done += 1
        for part in told:
            _add(result.found, part, reading)


def _add(found: Extracted, told: Told, reading: Reading) -> None:
    more = extract_statements(told.proposals, told.chunk, reading)
    found.kept += more.kept
    found.removed += more.removed
    found.reasons += more.reasons
    found.reasons.update(told.faults)


def _known(answer: str | None, chunk: Chunk) -> list[Told] | None:
    if answer is None:
        return None
    try:
        reply = parse_reply(answer, chunk)
    except ReplyError:
        return None
    return [Told(chunk, reply.proposals, reply.faults, answer)]


def _entry(told: Told, guild_id: int, facts: ModelFacts, prompt: PromptFile) -> CachedAnswer:
    ids = tuple(line.message.id for line in told.chunk.lines)
    return CachedAnswer(guild_id, facts.digest, prompt.name, ids, told.text, told.estimated, told.counted)


def _notes(result: Narration, asker: Asker) -> tuple[str, ...]:
    chunks: Sequence[Chunk] = result.plan.chunks if result.plan else ()
    if result.done == len(chunks):
        return ()
    missing = len(chunks) - result.done
    reasons = " ".join(f"{sentence.rstrip('.')}." for sentence in asker.failures)
    parts = "part" if len(chunks) == 1 else "parts"
    return (
        f"The language model did not take part in {missing} of {len(chunks)} {parts} of the window; code chose"
        f" the quotes there. {reasons}".strip(),
    )
