"""Windows count days on a wall clock, and meet without gap or overlap."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from discord_airflow.window import Window, last_full_week, window_ending

ZONES = (
    "UTC",
    "Europe/Helsinki",
    "America/New_York",
    "Asia/Kathmandu",  # 5:45 ahead
    "Australia/Lord_Howe",  # summer time of half an hour
    "Pacific/Apia",  # skipped 30 December 2011
    "America/St_Johns",  # half an hour off, once changed at 00:01
    "Africa/Casablanca",  # summer time pauses for Ramadan
)
zones = st.sampled_from(ZONES)
instants = st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2037, 1, 1), timezones=st.just(UTC))


def at(zone, *moment):
    """Return the instant at which a clock in *zone* shows *moment*."""
    return datetime(*moment, tzinfo=ZoneInfo(zone)).astimezone(UTC)


@pytest.mark.parametrize(
    ("until", "hours"),
    [((2026, 3, 29, 9), 167), ((2026, 10, 25, 9), 169), ((2026, 6, 7, 9), 168)],
    ids=["to summer time", "to winter time", "in between"],
)
def test_a_week_in_helsinki_ends_and_begins_at_nine(until, hours):
    """
    Across a change of the clock a week has an hour less or more, and both its ends show the same time of day.
    """
    window = window_ending(at("Europe/Helsinki", *until), 7, "Europe/Helsinki")
    assert (window.until - window.since) == timedelta(hours=hours)
    assert window.since.astimezone(ZoneInfo("Europe/Helsinki")).hour == 9


def test_half_an_hour_of_summer_time():
    """
    On Lord Howe Island the clock changes by thirty minutes, and so does the week.
    """
    window = window_ending(at("Australia/Lord_Howe", 2026, 4, 5, 9), 7, "Australia/Lord_Howe")
    assert (window.until - window.since) == timedelta(hours=168, minutes=30)


def test_a_day_that_never_was():
    """
    Apia went from 29 to 31 December 2011: the week over it has six days of time, and one that would begin in the
    missing day begins a day's worth of time after the day before.
    """
    window = window_ending(at("Pacific/Apia", 2012, 1, 1, 9), 7, "Pacific/Apia")
    assert (window.until - window.since) == timedelta(days=6)
    into_the_gap = window_ending(at("Pacific/Apia", 2012, 1, 6, 9), 7, "Pacific/Apia")
    assert into_the_gap.since == at("Pacific/Apia", 2011, 12, 31, 9)


@given(zones, instants, st.integers(1, 60))
def test_weekly_windows_tile(zone, now, weeks):
    """
    Following reports, each due on Sunday at nine, leave no instant out and count none twice.
    """
    due = last_full_week(now, zone)
    for _ in range(weeks % 5 + 1):
        window = window_ending(due, 7, zone)
        earlier = last_full_week(due - timedelta(seconds=1), zone)
        assert window.since == earlier
        assert window_ending(earlier, 7, zone).until == window.since
        due = earlier


@given(zones, instants, st.integers(1, 60))
def test_the_preceding_window_ends_where_the_window_begins(zone, until, days):
    """
    A window and the one before it meet, and together they are the window of twice as many days.
    """
    window = window_ending(until, days, zone)
    before = window.preceding()
    assert (before.until, before.zone) == (window.since, zone)
    assert before.since < before.until


@given(zones, st.dates(datetime(2000, 1, 1).date(), datetime(2037, 1, 1).date()), st.integers(1, 60))
def test_two_windows_are_one_of_twice_as_many_days(zone, day, days):
    """
    At noon, which every clock shows once a day, the preceding window spans the same number of days on the wall clock.
    """
    if zone == "Pacific/Apia" and day.year in (2011, 2012):
        return
    window = window_ending(at(zone, day.year, day.month, day.day, 12), days, zone)
    assert window.preceding().since == window_ending(window.until, 2 * days, zone).since


@given(zones, instants)
def test_the_last_full_week_ended_on_a_sunday_at_nine(zone, now):
    """
    It is a Sunday, nine o'clock, not after now, and less than eight days ago.
    """
    due = last_full_week(now, zone)
    wall = due.astimezone(ZoneInfo(zone))
    assert (wall.strftime("%w"), wall.hour, wall.minute) == ("0", 9, 0)
    assert due <= now < due + timedelta(days=8, hours=1)


def test_a_report_made_at_the_very_moment_is_of_the_week_that_ends_then():
    """
    The end of a window is exclusive, so at nine sharp the week is full; a second earlier it is not.
    """
    nine = at("Europe/Helsinki", 2026, 11, 22, 9)
    assert last_full_week(nine, "Europe/Helsinki") == nine
    assert last_full_week(nine - timedelta(seconds=1), "Europe/Helsinki") == at("Europe/Helsinki", 2026, 11, 15, 9)


def test_a_window_holds_its_beginning_and_not_its_end():
    """
    Half-open: an instant on the border belongs to the later window only.
    """
    window = window_ending(datetime(2026, 11, 22, 9, tzinfo=UTC), 7, "UTC")
    assert window.since in window
    assert window.until not in window
    assert window.since not in window.preceding()


def test_the_label_names_both_ends_and_the_zone():
    """
    A reader sees the days of the week, the clock of the zone and its name, in the same words on every machine.
    """
    window = window_ending(at("Europe/Helsinki", 2026, 11, 22, 9), 7, "Europe/Helsinki")
    assert window.label() == "Sun 2026-11-15 09:00 - Sun 2026-11-22 09:00 (Europe/Helsinki)"


@pytest.mark.parametrize(
    ("since", "until", "zone", "words"),
    [
        (datetime(2026, 1, 1), datetime(2026, 1, 8, tzinfo=UTC), "UTC", "needs times with a zone"),
        (datetime(2026, 1, 8, tzinfo=UTC), datetime(2026, 1, 8, tzinfo=UTC), "UTC", "must end after it begins"),
        (datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 8, tzinfo=UTC), "Europe/Atlantis", "is not a time zone"),
        (datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 8, tzinfo=UTC), "../etc/passwd", "is not a time zone"),
    ],
)
def test_what_is_no_window_is_refused(since, until, zone, words):
    """
    Naive times, an empty or reversed span and an unknown zone raise ValueError.
    """
    with pytest.raises(ValueError, match=words):
        Window(since, until, zone)


@pytest.mark.parametrize("days", [0, -1, 10**7])
def test_a_number_of_days_that_makes_no_window_is_refused(days):
    """
    A window has at least one day, and begins after the year 1.
    """
    with pytest.raises(ValueError, match="day"):
        window_ending(datetime(2026, 1, 8, tzinfo=UTC), days, "UTC")
