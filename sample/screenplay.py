"""Reads the dialogue files. README.md explains their notation."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

_SCENE = re.compile(r"== (?P<at>\d{4}-\d\d-\d\d \d\d:\d\d) #(?P<place>\S+)")
_EVENT = re.compile(r"\* (?P<what>join|boost|thread) (?P<rest>.+)")
_FORWARD = re.compile(r"forward (?P<who>\w+) (?P<place>\S+/\S+) (?P<at>\d{4}-\d\d-\d\d \d\d:\d\d): (?P<text>.+)")
_LINE = re.compile(r"(?P<who>\w+)(?: \+(?P<gap>\d+[smhd]))?(?: > (?P<to>\w+))?: (?P<text>.+)")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


@dataclass
class Line:
    """Something a person says, or (*event*) does; *notes* are the "~" lines below it."""

    number: int
    who: str
    text: str = ""
    gap_seconds: int | None = None
    reply_to: str | None = None
    event: str | None = None
    forward: tuple[str, datetime] | None = None
    notes: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class Scene:
    """A conversation in one place, from *at* (Helsinki's wall clock) on."""

    number: int
    at: datetime
    place: str
    lines: list[Line] = field(default_factory=list)


def duration(text: str) -> int:
    """Return the seconds of "45s", "10m", "3h" or "2d"."""
    return int(text[:-1]) * _SECONDS[text[-1]]


def read_scenes(path: Path) -> list[Scene]:
    """Return the scenes of a dialogue file in the order in which they stand there."""
    scenes: list[Scene] = []
    for number, text in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not text.strip() or text.startswith("#"):
            continue
        if match := _SCENE.fullmatch(text):
            scenes.append(Scene(number, _wall(match["at"]), match["place"]))
        elif text.startswith("| "):
            scenes[-1].lines[-1].text += "\n" + text[2:]
        elif text.startswith("  ~ "):
            name, _, rest = text[4:].partition(" ")
            scenes[-1].lines[-1].notes.append((name, rest))
        else:
            scenes[-1].lines.append(_read_line(text, number, path))
    return scenes


def _read_line(text: str, number: int, path: Path) -> Line:
    if match := _EVENT.fullmatch(text):
        *argument, who = match["rest"].split()
        return Line(number, who, event=match["what"], text=" ".join(argument))
    if match := _FORWARD.fullmatch(text):
        return Line(number, match["who"], match["text"], forward=(match["place"], _wall(match["at"])))
    if match := _LINE.fullmatch(text):
        gap = duration(match["gap"]) if match["gap"] else None
        return Line(number, match["who"], match["text"], gap, match["to"])
    raise ValueError(f"{path.name}:{number}: not a scene, a line, an event or a note: {text!r}")


def _wall(text: str) -> datetime:
    return datetime.strptime(text, "%Y-%m-%d %H:%M")
