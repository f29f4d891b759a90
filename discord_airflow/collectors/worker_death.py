"""Why did a worker end in the middle of a file, and is the file to blame?"""

import signal
from dataclasses import dataclass

from discord_airflow.collectors.export_reader import NotAnExportError
from discord_airflow.collectors.import_summary import FileResult
from discord_airflow.collectors.ledger import Task, find_known, reject
from discord_airflow.collectors.one_file import Door, unreadable
from discord_airflow.collectors.source_files import UnreadableError, open_source
from discord_airflow.collectors.worker import OUT_OF_MEMORY
from discord_airflow.collectors.worker_process import Order, spelled

_TRIES = 2
"""So often a file may end its worker; the second is a fresh one, so what lay in the first cannot be to blame."""

_CRASHES = frozenset((signal.SIGSEGV, signal.SIGBUS, signal.SIGABRT, signal.SIGILL, signal.SIGFPE, signal.SIGSYS))


@dataclass(frozen=True, slots=True)
class Death:
    """How a worker ended: *reason* is a code, *detail* a sentence about the file it was at."""

    reason: str
    detail: str
    by_file: bool
    """False: somebody may have ended it from outside, and the file is as good as any."""


def death_of(status: int, *, memory_bytes: int, ended_for_memory: bool, in_content: bool) -> Death:
    """
    Judge how a worker ended. *ended_for_memory*: meanwhile the kernel ended some process for want of memory;
    *in_content*: it was past the hash of the file, which no content can disturb.

    SIGKILL is what the kernel uses then, and what a person uses; a plain termination is always somebody's wish.
    """
    if in_content and status == OUT_OF_MEMORY:
        limit = f"{memory_bytes >> 20} MB (limits.import_memory_mb)"
        return Death("too-much-memory", f"reading it takes more memory than {limit}", by_file=True)
    if in_content and status == -signal.SIGKILL and ended_for_memory:
        return Death("too-much-memory", "reading it takes more memory than this machine has", by_file=True)
    if in_content and (status >= 0 or -status in _CRASHES):
        return Death("ends-the-reader", f"each process that read it {spelled(status)}", by_file=True)
    detail = f"the process that read it {spelled(status)} from outside, more than once; import it again"
    return Death("stopped", detail, by_file=False)


class Suspects:
    """The files in whose middle workers ended."""

    def __init__(self) -> None:
        self._deaths: dict[int, list[Death]] = {}

    def verdict(self, position: int, death: Death) -> Death | None:
        """Note a death; return it when the file is not to be tried again in this run."""
        deaths = self._deaths.setdefault(position, [])
        deaths.append(death)
        return death if sum(one.by_file == death.by_file for one in deaths) >= _TRIES else None


def condemn(door: Door, order: Order, death: Death) -> FileResult:
    """
    Note in the ledger that the file cannot be read, unless it is not to blame; return what becomes of it.

    Whatever its worker had written is gone with the worker's transaction.
    """
    job = order.job
    if not death.by_file:
        return unreadable(job.path, UnreadableError(death.reason, death.detail))
    try:
        source = open_source(job.path)
        with source.file:
            sha256 = source.sha256()
            if sha256 != order.sha256:
                changed = UnreadableError("changed", "somebody wrote to it while it was read; import it again")
                return unreadable(job.path, changed)
            task = Task(source, sha256, dry_run=job.dry_run, retry=job.retry)
            # A worker may have died between its commit and its reply.
            known = find_known(door.connection, task)
            return known or reject(door.connection, task, NotAnExportError(death.reason, death.detail))
    except UnreadableError as trouble:
        return unreadable(job.path, trouble)
