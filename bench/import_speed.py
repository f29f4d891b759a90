"""
How fast is an import, held against the server's own COPY of the same rows?

    python -m bench.import_speed                      200,000 messages, three rounds, about two minutes
    python -m bench.import_speed --messages 1000000 --rounds 5

In every round the server copies from ready text files what the first imports wrote: the same rows, in the same order,
into the same tables with the same indexes, in one transaction. That is the limit, and what the imports take is given as
multiples of it, measured within a few minutes; of several rounds the median counts. What autovacuum does after a
million new rows, in this database or that of another import, belongs to none of them: it is off, and a database is
brought to rest before each import. So is the disk, which would be busy with the files that were just made.
"""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from psycopg import sql

from bench.generator import Plan, write_exports
from bench.measured_import import Measured, measured_import
from bench.sections import Bar, Section, as_text
from bench.servers import TABLES, Server, bench_server, server_cpu_seconds
from discord_airflow import database
from discord_airflow.settings import DatabaseSettings

FIRST = "first import, one process"
KNOWN = "the same file again"
SAME = "the same messages in a later file, nothing changed"
LATER = "the same messages in a later file, one in six changed"
SEVERAL = "first import in eight files, two processes"
SMALL = "first import in files of 200 messages, two processes"
WEEK = "the next week after those, 2 % in files of 200, two processes"

_SEVERAL = 8
_FEW = 200
_PROCESSES = 2


@dataclass(frozen=True)
class Files:
    """The same messages in one file, in a later one, and in several; and the week after them."""

    one: list[Path]
    same: list[Path]
    later: list[Path]
    several: list[Path]
    small: list[Path]
    week: list[Path]


@dataclass(frozen=True)
class Taken:
    """
    One import: what it took, and what the server needs to copy the same rows.

    *cpu_seconds* are of all processes, ours and the server's; *wal_mb* is the write-ahead log.
    """

    measured: Measured
    cpu_seconds: float
    wal_mb: float
    limit: float = 0.0  # until it is measured


def make_files(folder: Path, plan: Plan) -> Files:
    """Write the exports of *plan* in all those ways."""
    small = replace(plan, channels=max(2, plan.messages // _FEW), guilds=4)
    week = replace(small, messages=plan.messages // 50, channels=max(2, small.channels // 50), weeks=1)
    return Files(
        one=write_exports(folder / "one", plan),
        same=write_exports(folder / "same", replace(plan, days_later=1)),
        later=write_exports(folder / "later", replace(plan, revision=1)),
        several=write_exports(folder / "several", replace(plan, channels=_SEVERAL)),
        small=write_exports(folder / "small", small),
        week=write_exports(folder / "week", replace(week, end=plan.end + timedelta(days=7))),
    )


def run_round(server: Server, files: Files) -> dict[str, Taken]:
    """Import everything, and return what each import took."""
    taken = _imports_of_one(server, server.fresh("bench_import"), files)
    taken[SEVERAL] = _first_import(server, server.fresh("bench_several"), files.several)
    small = server.fresh("bench_small")
    taken[SMALL] = _first_import(server, small, files.small)
    taken[WEEK] = replace(_import(small, files.week, _PROCESSES), limit=taken[SMALL].limit)
    return taken


def _first_import(server: Server, settings: DatabaseSettings, files: list[Path]) -> Taken:
    taken = _import(settings, files, _PROCESSES)
    return replace(taken, limit=copy_all(server, write_copies(server, settings)))


def _imports_of_one(server: Server, settings: DatabaseSettings, files: Files) -> dict[str, Taken]:
    """Import the one file and its later versions; the limit is the mean of before these and after them."""
    taken = {FIRST: _import(settings, files.one)}
    copies = write_copies(server, settings)
    before = copy_all(server, copies)
    taken |= {
        name: _import(settings, paths) for name, paths in ((KNOWN, files.one), (SAME, files.same), (LATER, files.later))
    }
    limit = (before + copy_all(server, copies)) / 2
    return {name: replace(one, limit=limit) for name, one in taken.items()}


def _import(settings: DatabaseSettings, files: list[Path], processes: int = 0) -> Taken:
    with database.connect(settings, autocommit=True) as connection:
        connection.execute("VACUUM")
        (before,) = connection.execute("SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn").fetchone() or (0,)
        began = server_cpu_seconds(connection)
        measured = measured_import(database.conninfo(settings), *files, processes=processes)
        cpu_seconds = measured.cpu_seconds + server_cpu_seconds(connection) - began
        (after,) = connection.execute("SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn").fetchone() or (0,)
    return Taken(measured, cpu_seconds, float(after - before) / 1e6)


def write_copies(server: Server, settings: DatabaseSettings) -> dict[str, Path]:
    """Let the server write each table to a text file."""
    copies = {table: server.folder / f"{table}.copy" for table in TABLES}
    with database.connect(settings, autocommit=True) as connection:
        for table, path in copies.items():
            path.unlink(missing_ok=True)
            statement = sql.SQL("COPY {} TO {}").format(sql.Identifier(table), sql.Literal(str(path)))
            connection.execute(statement)
    return copies


def copy_all(server: Server, copies: dict[str, Path]) -> float:
    """Return how long the server needs to read those files into the same tables of a fresh database."""
    with database.connect(server.fresh("bench_limit")) as connection:
        began = time.perf_counter()
        for table, path in copies.items():
            statement = sql.SQL("COPY {} FROM {}").format(sql.Identifier(table), sql.Literal(str(path)))
            connection.execute(statement)
        connection.commit()
        return time.perf_counter() - began


@contextmanager
def _without_autovacuum(server: Server) -> Iterator[None]:
    with database.connect(server.settings, autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET autovacuum = off")
        connection.execute("SELECT pg_reload_conf()")
        try:
            yield
        finally:
            connection.execute("ALTER SYSTEM RESET autovacuum")
            connection.execute("SELECT pg_reload_conf()")


def import_section(server: Server, plan: Plan, rounds: int) -> Section:
    """Measure the imports of *plan*'s messages in *rounds* rounds."""
    files = make_files(server.folder / "imports", plan)
    os.sync()
    with _without_autovacuum(server):
        done = [run_round(server, files) for _ in range(rounds)]
    size = sum(path.stat().st_size for path in files.one) / 1e6
    rows, bars = [], [Bar("the server alone", 1)]
    for name in done[0]:
        taken = [each[name] for each in done]
        # Ratios within a round: the machine may be busier in one round than in another.
        ratio = statistics.median(one.measured.seconds / one.limit for one in taken)
        rows.append((name, *_cells(taken, ratio)))
        bars.append(Bar(name, round(ratio, 2)))
    return Section(
        "import",
        "Import",
        f"{plan.messages:,} messages, {size:,.0f} MB of JSON; {rounds} rounds, medians",
        (
            "import", "seconds", "of COPY", "times COPY", "messages/s", "seconds of processor", "peak MB of a process",
            "MB of write-ahead log",
        ),
        tuple(rows),
        tuple(bars),
        "times the server's own COPY",
    )  # fmt: skip


def _cells(taken: list[Taken], ratio: float) -> Iterator[str]:
    seconds = statistics.median(one.measured.seconds for one in taken)
    yield f"{seconds:.2f}"
    yield f"{statistics.median(one.limit for one in taken):.2f}"
    yield f"{ratio:.2f}"
    yield f"{taken[0].measured.messages / seconds:,.0f}" if taken[0].measured.messages else ""
    yield f"{statistics.median(one.cpu_seconds for one in taken):.1f}"
    yield f"{max(max(one.measured.peak_mb, one.measured.worker_mb) for one in taken):,.0f}"
    yield f"{statistics.median(one.wal_mb for one in taken):,.1f}"


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=200_000, help="default: %(default)s")
    parser.add_argument("--users", type=int, default=10_000, help="default: %(default)s")
    parser.add_argument("--rounds", type=int, default=3, help="default: %(default)s")
    options = parser.parse_args(argv)
    with bench_server() as server:
        print(as_text(import_section(server, Plan(options.messages, users=options.users), options.rounds)))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
