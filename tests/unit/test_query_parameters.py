"""Parameters of queries as JSON: what a receipt holds gives the same question again."""

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from discord_airflow.errors import UsageError
from discord_airflow.queries.parameters import PARAMETERS, from_json
from discord_airflow.queries.registry import QUERIES, row_to_json
from discord_airflow.queries.rows import Connector, DayPoint, GuildMessages, NewPerson
from discord_airflow.window import Window

ids = st.lists(st.integers(0, 2**63 - 1), max_size=4).map(tuple)
zones = st.integers(-14 * 4, 14 * 4).map(lambda quarters: timezone(timedelta(minutes=15 * quarters)))
instants = st.datetimes(datetime(1970, 1, 3), datetime(2100, 1, 1), timezones=zones)
windows = st.builds(
    lambda since, length: Window(since, since + length, "Europe/Helsinki"),
    instants,
    st.timedeltas(timedelta(microseconds=1), timedelta(days=900)),
)
VALUES = {
    "window": windows,
    "since": instants,
    "until": instants,
    "zone": st.just("Asia/Tokyo"),
    "text": st.text(),
    "name": st.text(),
    "order": st.sampled_from(["newest", "relevance"]),
    **dict.fromkeys(("guild_ids", "excluded_channels", "channel_ids", "author_ids"), ids),
    **dict.fromkeys(("channel_id", "user_id"), st.integers(0, 2**63 - 1)),
    **dict.fromkeys(("limit", "weeks", "months", "min_messages", "context"), st.integers(0, 10**6)),
}


@pytest.mark.parametrize("query", QUERIES.values(), ids=lambda query: query.name)
@given(data=st.data())
def test_parameters_survive_json(query, data):
    """Whatever a query was asked, its receipt asks the same; and every parameter has a way to be written."""
    arguments = {
        name: data.draw(VALUES[name] | st.none() if name == "limit" else VALUES[name]) for name in query.parameters
    }
    receipt = json.loads(json.dumps(query.receipt(arguments)))
    assert receipt["query"] == query.name
    assert from_json(receipt["parameters"], frozenset(query.parameters)) == arguments


def test_every_parameter_of_every_query_can_be_written():
    """A parameter that is new to a query needs its way into a receipt."""
    known = {*PARAMETERS, "window"}
    assert {name for query in QUERIES.values() for name in query.parameters} == known


@pytest.mark.parametrize(
    "parameters",
    [
        {},
        {"since": "2026-01-01T00:00:00Z", "until": "2026-01-08T00:00:00Z"},
        {"since": "2026-01-01T00:00:00", "until": "2026-01-08T00:00:00Z", "zone": "UTC"},
        {"since": "2026-01-09T00:00:00Z", "until": "2026-01-08T00:00:00Z", "zone": "UTC"},
        {"since": "2026-01-01T00:00:00Z", "until": "2026-01-08T00:00:00Z", "zone": "Mars/Base"},
        {"since": 5, "until": "2026-01-08T00:00:00Z", "zone": "UTC"},
        {"since": None, "until": "2026-01-08T00:00:00Z", "zone": "UTC"},
        {"since": "2026-01-01T00:00:00Z", "until": "2026-01-08T00:00:00Z", "zone": "UTC", "limit": "5"},
        {"since": "2026-01-01T00:00:00Z", "until": "2026-01-08T00:00:00Z", "zone": "UTC", "guild_ids": "1"},
        {"since": "2026-01-01T00:00:00Z", "until": "2026-01-08T00:00:00Z", "zone": "UTC", "guild_ids": [1]},
        {"since": "2026-01-01T00:00:00Z", "until": "2026-01-08T00:00:00Z", "zone": "UTC", "sql": "DROP TABLE"},
    ],
)
def test_a_receipt_that_somebody_changed_is_refused_in_a_sentence(parameters):
    """A file may come from anywhere; what makes no sense is named and never asked."""
    with pytest.raises(UsageError, match=r"\w+ .*\."):
        from_json(parameters, frozenset(QUERIES["contributors"].parameters))


def test_rows_as_json_spell_ids_as_text_and_carry_links():
    """JavaScript rounds large numbers; instants are in UTC, days are dates, nested rows are objects."""
    at = datetime(2026, 3, 1, 9, tzinfo=timezone(timedelta(hours=2)))
    person = NewPerson(1, "Harbour", 2, "ada", 3, "general", 4, at, None, 5)
    written = row_to_json(person)
    assert (written["user_id"], written["first_message_at"]) == ("2", "2026-03-01T07:00:00Z")
    assert (written["first_reply_at"], written["messages"]) == (None, 5)
    assert written["link"] == "https://discord.com/channels/1/3/4"
    assert row_to_json(Connector(2, "ada", 5, (GuildMessages(1, "Harbour", "Ada", 5),)))["guilds"] == [
        {"guild_id": "1", "guild_name": "Harbour", "name": "Ada", "messages": 5}
    ]
    day = DayPoint(1, at.date(), at, at.astimezone(UTC), "none", None, None)
    assert (row_to_json(day)["day"], row_to_json(day)["messages"]) == ("2026-03-01", None)


def test_row_types_are_known_without_rows():
    """CSV needs its heading also when there is nothing below it."""
    assert QUERIES["new_people"].row_type is NewPerson
    assert {query.row_type.__name__ for query in QUERIES.values()} >= {"Watermark", "SearchHit", "UserMatch"}
