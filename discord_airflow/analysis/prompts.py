"""
Prompts are files: versioned, locked by hash, rendered strictly.

A prompt that was released is never edited; a better one gets the next version. `prompts.lock` holds the hash of each,
and a prompt that does not match it is not used.
"""

from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib import resources

from jinja2 import StrictUndefined
from jinja2.exceptions import TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from discord_airflow.errors import ConfigurationError

DIVIDER = "\n=== user ===\n"
_FOLDER = resources.files("discord_airflow.analysis") / "prompts"


@dataclass(frozen=True, slots=True)
class PromptFile:
    """A prompt as released: *name* with its version, such as ``weekly_digest.v1``."""

    name: str
    text: str
    sha256: str

    def render(self, **values: str | int) -> tuple[str, str]:
        """
        Return the text for the system and the one for the user.

        A value that is missing or not used raises ConfigurationError. Values go in once: braces in them mean nothing.
        """
        system, _, user = self.text.partition(DIVIDER)
        unused = [name for name in values if name not in system + user]
        if unused:
            raise ConfigurationError(f"The prompt {self.name} has no place for {', '.join(unused)}.")
        try:
            return _render(system, values), _render(user, values)
        except TemplateError as error:
            raise ConfigurationError(f"The prompt {self.name} cannot be filled in: {error}.") from error


@cache
def load_prompt(name: str) -> PromptFile:
    """Return the prompt *name*; one that is not there or not as released raises ConfigurationError."""
    locked = locked_hashes()
    if name not in locked:
        raise ConfigurationError(f"There is no prompt {name}; there are: {', '.join(sorted(locked))}.")
    text = (_FOLDER / f"{name}.jinja").read_text(encoding="utf-8")
    digest = hash_of(text)
    if digest != locked[name]:
        raise ConfigurationError(
            f"The prompt {name} was changed after its release; give the new text a new version and a line in the lock."
        )
    return PromptFile(name, text, digest)


def locked_hashes() -> dict[str, str]:
    """Return the hash of every released prompt by its name."""
    lines = (_FOLDER / "prompts.lock").read_text(encoding="utf-8").splitlines()
    return {name: digest for digest, name in (line.split() for line in lines if line and not line.startswith("#"))}


def hash_of(text: str) -> str:
    """Return what prompts.lock holds for a prompt of this text."""
    return sha256(text.encode("utf-8")).hexdigest()


def _render(text: str, values: dict[str, str | int]) -> str:
    # Plain text for a model, not a page: nothing is to be escaped.
    environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False)
    return environment.from_string(text).render(values).strip()
