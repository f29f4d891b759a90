"""Which files an import is about, and what their bytes are."""

import hashlib
import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from discord_airflow.errors import FileTroubleError

_MEDIA_SUFFIX = ".json_files"  # the exporter keeps the media of `x.json` in `x.json_Files`


class UnreadableError(Exception):
    """A path that is no readable file; *reason* is a code, *detail* a sentence."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason, self.detail = reason, detail


@dataclass(frozen=True, slots=True)
class SourceFile:
    """An open file and what identifies it."""

    path: Path
    file: BinaryIO
    byte_size: int
    modified_ns: int

    def sha256(self) -> str:
        """Return the hash of its bytes, from the beginning."""
        self.file.seek(0)
        return hashlib.file_digest(self.file, "sha256").hexdigest()  # type: ignore[arg-type]  # an unbuffered file reads into

    def has_changed(self) -> bool:
        """Return whether somebody wrote to it since it was opened."""
        found = os.fstat(self.file.fileno())
        return (found.st_size, found.st_mtime_ns) != (self.byte_size, self.modified_ns)


def find_files(paths: Iterable[Path]) -> Iterator[Path | tuple[Path, UnreadableError]]:
    """
    Yield the files that *paths* mean, each once and in order of name, and what stands where a file should be.

    A folder means every `*.json` below it, but neither hidden files and folders nor the exporter's media folders.
    A path that does not exist raises FileTroubleError.
    """
    seen: set[tuple[int, int]] = set()
    for path in paths:
        try:
            is_folder = stat.S_ISDIR(path.stat().st_mode)
        except OSError as error:
            raise FileTroubleError(f"{path} cannot be read: {_why(error)}.") from None
        for found in _below(path, seen) if is_folder else (path,):
            if isinstance(found, tuple) or _is_first(found, seen):
                yield found


def _below(folder: Path, seen: set[tuple[int, int]]) -> Iterator[Path | tuple[Path, UnreadableError]]:
    if not _is_first(folder, seen):
        return
    try:
        entries = sorted(folder.iterdir(), key=lambda entry: entry.name)
    except OSError as error:
        yield folder, UnreadableError("no-access", f"this folder cannot be read: {_why(error)}")
        return
    for entry in entries:
        if entry.name.startswith("."):
            continue
        name = entry.name.lower()
        if entry.is_dir():
            if name.endswith(".json"):
                yield entry, UnreadableError("folder", "this is a folder, not a file; the files in it were looked at")
            if not name.endswith(_MEDIA_SUFFIX):
                yield from _below(entry, seen)
        elif name.endswith(".json"):
            yield entry


def _is_first(path: Path, seen: set[tuple[int, int]]) -> bool:
    try:
        found = path.stat()
    except OSError:
        return True  # whoever opens it finds out why
    identity = (found.st_dev, found.st_ino)
    if identity in seen:
        return False
    seen.add(identity)
    return True


def open_source(path: Path) -> SourceFile:
    """Open *path* for reading; anything but a readable regular file raises UnreadableError."""
    try:
        # Not blocking: a FIFO without a writer would hold us for ever.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | getattr(os, "O_CLOEXEC", 0))
    except OSError as error:
        raise UnreadableError("no-access", f"it cannot be read: {_why(error)}") from None
    found = os.fstat(descriptor)
    if not stat.S_ISREG(found.st_mode):
        os.close(descriptor)
        raise UnreadableError("not-a-file", "it is a folder, a pipe or a device, not a file")
    return SourceFile(path, open(descriptor, "rb", buffering=0), found.st_size, found.st_mtime_ns)  # noqa: PTH123


def size_of(path: Path) -> int:
    """Return how many bytes *path* has; 0 when that cannot be found out."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _why(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
