"""
Does a question about a week cost the week, or the archive behind it?

    python -m bench.query_scale                                   200,000 and 2,000,000 messages; some minutes
    python -m bench.query_scale --sizes 1000000 20000000          as in docs/benchmarks.md; half an hour, 12 GB of disk
    python -m bench.query_scale --sizes 1000000 20000000 --folder DIR     keeps the databases in DIR for the next time

Archives of different sizes get the same questions about the same week (see archive.py). A time is that of the
statements alone, the median of several rounds; where the server runs on this machine, the processor time of its session
stands beside it, which other work on the machine changes less. No session has helpers, whose
time would be seen nowhere.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from bench.archive import PLANTED, Archive, build
from bench.servers import bench_server
from discord_airflow import database
from discord_airflow.queries.registry import QUERIES
from discord_airflow.queries.search_index import create_search_index
from discord_airflow.queries.sources import fetch_source_messages
from discord_airflow.reporting import sections
from discord_airflow.reporting.build import build_report
from discord_airflow.reporting.request import ReportRequest
from discord_airflow.reporting.verify import verify_report
from discord_airflow.reporting.write import write_report
from discord_airflow.settings import DatabaseSettings
from discord_airflow.sql_files import statement
from discord_airflow.window import Window, window_ending

ZONE = "Europe/Helsinki"
ABSENT = "zyzzyvaqq"


@dataclass(frozen=True, slots=True)
class Cost:
    """Milliseconds of one thing in each round: on the clock, and of the server's processor (empty: not known)."""

    clock: tuple[float, ...]
    processor: tuple[float, ...]

    @property
    def median(self) -> float:
        """The median on the clock."""
        return statistics.median(self.clock)

    @property
    def processor_median(self) -> float | None:
        """The median of the processor's time."""
        return statistics.median(self.processor) if self.processor else None


@dataclass(frozen=True, slots=True)
class Measured:
    """What questions cost in an archive of *messages*: parts of the weekly report, single questions, searches."""

    messages: int
    report: dict[str, Cost]
    questions: dict[str, Cost]
    searches: dict[str, Cost]


class Statements(psycopg.Cursor[Any]):
    """A cursor that adds up what its statements cost: seconds on the clock and of the server's processor."""

    clock = 0.0
    processor = 0.0

    def execute(self, *arguments: Any, **options: Any) -> Any:
        began, worked = time.perf_counter(), _processor_seconds(self.connection)
        try:
            return super().execute(*arguments, **options)
        finally:
            Statements.clock += time.perf_counter() - began
            Statements.processor += _processor_seconds(self.connection) - worked


def _processor_seconds(connection: psycopg.Connection[Any]) -> float:
    """Return how long the server's session was at work so far; 0 where Linux does not tell."""
    try:
        return int(Path(f"/proc/{connection.info.backend_pid}/schedstat").read_text("ascii").split()[0]) / 1e9
    except (OSError, ValueError, IndexError):
        return 0.0


class _Rounds:
    def __init__(self) -> None:
        self.clock: dict[str, list[float]] = defaultdict(list)
        self.processor: dict[str, list[float]] = defaultdict(list)

    @contextmanager
    def measured(self, name: str) -> Iterator[None]:
        Statements.clock = Statements.processor = 0.0
        yield
        self.clock[name].append(1000 * Statements.clock)
        self.processor[name].append(1000 * Statements.processor)

    def costs(self) -> dict[str, Cost]:
        return {
            name: Cost(tuple(clock), tuple(self.processor[name]) if any(self.processor[name]) else ())
            for name, clock in self.clock.items()
        }


def measure(settings: DatabaseSettings, archive: Archive, rounds: int, *, search: bool) -> Measured:
    """Ask everything of the filled database of *settings*; with *search* its index is built first."""
    window = window_ending(archive.until, 7, ZONE)
    with _measured_session(settings) as connection:
        report = _report(connection, window, rounds)
    with _measured_session(settings, autocommit=True, read_only=True) as connection:
        questions = _questions(connection, window, rounds)
    searches: dict[str, Cost] = {}
    if search:
        with database.connect(settings, autocommit=True) as connection:
            create_search_index(connection)
        with _measured_session(settings, autocommit=True) as connection:
            searches = _searches(connection, rounds)
    return Measured(archive.messages, report, questions, searches)


@contextmanager
def _measured_session(settings: DatabaseSettings, **how: bool) -> Iterator[psycopg.Connection[Any]]:
    with database.connect(settings, **how) as connection:
        connection.execute("SET max_parallel_workers_per_gather = 0")
        connection.commit()
        connection.cursor_factory = Statements
        yield connection


def _report(connection: psycopg.Connection[Any], window: Window, rounds: int) -> dict[str, Cost]:
    """Ask what the tasks of discord_weekly ask, the messages of the digests included, and store it as they do."""
    request = ReportRequest("bench", window)
    found = _Rounds()
    for number in range(rounds + 1):
        if number == 1:
            found = _Rounds()  # the first round only warms up
        for section, questions in sections.QUESTIONS.items():
            with sections.snapshot(connection):
                with found.measured("servers and watermark"):
                    guild_ids = sections.reported_guilds(connection, ())
                    sections.seen_data(connection)
                coverages: sections.Coverages = {}
                for name, question in questions.items():
                    with found.measured(f"{section}: {name}"):
                        asked = question.parameters(request, guild_ids)
                        sections.answer(connection, question.query, asked, coverages)
        for guild_id in sections.reported_guilds(connection, ()):
            connection.rollback()
            with found.measured("digest: messages of one server"), sections.snapshot(connection):
                fetch_source_messages(connection, guild_id, window)
        with found.measured("whole report"):
            for section in sections.QUESTIONS:
                sections.compute_section(connection, section, request)
            for guild_id in guild_ids:
                with sections.snapshot(connection):
                    fetch_source_messages(connection, guild_id, window)
            report = build_report(connection, "bench")
        with tempfile.TemporaryDirectory() as folder, found.measured("verifying the report"):
            verify_report(connection, write_report(report, Path(folder))[0])
    return found.costs()


def _questions(connection: psycopg.Connection[Any], window: Window, rounds: int) -> dict[str, Cost]:
    """Ask every question of the registry as its command does."""
    channel, author = connection.execute(
        "SELECT channel_id, author_id FROM messages WHERE author_kind = 0 ORDER BY id DESC LIMIT 1"
    ).fetchone() or (0, 0)
    given: dict[str, Any] = {
        "window": window,
        "channel_id": channel,
        "user_id": author,
        "name": "member17",
        "text": "harbourlight",
    }
    found = _Rounds()
    for number in range(rounds + 1):
        if number == 1:
            found = _Rounds()
        for name, query in QUERIES.items():
            arguments = {key: value for key, value in given.items() if key in query.parameters}
            with found.measured(name.replace("_", "-")):
                query.run(connection, arguments)
        with found.measured("doctor"):
            connection.execute(statement("discord_airflow.doctor", "state"))
        with found.measured("only who is new"):
            connection.execute("SELECT * FROM first_messages_in(%s, %s, NULL, NULL)", (window.since, window.until))
        with found.measured("which week is due"):
            connection.execute(statement("discord_airflow.reporting", "data_end"), {"guild_ids": []})
    return found.costs()


def _searches(connection: psycopg.Connection[Any], rounds: int) -> dict[str, Cost]:
    """Search the newest 50 of each planted word and of one that no message holds."""
    words = [*((word.text, word.kind) for word in PLANTED), (ABSENT, "absent")]
    found = _Rounds()
    for number in range(rounds + 1):
        if number == 1:
            found = _Rounds()
        for text, kind in words:
            with found.measured(f"{text} ({kind})"):
                QUERIES["search"].run(connection, {"text": text})
    return found.costs()


def compare(sizes: Sequence[Measured]) -> Iterator[str]:
    """Yield the result as Markdown: one table each for the report, the questions and the searches."""
    yield from _table("Part of the weekly report", sizes, lambda one: one.report)
    yield from _table("Question", sizes, lambda one: one.questions)
    searched = [one for one in sizes if one.searches]
    if searched:
        yield from _table("Search, the newest 50", searched, lambda one: one.searches)


def _table(title: str, sizes: Sequence[Measured], part: Callable[[Measured], dict[str, Cost]]) -> Iterator[str]:
    heads = [f"{one.messages:,} messages" for one in sizes]
    yield f"| {title} | {' | '.join(heads)} | times as long |"
    yield f"| --- |{' ---: |' * (len(sizes) + 1)}"
    for name, last in part(sizes[-1]).items():
        cells = [_cell(part(one)[name]) for one in sizes]
        yield f"| {name} | {' | '.join(cells)} | {_value(last) / max(_value(part(sizes[0])[name]), 0.01):.1f} |"
    yield ""


def _value(cost: Cost) -> float:
    return cost.median if cost.processor_median is None else cost.processor_median


def _cell(cost: Cost) -> str:
    worked = cost.processor_median
    slow = sorted(cost.clock)[min(len(cost.clock) - 1, round(0.95 * len(cost.clock)))]
    text = f"{cost.median:.1f} ms (p95 {slow:.1f})"
    return text if worked is None else f"{text}, processor {worked:.1f}"


def run(
    folder: Path | None, archives: Sequence[Archive], rounds: int = 5, *, search_from: int = 0
) -> tuple[Measured, ...]:
    """
    Measure each of *archives*, in databases that are made where they are missing.

    In *folder* they are kept; without one they are removed afterwards. Searches are measured in archives of at least
    *search_from* messages, because their index takes its time.
    """
    if folder is None:
        with bench_server() as server:
            return tuple(_measure_on(server.settings, archive, rounds, search_from) for archive in archives)
    settings = DatabaseSettings(data_directory=folder, name="postgres")
    database.embedded().start(settings)
    try:
        return tuple(_measure_on(settings, archive, rounds, search_from) for archive in archives)
    finally:
        database.embedded().stop(settings)


def _measure_on(server: DatabaseSettings, archive: Archive, rounds: int, search_from: int) -> Measured:
    settings = server.model_copy(update={"name": f"archive_{archive.messages}"})
    with database.connect(server, autocommit=True) as connection:
        there = connection.execute("SELECT FROM pg_database WHERE datname = %s", (settings.name,)).fetchone()
    if there is None:
        build(settings, archive)
    with database.connect(settings) as connection:
        database.apply_schema(connection)
    return measure(settings, archive, rounds, search=archive.messages >= search_from)


def archives_of(sizes: Sequence[int]) -> list[Archive]:
    """Return archives of these sizes with the same last half-year; the smallest is one year old, all others five."""
    week = min(20_000, min(sizes) // 40)
    return [Archive(size, week, weeks=52 if size == min(sizes) else 260) for size in sorted(sizes)]


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[200_000, 2_000_000], help="messages of each archive")
    parser.add_argument("--rounds", type=int, default=5, help="default: %(default)s")
    parser.add_argument("--folder", type=Path, help="keep the databases here, and use those that are here")
    parser.add_argument("--search-from", type=int, default=1_500_000, help="smallest archive that is searched")
    options = parser.parse_args(argv)
    found = run(options.folder, archives_of(options.sizes), options.rounds, search_from=options.search_from)
    print("\n".join(compare(found)))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
