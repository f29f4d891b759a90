"""
What docker-compose.yml and the Dockerfile say about a service, with the variables of a `.env` filled in.

The tests read the very files that are deployed, so that what is proven cannot drift from what is shipped.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[2]

_VARIABLE = re.compile(r"\$(?:(?P<dollar>\$)|\{(?P<name>\w+)(?:(?P<form>:-|:\?)(?P<rest>(?:[^{}]|\{[^{}]*\})*))?\})")


class MissingVariableError(Exception):
    """A variable that the compose file insists on has no value; the message is the file's own."""


@dataclass(frozen=True)
class ComposeService:
    """One service: its name, what it runs and the environment it gets, the image's included."""

    name: str
    command: tuple[str, ...]
    environment: dict[str, str]
    restart: str


def fill_in(text, variables):
    """Return *text* as Docker Compose would with *variables*: `${A}`, `${A:-default}`, `${A:?message}` and `$$`."""

    def replaced(match):
        if match["dollar"]:
            return "$"
        value = variables.get(match["name"], "")
        if value or not match["form"]:
            return value
        if match["form"] == ":?":
            raise MissingVariableError(match["rest"])
        return fill_in(match["rest"], variables)

    return _VARIABLE.sub(replaced, text)


def read_service(name, variables):
    """Return the service *name* of docker-compose.yml."""
    service = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"][name]
    command = service.get("command", ())
    words = command.split() if isinstance(command, str) else command
    named = {key: fill_in(str(value), variables) for key, value in service.get("environment", {}).items()}
    return ComposeService(
        name=name,
        command=tuple(fill_in(word, variables) for word in words),
        environment=image_environment() | named,
        restart=service["restart"],
    )


def image_environment():
    """Return what the Dockerfile's last stage sets with ENV."""
    lines = (ROOT / "Dockerfile").read_text().replace("\\\n", " ").splitlines()
    [words] = [line.split()[1:] for line in lines if line.startswith("ENV ")]
    return dict(word.split("=", 1) for word in words)
