"""Progress lines: sampled once a second, so a quick channel prints none, and 100 % is not printed."""

from __future__ import annotations

import time

from standin.console import Console
from standin.server import path_name
from standin.timeline import Facts

_MARKS = (0, 25, 50, 75, 95)
_SAMPLE_SECONDS = 1.0


class Progress:
    """Prints `A / B: 37%` when a sample finds a channel past its next mark."""

    def __init__(self, console: Console, *, every_mark: bool = False) -> None:
        self._console = console
        self._every_mark = every_mark
        self._next_mark: dict[int, int] = {}
        self._next_sample = time.monotonic() + _SAMPLE_SECONDS

    def report(self, channel: Facts, done: int, total: int) -> None:
        """Take note that *done* of *total* messages are written."""
        if not self._every_mark:
            moment = time.monotonic()
            if moment < self._next_sample:
                return
            self._next_sample = moment + _SAMPLE_SECONDS
        percent = done * 100 // total
        mark = self._next_mark.get(channel["id"], 0)
        if percent == 100 or mark >= len(_MARKS) or percent < _MARKS[mark]:
            return
        self._next_mark[channel["id"]] = sum(1 for reached in _MARKS if percent >= reached)
        self._console.out(f"{path_name(channel)}: {percent}%")
