"""The thorough check: every raw file that was kept is read again, and held against the rows it left."""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row

from discord_airflow.checking.differences import differences, storable
from discord_airflow.checking.raw_files import LARGEST, PassedOver, RawExport, UnreadableExportError
from discord_airflow.sql_files import statement

Row = dict[str, Any]
_BATCH = 500
_MOST_EXAMPLES = 20


@dataclass(slots=True)
class FileCheck:
    """What one file said about the tables."""

    path: Path
    state: str = "ok"
    """ok, differs, partly-compared, not-imported, rejected or unreadable."""

    compared: int = 0
    newer: int = 0
    wrong: int = 0
    examples: list[str] = field(default_factory=list)

    def note(self, example: str, *, wrong: bool = True) -> None:
        """Count something that is wrong, or only say what could not be compared."""
        if wrong:
            self.state = "differs"
            self.wrong += 1
        elif self.state == "ok":
            self.state = "partly-compared"
        if len(self.examples) < _MOST_EXAMPLES:
            self.examples.append(example)


def check_files(
    connection: psycopg.Connection[Any], paths: Iterable[Path], *, largest: int = LARGEST
) -> Iterator[FileCheck]:
    """
    Compare files, and folders with all `*.json` below them, with the tables; yield what each file shows.

    A message counts where this file is its newest observation; of others only their being there. One of more than
    *largest* characters is not compared, and said to be so.
    """
    seen: set[str] = set()
    for path in _files(paths):
        try:
            sha256 = _hash(path)
            if sha256 not in seen:
                seen.add(sha256)
                yield _check_file(connection, path, sha256, largest)
        except OSError as error:
            yield FileCheck(path, "unreadable", examples=[(error.strerror or str(error)).lower()])


def kept_files(paths: Iterable[Path]) -> dict[str, Path]:
    """Return the readable files that *paths* mean, by the hash of their bytes."""
    found: dict[str, Path] = {}
    for path in _files(paths):
        with suppress(OSError):
            found.setdefault(_hash(path), path)
    return found


def _files(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(found for found in path.rglob("*.json") if found.is_file() and not _hidden(found, path))
        else:
            yield path


def _hidden(path: Path, folder: Path) -> bool:
    inner = path.relative_to(folder)
    return any(part.startswith(".") for part in inner.parts) or any(
        part.endswith(".json_Files") for part in inner.parts[:-1]
    )


def _hash(path: Path) -> str:
    if not path.is_file():
        raise FileNotFoundError(2, "no such file", str(path))
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _check_file(connection: psycopg.Connection[Any], path: Path, sha256: str, largest: int) -> FileCheck:
    with connection.cursor(row_factory=dict_row) as cursor:
        known = cursor.execute(statement("discord_airflow.checking", "ledger_file"), {"sha256": sha256}).fetchone()
    if known is None:
        return FileCheck(path, "not-imported")
    if known["status"] == "rejected":
        return FileCheck(path, "rejected")
    return _Comparison(connection, RawExport(path, largest), known).run()


class _Comparison:
    """One file of the ledger against the rows of its messages."""

    def __init__(self, connection: psycopg.Connection[Any], export: RawExport, known: Row) -> None:
        self._connection = connection
        self._export = export
        self._known = known
        self._refused = set(known["refused"])
        self._result = FileCheck(export.path)
        # The same id twice in a file, or two files of one moment: either may have won.
        beside_messages = sum(not 0 <= position < known["messages"] for position in self._refused)
        good = known["messages"] - (known["quarantined"] - beside_messages)
        self._is_ambiguous = known["has_twin"] or known["stored"] < good
        self._is_cut = known["quarantined"] > len(self._refused)
        self._is_read_whole = True
        self._wrong: dict[int, str] = {}
        self._matched: set[int] = set()

    def run(self) -> FileCheck:
        """Compare all messages of the file."""
        messages = self._good_messages()
        while batch := list(islice(messages, _BATCH)):
            self._compare(_by_id(batch))
        for message_id, example in self._wrong.items():
            if message_id not in self._matched:
                self._result.note(example)
        surplus = self._known["observed"] - self._result.compared
        if surplus > 0 and self._is_read_whole and not self._is_ambiguous:
            self._result.note(f"{surplus} stored messages were observed with it that it does not hold")
        return self._result

    def _good_messages(self) -> Iterator[tuple[int, Any]]:
        """Yield what the ledger does not call bad, up to where the file breaks off."""
        try:
            for position, message in self._export.messages():
                if position in self._refused:
                    continue
                if isinstance(message, PassedOver):
                    self._pass_over(position, message)
                elif (message_id := _id_of(message)) is not None:
                    yield message_id, storable(message)
        except UnreadableExportError as trouble:
            self._is_read_whole = False
            if self._known["status"] == "whole":
                self._result.note(f"it was imported whole, but cannot be read: {trouble}")

    def _pass_over(self, position: int, message: PassedOver) -> None:
        self._is_read_whole = False
        self._result.note(f"messages[{position}] was not compared: it is {message.reason}", wrong=False)

    def _compare(self, batch: dict[int, list[Any]]) -> None:
        with self._connection.cursor(row_factory=dict_row) as cursor:
            query = statement("discord_airflow.checking", "stored_messages")
            rows = {row["id"]: row for row in cursor.execute(query, {"ids": list(batch)})}
        for message_id, versions in batch.items():
            for message in versions:
                self._judge(message_id, message, rows.get(message_id))

    def _judge(self, message_id: int, message: Any, row: Row | None) -> None:
        observed_at = self._known["observed_at"]
        if row is None:
            if not self._is_cut:
                self._wrong[message_id] = f"message {message_id} is not stored"
            return
        if row["observed_at"] > observed_at:
            self._result.newer += 1
            return
        self._result.compared += 1
        if row["observed_at"] < observed_at:
            self._wrong[message_id] = f"message {message_id} is stored as observed before this file"
            return
        other = [] if row["channel_id"] == self._known["channel_id"] else ["channel"]
        other += _compared(message, row)
        if other:
            self._wrong.setdefault(message_id, f"message {message_id} differs in {', '.join(other)}")
        elif self._is_ambiguous:
            self._matched.add(message_id)


def _by_id(pairs: Iterable[tuple[int, Any]]) -> dict[int, list[Any]]:
    """Return the values of each key, in their order."""
    found: dict[int, list[Any]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return found


def _compared(message: Any, row: Row) -> list[str]:
    try:
        return differences(message, row)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        return [f"its shape ({type(error).__name__}: {error})"]


def _id_of(message: Any) -> int | None:
    try:
        return int(message["id"])
    except (TypeError, KeyError, ValueError):
        return None
