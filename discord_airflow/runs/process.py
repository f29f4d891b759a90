"""Which process this is, and whether another one still runs."""

import socket
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

import psutil

_CLOCK_STEP = timedelta(seconds=2)
"""A process's start is reckoned from the machine's, which moves a little when the clock is set."""


@dataclass(frozen=True, slots=True)
class Process:
    """A process of one machine; its id alone is used again."""

    host: str
    pid: int
    started_at: datetime | None

    @property
    def is_gone(self) -> bool:
        """Say whether a process of this machine does not run any more."""
        now = _started_at(self.pid)
        return now is None or (self.started_at is not None and abs(now - self.started_at) > _CLOCK_STEP)


def this_process() -> Process:
    """Return the process that asks."""
    pid = psutil.Process().pid
    return Process(this_host(), pid, _started_at(pid))


@cache
def this_host() -> str:
    """Return what this machine, container or pod is called."""
    return socket.gethostname()


def _started_at(pid: int) -> datetime | None:
    """Return when the process *pid* began; None when there is none, or only its remains that nobody has collected."""
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            return None
        return datetime.fromtimestamp(process.create_time(), UTC)
    except psutil.NoSuchProcess:
        return None
