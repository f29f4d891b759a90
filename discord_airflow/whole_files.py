"""
Files appear whole or not at all.

A file is written as a draft beside its place, flushed to the disk, and then takes its name. A draft is locked as long
as somebody works on it, so that the next writer in the folder knows, and removes, what a killed one left behind.
"""

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

try:
    import fcntl
except ImportError:  # Windows: there a file that is open cannot be removed, which serves as well
    fcntl = None

SUFFIX = ".part"


@dataclass(frozen=True, slots=True)
class Draft:
    """A file in the making: what is written to *file* is later what *target* holds."""

    path: Path
    target: Path
    file: BinaryIO

    def flush(self) -> None:
        """Bring everything to the disk itself, so that a full one is noticed before anything takes its name."""
        self.file.flush()
        os.fsync(self.file.fileno())

    def take_place(self) -> None:
        """Put the draft, already flushed, in the place of the target in one step."""
        if fcntl is None:
            self.file.close()
        self.path.replace(self.target)


@contextmanager
def draft_of(target: Path, *, mode: int | None = None) -> Iterator[Draft]:
    """
    Yield a draft of *target*; unless it has taken its place by the end, it is removed.

    *mode* are the permissions of the file; without them they are those of any new file of this process.
    """
    draft = _new_draft(target)
    try:
        with draft.file:
            draft.path.chmod(_mode_of_new_files() if mode is None else mode)
            yield draft
    finally:
        with suppress(OSError):
            draft.path.unlink(missing_ok=True)


def write_whole(target: Path, content: bytes, *, mode: int | None = None) -> None:
    """Write one file, and make its name last; leftovers of killed writers in its folder are removed first."""
    remove_leftovers(target.parent)
    with draft_of(target, mode=mode) as draft:
        draft.file.write(content)
        draft.flush()
        draft.take_place()
    flush_folder(target.parent)


def remove_leftovers(folder: Path) -> None:
    """Remove drafts in *folder* on which nobody works any more; those that cannot be removed stay."""
    with suppress(OSError):
        for path in list(folder.glob(f".*{SUFFIX}")):
            with suppress(OSError), path.open("rb") as file:
                if _lock(file, wait=False):
                    path.unlink()


@contextmanager
def sole_writer(folder: Path) -> Iterator[None]:
    """Wait until nobody else works in *folder* and keep others waiting; folders that cannot be locked are not."""
    if fcntl is None:
        yield
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def flush_folder(folder: Path) -> None:
    """Make new names in *folder* last; a system that cannot open folders (Windows) has no such promise to give."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def room(folder: Path) -> str:
    """Return how much room the disk of *folder* has, in brackets; nothing when nobody can tell."""
    for place in (folder, *folder.parents):
        with suppress(OSError):
            return f" ({shutil.disk_usage(place).free / 1_000_000:,.0f} MB free)"
    return ""


def _new_draft(target: Path) -> Draft:
    while True:
        path = target.with_name(f".{target.name}.{secrets.token_hex(4)}{SUFFIX}")
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0), 0o600)
        file = os.fdopen(descriptor, "wb")
        # Between its birth and the lock somebody may have taken it for a leftover.
        if _lock(file, wait=True) and not path.exists():
            file.close()
            continue
        return Draft(path, target, file)


def _lock(file: BinaryIO, *, wait: bool) -> bool:
    """Lock *file* until it is closed; return False where it is locked by another or cannot be."""
    if fcntl is None:
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except OSError:
        return False
    return True


def _mode_of_new_files() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
