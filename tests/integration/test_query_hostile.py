"""Whatever comes in through a parameter is a value: never SQL, never an error of the database."""

import re
from datetime import UTC, datetime, timedelta, timezone
from inspect import Parameter

import psycopg
import pytest
from shared_database import database_copy

from discord_airflow import database
from discord_airflow.errors import UsageError
from discord_airflow.queries.registry import QUERIES
from discord_airflow.window import Window, window_ending
from tests.rows.naughty import NAUGHTY
from tests.rows.world import store
from tests.rows.worlds import UNTIL, all_covered, random_world

WINDOW = window_ending(UNTIL, 7, "Europe/Helsinki")
REQUIRED = {"window": WINDOW, "channel_id": 10, "user_id": 100, "name": "ada", "text": "hello before:2027-01-01"}
NUMBERS = (-(2**63), -1, 0, 1, 2, 7, 2**31, 2**63 - 1, 2**63, 10**30)
INSTANTS = (
    datetime.min.replace(tzinfo=UTC),
    datetime.max.replace(tzinfo=UTC),
    datetime(2015, 1, 1, tzinfo=UTC),
    datetime(2084, 1, 1, tzinfo=UTC),
    datetime(2200, 1, 1, tzinfo=timezone(timedelta(hours=-14))),
    UNTIL,
)
CASES = [(query, name) for query in QUERIES.values() for name in query.parameters]


@pytest.fixture(scope="module")
def world(server, template):
    """A connection to a small world that all tests of this module ask."""
    with database_copy(server, template) as settings, database.connect(settings) as connection:
        store(connection, all_covered(random_world(5)))
        connection.commit()
        yield connection


@pytest.fixture
def stored(world):
    """The same, and a count of its messages that must not change."""
    before = world.execute("SELECT count(*), max(id) FROM messages").fetchone()
    yield world
    world.rollback()
    assert world.execute("SELECT count(*), max(id) FROM messages").fetchone() == before


def values_of(name):
    """Return values of the parameter's type that nobody in their right mind would pass."""
    if name in {"text", "name", "order", "zone"}:
        return NAUGHTY
    if name in {"guild_ids", "excluded_channels", "channel_ids", "author_ids"}:
        return [(), *((number,) for number in NUMBERS), tuple(range(5000)), (1, 1, 1)]
    if name in {"since", "until"}:
        return INSTANTS
    if name == "window":
        pairs = [(since, until) for since in INSTANTS for until in INSTANTS if since < until]
        windows = [Window(since, until, zone) for since, until in pairs for zone in ("UTC", "Asia/Kathmandu")]
        return [*windows, WINDOW]
    return NUMBERS


@pytest.mark.parametrize(("query", "name"), CASES, ids=lambda value: getattr(value, "name", value))
def test_no_value_of_any_parameter_is_an_error_of_the_database(stored, query, name):
    """Each value is answered or refused in a sentence of ours."""
    required = {key: REQUIRED[key] for key, one in query.parameters.items() if one.default is Parameter.empty}
    refused = 0
    for value in values_of(name):
        try:
            query.run(stored, {**required, name: value})
        except UsageError as error:
            refused += str(error).endswith(".") or pytest.fail(f"{error} is not a sentence")
        except psycopg.Error as error:
            pytest.fail(f"{name}={value!r}: {error}")
    assert refused < len(values_of(name)) or name == "order"


def test_there_are_five_hundred_naughty_values():
    """The corpus has the size that the promise names."""
    assert len(NAUGHTY) >= 500


def test_a_text_that_is_searched_for_is_found_literally(stored):
    """Whatever a message says, searching for exactly that in quotation marks finds it."""
    corpus = [
        text
        for text in NAUGHTY
        if re.search(r"\S", text) and len(text) < 1500 and not re.search('["\0\ud800-\udfff“”„‟«»]', text)
    ]
    message = stored.execute("SELECT id, content FROM messages WHERE deleted_at IS NULL ORDER BY id LIMIT 1").fetchone()
    for text in corpus:
        typed = " ".join(text.split())
        stored.execute("UPDATE messages SET content = %s WHERE id = %s", (f"before {typed} after", message[0]))
        found = QUERIES["search"].run(stored, {"text": f'"{typed}"', "limit": 500})
        assert message[0] in [hit.message_id for hit in found], text
