"""
Which processes belong to what we started, and how all of them are ended.

Each service is the leader of a session of its own. Airflow changes the groups and the titles of its processes but not
their sessions, so that the grandchildren of a service that was killed are found, too.
"""

import json
import os
import time
from collections.abc import Collection
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

LOOK_SECONDS = 0.05
KILL_SECONDS = 5
SAME_BOOT_SECONDS = 60
SAME_START_SECONDS = 0.05
"""By how much two readings of a process's start time may differ."""


@dataclass(frozen=True, slots=True)
class Leader:
    """A process that leads a session; its start time tells it from a later process with the same number."""

    pid: int
    started: float

    @classmethod
    def of(cls, pid: int) -> "Leader":
        """Return the running process *pid* as a leader."""
        return cls(pid, psutil.Process(pid).create_time())

    def lives(self) -> bool:
        """Say whether this very process still runs."""
        with suppress(psutil.NoSuchProcess):
            process = psutil.Process(self.pid)
            return abs(process.create_time() - self.started) < SAME_START_SECONDS and not _is_dead(process)
        return False


def members(leaders: Collection[Leader]) -> list[psutil.Process]:
    """Return the living processes in the sessions of *leaders*."""
    sessions = {leader.pid for leader in leaders if not _number_is_anothers(leader)}
    return [process for process in psutil.process_iter() if _session(process.pid) in sessions and not _is_dead(process)]


def end(leaders: Collection[Leader], grace: float) -> int:
    """
    End all processes in the sessions of *leaders* and return how many had to be killed.

    The leaders are asked first, so that they can end their children in order; who still lives after *grace* seconds is
    killed.
    """
    for leader in leaders:
        if leader.lives():
            with suppress(psutil.NoSuchProcess):
                psutil.Process(leader.pid).terminate()
    _wait(leaders, grace)
    killed = 0
    # A process may start another between looking and killing.
    while rest := members(leaders):
        for process in rest:
            with suppress(psutil.NoSuchProcess):
                process.kill()
                killed += 1
        _wait(leaders, KILL_SECONDS)
    return killed


def _wait(leaders: Collection[Leader], seconds: float) -> None:
    # Not psutil's waiting: it also waits for the dead whom nobody has buried yet.
    deadline = time.monotonic() + seconds
    while members(leaders) and time.monotonic() < deadline:
        time.sleep(LOOK_SECONDS)


@dataclass(frozen=True, slots=True)
class Running:
    """What `make up` has started: kept in a file for `make down`, and for the next start after a crash."""

    supervisor: Leader
    services: tuple[Leader, ...]
    booted: float
    stops_database: bool

    def write(self, path: Path) -> None:
        """Write this to *path*, whole."""
        draft = path.with_name(f"{path.name}.new")
        draft.write_text(json.dumps(asdict(self)), encoding="utf-8")
        draft.replace(path)


def read_running(path: Path) -> Running | None:
    """Return what *path* says is running; None when it says nothing, or speaks of the time before the last boot."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        running = Running(
            supervisor=Leader(**found["supervisor"]),
            services=tuple(Leader(**leader) for leader in found["services"]),
            booted=found["booted"],
            stops_database=found["stops_database"],
        )
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None
    # The boot time is counted from a clock that is corrected now and then.
    return running if abs(running.booted - psutil.boot_time()) < SAME_BOOT_SECONDS else None


def _session(pid: int) -> int | None:
    try:
        return os.getsid(pid)
    except OSError:
        return None


def _number_is_anothers(leader: Leader) -> bool:
    """Say whether the number of *leader* now belongs to a process that started later."""
    with suppress(psutil.NoSuchProcess):
        return abs(psutil.Process(leader.pid).create_time() - leader.started) >= SAME_START_SECONDS
    return False


def _is_dead(process: psutil.Process) -> bool:
    with suppress(psutil.NoSuchProcess):
        return process.status() == psutil.STATUS_ZOMBIE
    return True
