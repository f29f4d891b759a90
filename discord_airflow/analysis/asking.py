"""One chunk, one answer: prompts, tries, waits, and what to do when a server or an answer is not as it should be."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256

from discord_airflow.analysis.claims import MOST_CLAIMS, Proposal, Reply, ReplyError, parse_reply, schema_for
from discord_airflow.analysis.model import (
    FIRST_SEED,
    Answer,
    Model,
    ModelError,
    OutOfMemoryError,
    Prompt,
    TooSlowError,
    UnusableAnswerError,
    WindowExceededError,
)
from discord_airflow.analysis.prompts import PromptFile
from discord_airflow.queries.chunker import Chunk, halves
from discord_airflow.queries.tokens import Calibration, estimate_tokens

MOST_SPLITS = 3
FAILURES_IN_A_ROW = 5
SECONDS_PER_CALL = 600.0
FEW_MESSAGES = 5
_WAITS = (1.0, 4.0, 10.0, 20.0)
_CONSONANTS, _VOWELS = "bdfgklmnprstv", "aeiou"


@dataclass(frozen=True, slots=True)
class Told:
    """The proposals for a chunk or a part of it. *text* is the answer as it came, for the cache."""

    chunk: Chunk
    proposals: tuple[Proposal, ...]
    faults: tuple[str, ...]
    text: str
    estimated: int = 0
    counted: int | None = None


@dataclass
class Asker:
    """
    Asks one model about chunks until *ends_at* (of *clock*); knows what it has learned about tokens and failures.

    *failures* are the sentences of what went wrong, each once, for the notes of the report.
    """

    model: Model
    prompt: PromptFile
    answer_tokens: int
    ends_at: float
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    calibration: Calibration = field(default_factory=Calibration)
    failures: dict[str, int] = field(default_factory=dict)
    in_a_row: int = 0
    is_over: bool = False
    _halved: bool = False

    def ask(self, chunk: Chunk, splits: int = MOST_SPLITS) -> list[Told] | None:
        """Return what the model proposes for *chunk*, in parts if it was split; None when nothing came of it."""
        if self.is_over or self.clock() >= self.ends_at:
            self._note("the time for the model was over")
            return None
        try:
            told = self._tries(chunk)
        except WindowExceededError as error:
            return self._split(chunk, splits, error)
        except ModelError as error:
            self._note(str(error))
            self.in_a_row += 1
            self.is_over = error.ends_run or self.in_a_row >= FAILURES_IN_A_ROW
            return None
        self.in_a_row = 0
        return [told]

    def _note(self, sentence: str) -> None:
        self.failures[sentence] = self.failures.get(sentence, 0) + 1

    def _split(self, chunk: Chunk, splits: int, error: WindowExceededError) -> list[Told] | None:
        parts = halves(chunk) if splits else None
        if parts is None:
            self._note(str(error))
            self.in_a_row += 1
            self.is_over = self.in_a_row >= FAILURES_IN_A_ROW
            return None
        told = [self.ask(part, splits - 1) for part in parts]
        return None if any(part is None for part in told) else [one for part in told if part for one in part]

    def _tries(self, chunk: Chunk) -> Told:
        tried = 0
        while True:
            try:
                return self._once(chunk, FIRST_SEED + tried)
            except OutOfMemoryError:
                if self._halved:
                    raise
                self._halved = True
                context = self.model.halve_context()
                raise WindowExceededError("The context had to be halved for lack of memory.", None, context) from None
            except ModelError as error:
                tried += 1
                wait = _WAITS[min(tried, len(_WAITS)) - 1]
                left = self.ends_at - self.clock()
                if isinstance(error, WindowExceededError) or tried >= error.tries or left <= wait:
                    raise
                # A server that answers late or wrong needs no rest; one that is busy or broken does.
                if not isinstance(error, UnusableAnswerError | TooSlowError):
                    self.sleep(wait)

    def _once(self, chunk: Chunk, seed: int) -> Told:
        word, prompt = self._prompt(chunk, seed)
        estimated = estimate_tokens(prompt.system + prompt.user)
        answer = self.model.complete(prompt, min(SECONDS_PER_CALL, self.ends_at - self.clock()))
        reply = self._read(answer, chunk)
        if reply.first_word != word:
            unseen = "The model had not seen the beginning of its prompt."
            # A server that counts would have shown a cut prompt by its count; then the model cannot copy a word.
            raise UnusableAnswerError(unseen) if answer.prompt_tokens else WindowExceededError(unseen)
        if not reply.proposals and len(chunk.primaries) >= FEW_MESSAGES and seed == FIRST_SEED:
            raise UnusableAnswerError("The model found nothing to tell.")
        if answer.prompt_tokens:
            self.calibration.learn(estimated, answer.prompt_tokens)
        return Told(chunk, reply.proposals, reply.faults, answer.text, estimated, answer.prompt_tokens)

    def _read(self, answer: Answer, chunk: Chunk) -> Reply:
        try:
            reply = parse_reply(answer.text, chunk, is_cut=answer.is_cut)
        except ReplyError as error:
            raise UnusableAnswerError(f"The model's answer could not be read: {error}.") from error
        if answer.is_cut and not reply.proposals:
            raise WindowExceededError("The model's answer did not fit into its limit.")
        return reply

    def _prompt(self, chunk: Chunk, seed: int) -> tuple[str, Prompt]:
        word, nonce = marks_for(chunk)
        lines = [line.handle for line in chunk.lines]
        system, user = self.prompt.render(
            word=word,
            nonce=nonce,
            transcript=chunk.transcript.replace(nonce, ""),
            handles=f"{lines[0]} to {lines[-1]}",
            most=MOST_CLAIMS,
        )
        return word, Prompt(system, user, schema_for(chunk), self.answer_tokens, seed)


def marks_for(chunk: Chunk) -> tuple[str, str]:
    """Return the word that has to come back and the mark around the messages; the same for the same chunk."""
    digest = sha256(f"marks {chunk.content_hash}".encode()).digest()
    pairs = zip(digest[0:6:2], digest[1:6:2], strict=True)
    word = "".join(_CONSONANTS[c % len(_CONSONANTS)] + _VOWELS[v % len(_VOWELS)] for c, v in pairs)
    return word, f"====={digest[8:16].hex()}====="


def overhead(prompt: PromptFile) -> int:
    """Return what a prompt costs besides the transcript, as estimated, with the schema's share of the answer."""
    system, user = prompt.render(word="bodike", nonce="=" * 26, transcript="", handles="m100 to m150", most=MOST_CLAIMS)
    return estimate_tokens(system + user) + 64
