"""What a language model is to us: something that turns a prompt into text, or says why it did not."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

FIRST_SEED = 1
"""Of the first try; each further one adds one."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """One question; *schema* is the JSON schema that the answer should follow, *seed* makes it repeatable."""

    system: str
    user: str
    schema: Mapping[str, Any]
    answer_tokens: int
    seed: int = FIRST_SEED


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. *prompt_tokens* is None when the server did not count; *is_cut*: it ran into a limit."""

    text: str
    prompt_tokens: int | None = None
    answer_tokens: int | None = None
    is_cut: bool = False


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """Which model answers: enough for a footer and for the key of a cache. *context_tokens* is what one call holds."""

    name: str
    digest: str
    server: str
    context_tokens: int
    options: Mapping[str, str | int | float | bool] = field(default_factory=dict)


class Model(Protocol):
    """A language model behind some server."""

    def prepare(self) -> ModelFacts:
        """Look at server and model before anything is sent to them; raise ModelError when they cannot be used."""
        ...

    def complete(self, prompt: Prompt, seconds: float) -> Answer:
        """Return the answer within *seconds*, or raise ModelError."""
        ...

    def halve_context(self) -> int:
        """Ask for half the context from now on, after memory ran out; return what one call then holds."""
        ...

    def close(self) -> None:
        """Let the server free what it holds for us."""
        ...


class ModelError(Exception):
    """A model gave no usable answer; the message is a sentence for the report's notes."""

    tries = 1
    """How often one call may be tried in all."""

    ends_run = False
    """True when no other call can do better."""


class UnreachableError(ModelError):
    """Nothing answers at the address."""

    tries = 2
    ends_run = True


class ModelMissingError(ModelError):
    """The server does not have the model."""

    ends_run = True


class RefusedError(ModelError):
    """We do not send messages there, or the server does not take ours."""

    ends_run = True


class BusyServerError(ModelError):
    """The server has too much to do."""

    tries = 5


class BrokenConnectionError(ModelError):
    """The connection or the server broke off."""

    tries = 2


class TooSlowError(ModelError):
    """No answer in time."""

    tries = 2


class OutOfMemoryError(ModelError):
    """The server has not enough memory for this context."""


class WindowExceededError(ModelError):
    """The prompt does not fit the model's context; *prompt_tokens* and *context_tokens* are what the server said."""

    def __init__(self, message: str, prompt_tokens: int | None = None, context_tokens: int | None = None) -> None:
        super().__init__(message)
        self.prompt_tokens = prompt_tokens
        self.context_tokens = context_tokens


class UnusableAnswerError(ModelError):
    """An answer came, but not one that can be read."""

    tries = 2
