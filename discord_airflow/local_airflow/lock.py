"""One of a kind at a time."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from discord_airflow.errors import BusyError


@contextmanager
def only_one(lock: Path, sentence: str) -> Iterator[None]:
    """Hold *lock*, or raise BusyError with *sentence* when another process does; it is free when its holder ends."""
    with lock.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BusyError(sentence) from None
        yield
