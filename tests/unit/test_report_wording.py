"""Numbers, changes and times in words."""

from datetime import UTC, date, datetime, timedelta

import pytest

from discord_airflow.reporting import wording
from discord_airflow.window import Window, window_ending


@pytest.mark.parametrize(
    ("value", "written"), [(0, "0"), (999, "999"), (1234567, "1,234,567"), (None, "not collected"), (12.345, "12.3")]
)
def test_numbers_have_separated_thousands_and_unknown_is_no_number(value, written):
    """None is never printed as a figure, above all not as 0."""
    assert wording.number(value) == written


@pytest.mark.parametrize(
    ("value", "before", "written"),
    [
        (412, 349, "▲ 63 (+18 %)"),
        (349, 412, "▼ 63 (−15 %)"),
        (5, 5, "no change"),
        (4, 0, "▲ 4 (from 0)"),
        (0, 4, "▼ 4 (−100 %)"),
        (1001, 1000, "▲ 1 (+1 %)"),
        (1, 1000, "▼ 999 (−99 %)"),
        (100_000, 10, "▲ 99,990 (+999,900 %)"),
    ],
)
def test_a_change_has_direction_amount_and_share(value, before, written):
    """A change that is there is never rounded to none, a loss that is not total never to all."""
    assert wording.change(value, before) == written


@pytest.mark.parametrize(("value", "written"), [(0, "0 messages"), (1, "1 message"), (1204, "1,204 messages")])
def test_nouns_agree_with_their_number(value, written):
    """One message, but 0 and 1,204 messages."""
    assert wording.counted(value, "message") == written


def test_lists_read_like_sentences():
    """Commas between, and before the last."""
    assert [wording.listed(list("abc"[:size])) for size in range(4)] == ["", "a", "a and b", "a, b and c"]


def test_times_are_written_on_the_clock_of_the_zone():
    """Also across midnight and new year, and the same on every machine's language."""
    instant = datetime(2026, 12, 31, 22, 30, tzinfo=UTC)
    assert wording.short_moment(instant, "Europe/Helsinki") == "Fri 1 Jan 2027, 00:30"
    assert wording.day_and_time(instant, "UTC") == "Thu 31 Dec, 22:30"
    assert wording.full_day(date(2026, 11, 22)) == "Sun 22 Nov 2026"


def test_a_window_names_the_year_it_began_in_when_that_is_another():
    """Around new year both ends carry their year."""
    around = window_ending(datetime(2027, 1, 3, 7, tzinfo=UTC), 7, "Europe/Helsinki")
    assert wording.span(around) == "Sun 27 Dec 2026 09:00 – Sun 3 Jan 2027 09:00"


def test_lengths_are_counted_on_the_wall_clock():
    """The week in which summer time begins has 167 hours and is a week."""
    spring = window_ending(datetime(2026, 3, 29, 7, tzinfo=UTC), 7, "Europe/Helsinki")
    assert wording.length(spring) == "7 days"
    assert wording.before_words(spring) == "the week before"
    assert wording.before_words(window_ending(spring.until, 14, spring.zone)) == "the 14 days before"
    hours = Window(spring.since, spring.since + timedelta(hours=36), "UTC")
    assert wording.length(hours) == "36 hours"
