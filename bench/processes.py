"""
One thing measured in a process of its own: what is compared shares neither memory nor caches of Python.

A module that measures calls `told(work)` when it is run with `--once`, and `measured(module, ...)` from outside.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class Measured:
    """Seconds on the clock, seconds of our own processor time, the largest memory in MB, and what came out."""

    seconds: float
    cpu_seconds: float
    peak_mb: float
    outcome: Any


def measured(module: str, *arguments: str | Path) -> Measured:
    """Run `python -m module --once ARGUMENTS` and return what that took, start-up of Python apart."""
    command = (sys.executable, "-m", module, "--once", *map(str, arguments))
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    if done.returncode:
        raise SystemExit(f"{module} failed:\n{done.stderr[-2000:]}")
    return Measured(**json.loads(done.stdout.splitlines()[-1]))


def told(work: Callable[[], Any]) -> None:
    """Do *work*, and print what it took as JSON."""
    began, cpu = time.perf_counter(), time.process_time()
    outcome = work()
    seconds, cpu_seconds = time.perf_counter() - began, time.process_time() - cpu
    print(json.dumps(asdict(Measured(seconds, cpu_seconds, peak_mb(), outcome))))


def peak_mb() -> float:
    """
    Return the largest memory of this process so far, in MB.

    Linux keeps it for the program (VmHWM); `getrusage` there also counts what the parent held when it forked.
    """
    if sys.platform == "linux":
        line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 * 1024)  # macOS counts bytes
