"""STANDIN_LOG: what was called, by whom, and how it ended - never a token's value."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

_TOKEN_OPTIONS = ("-t", "--token")


def masked(argv: Sequence[str], token: str | None) -> list[str]:
    """Return *argv* with tokens as `***`."""
    shown = list(argv)
    for place, argument in enumerate(argv):
        behind = place > 0 and argv[place - 1].lower() in _TOKEN_OPTIONS
        if behind or (token and token in argument):
            shown[place] = "***"
    return shown


class Journal:
    """Appends a line when a call begins and one when it ends; of a killed call only the first is there."""

    def __init__(self, path: str | None) -> None:
        self._path = path

    def begin(self, argv: Sequence[str], version: str) -> None:
        """Write that a call began."""
        token = os.environ.get("DISCORD_TOKEN")
        self._append(
            event="begin",
            argv=masked(argv, token),
            ppid=os.getppid(),
            directory=os.getcwd(),  # noqa: PTH109 - no need of pathlib here
            version=version,
            token_in_env=token is not None,
            token_in_argv=any(a.lower() in _TOKEN_OPTIONS or (token and token in a) for a in argv),
        )

    def end(self, code: int, requests: int) -> None:
        """Write how the call ended."""
        self._append(event="end", exit=code, requests=requests)

    def _append(self, **facts: Any) -> None:
        if self._path:
            line = json.dumps({"pid": os.getpid(), "at": time.time(), **facts}) + "\n"
            handle = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
            os.write(handle, line.encode())
            os.close(handle)


def read_journal(path: Path | str) -> list[dict[str, Any]]:
    """
    Return one entry per call, in the order of their beginnings, with `exit`, `requests` and `ended_at`.

    Calls that were killed, or still run, have None there.
    """
    calls: list[dict[str, Any]] = []
    running: dict[int, dict[str, Any]] = {}
    file = Path(path)
    for line in file.read_text(encoding="utf-8").splitlines() if file.exists() else []:
        entry = json.loads(line)
        if entry.pop("event") == "begin":
            running[entry["pid"]] = entry | {"exit": None, "requests": None, "ended_at": None}
            calls.append(running[entry["pid"]])
        else:
            call = running[entry["pid"]]
            call.update(exit=entry["exit"], requests=entry["requests"], ended_at=entry["at"])
    return calls
