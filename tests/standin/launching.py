"""Starts the stand-in in tests: a copy of the launcher that names this interpreter, and the environment it reads."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from standin.faults import Fault

PROGRAM = "DiscordChatExporter.Cli"
EXECUTABLE = Path(__file__).resolve().with_name(PROGRAM)


def install(directory: Path, name: str = PROGRAM) -> Path:
    """Put the program into *directory*, with this interpreter in its first line (it starts in about 50 ms)."""
    body = EXECUTABLE.read_text(encoding="utf-8").split("\n", 1)[1]
    here = f"Path({str(EXECUTABLE)!r})"
    target = directory / name
    target.write_text(f"#!{sys.executable} -IS\n" + body.replace("Path(__file__)", here), encoding="utf-8")
    target.chmod(0o755)
    return target


def standin_environment(
    world: Path | str,
    *,
    token: str | None = None,
    version: str | None = None,
    faults: Sequence[Fault] = (),
    log: Path | str | None = None,
    now: str | None = None,
    base: Mapping[str, str] | None = None,
) -> dict[str, str]:
    """Return an environment for the stand-in: *base* (default: PATH alone) and its own settings."""
    environment = dict(base if base is not None else {"PATH": os.environ["PATH"]})
    settings = {
        "STANDIN_WORLD": str(world),
        "DISCORD_TOKEN": token,
        "STANDIN_VERSION": version,
        "STANDIN_FAULTS": json.dumps(list(faults)) if faults else None,
        "STANDIN_LOG": None if log is None else str(log),
        "STANDIN_NOW": now,
    }
    return environment | {name: value for name, value in settings.items() if value is not None}


def call(
    arguments: Sequence[object], environment: Mapping[str, str], *, directory: Path | None = None, timeout: float = 60
) -> subprocess.CompletedProcess[str]:
    """Run the stand-in to its end under this interpreter."""
    return subprocess.run(
        (sys.executable, "-IS", str(EXECUTABLE), *map(str, arguments)),
        env=dict(environment),
        cwd=directory,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=timeout,
        check=False,
    )
