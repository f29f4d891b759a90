"""How windows are cut on the wall clock of a zone."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from discord_airflow.errors import UsageError
from discord_airflow.queries.spans import cut_days, cut_months, midnight, trend_windows
from discord_airflow.window import Window, window_ending

ZONES = ("UTC", "Europe/Helsinki", "America/New_York", "America/Havana", "Asia/Kolkata", "Australia/Lord_Howe")
instants = st.datetimes(datetime(2015, 2, 1), datetime(2035, 1, 1), timezones=st.just(UTC))
zones = st.sampled_from(ZONES)


@given(until=instants, days=st.integers(1, 40), zone=zones)
def test_days_tile_their_window(until, days, zone):
    """The days of a window meet without gap or overlap, and all but the first and last begin and end at midnight."""
    window = window_ending(until, days, zone)
    cut = cut_days(window)
    assert (cut[0].since, cut[-1].until) == (window.since, window.until)
    assert all(before.until == after.since for before, after in pairwise(cut))
    for day in cut[1:]:
        assert day.since.astimezone(ZoneInfo(zone)).date() == day.first_day
        assert day.since == midnight(day.first_day, zone)


def test_a_day_of_the_change_to_summer_time_has_23_hours():
    """Days are as long as they were on the wall."""
    window = window_ending(datetime(2026, 3, 30, 6, tzinfo=UTC), 7, "Europe/Helsinki")
    lengths = [day.until - day.since for day in cut_days(window)]
    assert lengths[1:-1] == [timedelta(hours=24)] * 5 + [timedelta(hours=23)]


def test_a_day_that_begins_after_a_missing_midnight_begins_with_the_jump():
    """In Havana the clock jumps from midnight to one o'clock in March; the day begins there."""
    assert midnight(date(2026, 3, 8), "America/Havana") == datetime(2026, 3, 8, 5, tzinfo=UTC)


@given(until=instants, days=st.integers(1, 30), count=st.integers(1, 20), zone=zones)
def test_windows_of_a_trend_adjoin_and_end_with_the_window(until, days, count, zone):
    """Windows of a trend have no gap and no overlap, however the clock is changed, and the last is the report's own."""
    window = window_ending(until, days, zone)
    windows = trend_windows(window, count)
    assert len(windows) == count
    assert windows[-1] == window
    assert all(before.until == after.since for before, after in pairwise(windows))


def test_windows_of_a_trend_begin_at_the_same_time_of_day():
    """Nine o'clock stays nine o'clock across the change to summer time."""
    window = window_ending(datetime(2026, 4, 5, 6, tzinfo=UTC), 7, "Europe/Helsinki")
    walls = [one.since.astimezone(ZoneInfo("Europe/Helsinki")) for one in trend_windows(window, 4)]
    assert {(wall.weekday(), wall.hour) for wall in walls} == {(6, 9)}


def test_windows_of_part_of_a_day_are_as_long_as_the_window():
    """A window of ten hours has a trend of windows of ten hours."""
    until = datetime(2026, 2, 5, 20, tzinfo=UTC)
    windows = trend_windows(Window(until - timedelta(hours=10), until, "UTC"), 3)
    assert [one.until - one.since for one in windows] == [timedelta(hours=10)] * 3


@given(until=instants, months=st.integers(1, 30), zone=zones)
def test_months_are_calendar_months_and_the_last_is_cut(until, months, zone):
    """Months begin at midnight of the first, adjoin, and end where the window ends."""
    spans = cut_months(window_ending(until, 1, zone), months)
    assert len(spans) == months
    assert spans[-1].until == until
    assert all(before.until == after.since for before, after in pairwise(spans))
    assert all(span.first_day.day == 1 and span.since == midnight(span.first_day, zone) for span in spans)


def test_a_window_that_ends_at_the_first_of_a_month_belongs_to_the_month_before():
    """Midnight of the first is left out of the window, so the new month has nothing of it."""
    window = window_ending(datetime(2026, 3, 1, tzinfo=UTC), 7, "UTC")
    assert [span.first_day for span in cut_months(window, 2)] == [date(2026, 1, 1), date(2026, 2, 1)]


@pytest.mark.parametrize(
    "cut",
    [
        lambda: cut_days(Window(datetime(1900, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC), "UTC")),
        lambda: trend_windows(window_ending(datetime(100, 1, 1, tzinfo=UTC), 300, "UTC"), 500),
        lambda: cut_months(window_ending(datetime(2016, 1, 1, tzinfo=UTC), 1, "UTC"), 240),
    ],
    ids=["days", "windows", "months"],
)
def test_spans_beyond_reason_are_refused(cut):
    """A cut into millions of pieces, or before the calendar, is a mistake and says so."""
    with pytest.raises(UsageError):
        cut()
