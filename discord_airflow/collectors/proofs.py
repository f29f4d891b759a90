"""Takes what the collector proved into the database: files with their proofs, and notes that come without a file."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import cast

from discord_airflow.collectors.coverage import Coverage, Proof, record_coverage
from discord_airflow.collectors.import_summary import CoverageState
from discord_airflow.collectors.load import Connection
from discord_airflow.collectors.staging import PROOF_SUFFIX, ProofNote, read_note
from discord_airflow.sql_files import statement

_STATES = ("complete", "empty", "forbidden", "partial", "failed")


def proof_beside(path: Path, sha256: str) -> Proof | None:
    """Return what the collector proved of the export *path*, or None: then the file has only its own word."""
    note = read_note(path.with_name(path.name + PROOF_SUFFIX))
    if note is None or note.sha256 != sha256:
        return None
    if note.state == "complete" or note.state == "empty":
        return Proof(note.state, note.after_id, note.before_id)
    return None


def find_notes(paths: Iterable[Path]) -> list[Path]:
    """Return the notes without a file below *paths*, by name."""
    notes: list[Path] = []
    for path in paths:
        if path.is_dir():
            notes += (
                found
                for found in path.rglob(f"*{PROOF_SUFFIX}")
                if not found.name.endswith(f".json{PROOF_SUFFIX}")
                and not any(part.startswith(".") for part in found.relative_to(path).parts)
            )
    return sorted(notes)


def apply_note(connection: Connection, path: Path) -> ProofNote | None:
    """
    Write the coverage that the note *path* tells of and remove the note; None when it is none of ours.

    The note goes after the commit: a kill in between, or a folder that can only be read, costs nothing but the same row
    once more.
    """
    note = read_note(path)
    if note is None or note.state not in _STATES or note.sha256 is not None:
        return None
    coverage = Coverage(
        channel_id=note.channel_id,
        after_id=note.after_id,
        before_id=note.before_id,
        observed_at=datetime.fromisoformat(note.observed_at),
        state=cast("CoverageState", note.state),
        guild_id=note.guild_id,
        reason=note.reason,
    )
    record_coverage(connection, coverage)
    with suppress(OSError):
        path.unlink()
    return note


def find_pending(connection: Connection, exports: Path) -> dict[str, tuple[Path, Proof]]:
    """Return the proven files below *exports* that were never imported, by their proof's hash, in order of name."""
    proven: dict[str, tuple[Path, Proof]] = {}
    for path in sorted(exports.glob(f"*/*/*.json{PROOF_SUFFIX}")):
        note = read_note(path)
        file = path.with_name(path.name.removesuffix(PROOF_SUFFIX))
        if note is not None and note.sha256 and file.is_file() and (note.state == "complete" or note.state == "empty"):
            proven[note.sha256] = (file, Proof(note.state, note.after_id, note.before_id))
    rows = connection.execute(statement("discord_airflow.collectors", "unknown_hashes"), {"hashes": list(proven)})
    unknown = {row[0] for row in rows}
    return {sha256: found for sha256, found in proven.items() if sha256 in unknown}
