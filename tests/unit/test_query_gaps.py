"""What was collected of a span, told from the gaps of its channels."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from discord_airflow.queries.gaps import GuildGaps, IdGap, joined
from discord_airflow.snowflake import snowflake_at

START = datetime(2026, 1, 1, tzinfo=UTC)


def at(hours):
    return START + timedelta(hours=hours)


def gap(first, end):
    return IdGap(snowflake_at(at(first)), snowflake_at(at(end)))


OLD = (5, 6)  # ids of channels made long ago


def state(gaps, first, end, made=OLD, *, has_messages=False):
    return GuildGaps(made, gaps).state(at(first), at(end), has_messages=has_messages)


def test_without_gaps_a_span_is_complete():
    """Every channel was exported all the time."""
    assert state((), 0, 10) == "complete"


def test_a_gap_of_one_channel_makes_a_span_partial():
    """One channel of two lacks an hour."""
    assert state((gap(3, 4),), 0, 10) == "partial"


def test_a_span_between_gaps_is_complete():
    """Spans are half-open: a gap that begins where the span ends, or ends where it begins, does not touch it."""
    assert state((gap(0, 2), gap(4, 6)), 2, 4) == "complete"


def test_nothing_was_collected_where_every_channel_lacks_the_span():
    """All channels have the span in a gap."""
    assert state((gap(0, 10), gap(2, 8)), 3, 7) == "none"


def test_a_span_with_messages_was_collected_in_part():
    """Whatever the coverage says, a stored message shows that something was collected."""
    assert state((gap(0, 10), gap(2, 8)), 3, 7, has_messages=True) == "partial"


def test_a_channel_needs_no_export_from_before_it_was_made():
    """A channel that is younger than the span neither completes it nor makes a gap."""
    young = snowflake_at(at(20))
    assert state((gap(0, 10),), 3, 7, made=(5, young)) == "none"
    assert state((), 3, 7, made=(young,)) == "complete"


def test_a_guild_without_exported_channels_was_not_collected():
    """A server that is only known by name has unknown figures."""
    assert state((), 0, 10, made=()) == "none"


def test_a_span_below_a_millisecond_of_the_gap_is_inside_it():
    """The database cuts to milliseconds, and so does the question."""
    edge = at(10) + timedelta(microseconds=500)
    gaps = GuildGaps((5,), (gap(0, 10),))
    assert gaps.state(at(3), edge, has_messages=False) == "none"


channels = st.lists(
    st.tuples(st.integers(0, 12), st.lists(st.tuples(st.integers(0, 12), st.integers(1, 6)), max_size=3)), max_size=4
)


@given(channels=channels, first=st.integers(0, 11), length=st.integers(1, 6), has_messages=st.booleans())
def test_the_state_is_that_of_every_channel_hour_by_hour(channels, first, length, has_messages):
    """The same as asking each channel about each hour."""
    missing, made, gaps = [], [], []
    for made_at, found in channels:
        hours = {hour for start, width in found for hour in range(start, start + width) if hour >= made_at}
        made.append(snowflake_at(at(made_at)))
        gaps += [gap(hour, hour + 1) for hour in hours]
        missing += [hour in hours for hour in range(first, first + length) if hour >= made_at]
    if not channels:
        expected = "partial" if has_messages else "none"
    elif not any(missing):
        expected = "complete"
    else:
        expected = "none" if all(missing) and not has_messages else "partial"
    assert state(tuple(gaps), first, first + length, made=tuple(made), has_messages=has_messages) == expected


@pytest.mark.parametrize(
    ("parts", "whole"),
    [
        ({"complete"}, "complete"),
        ({"none"}, "none"),
        ({"complete", "none"}, "partial"),
        ({"partial"}, "partial"),
        ((), "complete"),
    ],
)
def test_a_whole_is_as_good_as_its_parts(parts, whole):
    """Only complete parts make a complete whole."""
    assert joined(parts) == whole
