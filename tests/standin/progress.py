"""Progress lines: sampled once a second, so a quick channel prints none, and 100 % is not printed."""

from __future__ import annotations

import time
from collections.abc import Mapping

from standin.console import Console
from standin.server import path_name
from standin.timeline import Facts

_MARKS = (0, 25, 50, 75, 95)
_SAMPLE_SECONDS = 1.0
_WIDTH = 80


def wants_colour(environment: Mapping[str, str]) -> bool:
    """Say whether progress lines carry colour codes: TERM alone decides, a pipe does not matter."""
    return environment.get("TERM", "") not in {"", "dumb"} and not environment.get("NO_COLOR")


class Progress:
    """Prints `A / B: 37%` when a sample finds a channel past its next mark, and when nothing moves for long."""

    def __init__(self, console: Console, *, every_mark: bool = False, colour: bool = False) -> None:
        self._console = console
        self._every_mark = every_mark
        self._colour = colour
        self._marks_passed: dict[int, int] = {}
        self._started: dict[str, int] = {}
        self._next_sample = time.monotonic() + _SAMPLE_SECONDS

    def begin(self, channel: Facts) -> None:
        """Take note that a channel's export began."""
        self._started[path_name(channel)] = 0

    def report(self, channel: Facts, done: int, total: int) -> None:
        """Take note that *done* of *total* messages are written."""
        percent = done * 100 // total
        self._started[path_name(channel)] = percent
        if not self._every_mark:
            moment = time.monotonic()
            if moment < self._next_sample:
                return
            self._next_sample = moment + _SAMPLE_SECONDS
        mark = self._marks_passed.get(channel["id"], 0)
        if percent == 100 or mark >= len(_MARKS) or percent < _MARKS[mark]:
            return
        self._marks_passed[channel["id"]] = sum(1 for reached in _MARKS if percent >= reached)
        self._print(path_name(channel), percent)

    def beat(self) -> None:
        """Print one line for every channel started so far: nothing has moved for a while."""
        for name, percent in self._started.items():
            self._print(name, percent)

    def _print(self, name: str, percent: int) -> None:
        line = f"{name}: {percent}%"
        rows = [line[start : start + _WIDTH] for start in range(0, len(line), _WIDTH)]
        for row in rows:
            self._console.out(f"\x1b[38;5;2m{row}\x1b[0m" if self._colour else row)
