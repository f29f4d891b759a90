"""Answers that were paid for: filed under what was asked, so that a re-run costs only what is missing."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Protocol

from discord_airflow.analysis.model import ModelFacts
from discord_airflow.analysis.prompts import PromptFile
from discord_airflow.queries.chunker import Chunk


@dataclass(frozen=True, slots=True)
class CachedAnswer:
    """A model's answer about a chunk, as it came. It is read and checked anew each time."""

    guild_id: int
    model_digest: str
    prompt: str
    message_ids: tuple[int, ...]
    answer: str
    estimated_tokens: int
    counted_tokens: int | None


class ChunkCache(Protocol):
    """Where answers are kept; see queries/digest_cache.py for the one in the database."""

    def find(self, key: str) -> str | None:
        """Return the answer filed under *key*."""
        ...

    def store(self, key: str, entry: CachedAnswer) -> None:
        """File an answer; it is there from now on, whatever happens to the run."""
        ...

    def token_ratios(self, model_digest: str) -> Sequence[float]:
        """Return counted ÷ estimated tokens of the last twenty answers of a model, oldest first."""
        ...


@dataclass
class MemoryCache:
    """A cache for one process."""

    entries: dict[str, CachedAnswer] = field(default_factory=dict)

    def find(self, key: str) -> str | None:
        entry = self.entries.get(key)
        return entry.answer if entry else None

    def store(self, key: str, entry: CachedAnswer) -> None:
        self.entries[key] = entry

    def token_ratios(self, model_digest: str) -> Sequence[float]:
        known = [entry for entry in self.entries.values() if entry.model_digest == model_digest]
        return [entry.counted_tokens / entry.estimated_tokens for entry in known if entry.counted_tokens][-20:]


def cache_key(chunk: Chunk, facts: ModelFacts, prompt: PromptFile, answer_tokens: int) -> str:
    """Return what an answer is filed under: model, prompt, options and content, nothing of the day or the run."""
    options = sorted(facts.options.items())
    parts = (facts.name, facts.digest, prompt.name, prompt.sha256, answer_tokens, options, chunk.content_hash)
    return sha256(repr(parts).encode()).hexdigest()
