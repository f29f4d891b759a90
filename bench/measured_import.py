"""
Import paths in a process of its own and print, as JSON, what that took: the unit that the benchmarks compare.

    python -m bench.measured_import PROCESSES 'host=... dbname=...' FILE...

With 0 processes all is done in this one, without workers.
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
    """Seconds on the clock, seconds of our own processor time, and the largest memory of a process in MB."""

    seconds: float
    cpu_seconds: float
    peak_mb: float
    worker_mb: float
    messages: int
    written: int
    known: int


def measured_import(conninfo: str, *paths: Path, processes: int = 0) -> Measured:
    """
    Import *paths* in a fresh process and return what it took, start-up of Python apart.

    With *processes* it is done by so many workers, and their start is part of it.
    """
    command = (sys.executable, "-m", "bench.measured_import", str(processes), conninfo, *map(str, paths))
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[1])
    if done.returncode:
        raise SystemExit(f"the import failed:\n{done.stderr}")
    return Measured(**json.loads(done.stdout))


def main() -> int:
    import psycopg

    from discord_airflow.collectors.importer import Workers, import_paths
    from discord_airflow.settings import DatabaseSettings

    processes, conninfo, *paths = sys.argv[1:]
    told = psycopg.conninfo.conninfo_to_dict(conninfo)
    settings = DatabaseSettings(host=told["host"], port=told["port"], name=told["dbname"], user=told["user"])
    workers = Workers(settings, int(processes), 1 << 30) if int(processes) else None
    began, cpu = time.perf_counter(), _cpu_seconds()
    summary = import_paths(map(Path, paths), lambda: psycopg.connect(conninfo), workers=workers)
    found = Measured(
        seconds=time.perf_counter() - began,
        cpu_seconds=_cpu_seconds() - cpu,
        peak_mb=_peak_mb(resource.RUSAGE_SELF),
        worker_mb=_peak_mb(resource.RUSAGE_CHILDREN),
        messages=summary.counts.messages,
        written=summary.counts.written,
        known=summary.known,
    )
    print(json.dumps(found.__dict__))
    return summary.exit_code


def _cpu_seconds() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def _peak_mb(who: int) -> float:
    status = Path("/proc/self/status")
    if who == resource.RUSAGE_SELF and status.exists():
        # What getrusage says there includes the memory of whoever started us.
        lines = status.read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024
    # Linux tells kilobytes, macOS bytes.
    return resource.getrusage(who).ru_maxrss / (1024 if sys.platform != "darwin" else 1024 * 1024)


if __name__ == "__main__":
    raise SystemExit(main())
