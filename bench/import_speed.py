"""
How fast is an import, held against the server's own COPY of the same rows?

    python -m bench.import_speed                      200,000 messages, three rounds, about a minute
    python -m bench.import_speed --messages 1000000 --rounds 5

In every round the server copies from ready text files what the import wrote: the same rows, in the same order, into
the same tables with the same indexes, in one transaction. That is the limit, and all other times are given as multiples
of it; of several rounds the median counts. The last lines import the file again, the same messages in a later file, and
many small files. With --processes the messages stand in several files, and so many workers import them.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from psycopg import sql

from bench.generator import Plan, write_exports
from bench.measured_import import Measured, measured_import
from bench.servers import TABLES, Server, bench_server
from discord_airflow import database
from discord_airflow.settings import DatabaseSettings


@dataclass(frozen=True)
class Round:
    """One round: all of it on the same server, one after the other."""

    limit: float
    first: Measured
    known: Measured
    later: Measured
    several: Measured | None
    small: Measured | None


def run_round(
    server: Server, files: list[Path], later: list[Path], several: list[Path], small: list[Path], processes: int
) -> Round:
    """Import everything into fresh databases, and let the server copy the rows of the first import."""
    settings = server.fresh("bench_import")
    conninfo = database.conninfo(settings)
    first = measured_import(conninfo, *files)
    copies = write_copies(server, settings)
    limit = copy_all(server, copies)
    known = measured_import(conninfo, *files)
    again = measured_import(conninfo, *later)
    shared = many = None
    if several:
        shared = measured_import(database.conninfo(server.fresh("bench_small")), *several, processes=processes)
    if small:
        many = measured_import(database.conninfo(server.fresh("bench_small")), *small, processes=processes)
    return Round(limit, first, known, again, shared, many)


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


def report(rounds: list[Round]) -> Iterator[str]:
    """Yield the lines of the result."""
    limit = statistics.median(one.limit for one in rounds)
    messages = rounds[0].first.messages
    yield f"{'':34}{'seconds':>9}{'x limit':>9}{'messages/s':>12}{'peak MB':>9}{'CPU':>7}"
    yield f"{'the server alone, COPY FROM files':34}{limit:9.2f}{1:9.2f}{messages / limit:12,.0f}{'':9}"
    rows = [("first import, one process", [one.first for one in rounds])]
    rows.append(("the same file again", [one.known for one in rounds]))
    rows.append(("the messages in a later file", [one.later for one in rounds]))
    rows.append(("several files, several processes", [one.several for one in rounds if one.several is not None]))
    rows.append(("the messages in small files", [one.small for one in rounds if one.small is not None]))
    for name, measured in rows:
        if not measured:
            continue
        seconds = statistics.median(one.seconds for one in measured)
        # Ratios within a round: the machine may be busier in one round than in another.
        ratio = statistics.median(one.seconds / each.limit for one, each in zip(measured, rounds, strict=False))
        peak = max(max(one.peak_mb, one.worker_mb) for one in measured)
        cpu = statistics.median(one.cpu_seconds for one in measured)
        yield f"{name:34}{seconds:9.2f}{ratio:9.2f}{messages / seconds:12,.0f}{peak:9.0f}{cpu:7.1f}"


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=200_000, help="default: %(default)s")
    parser.add_argument("--users", type=int, default=10_000, help="default: %(default)s")
    parser.add_argument("--rounds", type=int, default=3, help="default: %(default)s")
    parser.add_argument("--small-files", type=int, default=0, help="also as so many files (default: none)")
    parser.add_argument("--processes", type=int, default=2, help="0: none but our own (default: %(default)s)")
    parser.add_argument("--files", type=int, default=8, help="for several processes (default: %(default)s)")
    options = parser.parse_args(argv)
    with bench_server() as server:
        folder = server.folder / "exports"
        plan = Plan(options.messages, users=options.users)
        files = write_exports(folder / "big", plan)
        later = write_exports(folder / "later", Plan(options.messages, users=options.users, revision=1))
        many = Plan(options.messages, users=options.users, channels=options.small_files or 1, guilds=4)
        small = write_exports(folder / "small", many) if options.small_files else []
        shares = Plan(options.messages, users=options.users, channels=options.files)
        several = write_exports(folder / "several", shares) if options.processes else []
        rounds = [run_round(server, files, later, several, small, options.processes) for _ in range(options.rounds)]
        size = sum(path.stat().st_size for path in files) / 1e6
        print(f"{options.messages:,} messages, {size:,.0f} MB of JSON, {options.rounds} rounds, medians")
        print("\n".join(report(rounds)))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
