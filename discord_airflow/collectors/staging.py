"""
Where an export waits until it is proven, and how it then reaches its place.

The exporter empties its target before it knows whether it may read the channel, so it never gets to see the place of a
good file. It writes into a folder of its own; a proven file moves from there by one rename, and beside it lies its
proof, from which the import writes the coverage in the transaction of the file's rows.
"""

import hashlib
import json
import os
import shutil
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from discord_airflow.collectors.chat_exporter import IdRange
from discord_airflow.collectors.outcome import Verdict
from discord_airflow.errors import FileTroubleError
from discord_airflow.whole_files import flush_folder, room, write_whole

STAGING = ".staging"
PROOF_SUFFIX = ".proof"
_RESERVE_BYTES = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class ProofNote:
    """What one export proved, as it lies beside the file (`X.json.proof`) or alone (`<channel>.<run>.proof`)."""

    guild_id: int
    channel_id: int
    after_id: int
    before_id: int
    state: str
    reason: str
    observed_at: str
    """When the export began (ISO 8601, UTC); for a file its own time is used."""
    sha256: str | None
    exporter: str
    kind: int | None = None
    """Discord's number of the channel's type where the exporter told it: 15 is a forum."""


def prepare_staging(exports: Path, lock_name: str, run_id: str) -> Path:
    """
    Return a fresh folder for this run below *exports*, on the same file system; what a killed run left is removed.

    Only the holder of the lock *lock_name* may call this: nobody else works in the folders of that name.
    """
    clear_staging(exports, lock_name)
    folder = exports / STAGING / lock_name / run_id
    try:
        folder.mkdir(parents=True)
        free = shutil.disk_usage(folder).free
    except OSError as error:
        raise FileTroubleError(f"The exports folder {exports} cannot be written: {error.strerror}.") from error
    if free < _RESERVE_BYTES:
        raise FileTroubleError(
            f"Only {free // 1_000_000} MB are free for {exports}; {_RESERVE_BYTES // 1_000_000} MB are needed to begin."
        )
    return folder


def clear_staging(exports: Path, lock_name: str) -> None:
    """Remove this run's folder; only the holder of the lock may."""
    shutil.rmtree(exports / STAGING / lock_name, ignore_errors=True)


def publish(staged: Path, exports: Path, window: IdRange, run_id: str, verdict: Verdict, note: ProofNote) -> Path:
    """
    Move a proven file to its place and return that; names are made of ids only.

    The proof comes first: a file never lies there without it, and a proof without its file means nothing.
    """
    folder = exports / str(note.guild_id) / str(note.channel_id)
    final = folder / f"{window.after}-{window.before}.{run_id}.json"
    if not verdict.proven:
        raise ValueError(f"only a proven file moves to its place, this one is {verdict.state}")
    try:
        _sync_file(staged)
        folder.mkdir(parents=True, exist_ok=True)
        _write_note(final.with_name(final.name + PROOF_SUFFIX), note)
        staged.replace(final)
        flush_folder(folder)
    except OSError as error:
        raise FileTroubleError(f"The export cannot be moved to {final}: {error.strerror}{room(exports)}.") from error
    return final


def leave_note(exports: Path, run_id: str, note: ProofNote) -> Path:
    """Write a proof that comes without a file (nothing there, forbidden, failed) and return where it lies."""
    folder = exports / str(note.guild_id) / str(note.channel_id)
    path = folder / f"{note.after_id}-{note.before_id}.{run_id}{PROOF_SUFFIX}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _write_note(path, note)
    except OSError as error:
        raise FileTroubleError(f"The note {path} cannot be written: {error.strerror}{room(exports)}.") from error
    return path


def read_note(path: Path) -> ProofNote | None:
    """Return the proof in *path*, or None when it is none."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        note = ProofNote(**told)
        datetime.fromisoformat(note.observed_at)
    except (OSError, ValueError, TypeError):
        return None
    return note


def sha256_of(path: Path) -> str:
    """Return the hash of the file's bytes, as the ledger keeps it."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write_note(path: Path, note: ProofNote) -> None:
    write_whole(path, json.dumps(asdict(note)).encode())


def _sync_file(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())
