"""The ledger: which files were imported, and what of them could not be."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import discord_airflow
from discord_airflow.collectors.coverage import Proof
from discord_airflow.collectors.export_reader import NotAnExportError
from discord_airflow.collectors.import_summary import Counts, FileResult, Trouble
from discord_airflow.collectors.load import Connection, run
from discord_airflow.collectors.people import ProfileMemory
from discord_airflow.collectors.plain_json import clean
from discord_airflow.collectors.source_files import SourceFile
from discord_airflow.sql_files import statement

Advance = Callable[[int], None]
"""Is told how many more bytes of a file were read."""


@dataclass(frozen=True)
class Task:
    """Which file to import, and how."""

    source: SourceFile
    sha256: str
    proof: Proof | None = None
    dry_run: bool = False
    retry: bool = False
    advance: Advance | None = None
    memory: ProfileMemory = field(default_factory=ProfileMemory)


def find_known(connection: Connection, task: Task) -> FileResult | None:
    """
    Return what became of the file when it was imported before, or None.

    What could not be stored then is told again; with *retry* such a file is read again.
    """
    row = run(connection, "find_in_ledger", {"sha256": task.sha256}).fetchone()
    if row is None or (task.retry and row[0] != "whole"):
        return None
    status, guild_id, channel_id = row[:3]
    quarantined = () if status == "whole" else run(connection, "quarantined_of_file", {"sha256": task.sha256})
    troubles = tuple(
        Trouble(position, place, reason, detail, message_id)
        for position, message_id, place, reason, detail in quarantined
    )
    return FileResult(
        path=task.source.path,
        status=status,
        known=True,
        sha256=task.sha256,
        guild_id=guild_id,
        channel_id=channel_id,
        counts=Counts(),
        troubles=troubles,
    )


def write_ledger(connection: Connection, task: Task, facts: Mapping[str, Any], result: FileResult) -> bool:
    """Write the file's row and what was quarantined; return False when the file stands there already."""
    values = {
        **facts,
        "sha256": task.sha256,
        "file_name": clean(task.source.path.name)[0],
        "byte_size": task.source.byte_size,
        "status": result.status,
        "importer_version": discord_airflow.__version__,
    }
    if run(connection, "write_ledger", values).rowcount == 0:
        return False
    if result.troubles:
        with connection.cursor() as cursor:
            cursor.executemany(
                statement("discord_airflow.collectors", "write_quarantine"),
                [_quarantine_row(task.sha256, trouble) for trouble in _at_places_of_their_own(result.troubles)],
            )
    return True


def reject(connection: Connection, task: Task, trouble: NotAnExportError) -> FileResult:
    """Note in the ledger that nothing of a file can be used."""
    result = FileResult(
        path=task.source.path,
        status="rejected",
        sha256=task.sha256,
        troubles=(Trouble(-1, "", trouble.reason, trouble.detail),),
    )
    if not task.dry_run:
        facts = dict.fromkeys(_UNKNOWN) | dict.fromkeys(_COUNTS, 0) | {"quarantined": 1}
        with connection.transaction():
            if task.retry:
                run(connection, "forget_file", {"sha256": task.sha256})
            write_ledger(connection, task, facts, result)
    return result


_UNKNOWN = (
    "guild_id", "channel_id", "range_after", "range_before", "exported_at", "observed_at", "first_message_id",
    "last_message_id", "format", "layout", "header", "messages_stated",
)  # fmt: skip
_COUNTS = ("messages", "new", "edited", "changed", "unchanged", "older", "replaced_characters", "off_clock")


def _at_places_of_their_own(troubles: Iterable[Trouble]) -> Iterator[Trouble]:
    """Yield *troubles*, each with another position: several may be noted where the list of messages ends."""
    free = -1
    for trouble in troubles:
        position = max(trouble.position, free)
        yield replace(trouble, position=position)
        free = position + 1


def _quarantine_row(sha256: str, trouble: Trouble) -> dict[str, Any]:
    return {
        "sha256": sha256,
        "position": trouble.position,
        "message_id": trouble.message_id,
        "place": trouble.place,
        "reason": trouble.reason,
        "detail": trouble.detail,
    }
