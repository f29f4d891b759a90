"""A window costs what lies in the window, and a search with its index what it finds."""

import re
from datetime import timedelta
from typing import ClassVar

import psycopg
import pytest
from psycopg import sql
from psycopg.types.json import Jsonb
from shared_database import database_copy

from discord_airflow import database as door
from discord_airflow.errors import BusyError
from discord_airflow.queries import search_index
from discord_airflow.queries.registry import QUERIES
from discord_airflow.queries.search_index import (
    create_search_index,
    drop_search_index,
    fetch_build_progress,
    fetch_parts_of_index,
    fetch_search_index,
)
from discord_airflow.queries.search_slices import WALKED_FIRST
from discord_airflow.snowflake import snowflake_at
from tests.rows.year import FILL, MANY, WINDOW

FEW_PAIRS = 5_000
"""The week has a thousand messages, and two hundred of them carry something."""

NEWCOMERS = """
INSERT INTO messages SELECT (changed).*
  FROM generate_series(1, 400) AS number, LATERAL (
    SELECT jsonb_populate_record(m, jsonb_build_object('id', m.id + number, 'author_id', 1000 + number)) AS changed
      FROM messages AS m WHERE kind = 0 ORDER BY id DESC LIMIT 1) AS one;
INSERT INTO channel_authors
    SELECT channel_id, author_id, sent_at, id, sent_at, id FROM messages WHERE author_id > 1000
"""

ON_A_WINDOW = [query for query in QUERIES.values() if "window" in query.parameters]


@pytest.fixture(scope="module")
def connection(server, template):
    """A year of 60 000 messages in 20 channels, analysed; nothing is changed but the index for searches."""
    with database_copy(server, template) as settings, door.connect(settings, autocommit=True) as opened:
        opened.execute(FILL)
        opened.execute("ANALYZE")
        yield opened


def read_of_messages(connection):
    """Return how often this transaction read the whole table of messages, and how many rows it found by an index."""
    row = connection.execute(
        "SELECT seq_scan, idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = 'messages'"
    ).fetchone()
    return row or (0, 0)


@pytest.mark.parametrize("query", ON_A_WINDOW, ids=lambda query: query.name)
def test_a_window_is_read_by_its_ids_and_not_out_of_the_whole_archive(connection, query):
    """No question about a week reads the whole table of messages, and none reads much more than its span."""
    with connection.transaction():
        before = read_of_messages(connection)
        assert query.run(connection, {"window": WINDOW}) or query.name in {"connectors", "new_people"}
        scans, found = (after - start for after, start in zip(read_of_messages(connection), before, strict=True))
    assert scans == 0
    assert found < MANY


class Explained(psycopg.Cursor):
    """A cursor that keeps how many pairs of rows each statement compares in vain."""

    compared: ClassVar[dict[str, int]] = {}

    def execute(self, query, parameters=None, **options):
        if parameters is not None:
            explained = psycopg.Cursor(self.connection).execute(
                sql.SQL("EXPLAIN (ANALYZE, FORMAT JSON) ") + sql.SQL(query), parameters
            )
            ((found,),) = explained.fetchall()
            Explained.compared[query.splitlines()[0]] = in_vain(found[0]["Plan"])
        return super().execute(query, parameters, **options)


def in_vain(node):
    """Return how many pairs of rows the joins of a plan look at and throw away."""
    here = node.get("Rows Removed by Join Filter", 0) * node["Actual Loops"]
    return here + sum(in_vain(below) for below in node.get("Plans", ()))


@pytest.mark.parametrize("query", ON_A_WINDOW, ids=lambda query: query.name)
def test_nothing_in_a_window_is_compared_with_everything_in_it(connection, query, monkeypatch):
    """Where the planner expects one row and there are thousands, it joins two lists by comparing each with each."""
    Explained.compared.clear()
    with connection.transaction(force_rollback=True):
        connection.execute(NEWCOMERS)
        monkeypatch.setattr(connection, "cursor_factory", Explained)
        query.run(connection, {"window": WINDOW})
    assert Explained.compared
    assert {asked: pairs for asked, pairs in Explained.compared.items() if pairs > FEW_PAIRS} == {}


@pytest.mark.parametrize("function", ["messages_in", "few_messages_in"])
def test_a_window_holds_what_was_sent_in_it_whatever_its_id_says(connection, function):
    """Both ways to read a window give what reading all messages gives, also where ids do not tell the times."""
    since, until = WINDOW.since, WINDOW.until
    edges = [edge + step * timedelta(milliseconds=1) for edge in (since, until) for step in (-1, 0, 1)]
    # The id's time, and the message's own: equal, half a minute apart, and apart by days (off the clock).
    shifts = [timedelta(), timedelta(seconds=30), -timedelta(seconds=30), timedelta(days=9), -timedelta(days=9)]
    rows = [(edge + shift, edge, abs(shift) > timedelta(minutes=1)) for edge in edges for shift in shifts]
    with connection.transaction(force_rollback=True):
        for number, (of_id, sent_at, off_clock) in enumerate(rows):
            connection.execute(
                "INSERT INTO messages SELECT (changed).*"
                " FROM (SELECT jsonb_populate_record(m, %s) AS changed FROM messages AS m LIMIT 1) AS one",
                [Jsonb({"id": snowflake_at(of_id) + number, "sent_at": sent_at.isoformat(), "off_clock": off_clock})],
            )
        raw = "SELECT id FROM messages WHERE sent_at >= %(since)s AND sent_at < %(until)s ORDER BY id"
        ids = sql.SQL("SELECT id FROM {}(%(since)s, %(until)s) ORDER BY id").format(sql.Identifier(function))
        asked = {"since": since, "until": until}
        assert connection.execute(ids, asked).fetchall() == connection.execute(raw, asked).fetchall()


def plan_of_search(connection, word, part):
    """Return the plan of a search for *word* in the messages of *part* of the index."""
    from discord_airflow.queries import search
    from discord_airflow.queries.search_text import parse_search
    from discord_airflow.sql_files import statement

    request = parse_search(word)
    parameters = {
        **search._words(request, database_folds_case=True),
        "signs": search._signs(connection, request),
        "since": search.FIRST_INSTANT,
        "until": part.until,
        "first_id": part.first_id,
        "end_id": part.end_id,
        "limit": 50,
        **dict.fromkeys(
            ("guild_ids", "excluded_channels", "channel_ids", "unwanted_channels", "author_ids", "unwanted_authors")
        ),
    }
    asked = sql.SQL("EXPLAIN (ANALYZE, TIMING OFF) ") + sql.SQL(statement("discord_airflow.queries", "search"))
    return "\n".join(row[0] for row in connection.execute(asked, parameters))


@pytest.mark.parametrize("word", ["северный", "олень", "СЕВЕРНЫЙ олень", "8f14e45fceea167a", "鯨骨", "鯨", "c#"])
def test_a_search_uses_its_index(connection, word):
    """With the index a rare word is found without reading the messages that do not have it, in any script."""
    create_search_index(connection)
    connection.execute("ANALYZE messages")
    (part,) = fetch_parts_of_index(connection)
    plan = plan_of_search(connection, word, part)
    assert f"Bitmap Index Scan on {part.name}" in plan
    assert "Seq Scan on messages" not in plan
    checked = [int(rows) for rows in re.findall(r"Rows Removed by Index Recheck: (\d+)", plan)]
    assert sum(checked) < 100


def test_a_repeated_search_still_uses_its_index(connection):
    """Of what is not the newest, the tenth search on a connection, too, reads only what it finds."""
    create_search_index(connection)
    connection.execute("ANALYZE messages")
    with connection.transaction():
        before = read_of_messages(connection)
        for _ in range(10):
            assert len(QUERIES["search"].run(connection, {"text": "олень"})) == 1
        scans, found = (after - start for after, start in zip(read_of_messages(connection), before, strict=True))
        # Counting back reads the newest as often as searching them.
        assert (scans, found < 10 * (2 * WALKED_FIRST + 1_000)) == (0, True)


def test_the_search_index_is_built_once_and_dropped_once(database_settings):
    """Building and dropping say whether there was anything to do."""
    with door.connect(database_settings, autocommit=True) as connection:
        assert fetch_search_index(connection) is None
        assert create_search_index(connection)
        assert not create_search_index(connection)
        found = fetch_search_index(connection)
        assert found.is_whole
        assert found.byte_size > 0
        assert fetch_build_progress(connection) is None
        assert drop_search_index(connection)
        assert not drop_search_index(connection)


def test_the_index_grows_by_parts_and_the_last_one_is_filled_up(database_settings, monkeypatch):
    """What came since the last build is taken by the next: into the last part until that is full, then into another."""
    monkeypatch.setattr(search_index, "PART_MESSAGES", 10_000)
    monkeypatch.setattr(search_index, "FEWEST_MESSAGES", 1_000)
    with door.connect(database_settings, autocommit=True) as connection:
        connection.execute(FILL.replace("generate_series(1, 60000)", "generate_series(35001, 60000)"))
        assert create_search_index(connection)
        first, second, third = fetch_parts_of_index(connection)
        assert (first.first_id, first.until, second.until) == (0, second.since, third.since)
        found = QUERIES["search"].run(connection, {"text": "олень"})
        assert len(found) == 1
        added = FILL[FILL.index("INSERT INTO messages") : FILL.index("INSERT INTO reactions")]
        oldest = 35_000
        for newest, is_enough, parts in ((34_501, False, 3), (30_001, True, 3), (29_501, False, 3), (25_001, True, 4)):
            connection.execute(added.replace("(1, 60000)", f"({newest}, {oldest})"))
            oldest = newest - 1
            assert create_search_index(connection) == is_enough
            assert len(fetch_parts_of_index(connection)) == parts
            assert all(part.is_whole for part in fetch_parts_of_index(connection))
        assert QUERIES["search"].run(connection, {"text": "олень"}) == found


def test_imports_of_new_messages_do_not_touch_the_index(database_settings):
    """What was sent after the last part costs what it costs without an index."""
    with door.connect(database_settings, autocommit=True) as connection:
        connection.execute(FILL.replace("generate_series(1, 60000)", "generate_series(50001, 60000)"))
        create_search_index(connection)
        added = FILL[FILL.index("INSERT INTO messages") : FILL.index("INSERT INTO reactions")]
        plan = "EXPLAIN (ANALYZE, WAL, TIMING OFF, FORMAT JSON) "
        sizes = "SELECT sum(pg_relation_size(indexrelid)) FROM pg_index WHERE indexrelid::regclass::text LIKE %s"
        before = connection.execute(sizes, ["messages_search_%"]).fetchone()
        with_index = connection.execute(plan + added.replace("(1, 60000)", "(40001, 50000)")).fetchone()[0]
        assert connection.execute(sizes, ["messages_search_%"]).fetchone() == before
        drop_search_index(connection)
        without = connection.execute(plan + added.replace("(1, 60000)", "(30001, 40000)")).fetchone()[0]
        assert with_index[0]["Plan"]["WAL Bytes"] < 1.1 * without[0]["Plan"]["WAL Bytes"]


def test_what_a_broken_off_build_left_is_replaced(database_settings):
    """An index that is not whole is of no use to any search and slows imports; the next build begins anew."""
    with door.connect(database_settings, autocommit=True) as connection:
        create_search_index(connection)
        connection.execute(
            "UPDATE pg_index SET indisvalid = false WHERE indexrelid::regclass::text LIKE 'messages_search_%'"
        )
        assert not fetch_search_index(connection).is_whole
        assert create_search_index(connection)
        assert fetch_search_index(connection).is_whole


def test_two_builds_at_once_do_not_meet(database_settings):
    """The second says that the first is at work."""
    with (
        door.connect(database_settings, autocommit=True) as first,
        door.connect(database_settings, autocommit=True) as second,
    ):
        first.execute("SELECT pg_advisory_lock(7236451121)")
        with pytest.raises(BusyError):
            create_search_index(second)
        first.execute("SELECT pg_advisory_unlock(7236451121)")
        assert create_search_index(second)


def test_an_index_is_never_built_inside_a_transaction(database):
    """PostgreSQL cannot do so without stopping every import."""
    with pytest.raises(ValueError, match="autocommit"):
        create_search_index(database)
