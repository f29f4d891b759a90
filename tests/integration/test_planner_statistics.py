"""What the planner knows is brought up to date where an import has outgrown it, and only there."""

from pathlib import Path

import pytest
from export_documents import document, message, write
from psycopg import sql
from shared_database import shared_database

from discord_airflow import database as door
from discord_airflow.collectors.importer import import_paths
from discord_airflow.collectors.planner_statistics import analyze_grown
from discord_airflow.collectors.tables import ALL_TABLES

SAMPLE = Path(__file__).parents[2] / "sample" / "exports"

FILL = """
    INSERT INTO users (id, name, author_kind, observed_at) SELECT n, 'Somebody ' || n, 0, now()
      FROM generate_series(%s::int, %s::int) n
"""


@pytest.fixture(scope="module")
def shared(server, template):
    """A database for all tests of this module, in which nobody else analyses anything."""
    with shared_database(server, template) as connection:
        for table in ALL_TABLES:
            connection.execute(sql.SQL("ALTER TABLE {} SET (autovacuum_enabled = off)").format(sql.Identifier(table)))
        yield connection


def test_a_table_is_looked_at_again_when_it_grew_by_a_tenth(connection):
    """A first filling and more than a tenth are analysed; two hundredths are not."""
    connection.execute(FILL, [1, 20_000])
    assert analyze_grown(connection) == ["users"]
    assert analyze_grown(connection) == []
    connection.execute(FILL, [20_001, 20_400])
    assert analyze_grown(connection) == []
    connection.execute(FILL, [20_401, 30_000])
    assert analyze_grown(connection) == ["users"]
    assert connection.execute("SELECT reltuples FROM pg_class WHERE relname = 'users'").fetchone() == (30_000,)


def test_people_who_were_only_seen_again_are_not_looked_at(connection):
    """A week's files move the time of nearly everybody; what the planner knows stays true."""
    connection.execute(FILL, [1, 20_000])
    assert analyze_grown(connection) == ["users"]
    for _ in range(3):
        connection.execute("UPDATE users SET observed_at = observed_at + interval '1 hour' WHERE id % 40 = 0")
        connection.execute("SELECT pg_stat_force_next_flush()")
    connection.execute("UPDATE users SET observed_at = observed_at + interval '1 day' WHERE id <= 1_000")
    assert analyze_grown(connection) == []


def test_an_import_ends_with_it_and_a_small_one_does_not(connection, server, tmp_path):
    """The messages of a first import are known to the planner; those of a small one after it are left to autovacuum."""
    settings = server.model_copy(update={"name": connection.info.dbname})
    known = "SELECT reltuples FROM pg_class WHERE relname = 'messages'"
    messages = [message(minute, "words " * 40) for minute in range(1_100)]
    for name, part, expected in (("first", messages[:1000], 1000), ("small", messages[1000:], 1000)):
        path = write(tmp_path, document(*part), f"{name}.json")
        assert import_paths([path], lambda: door.connect(settings)).counts.new == len(part)
        assert connection.execute(known).fetchone() == (expected,)


def filled(connection):
    names = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    return {
        name
        for (name,) in connection.execute(names).fetchall()
        if connection.execute(sql.SQL("SELECT FROM {} LIMIT 1").format(sql.Identifier(name))).fetchall()
    }


def test_no_table_that_an_import_fills_is_left_out(connection, server):
    """Whatever has rows only after the sample was imported is among those that are looked at."""
    settings = server.model_copy(update={"name": connection.info.dbname})
    before = filled(connection)
    import_paths([SAMPLE], lambda: door.connect(settings))
    assert filled(connection) - before <= set(ALL_TABLES)
