"""
Exports into the database: `python3 collectors/importer.py --input collectors/exports`.

Importing is lossless, idempotent and free of order: a file that was imported before costs its hash, the newest
observation of each message wins whatever the order of the files, and each file is one transaction.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Protocol

import psycopg

from discord_airflow.collectors.coverage import Proof
from discord_airflow.collectors.import_summary import FileResult, ImportSummary, Tally
from discord_airflow.collectors.ledger import Advance
from discord_airflow.collectors.load import Connection
from discord_airflow.collectors.one_file import Door, Job, do_job, explained, unreadable
from discord_airflow.collectors.people import ProfileMemory
from discord_airflow.collectors.planner_statistics import analyze_grown
from discord_airflow.collectors.proofs import apply_note, find_notes
from discord_airflow.collectors.source_files import find_files, size_of
from discord_airflow.collectors.worker_pool import WorkerPool, Workers
from discord_airflow.log_lines import tell

__all__ = ["Job", "Progress", "Workers", "import_file", "import_jobs", "import_paths", "main"]

log = logging.getLogger(__name__)


class Progress(Protocol):
    """Is told how far an import is."""

    def begin(self, files: int, byte_size: int) -> None:
        """Take the size of what will be read."""

    def advance(self, byte_size: int) -> None:
        """Take how many more bytes were read; fewer than none when some must be read again."""


def import_paths(
    paths: Iterable[Path],
    connect: Callable[[], Connection],
    *,
    dry_run: bool = False,
    retry: bool = False,
    progress: Progress | None = None,
    workers: Workers | None = None,
) -> ImportSummary:
    """
    Import files, and folders with all `*.json` below them, and return what that did.

    *connect* opens a connection to the database; it is asked again when one is lost. With *dry_run* everything is
    read and judged, and nothing is written. With *retry* files are read again that were damaged or rejected before.
    With *workers* the files are read in other processes, so that no content can harm this one; without, in this one.
    """
    paths = list(paths)
    found = list(find_files(paths))
    places = [place for place, entry in enumerate(found) if isinstance(entry, Path)]
    jobs = [Job(entry, dry_run=dry_run, retry=retry) for entry in found if isinstance(entry, Path)]
    if progress is not None:
        progress.begin(len(jobs), sum(size_of(job.path) for job in jobs))
    advance = progress.advance if progress is not None else None
    tally = Tally()
    for place, entry in enumerate(found):
        if isinstance(entry, tuple):
            tally.add(unreadable(*entry), place)
    with Door(connect) as door:
        for position, result in _results(door, jobs, advance, workers):
            tally.add(result, places[position])
        if not dry_run:
            for note in find_notes(paths):
                apply_note(door.connection, note)
        summary = tally.summary(dry_run=dry_run)
        if summary.counts.written and not dry_run:
            # Everything is stored by now, and autovacuum looks at the tables sooner or later.
            with suppress(psycopg.OperationalError):
                analyze_grown(door.connection)
    return summary


def import_file(
    connection: Connection, path: Path, *, proof: Proof | None = None, dry_run: bool = False, retry: bool = False
) -> FileResult:
    """
    Import one file in one transaction, and return what became of it.

    With a *proof* the range it names counts as complete, and stored messages of the range that the file does not
    show are marked as deleted, in the same transaction; a damaged file proves nothing. *connection* must be in
    autocommit mode.
    """
    return _told(do_job(connection, Job(path, proof=proof, dry_run=dry_run, retry=retry)))


def _told(result: FileResult) -> FileResult:
    """Log what became of a file, by the ids of where it belongs (its name holds the channel's), and return it."""
    numbers = {name: number for name, number in asdict(result.counts).items() if number}
    ids = {"guild_id": result.guild_id, "channel_id": result.channel_id}
    state = "known" if result.known else result.status
    tell(log, "file read", **ids, state=state, troubles=len(result.troubles) or None, **numbers)
    return result


def import_jobs(jobs: Sequence[Job], connect: Callable[[], Connection], workers: Workers) -> list[FileResult]:
    """Do *jobs* in worker processes and return what became of each, in their order."""
    with Door(connect) as door:
        found = dict(_results(door, jobs, None, workers))
    return [found[position] for position in range(len(jobs))]


def _results(
    door: Door, jobs: Sequence[Job], advance: Advance | None, workers: Workers | None
) -> Iterator[tuple[int, FileResult]]:
    """Yield what becomes of each job, with its position."""
    if workers is None:
        memory = ProfileMemory()
        for position, job in enumerate(jobs):
            yield position, _told(_in_this_process(door, job, advance, memory))
    elif jobs:
        with WorkerPool(workers, door) as pool:
            yield from ((position, _told(result)) for position, result in pool.do(jobs, advance))


def _in_this_process(door: Door, job: Job, advance: Advance | None, memory: ProfileMemory) -> FileResult:
    for may_be_lost in (True, False):
        connection = door.connection
        try:
            return do_job(connection, job, advance=advance, memory=memory)
        except psycopg.Error as error:
            if not (may_be_lost and connection.closed):
                raise explained(error, job.path) from error
    raise AssertionError


def main(argv: Sequence[str] | None = None) -> int:
    """Run `discord-airflow import` with the arguments of the process."""
    import sys

    from discord_airflow import cli

    return cli.main(["import", *(sys.argv[1:] if argv is None else argv)])
