"""The files that Airflow's processes print into, and what a person needs to see of them."""

import re
from pathlib import Path
from typing import IO

LARGEST_LOG = 10_000_000
TAIL_BYTES = 64_000


def open_log(path: Path) -> IO[bytes]:
    """Return *path* opened for appending, for its owner only; one that grew large is kept under another name."""
    if path.exists() and path.stat().st_size > LARGEST_LOG:
        path.replace(path.with_name(f"{path.name}.1"))
    path.touch(mode=0o600)
    return path.open("ab")


def last_words(path: Path) -> str:
    """Return the last line of *path* that tells why something failed: an error's own sentence, else the last line."""
    lines = tail(path)
    errors = [line for line in lines if re.match(r"\w[\w.]*(Error|Exception|Interrupt|Exit)\b", line)]
    return (errors or lines or ["it gave no reason"])[-1].rstrip(".")


def tail(path: Path) -> list[str]:
    """Return the last lines of *path* that are not empty, without colours."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - TAIL_BYTES))
            text = file.read().decode("utf-8", errors="replace")
    except FileNotFoundError:
        return []
    plain = re.sub(r"\x1b\[[0-9;]*m", "", text)
    return [line.strip() for line in plain.splitlines() if line.strip()]
