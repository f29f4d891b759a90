"""Ids hold the millisecond in which a thing was made."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from discord_airflow.snowflake import LARGEST_SNOWFLAKE, jump_link, parse_snowflake, snowflake_at, time_of

snowflakes = st.integers(min_value=1, max_value=LARGEST_SNOWFLAKE)
instants = st.datetimes(min_value=datetime(2015, 1, 1), max_value=datetime(2080, 1, 1), timezones=st.just(UTC))


def test_the_example_of_discords_own_documentation():
    """
    The id that Discord's reference takes apart was made on 30 April 2016 at 11:18:25.796 UTC.
    """
    assert time_of(175928847299117063) == datetime(2016, 4, 30, 11, 18, 25, 796000, tzinfo=UTC)


@given(snowflakes)
def test_an_id_lies_in_the_millisecond_it_was_made_in(snowflake):
    """
    An id is not below the smallest id of its own time, and below the smallest of the next millisecond.
    """
    made = time_of(snowflake)
    assert snowflake_at(made) <= snowflake < snowflake_at(made + timedelta(milliseconds=1))


@given(snowflakes, instants)
def test_comparing_ids_is_comparing_times(snowflake, instant):
    """
    An id range selects exactly the messages of a half-open window, also when its end lies inside a millisecond.
    """
    assert (snowflake >= snowflake_at(instant)) == (time_of(snowflake) >= instant)


def test_instants_outside_discords_time_are_below_or_above_every_id():
    """
    A window may begin before Discord did and end after its last id.
    """
    assert snowflake_at(datetime(1999, 12, 31, tzinfo=UTC)) == 0
    assert snowflake_at(datetime(2999, 12, 31, tzinfo=UTC)) == LARGEST_SNOWFLAKE + 1


def test_the_zone_of_an_instant_does_not_matter():
    """
    The same instant told in two zones has the same id; one without a zone is refused.
    """
    noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert snowflake_at(noon) == snowflake_at(noon.astimezone(timezone(timedelta(hours=5, minutes=45))))
    with pytest.raises(ValueError, match="has no time zone"):
        snowflake_at(datetime(2026, 3, 1, 12))


@given(snowflakes)
def test_an_id_survives_being_written_down(snowflake):
    """
    Writing an id and reading it again gives the same id.
    """
    assert parse_snowflake(str(snowflake)) == snowflake


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "0",
        "-1",
        "+1",
        "1.0",
        "1e3",
        "0x10",
        " 1",
        "1\n",
        "1_000",
        "٣",
        "²",
        "one",
        "9223372036854775808",
        "9" * 5000,
    ],
)
def test_what_is_no_id_is_refused(text):
    """
    Only plain digits between 1 and 2**63 - 1 are an id, and the error is short however long the text.
    """
    with pytest.raises(ValueError, match="is not an id") as caught:
        parse_snowflake(text)
    assert len(str(caught.value)) < 120


def test_a_jump_link_opens_the_message():
    """
    Direct messages have no guild; their links name @me.
    """
    assert jump_link(10, 20, 30) == "https://discord.com/channels/10/20/30"
    assert jump_link(0, 20, 30) == jump_link(None, 20, 30) == "https://discord.com/channels/@me/20/30"
