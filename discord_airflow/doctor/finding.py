"""What a check finds."""

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How bad it is. Only FAIL stops the weekly report or the collection."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: what was looked at, how it stands, and, unless all is well, what to do."""

    check: str
    level: Level
    text: str
    fix: str | None = None


def ok(check: str, text: str) -> Finding:
    """Return a finding that needs nothing."""
    return Finding(check, Level.OK, text)


def warn(check: str, text: str, fix: str) -> Finding:
    """Return a finding that a person should look at."""
    return Finding(check, Level.WARN, text, fix)


def fail(check: str, text: str, fix: str) -> Finding:
    """Return a finding that stops something from working."""
    return Finding(check, Level.FAIL, text, fix)
