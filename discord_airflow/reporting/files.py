"""The files of a report: all of them written before the first one takes its name."""

import errno
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from discord_airflow.errors import FileTroubleError
from discord_airflow.whole_files import draft_of, flush_folder, remove_leftovers, room


def write_together(directory: Path, contents: Mapping[str, bytes]) -> tuple[Path, ...]:
    """
    Write *contents*, name to bytes, into *directory* and return the paths, in the same order.

    Everything is written and flushed under temporary names first, so that a full disk leaves the old files as they
    were; then each takes its name at once, in the order given. A reader never meets half a file. When anything fails
    no temporary file stays behind, and FileTroubleError says where and how much room there was.
    """
    named: list[str] = []
    try:
        directory.mkdir(parents=True, exist_ok=True)
        remove_leftovers(directory)
        targets = [directory / name for name in contents]
        _refuse_directories(targets)
        with ExitStack() as waiting:
            drafts = [waiting.enter_context(draft_of(target)) for target in targets]
            for draft in drafts:
                draft.file.write(contents[draft.target.name])
                draft.flush()
            for draft in drafts:
                draft.take_place()
                named.append(draft.target.name)
        flush_folder(directory)
    except OSError as error:
        raise FileTroubleError(_sentence(directory, error, named)) from error
    return tuple(targets)


def _refuse_directories(targets: list[Path]) -> None:
    # Asked before the first file takes its name, so that one bad name does not leave the others half new.
    for target in targets:
        if target.is_dir():
            raise IsADirectoryError(errno.EISDIR, f"{target.name} is a directory")


def _sentence(directory: Path, error: OSError, named: list[str]) -> str:
    state = f"Already new there: {', '.join(named)}." if named else "The files there are as they were."
    return f"The report could not be written into {directory}: {error.strerror or error}{room(directory)}. {state}"
