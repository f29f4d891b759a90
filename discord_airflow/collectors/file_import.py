"""One file, one transaction: its rows, its coverage, its ledger row, or nothing of it."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import psycopg

from discord_airflow.collectors import load
from discord_airflow.collectors.coverage import Coverage, bury_older, write_coverage
from discord_airflow.collectors.export_header import parse_header, parse_time, refuse_foreign
from discord_airflow.collectors.export_reader import ExportReader, open_export
from discord_airflow.collectors.export_release import release_of
from discord_airflow.collectors.file_coverage import covered_ranges
from discord_airflow.collectors.import_summary import Counts, FileResult, FileStatus
from discord_airflow.collectors.intake import Intake, OutOfOrderError, newest_instant
from discord_airflow.collectors.ledger import Task, write_ledger
from discord_airflow.collectors.load import Channel, Connection, run
from discord_airflow.collectors.message_rows import Batch, MessageRows
from discord_airflow.collectors.people import People
from discord_airflow.collectors.plain_json import clean, compact_json
from discord_airflow.collectors.recognition import Answer, Recognition, Request
from discord_airflow.collectors.sender import Sender
from discord_airflow.collectors.source_files import UnreadableError
from discord_airflow.collectors.values import instant_of

NEVER = datetime(2015, 1, 1, tzinfo=UTC)
"""When a file was observed that names no instant at all: before anything else."""

_BATCH_BYTES = 4 << 20
_PIECE_BYTES = 64 << 10
_ALL_STAGED = 2**63


class KnownFileError(Exception):
    """Another import wrote the same file while this one waited."""


class DuplicatesError(Exception):
    """Some ids stand in the file twice; *places* lose."""

    def __init__(self, places: frozenset[int]) -> None:
        super().__init__()
        self.places = places


@dataclass(frozen=True)
class Manner:
    """How to read a file: straight into the tables as far as possible, or everything staged and compared."""

    staged: bool = False
    skipped: frozenset[int] = frozenset()
    dry_run: bool = False


def import_open_file(connection: Connection, task: Task) -> FileResult:
    """
    Import a file that the ledger does not have yet; what cannot be used at all raises NotAnExportError.

    The usual file goes straight into the tables. When an id proves to be there already, or may return in the file, the
    transaction is undone and everything is staged; when one does return, once more without the losing entries.
    """
    manner = Manner(staged=task.dry_run, dry_run=task.dry_run)
    while True:
        try:
            return _FileImport(connection, task, manner).run()
        except (OutOfOrderError, psycopg.errors.UniqueViolation):
            if manner.staged:
                raise
            manner = replace(manner, staged=True)
        except DuplicatesError as found:
            manner = replace(manner, skipped=found.places)


class _FileImport:
    """One attempt to import one file."""

    def __init__(self, connection: Connection, task: Task, manner: Manner) -> None:
        self._connection = connection
        self._task = task
        self._manner = manner
        self._reader = open_export(task.source.file)
        self._header = parse_header(self._reader.root)
        self._observed_at = self._header.exported_at or self._newest_instant()
        self._read_to = 0
        self._rows = load.Rows(connection)

    def _newest_instant(self) -> datetime:
        """Return when a file was observed that does not tell, from before 2.40.1: the newest instant in it."""
        newest = newest_instant(self._reader)
        self._reader = open_export(self._task.source.file)
        told = (None if newest is None else parse_time(instant_of(newest)), self._header.range_before)
        return max((instant for instant in told if instant is not None), default=NEVER)

    def run(self) -> FileResult:
        header, connection = self._header, self._connection
        with connection.transaction(force_rollback=self._manner.dry_run):
            if self._manner.dry_run:
                connection.execute("SET TRANSACTION READ ONLY")
            known = load.lock_channel(connection, header.channel_id)
            self._check_ledger()
            observed = self._observed_at.isoformat()
            ceiling = _ALL_STAGED if self._manner.staged else known.highest_id
            people = People(header.guild_id, self._task.memory)
            rows = MessageRows(people, header.channel_id, observed, ceiling)
            intake = Intake(rows, skipped=self._manner.skipped, strict_order=not self._manner.staged)
            self._take_all(intake, known)
            compared = self._compare(intake)
            counts = self._counts(intake, compared)
            result = self._result(intake, counts)
            if not self._manner.dry_run:
                self._store(intake, compared, counts, result)
        return result

    def _check_ledger(self) -> None:
        found = run(self._connection, "find_in_ledger", {"sha256": self._task.sha256}).fetchone()
        if found is None:
            return
        if not self._task.retry or found[0] == "whole":
            raise KnownFileError
        if not self._manner.dry_run:
            run(self._connection, "forget_file", {"sha256": self._task.sha256})

    def _take_all(self, intake: Intake, known: Channel) -> None:
        pending = 0
        with Sender(self._rows.send) as sender:
            for byte_size in self._read(intake, known, sender):
                pending += byte_size
                if pending >= _BATCH_BYTES:
                    sender.put(intake.rows.detach())
                    self._advance()
                    pending = 0
            sender.put(intake.rows.detach(last=True))
            self._advance()
            sender.finish()
        refuse_foreign(self._reader.root)
        for trouble in self._reader.troubles:
            intake.refuse(trouble.reason, trouble.detail, whole_file=trouble.beside_messages)
        if self._task.source.has_changed():
            raise UnreadableError("changed", "somebody wrote to it while it was read; import it again")

    def _read(self, intake: Intake, known: Channel, sender: Sender[Batch]) -> Iterator[int]:
        """Read the file to its end, and yield about how many bytes each step read."""
        if self._manner.staged or not known.highest_id:
            for piece in self._reader.pieces():
                intake.take(piece)
                yield len(piece) if isinstance(piece, bytes) else _PIECE_BYTES
            return

        def ask(request: Request) -> Answer:
            return sender.ask(lambda: self._rows.known_messages(known, request, self._observed_at))

        recognition = Recognition(self._reader, intake, ask, known.highest_id)
        for piece in self._reader.cut_pieces():
            recognition.take(piece)
            yield len(piece) if isinstance(piece, bytes) else _PIECE_BYTES
        recognition.finish()
        sender.ask(lambda: self._rows.note_people(recognition.recognised))()

    def _advance(self) -> None:
        if self._task.advance is not None:
            position = self._task.source.file.tell()
            self._task.advance(max(position - self._read_to, 0))
            self._read_to = max(position, self._read_to)

    def _compare(self, intake: Intake) -> Counts:
        """Compare what is staged with what is stored."""
        if not intake.rows.staged_count:
            return Counts()
        if not intake.in_order and not self._manner.skipped:
            losers = load.losing_duplicates(self._connection)
            if losers:
                raise DuplicatesError(losers)
        return self._rows.classify()

    def _counts(self, intake: Intake, compared: Counts) -> Counts:
        return replace(
            compared,
            messages=intake.position,
            new=compared.new + intake.stored - intake.rows.staged_count - intake.confirmed,  # what went straight is new
            unchanged=compared.unchanged + intake.confirmed,
            duplicates=len(self._manner.skipped),
            quarantined=intake.quarantined,
        )

    def _store(self, intake: Intake, compared: Counts, counts: Counts, result: FileResult) -> None:
        connection, header = self._connection, self._header
        if intake.rows.staged_count:
            load.merge_messages(connection, compared)
        load.merge_confirmations(connection, self._rows)
        observed = self._observed_at.isoformat()
        with connection.pipeline():  # nobody waits for what each of them answers
            load.merge_places(connection, header, observed)
            load.merge_people(connection, self._rows, header.guild_id, observed)
            load.merge(connection, "extend_channel_authors", {"channel_id": header.channel_id})
        if self._cover(intake, result) or intake.rows.staged_count:
            load.merge(connection, "recompute_channel_authors")
        self._rows.clear()
        if not write_ledger(connection, self._task, self._facts(intake, counts), result):
            raise KnownFileError

    def _cover(self, intake: Intake, result: FileResult) -> int:
        """Write the coverage, conclude deletions, and return how many authors lost messages."""
        header, buried = self._header, 0
        if intake.lowest_id is not None and intake.highest_id is not None:
            lowest, highest = intake.lowest_id, intake.highest_id
            buried = bury_older(self._connection, header.channel_id, lowest, highest, self._observed_at)
        is_counted = _is_counted(self._reader.root, intake)
        for covered in covered_ranges(header, self._task.proof, intake, result, is_counted=is_counted):
            coverage = Coverage(
                channel_id=header.channel_id,
                after_id=covered.after_id,
                before_id=covered.before_id,
                observed_at=self._observed_at,
                state=covered.state,
                guild_id=header.guild_id,
                reason=covered.reason,
                sha256=self._task.sha256,
            )
            buried += write_coverage(self._connection, coverage)
        return buried

    def _facts(self, intake: Intake, counts: Counts) -> dict[str, Any]:
        header, root = self._header, clean(self._reader.root)[0]
        return {
            "guild_id": header.guild_id,
            "channel_id": header.channel_id,
            "range_after": header.range_after,
            "range_before": header.range_before,
            "exported_at": header.exported_at,
            "observed_at": self._observed_at,
            "first_message_id": intake.first_id,
            "last_message_id": intake.last_id,
            "format": release_of(root, intake.sample),
            "layout": self._reader.layout,
            "header": compact_json({key: value for key, value in root.items() if key != "messages"}),
            "messages": counts.messages,
            "messages_stated": _stated(root),
            "new": counts.new,
            "edited": counts.edited,
            "changed": counts.changed,
            "unchanged": counts.unchanged,
            "older": counts.older,
            "quarantined": counts.quarantined,
            "replaced_characters": intake.replaced_characters,
            "off_clock": intake.rows.off_clock,
        }

    def _result(self, intake: Intake, counts: Counts) -> FileResult:
        status: FileStatus = "damaged" if intake.quarantined else "whole"
        is_counted = _is_counted(self._reader.root, intake)
        proof = self._task.proof
        return FileResult(
            path=self._task.source.path,
            status=status,
            sha256=self._task.sha256,
            guild_id=self._header.guild_id,
            guild_name=self._header.guild_name,
            channel_id=self._header.channel_id,
            channel_name=self._header.channel_name,
            counts=counts,
            troubles=tuple(intake.troubles),
            notes=_notes(self._reader, intake, counts),
            coverage_state="partial" if status == "damaged" or not is_counted else proof.state if proof else "claimed",
        )


def _notes(reader: ExportReader, intake: Intake, counts: Counts) -> tuple[str, ...]:
    notes = [_count_note(reader, intake)]
    if counts.duplicates:
        notes.append(f"{counts.duplicates} messages stand in it twice; the newest edit of each was taken")
    if intake.replaced_characters:
        notes.append(f"{intake.replaced_characters} characters that cannot be stored were replaced by U+FFFD")
    return tuple(note for note in notes if note)


def _count_note(reader: ExportReader, intake: Intake) -> str:
    if reader.troubles or _stated(reader.root) == intake.position:
        return ""
    if "messageCount" not in reader.root:
        return "it does not say how many messages it holds"
    return f"it says it holds {ascii(reader.root['messageCount'])[:20]} messages, but holds {intake.position}"


def _is_counted(root: dict[str, Any], intake: Intake) -> bool:
    """Return whether a file holds as many messages as it says, if it says so."""
    return "messageCount" not in root or _stated(root) == intake.position


def _stated(root: dict[str, Any]) -> int | None:
    """Return the number of messages that a file states, or None when it states no such number."""
    stated = root.get("messageCount")
    is_count = isinstance(stated, int) and not isinstance(stated, bool) and 0 <= stated < 2**63
    return stated if is_count else None
