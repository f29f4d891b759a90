"""
Exports into the database: `python3 collectors/importer.py --input collectors/exports`.

Importing is lossless, idempotent and free of order: a file that was imported before costs its hash, the newest
observation of each message wins whatever the order of the files, and each file is one transaction.
"""

import gc
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Protocol

import psycopg

from discord_airflow.collectors import load
from discord_airflow.collectors.coverage import Coverage, Proof, cover
from discord_airflow.collectors.export_reader import NotAnExportError
from discord_airflow.collectors.file_import import KnownFileError, import_open_file
from discord_airflow.collectors.import_summary import FileResult, ImportSummary, Tally, Trouble
from discord_airflow.collectors.ledger import Task, find_known, reject
from discord_airflow.collectors.load import Connection, run
from discord_airflow.collectors.proofs import apply_note, find_notes, proof_beside
from discord_airflow.collectors.source_files import UnreadableError, find_files, open_source
from discord_airflow.errors import AccessDeniedError, ConfigurationError, FileTroubleError, ServiceDownError

_ATTEMPTS = 5
_ANALYZE_FROM = 10_000
"""New messages after which the planner's statistics are brought up to date."""

# What another import can cause; the same file once more, and it works.
_PASSING = (
    psycopg.errors.DeadlockDetected,
    psycopg.errors.SerializationFailure,
    psycopg.errors.UniqueViolation,
    KnownFileError,
)


class Progress(Protocol):
    """Is told how far an import is."""

    def begin(self, files: int, byte_size: int) -> None:
        """Take the size of what will be read."""

    def advance(self, byte_size: int) -> None:
        """Take how many more bytes were read."""


def import_paths(
    paths: Iterable[Path],
    connect: Callable[[], Connection],
    *,
    dry_run: bool = False,
    retry: bool = False,
    progress: Progress | None = None,
) -> ImportSummary:
    """
    Import files, and folders with all `*.json` below them, and return what that did.

    *connect* opens a connection to the database; it is asked again when one is lost. With *dry_run* everything is
    read and judged, and nothing is written. With *retry* files are read again that were damaged or rejected before.
    """
    paths = list(paths)
    found = list(find_files(paths))
    files = [path for path in found if isinstance(path, Path)]
    if progress is not None:
        progress.begin(len(files), sum(map(_size_of, files)))
    tally = Tally()
    for entry in found:
        if isinstance(entry, tuple):
            tally.add(_unreadable(*entry))
    with _Door(connect) as door:
        for path in files:
            tally.add(_import_path(door, path, dry_run=dry_run, retry=retry, progress=progress))
        if not dry_run:
            for note in find_notes(paths):
                apply_note(door.connection, note)
        summary = tally.summary(dry_run=dry_run)
        if summary.counts.new >= _ANALYZE_FROM and not dry_run:
            door.connection.execute("ANALYZE")
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
    return _import_opened(connection, path, proof=proof, dry_run=dry_run, retry=retry)


def _import_opened(
    connection: Connection,
    path: Path,
    *,
    proof: Proof | None = None,
    dry_run: bool = False,
    retry: bool = False,
    progress: Progress | None = None,
) -> FileResult:
    if not connection.autocommit:
        raise ValueError("an import needs a connection in autocommit mode: each file is a transaction of its own")
    try:
        source = open_source(path)
    except UnreadableError as trouble:
        return _unreadable(path, trouble)
    with source.file:
        try:
            sha256 = source.sha256()
        except OSError as error:
            return _unreadable(path, UnreadableError("no-access", f"it cannot be read: {error.strerror}"))
        advance = progress.advance if progress is not None else None
        proof = proof or proof_beside(path, sha256)
        task = Task(source, sha256, proof=proof, dry_run=dry_run, retry=retry, advance=advance)
        return _once(connection, task)


def _once(connection: Connection, task: Task) -> FileResult:
    load.prepare_session(connection)
    for attempt in range(1, _ATTEMPTS + 1):
        known = find_known(connection, task)
        if known is not None:
            return _proven_again(connection, task, known)
        try:
            with _undisturbed():
                return import_open_file(connection, task)
        except NotAnExportError as trouble:
            return reject(connection, task, trouble)
        except (psycopg.DataError, UnicodeEncodeError) as error:
            # A value that passed every check of ours and that PostgreSQL refuses: it costs its own file only.
            told = " ".join(ascii(str(error))[1:-1].split())[:200]
            return reject(connection, task, NotAnExportError("not-storable", f"the database cannot hold it: {told}"))
        except UnreadableError as trouble:
            return _unreadable(task.source.path, trouble)
        except _PASSING:
            if attempt == _ATTEMPTS:
                raise
    raise AssertionError


def _proven_again(connection: Connection, task: Task, known: FileResult) -> FileResult:
    """Let a proof that comes after its file count all the same."""
    if task.advance is not None:
        task.advance(task.source.byte_size)
    if task.proof is None or known.status != "whole" or known.channel_id is None or task.dry_run:
        return known
    row = run(connection, "find_in_ledger", {"sha256": task.sha256}).fetchone()
    assert row is not None
    coverage = Coverage(
        channel_id=known.channel_id,
        after_id=task.proof.after_id,
        before_id=task.proof.before_id,
        observed_at=row[3],
        state=task.proof.state,
        guild_id=known.guild_id,
        sha256=task.sha256,
    )
    with connection.transaction():
        load.lock_channel(connection, known.channel_id)
        run(connection, "withdraw_claim", {"sha256": task.sha256})
        cover(connection, coverage)
    return replace(known, coverage_state=task.proof.state)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Keep the garbage collector off: rows make many objects and no cycles."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


class _Door:
    """A connection that is opened when it is needed, and again when it was lost."""

    def __init__(self, connect: Callable[[], Connection]) -> None:
        self._connect = connect
        self._connection: Connection | None = None

    @property
    def connection(self) -> Connection:
        if self._connection is None or self._connection.closed:
            self._connection = self._connect()
            self._connection.autocommit = True
        return self._connection

    def __enter__(self) -> "_Door":
        return self

    def __exit__(self, *_: object) -> None:
        if self._connection is not None:
            self._connection.close()


def _import_path(door: _Door, path: Path, *, dry_run: bool, retry: bool, progress: Progress | None) -> FileResult:
    for may_be_lost in (True, False):
        connection = door.connection
        try:
            return _import_opened(connection, path, dry_run=dry_run, retry=retry, progress=progress)
        except psycopg.Error as error:
            if not (may_be_lost and connection.closed):
                raise _explained(error, path) from error
    raise AssertionError


def _explained(error: psycopg.Error, path: Path) -> Exception:
    said = " ".join(str(error).split())
    match error:
        case psycopg.errors.DiskFull():
            return FileTroubleError(
                f"The database's disk is full; {path} was not imported, the files before it are ({said})."
            )
        case psycopg.errors.InsufficientPrivilege():
            return AccessDeniedError(f"The database does not let this user import {path} ({said}).")
        case psycopg.errors.UndefinedTable() | psycopg.errors.UndefinedColumn() | psycopg.errors.UndefinedFunction():
            return ConfigurationError(
                f"The database lacks a part of the schema ({said}); run: discord-airflow db migrate"
            )
        case _:
            return ServiceDownError(
                f"PostgreSQL stopped the import of {path} ({said}); files before it are imported. Run again."
            )


def _unreadable(path: Path, trouble: UnreadableError) -> FileResult:
    return FileResult(path=path, status="unreadable", troubles=(Trouble(-1, "", trouble.reason, trouble.detail),))


def _size_of(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def main(argv: Sequence[str] | None = None) -> int:
    """Run `discord-airflow import` with the arguments of the process."""
    import sys

    from discord_airflow import cli

    return cli.main(["import", *(sys.argv[1:] if argv is None else argv)])
