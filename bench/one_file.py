"""
One file of any size into an empty database, by one worker with the default limit of memory.

    python -m bench.one_file --gigabytes 10      25 minutes and 35 GB of disk

Prints the rate at the beginning and at the end, the largest memory of the worker and of whoever started it, and what
the import left on the disk. Nothing remains afterwards.
"""

from __future__ import annotations

import argparse
import itertools
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread

import psutil

from bench.generator import Plan, export_text
from bench.processes import peak_mb
from bench.servers import Server, bench_server
from discord_airflow import database
from discord_airflow.collectors.importer import import_paths
from discord_airflow.collectors.worker_pool import Workers
from discord_airflow.settings import LimitSettings

_BYTES_OF_A_MESSAGE = 1617  # of the generator's, in the middle
_GROUP = 1000
_WAL = "SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint"
_TABLES = """
    SELECT sum(pg_total_relation_size(oid))::bigint FROM pg_class
     WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
"""


def write_file(path: Path, byte_size: int) -> None:
    """Write one export of about *byte_size*."""
    count = byte_size // _BYTES_OF_A_MESSAGE
    with path.open("w", encoding="utf-8", newline="") as file:
        for pieces in _groups(export_text(Plan(count, weeks=260), 0, count)):
            file.write("".join(pieces))


def _groups(pieces: Iterator[str]) -> Iterator[list[str]]:
    while group := list(itertools.islice(pieces, _GROUP)):
        yield group


@dataclass
class Pace:
    """Is told of the progress of an import, and knows how fast each part of it was."""

    total: int = 0
    read: int = 0
    began: float = 0.0
    marks: list[tuple[int, float]] = field(default_factory=list)

    def begin(self, files: int, byte_size: int) -> None:
        del files
        self.total, self.began = byte_size, time.perf_counter()

    def advance(self, byte_size: int) -> None:
        self.read += byte_size
        self.marks.append((self.read, time.perf_counter() - self.began))

    def rate(self, from_percent: int, to_percent: int) -> float:
        """Return MB/s between two parts of the file."""
        (low, began), (high, ended) = (
            next(mark for mark in self.marks if mark[0] >= self.total * percent // 100)
            for percent in (from_percent, to_percent)
        )
        return (high - low) / 1e6 / (ended - began)


@contextmanager
def watched_children() -> Iterator[dict[int, float]]:
    """Note the largest memory, in MB, that each process that we start has had."""
    peaks: dict[int, float] = {}
    ended = Event()

    def watch() -> None:
        while not ended.wait(0.1):
            for child in psutil.Process().children():
                with suppress(OSError, StopIteration):
                    lines = Path(f"/proc/{child.pid}/status").read_text(encoding="ascii").splitlines()
                    peaks[child.pid] = int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024

    thread = Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield peaks
    finally:
        ended.set()
        thread.join()


def measure(server: Server, byte_size: int) -> Iterator[tuple[str, str]]:
    """Make the file, import it, and yield what is to be told."""
    path = server.folder / "one.json"
    # By another process, so that the memory of this one is that of an import.
    subprocess.run((sys.executable, "-m", "bench.one_file", "--write", str(path), str(byte_size)), check=True)
    yield "the file", f"{path.stat().st_size / 1e9:.2f} GB"
    settings = server.fresh("bench_one_file")
    workers = Workers(settings, 1, LimitSettings().import_memory_mb << 20)
    pace = Pace()
    with database.connect(settings, autocommit=True) as connection, watched_children() as peaks:
        before = _number(connection, _WAL)
        summary = import_paths([path], lambda: database.connect(settings), progress=pace, workers=workers)
        seconds = time.perf_counter() - pace.began
        rate = pace.total / seconds / 1e6
        yield "imported", f"{summary.counts.new:,} new in {seconds:.0f} s, {rate:.0f} MB/s; status {summary.exit_code}"
        yield "the beginning", f"{pace.rate(2, 12):.0f} MB/s (from 2 to 12 %)"
        yield "the end", f"{pace.rate(89, 99):.0f} MB/s (from 89 to 99 %)"
        yield "behind the last byte", f"{seconds - pace.marks[-1][1]:.1f} s"
        yield "the worker", f"{max(peaks.values()):.0f} MB at most"
        yield "whoever started it", f"{peak_mb():.0f} MB at most"
        yield "tables", f"{_number(connection, _TABLES) / 1e9:.1f} GB"
        yield "write-ahead log", f"{(_number(connection, _WAL) - before) / 1e9:.1f} GB written"


def _number(connection: database.Connection, query: str) -> int:
    row = connection.execute(query).fetchone()
    return int(row[0])


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gigabytes", type=float, default=10.0, help="default: %(default)s")
    parser.add_argument("--write", nargs=2, metavar=("PATH", "BYTES"), help="only write the file")
    options = parser.parse_args(argv)
    if options.write:
        write_file(Path(options.write[0]), int(options.write[1]))
        return 0
    with bench_server() as server:
        for name, told in measure(server, int(options.gigabytes * 1e9)):
            print(f"{name:22}{told}", flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
