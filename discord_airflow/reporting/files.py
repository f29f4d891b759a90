"""Files appear whole or not at all."""

import contextlib
import errno
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from discord_airflow.errors import FileTroubleError


def write_together(directory: Path, contents: Mapping[str, bytes]) -> tuple[Path, ...]:
    """
    Write *contents*, name to bytes, into *directory* and return the paths, in the same order.

    Everything is written and flushed under temporary names first, so that a full disk leaves the old files as they
    were; then each takes its name at once, in the order given. A reader never meets half a file. When anything fails
    no temporary file stays behind, and FileTroubleError says where and how much room there was.
    """
    waiting: list[tuple[Path, Path]] = []
    named: list[str] = []
    try:
        directory.mkdir(parents=True, exist_ok=True)
        for name, content in contents.items():
            target = directory / name
            _refuse_directory(target)
            waiting.append((_write_beside(target, content), target))
        for temporary, target in waiting:
            temporary.replace(target)
            named.append(target.name)
        _flush_directory(directory)
    except OSError as error:
        raise FileTroubleError(_sentence(directory, error, named)) from error
    finally:
        for temporary, _ in waiting:
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)
    return tuple(target for _, target in waiting)


def _write_beside(target: Path, content: bytes) -> Path:
    """Return a new file next to *target* that holds *content* on the disk itself; nothing is left when that fails."""
    descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent)
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(_mode_of_new_files())
    except OSError:
        temporary.unlink(missing_ok=True)
        raise
    return temporary


def _refuse_directory(target: Path) -> None:
    # Asked before the first file takes its name, so that one bad name does not leave the others half new.
    if target.is_dir():
        raise IsADirectoryError(errno.EISDIR, f"{target.name} is a directory")


def _mode_of_new_files() -> int:
    # mkstemp makes files for the owner only; a report is as readable as any other file its writer makes.
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def _flush_directory(directory: Path) -> None:
    """Make the new names last; where a directory cannot be opened (Windows) the system has no such promise to give."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sentence(directory: Path, error: OSError, named: list[str]) -> str:
    state = f"Already new there: {', '.join(named)}." if named else "The files there are as they were."
    return f"The report could not be written into {directory}: {error.strerror or error}{_room(directory)}. {state}"


def _room(directory: Path) -> str:
    for place in (directory, *directory.parents):
        with contextlib.suppress(OSError):
            return f" ({shutil.disk_usage(place).free / 1_000_000:,.0f} MB free)"
    return ""
