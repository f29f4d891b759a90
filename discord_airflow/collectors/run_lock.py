"""
One export at a time for each token.

The lock is a file lock whose descriptor the exporter inherits: when this program is killed, the exporter that it
started still holds it, so that a second run never works beside an orphan. The kernel lets go of it when the last
holder is gone; there is no stale lock to remove by hand.
"""

import fcntl
import hashlib
import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psutil

from discord_airflow.errors import BusyError

_PATIENCE_SECONDS = 15


@dataclass(frozen=True, slots=True)
class RunLock:
    """The lock while it is held."""

    descriptor: int
    path: Path
    name: str

    def allow_until(self, seconds: float) -> None:
        """Note for the next run how long the exporter about to start may work; as an orphan it is ended after that."""
        _write(self.descriptor, until=time.time() + seconds)


@contextmanager
def exporter_lock(folder: Path, token: str) -> Iterator[RunLock]:
    """
    Hold the lock of *token* below *folder*; raise BusyError, with who holds it and since when, while another run does.

    An exporter left over from a killed run keeps the lock for the time it was allowed; past that it is ended here.
    """
    folder.mkdir(parents=True, exist_ok=True)
    name = hashlib.sha256(b"discord_airflow export lock\0" + token.strip().encode()).hexdigest()[:12]
    path = folder / f"export-{name}.lock"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        if not _try_lock(descriptor):
            _end_overdue_orphan(descriptor, path)
        _write(descriptor, since=time.time(), until=None)
        yield RunLock(descriptor, path, name)
    finally:
        os.close(descriptor)


def _try_lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _end_overdue_orphan(descriptor: int, path: Path) -> None:
    """Take the lock over from an exporter past its time, or raise BusyError."""
    told = _read(descriptor)
    since = _clock(told.get("since"))
    holders = lock_holders(path)
    owner = told.get("process")
    if not holders or owner in [holder.pid for holder in holders]:
        raise BusyError(
            f"Another export with this token has been running since {since} (process {owner}); wait for it, or stop it."
        )
    until = told.get("until")
    if not isinstance(until, int | float) or time.time() < until:
        raise BusyError(
            f"An exporter left over from a run that was killed (begun {since}) still works with this token; "
            f"it may until {_clock(until)} and is ended by the next run after that."
        )
    for orphan in holders:
        orphan.kill()
    psutil.wait_procs(holders, timeout=_PATIENCE_SECONDS)
    if not _try_lock(descriptor):
        raise BusyError(f"The lock {path} is held since {since} by a process that cannot be found or ended.")


def lock_holders(path: Path) -> list[psutil.Process]:
    """Return the other processes that have the lock file open."""
    found: list[psutil.Process] = []
    for process in psutil.process_iter():
        try:
            if process.pid != os.getpid() and any(Path(file.path) == path for file in process.open_files()):
                found.append(process)
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return found


def _write(descriptor: int, **told: float | None) -> None:
    known = _read(descriptor) | told | {"process": os.getpid(), "host": socket.gethostname()}
    text = json.dumps(known).encode()
    os.pwrite(descriptor, text + b" " * 256, 0)
    os.ftruncate(descriptor, len(text))


def _read(descriptor: int) -> dict[str, object]:
    try:
        told = json.loads(os.pread(descriptor, 4096, 0))
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _clock(seconds: object) -> str:
    if not isinstance(seconds, int | float):
        return "an unknown time"
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
