"""One file in this process: known or not, tried again where another import was in the way, and what became of it."""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from errno import ENOMEM
from pathlib import Path

import psycopg

from discord_airflow.collectors import load
from discord_airflow.collectors.coverage import Coverage, Proof, cover
from discord_airflow.collectors.export_reader import NotAnExportError
from discord_airflow.collectors.file_import import KnownFileError, import_open_file
from discord_airflow.collectors.import_summary import FileResult, Trouble
from discord_airflow.collectors.ledger import Advance, Task, find_known, reject
from discord_airflow.collectors.load import Connection, run
from discord_airflow.collectors.people import ProfileMemory
from discord_airflow.collectors.proofs import proof_beside
from discord_airflow.collectors.source_files import UnreadableError, open_source
from discord_airflow.errors import AccessDeniedError, ConfigurationError, FileTroubleError, ServiceDownError

_ATTEMPTS = 5

# What another import can cause; the same file once more, and it works.
_PASSING = (
    psycopg.errors.DeadlockDetected,
    psycopg.errors.SerializationFailure,
    psycopg.errors.UniqueViolation,
    KnownFileError,
)


@dataclass(frozen=True, slots=True)
class Job:
    """Which file to import, and how. With *retry* it is read again when it was damaged or rejected before."""

    path: Path
    proof: Proof | None = None
    dry_run: bool = False
    retry: bool = False


def do_job(
    connection: Connection,
    job: Job,
    *,
    advance: Advance | None = None,
    hashed: Callable[[str], None] | None = None,
    memory: ProfileMemory | None = None,
) -> FileResult:
    """
    Do what `importer.import_file` does; *advance* is told of bytes that were read, *hashed* the file's hash.

    What *memory* holds of earlier files need not be read again.
    """
    if not connection.autocommit:
        raise ValueError("an import needs a connection in autocommit mode: each file is a transaction of its own")
    try:
        source = open_source(job.path)
    except UnreadableError as trouble:
        return unreadable(job.path, trouble)
    with source.file:
        try:
            sha256 = source.sha256()
            if hashed is not None:
                hashed(sha256)
            proof = job.proof or proof_beside(job.path, sha256)
            task = Task(source, sha256, proof, job.dry_run, job.retry, advance, memory or ProfileMemory())
            return _once(connection, task)
        except OSError as error:  # a disk or a network folder that fails in the middle of it
            if error.errno == ENOMEM:
                raise MemoryError from error
            return unreadable(job.path, UnreadableError("no-access", f"it cannot be read: {error.strerror}"))


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
        except RecursionError:
            detail = "lists or objects are nested so deeply that it cannot be read"
            return reject(connection, task, NotAnExportError("nested-too-deeply", detail))
        except (psycopg.DataError, UnicodeEncodeError) as error:
            # A value that passed every check of ours and that PostgreSQL refuses: it costs its own file only.
            told = " ".join(ascii(str(error))[1:-1].split())[:200]
            return reject(connection, task, NotAnExportError("not-storable", f"the database cannot hold it: {told}"))
        except UnreadableError as trouble:
            return unreadable(task.source.path, trouble)
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


class Door:
    """A connection that is opened when it is needed, and again when it was lost."""

    def __init__(self, connect: Callable[[], Connection]) -> None:
        self._connect = connect
        self._connection: Connection | None = None

    @property
    def connection(self) -> Connection:
        """The connection; in autocommit mode."""
        if self._connection is None or self._connection.closed:
            self._connection = self._connect()
            self._connection.autocommit = True
        return self._connection

    def renew(self) -> None:
        """Open it anew: whatever is wrong with the database shows now."""
        self.close()
        self.connection.execute("SELECT 1")

    def close(self) -> None:
        """Close it; it can be used again."""
        if self._connection is not None:
            self._connection.close()

    def __enter__(self) -> "Door":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def explained(error: psycopg.Error, path: Path) -> Exception:
    """Return what an error of the database in the middle of *path* means for a user."""
    said = " ".join(str(error).split())
    match error:
        case psycopg.errors.DiskFull():
            return FileTroubleError(
                f"The database's disk is full; {path} was not imported, the files finished before are ({said})."
            )
        case psycopg.errors.InsufficientPrivilege():
            return AccessDeniedError(f"The database does not let this user import {path} ({said}).")
        case psycopg.errors.UndefinedTable() | psycopg.errors.UndefinedColumn() | psycopg.errors.UndefinedFunction():
            return ConfigurationError(
                f"The database lacks a part of the schema ({said}); run: discord-airflow db migrate"
            )
        case _:
            return stopped(path, said)


def stopped(path: Path, said: str) -> ServiceDownError:
    """Return the error of an import whose database went away."""
    return ServiceDownError(
        f"PostgreSQL stopped the import of {path} ({said}); the files finished before are imported. Run again."
    )


def unreadable(path: Path, trouble: UnreadableError) -> FileResult:
    """Return the result of a file that could not even be read; the ledger does not know it, so it is tried again."""
    return FileResult(path=path, status="unreadable", troubles=(Trouble(-1, "", trouble.reason, trouble.detail),))
