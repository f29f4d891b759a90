"""A window costs what lies in the window, and a search with its index what it finds."""

import re
from datetime import UTC, datetime

import pytest

from discord_airflow import database as door
from discord_airflow.errors import BusyError
from discord_airflow.queries.registry import QUERIES
from discord_airflow.queries.search_index import (
    create_search_index,
    drop_search_index,
    fetch_build_progress,
    fetch_search_index,
)
from discord_airflow.window import window_ending
from tests.rows.databases import shared_database

UNTIL = datetime(2026, 11, 22, 7, tzinfo=UTC)
WINDOW = window_ending(UNTIL, 7, "Europe/Helsinki")
MANY = 60_000

FILL = """
INSERT INTO guilds (id, name, raw, observed_at) VALUES (1, 'Harbour', '{}', now());
INSERT INTO channels (id, guild_id, kind, name, raw, observed_at)
    SELECT number, 1, 0, 'channel ' || number, '{}', now() FROM generate_series(1, 20) AS number;
INSERT INTO users (id, name, author_kind, observed_at)
    SELECT number, 'user ' || number, 0, now() FROM generate_series(100, 599) AS number;
INSERT INTO coverage (channel_id, after_id, before_id, observed_at, state)
    SELECT number, 0, 9223372036854775807, now(), 'claimed' FROM generate_series(1, 20) AS number;
INSERT INTO messages (id, channel_id, author_id, author_profile, digest, sent_at, observed_at, kind, author_kind,
                      utc_offset, variant, is_pinned, off_clock, type, content)
    SELECT snowflake_at(at), 1 + number % 20, 100 + number % 500, 0, 0, at, at,
           CASE WHEN number % 9 = 0 THEN 19 ELSE 0 END, 0, 0, 0, false, false, '',
           'message ' || md5(number::text) || CASE number WHEN 7 THEN ' северный олень' ELSE '' END
      FROM generate_series(1, 60000) AS number,
           LATERAL (SELECT timestamptz '2026-11-22 07:00+00' - number * interval '8 minutes 45 seconds' AS at) AS times;
INSERT INTO reactions (message_id, position, emoji, count, users_listed)
    SELECT id, 0, 1, 3, true FROM messages WHERE id % 5 = 0;
INSERT INTO channel_authors
    SELECT channel_id, author_id, min(sent_at), min(id), max(sent_at), max(id) FROM messages GROUP BY 1, 2;
"""

ON_A_WINDOW = [query for query in QUERIES.values() if "window" in query.parameters]


@pytest.fixture(scope="module")
def connection(server, template):
    """A year of 60 000 messages in 20 channels, analysed; nothing is changed but the index for searches."""
    with shared_database(server, template) as settings, door.connect(settings, autocommit=True) as opened:
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


def plan_of_search(connection, word):
    """Return the plan of a search for *word* in all messages."""
    from discord_airflow.queries import search
    from discord_airflow.queries.search_text import parse_search
    from discord_airflow.sql_files import statement

    parameters = {
        **search._words(parse_search(word), database_folds_case=True),
        "since": search.FIRST_INSTANT,
        "until": search.LAST_INSTANT,
        "by_relevance": False,
        "limit": 50,
        "candidates": 50,
        **dict.fromkeys(
            ("guild_ids", "excluded_channels", "channel_ids", "unwanted_channels", "author_ids", "unwanted_authors")
        ),
    }
    sql = statement("discord_airflow.queries", "search")
    return "\n".join(row[0] for row in connection.execute(f"EXPLAIN (ANALYZE, TIMING OFF) {sql}", parameters))


@pytest.mark.parametrize("word", ["северный", "олень", "СЕВЕРНЫЙ олень", "8f14e45fceea167a"])
def test_a_search_uses_its_index(connection, word):
    """With the index a rare word is found without reading the messages that do not have it, in any script."""
    create_search_index(connection)
    connection.execute("ANALYZE messages")
    plan = plan_of_search(connection, word)
    assert "Bitmap Index Scan on messages_content_trigrams" in plan
    assert "Seq Scan on messages" not in plan
    checked = [int(rows) for rows in re.findall(r"Rows Removed by Index Recheck: (\d+)", plan)]
    assert sum(checked) < 100


def test_a_repeated_search_still_uses_its_index(connection):
    """The tenth search on a connection is planned for its own words too; a plan for any words would read everything."""
    create_search_index(connection)
    connection.execute("ANALYZE messages")
    with connection.transaction():
        before = read_of_messages(connection)
        for _ in range(10):
            assert len(QUERIES["search"].run(connection, {"text": "олень"})) == 1
        scans, found = (after - start for after, start in zip(read_of_messages(connection), before, strict=True))
    assert (scans, found < 1000) == (0, True)


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


def test_what_a_broken_off_build_left_is_replaced(database_settings):
    """An index that is not whole is of no use to any search and slows imports; the next build begins anew."""
    with door.connect(database_settings, autocommit=True) as connection:
        create_search_index(connection)
        connection.execute(
            "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'messages_content_trigrams'::regclass"
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
