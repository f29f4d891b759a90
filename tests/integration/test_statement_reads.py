"""No statement reads a large table as a whole, or it stands here why it does."""

from pathlib import Path
from types import SimpleNamespace
from typing import ClassVar

import psycopg
import pytest
from shared_database import database_copy

import discord_airflow.queries
import discord_airflow.reporting
from discord_airflow import database as door
from discord_airflow.queries import sources
from discord_airflow.queries.coverage import fetch_collected_until, fetch_newest_message
from discord_airflow.queries.query_builder import fetch_search
from discord_airflow.queries.registry import QUERIES
from discord_airflow.reporting import sections
from discord_airflow.reporting.due import default_until
from discord_airflow.reporting.request import ReportRequest
from tests.rows.year import FILL, WINDOW

LARGE = ("messages", "reactions", "reaction_users", "mentions", "attachments", "embeds", "stickers",
         "channel_authors", "profiles")  # fmt: skip

LAST = "an index of last messages would change with every message; only the rows of who wrote lately are used"
ALLOWED = {
    ("membership", "channel_authors"): LAST,
    ("servers", "channel_authors"): "it counts everybody who ever wrote",
    ("section health", "channel_authors"): LAST,
    ("search from:", "profiles"): "a name is looked for among all names; people are few beside messages",
    ("users", "profiles"): "a part of a name is looked for among all names",
    ("search everywhere", "messages"): "without its index; test_query_plans.py looks at searches with it",
}
"""Who reads which table as a whole, and why that may be."""

BY_KEY = {
    "cached_answer": "one row of digest_chunks by its key",
    "store_answer": "writes that row",
    "token_ratios": "twenty rows by an index of digest_chunks",
    "runs_of_window": "one row a report ever made",
    "run": "one row by its key",
    "sections": "the few sections of a run, by its key",
}
"""Statements that no question below asks: none of them reads a table that grows with the messages."""


class Recorder(psycopg.Cursor):
    """A cursor that keeps what it is asked."""

    asked: ClassVar = set()

    def execute(self, query, *arguments, **options):
        Recorder.asked.add(query)
        return super().execute(query, *arguments, **options)


def compute(section):
    return lambda connection: sections.answer_section(connection, section, ReportRequest("run", WINDOW))


def asked_of(query):
    given = {"window": WINDOW, "channel_id": 3, "user_id": 117, "name": "user 117", "context": 2, "text": "in:channel"}
    return lambda connection: query.run(connection, {key: given[key] for key in query.parameters if key in given})


ZONE = SimpleNamespace(servers=(), report=SimpleNamespace(timezone="UTC"))
QUESTIONS = {
    **{name: asked_of(query) for name, query in QUERIES.items() if name != "search"},
    **{f"section {name}": compute(name) for name in sections.QUESTIONS},
    "digest": lambda connection: sources.fetch_source_messages(connection, 1, WINDOW),
    "servers of digests": lambda connection: sources.guilds_with_messages(connection, WINDOW),
    "newest message": fetch_newest_message,
    "collected until": fetch_collected_until,
    "which week is due": lambda connection: default_until(connection, ZONE, [1]),
    "search in the newest": lambda connection: fetch_search(connection, text="message", order="relevance"),
    "search everywhere": lambda connection: fetch_search(connection, text="鯨骨"),
    "search from:": lambda connection: fetch_search(connection, text='鯨骨 from:"user 117"'),
}


@pytest.fixture(scope="module")
def connection(server, template):
    """A year of messages, analysed; nothing changes it."""
    with database_copy(server, template) as settings, door.connect(settings, autocommit=True) as opened:
        opened.execute(FILL)
        opened.execute("ANALYZE")
        opened.cursor_factory = Recorder
        yield opened


def reads(connection):
    """Return how often this session read each large table as a whole, and how many rows it fetched by an index."""
    found = connection.execute(
        "SELECT relname, seq_scan, coalesce(idx_tup_fetch, 0) FROM pg_stat_xact_user_tables WHERE relname = ANY (%s)",
        [list(LARGE)],
    )
    return {table: (scans, rows) for table, scans, rows in found.fetchall()}


@pytest.mark.parametrize("name", QUESTIONS)
def test_no_question_reads_a_large_table_as_a_whole(connection, name):
    """What lies outside of a window costs nothing, whichever table it lies in."""
    sizes = dict(connection.execute("SELECT relname, reltuples FROM pg_class WHERE relkind = 'r'").fetchall())
    with connection.transaction(force_rollback=True):
        before = reads(connection)
        QUESTIONS[name](connection)
        after = reads(connection)
    whole = {
        table
        for table, (scans, rows) in after.items()
        if scans > before.get(table, (0, 0))[0] or rows - before.get(table, (0, 0))[1] >= sizes[table]
    }
    assert whole == {table for question, table in ALLOWED if question == name}


def test_every_statement_is_asked_here_or_has_a_reason(connection):
    """A new .sql file comes with a question above, or with a reason why it needs none."""
    for ask in QUESTIONS.values():
        with connection.transaction(force_rollback=True):
            ask(connection)
    folders = [
        Path(package.__file__).parent / "sql" for package in (discord_airflow.queries, discord_airflow.reporting)
    ]
    files = {path.stem: path.read_text(encoding="utf-8") for folder in folders for path in folder.glob("*.sql")}
    reading = {name for name, text in files.items() if not text.split("\n", 1)[1].startswith(("INSERT", "DELETE"))}
    assert reading - {name for name, text in files.items() if text in Recorder.asked} == BY_KEY.keys() - {
        "store_answer"
    }
