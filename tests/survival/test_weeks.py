"""Weeks at every change of the clock: they meet without gap or overlap, wherever and whenever a week ends."""

import random
import struct
import zoneinfo
from datetime import UTC, datetime, timedelta
from functools import cache
from itertools import pairwise

import pytest
from survival.tiers import LONG, SEED, told

from discord_airflow.weekly_options import parse_until
from discord_airflow.window import last_full_week, window_ending

WEEK, HOUR = timedelta(days=7), timedelta(hours=1)
FIRST, LAST = datetime(2009, 1, 1, tzinfo=UTC), datetime(2038, 1, 1, tzinfo=UTC)
SAMPLE = (
    "America/Asuncion",  # jumps over midnight
    "America/Havana",  # shows midnight twice
    "America/New_York",
    "America/Nuuk",
    "America/St_Johns",  # half an hour off, once changed at 00:01
    "Africa/Cairo",
    "Africa/Casablanca",  # summer time pauses for Ramadan
    "Asia/Gaza",
    "Asia/Kathmandu",  # 5:45 ahead
    "Asia/Tehran",  # half an hour off, jumps over midnight on any day of the week
    "Australia/Lord_Howe",  # summer time of half an hour
    "Europe/Dublin",  # winter time is the exception
    "Europe/Helsinki",
    "Pacific/Apia",  # skipped 30 December 2011
    "Pacific/Chatham",  # 12:45 ahead
    "UTC",
)
ZONES = sorted(zoneinfo.available_timezones() - {"localtime"}) if LONG else SAMPLE
# Sunday nine o'clock, as the DAG; Sunday and Monday midnight, as a report by calendar weeks; Sunday half past two, when
# most clocks change.
ENDS = ((6, 9, 0), (6, 0, 0), (0, 0, 0), (6, 2, 30))


@cache
def changes(zone):
    """The instants at which the clock of *zone* changes, found by looking at it."""
    place, found = zoneinfo.ZoneInfo(zone), []
    day = FIRST
    while day < LAST:
        low, high = day, day + timedelta(days=1)
        day = high
        if _offset(low, place) == _offset(high, place):
            continue
        while high - low > timedelta(seconds=1):
            middle = low + (high - low) // 2
            low, high = (middle, high) if _offset(middle, place) == _offset(low, place) else (low, middle)
        found.append(high.replace(microsecond=0))
    return found


def _offset(instant, place):
    return instant.astimezone(place).utcoffset()


def first_shown(wall, place):
    """
    The instant at which a clock first shows *wall*, worked out from the offsets alone; where the clock jumps over it,
    as if it had not been changed yet.
    """
    naive = wall.replace(tzinfo=UTC)
    offsets = [_offset(naive + days, place) for days in (timedelta(days=-2), timedelta(days=2))]
    shown = [naive - offset for offset in offsets if (naive - offset + _offset(naive - offset, place)) == naive]
    return min(shown, default=naive - offsets[0])


def ends_around(change, place, end):
    """The wall times of five weeks' ends around *change*: three before it or at it, two after."""
    weekday, hour, minute = end
    wall = change.astimezone(place).replace(tzinfo=None)
    day = wall.date() - timedelta(days=(wall.weekday() - weekday) % 7)
    first = datetime(day.year, day.month, day.day, hour, minute)
    return [first + number * WEEK for number in range(-2, 3)]


def tile(zone, place, walls, chance):
    """Assert that the weeks that end at these wall times meet, and that every instant lies in exactly one."""
    windows = [window_ending(wall.replace(tzinfo=place), 7, zone) for wall in walls]
    for wall, window in zip(walls, windows, strict=True):
        assert window.until == first_shown(wall, place), (zone, wall)
        assert window.preceding().until == window.since > window.preceding().since, (zone, wall)
    for earlier, later in pairwise(windows):
        assert earlier.until == later.since, (zone, later)
    whole = (windows[-1].until - windows[0].since).total_seconds()
    for _ in range(4):
        instant = windows[0].since + timedelta(seconds=chance.random() * whole)
        assert sum(instant in window for window in windows) == 1, (zone, instant)
    edges = [window.until for window in windows[:-1]]
    assert all(sum(edge in window for window in windows) == 1 for edge in edges), zone


@pytest.mark.timeout(900)
def test_weeks_meet_at_every_change_of_every_clock():
    """
    At each change of the clock since 2009 and until 2037, four ends of the week: neither gap nor overlap.
    """
    chance, weeks, changed = random.Random(SEED), 0, 0
    for zone in ZONES:
        place = zoneinfo.ZoneInfo(zone)
        # The day that Apia skipped is the next test's.
        found = [change for change in changes(zone) if (zone, change.year) != ("Pacific/Apia", 2011)]
        changed += len(found)
        for change in found or [FIRST]:
            for end in ENDS:
                walls = ends_around(change, place, end)
                tile(zone, place, walls, chance)
                weeks += len(walls)
    assert changed > 300
    told(f"{weeks:,} weeks at {changed:,} changes of {len(ZONES)} clocks")


def test_the_hour_of_the_report_is_in_no_change():
    """
    In no zone does a clock jump over a Sunday's nine o'clock or show it twice: a scheduled week is always plain.
    """
    for zone in ZONES:
        place = zoneinfo.ZoneInfo(zone)
        for change in changes(zone):
            before = (change - timedelta(seconds=1)).astimezone(place)
            after = change.astimezone(place)
            walls = sorted([before.replace(tzinfo=None), after.replace(tzinfo=None)])
            nine = walls[0].replace(hour=9, minute=0, second=0)
            assert not (walls[0] <= nine < walls[1] and nine.weekday() == 6), (zone, change)


def test_a_week_over_the_day_that_apia_skipped():
    """
    The clock of Apia went from 29 to 31 December 2011, and the weeks by Friday midnight meet all the same.
    """
    place = zoneinfo.ZoneInfo("Pacific/Apia")
    walls = [datetime(2011, 12, 16) + number * WEEK for number in range(5)]
    windows = [window_ending(wall.replace(tzinfo=place), 7, "Pacific/Apia") for wall in walls]
    assert [earlier.until == later.since for earlier, later in pairwise(windows)] == [True] * 4


def zone_of(rule):
    """The bytes of a zone's file that has nothing but this rule."""
    block = struct.pack(">6l", 0, 0, 0, 0, 1, 4) + struct.pack(">lbb", 0, 0, 0) + b"AAA\0"
    head = b"TZif2" + bytes(15)
    return head + block + head + block + b"\n" + rule.encode() + b"\n"


@pytest.fixture
def odd_zone(tmp_path):
    """A zone that nobody lives in: its clock jumps over a Sunday's nine o'clock and shows another one twice."""
    (tmp_path / "Odd").write_bytes(zone_of("AAA0BBB,M3.2.0/9,M11.1.0/10"))
    paths = zoneinfo.TZPATH
    zoneinfo.reset_tzpath([str(tmp_path), *paths])
    yield "Odd"
    zoneinfo.reset_tzpath(paths)
    zoneinfo.ZoneInfo.clear_cache(only_keys=["Odd"])


@pytest.mark.parametrize(("sunday", "hour"), [("2026-03-08", "09"), ("2026-11-01", "08")], ids=["missing", "doubled"])
def test_a_sunday_without_nine_o_clock_and_one_with_two(odd_zone, sunday, hour):
    """
    Weeks that end at a missing or a doubled nine o'clock meet; the doubled one counts when it is shown first.
    """
    middle = datetime.fromisoformat(sunday)
    days = [(middle + number * WEEK).date().isoformat() for number in range(-2, 3)]
    windows = [window_ending(parse_until(day, odd_zone), 7, odd_zone) for day in days]
    for earlier, later in pairwise(windows):
        assert earlier.until == later.since
    assert windows[2].until.isoformat() == f"{sunday}T{hour}:00:00+00:00"


def test_the_week_of_a_doubled_nine_o_clock_is_over_at_the_first(odd_zone):
    """
    Between both nine o'clocks the last full week is the one that ended at the first, and it stays that.
    """
    first = datetime(2026, 11, 1, 8, tzinfo=UTC)  # nine on the clock, which is an hour ahead of UTC
    assert {last_full_week(first + number * HOUR / 2, odd_zone) for number in range(6)} == {first}
