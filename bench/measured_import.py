"""
Import paths in a process of its own and print, as JSON, what that took: the unit that the benchmarks compare.

    python -m bench.measured_import 'host=... dbname=...' FILE...
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Measured:
    """Seconds on the clock, seconds of our own processor time, and the largest memory of the process in MB."""

    seconds: float
    cpu_seconds: float
    peak_mb: float
    messages: int
    written: int
    known: int


def measured_import(conninfo: str, *paths: Path) -> Measured:
    """Import *paths* in a fresh process and return what it took, start-up of Python apart."""
    command = (sys.executable, "-m", "bench.measured_import", conninfo, *map(str, paths))
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[1])
    if done.returncode:
        raise SystemExit(f"the import failed:\n{done.stderr}")
    return Measured(**json.loads(done.stdout))


def main() -> int:
    import psycopg

    from discord_airflow.collectors.importer import import_paths

    conninfo, *paths = sys.argv[1:]
    began, cpu = time.perf_counter(), time.process_time()
    summary = import_paths(map(Path, paths), lambda: psycopg.connect(conninfo))
    seconds, cpu_seconds = time.perf_counter() - began, time.process_time() - cpu
    # Linux tells kilobytes, macOS bytes.
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform != "darwin" else 1024 * 1024)
    found = Measured(seconds, cpu_seconds, peak, summary.counts.messages, summary.counts.written, summary.known)
    print(json.dumps(found.__dict__))
    return summary.exit_code


if __name__ == "__main__":
    raise SystemExit(main())
