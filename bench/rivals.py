"""Reading and importing the same files as others do, and the weekly question asked of the raw exports by DuckDB."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from bench.generator import Plan
from bench.measured_import import measured_import
from bench.naive_import import measured_naive_import
from bench.parsing import READERS, read_with
from bench.processes import Measured
from bench.sections import Bar, Section
from bench.servers import Server
from bench.weekly_question import ask
from discord_airflow import database
from discord_airflow.window import Window

NAMES = {"ours": "discord_airflow, typed in blocks", "ijson": "ijson (C), a stream", "json": "json.load, all at once"}


def reading(files: Sequence[Path], made_of: str, rounds: int) -> Section:
    """How fast are exports read, without a database? Every reader counts the same messages and reactions."""
    size = sum(path.stat().st_size for path in files) / 1e6
    found: dict[str, list[Measured]] = {name: [] for name in READERS}
    for _ in range(rounds):
        for name, measurements in found.items():
            measurements.append(read_with(name, list(files)))
    if len({str(one.outcome) for measurements in found.values() for one in measurements}) != 1:
        raise SystemExit("the readers disagree about what the files hold")
    ours = found["ours"]
    rows, bars = [], []
    for name, measurements in found.items():
        ratio = median_ratio(measurements, ours)
        seconds = statistics.median(one.seconds for one in measurements)
        peak = max(one.peak_mb for one in measurements)
        rows.append((NAMES[name], f"{seconds:.2f}", f"{size / seconds:,.0f}", f"{ratio:.1f}", f"{peak:,.0f}"))
        bars.append(Bar(NAMES[name], round(size / seconds)))
    head = ("read with", "seconds", "MB/s", "times ours", "peak MB")
    return Section("reading", "Reading exports", made_of, head, tuple(rows), tuple(bars), "MB/s")


def naive(server: Server, files: Sequence[Path], made_of: str) -> Section:
    """How long does the import take that everybody writes first, and what does it cost to run it again?"""
    ours = database.conninfo(server.fresh("bench_ours"))
    theirs = database.conninfo(server.fresh("bench_naive"))
    first, naive_first = measured_import(ours, *files), measured_naive_import(theirs, list(files))
    again, naive_again = measured_import(ours, *files), measured_naive_import(theirs, list(files))
    rows = tuple(
        (f"{name}{run}", f"{one.seconds:.2f}", f"{one.seconds / base.seconds:.2f}", f"{one.peak_mb:,.0f}")
        for run, base, found in (("", naive_first, first), (", the same files again", naive_again, again))
        for name, one in (("discord_airflow, nineteen tables", found), ("json.load + executemany, four tables", base))
    )
    head = ("import", "seconds", "times json.load + executemany", "peak MB")
    return Section("naive", "Against the import that everybody writes first", made_of, head, rows)


def weekly(server: Server, files: Sequence[Path], plan: Plan, made_of: str, rounds: int) -> Section:
    """What does the question of every Sunday cost, from the tables and from the raw exports?"""
    conninfo = database.conninfo(server.fresh("bench_weekly"))
    measured_import(conninfo, *files)
    week = Window(plan.end - timedelta(days=7), plan.end, "UTC")
    pattern = str(files[0].parent / "*.json")
    tables, exports = [], []
    for _ in range(rounds):
        tables.append(ask("tables", conninfo, week))
        exports.append(ask("exports", pattern, week))
    if any(one.outcome != other.outcome for one, other in zip(tables, exports, strict=True)):
        raise SystemExit("the tables and the exports give different answers")
    rows, bars = [], []
    for name, measurements in (("discord_airflow, from PostgreSQL", tables), ("DuckDB, from the exports", exports)):
        seconds = statistics.median(one.seconds for one in measurements)
        ratio = median_ratio(measurements, tables)
        peak = max(one.peak_mb for one in measurements)
        rows.append((name, f"{seconds:.3f}", f"{ratio:.0f}", f"{peak:,.0f}"))
        bars.append(Bar(name, round(seconds, 3)))
    head = ("the week's figures", "seconds", "times ours", "peak MB of the client")
    return Section("weekly", "The weekly question", made_of, head, tuple(rows), tuple(bars), "seconds")


def median_ratio(measurements: Sequence[Measured], base: Sequence[Measured]) -> float:
    """Return the median of the ratios within each round: the machine may be busier in one round than in another."""
    return statistics.median(one.seconds / other.seconds for one, other in zip(measurements, base, strict=True))
