"""Which window and which guilds a run of the weekly DAG gets, for every way in which Airflow can start one."""

import contextlib
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from discord_airflow.errors import UsageError
from discord_airflow.weekly_options import RunFacts, parse_until, run_servers, run_window
from discord_airflow.window import Window

ZONE = "Europe/Helsinki"
TICK = datetime(2026, 11, 22, 7, 0, tzinfo=UTC)  # Sunday 09:00 in Helsinki
WEDNESDAY = datetime(2026, 11, 25, 13, 37, 42, 123456, tzinfo=UTC)


def facts(configuration=None, *, run_after=TICK, interval=(None, None)):
    configuration = configuration or {}
    defaults = {"days": 7, "until": None, "servers": []}
    return RunFacts(
        key="discord_weekly/test",
        configuration=configuration,
        parameters=defaults | configuration,
        run_after=run_after,
        interval_start=interval[0],
        interval_end=interval[1],
    )


def scheduled(tick, configuration=None):
    return facts(configuration, run_after=tick, interval=(tick, tick))


def test_a_scheduled_run_reports_on_the_seven_days_before_its_tick():
    """The window ends when the run was due, not when it began to run."""
    assert run_window(scheduled(TICK), ZONE) == Window(TICK - timedelta(days=7), TICK, ZONE)


def test_a_backfill_reports_on_the_week_that_ended_at_its_own_sunday():
    """Each run of a backfill gets a past week, although all of them run today."""
    tick = datetime(2026, 10, 11, 6, 0, tzinfo=UTC)
    assert run_window(scheduled(tick), ZONE) == Window(tick - timedelta(days=7), tick, ZONE)


def test_a_run_triggered_without_a_logical_date_ends_at_the_minute_of_the_trigger():
    """The command line and REST with `logical_date: null` leave the data interval empty: "now" is when it was asked."""
    window = run_window(facts(run_after=WEDNESDAY), ZONE)
    assert window.until == datetime(2026, 11, 25, 13, 37, tzinfo=UTC)
    assert window.since == datetime(2026, 11, 18, 13, 37, tzinfo=UTC)


def test_a_run_from_the_form_ends_at_its_logical_date():
    """The trigger form fills in a logical date; a past one means the days before it."""
    chosen = datetime(2026, 11, 1, 7, 0, tzinfo=UTC)
    clicked = chosen.replace(second=34, microsecond=5)
    assert run_window(facts(run_after=WEDNESDAY, interval=(clicked, clicked)), ZONE).until == chosen


def test_instants_are_pythons_own_whatever_airflow_hands_over():
    """Airflow's class answers differently when it is subtracted, and every query divides by milliseconds."""

    class Instant(datetime):
        def __sub__(self, other):
            raise AttributeError

    theirs = Instant(2026, 11, 22, 9, 0, 0, 123456, tzinfo=ZoneInfo(ZONE))
    run = facts(run_after=theirs, interval=(theirs, theirs))
    assert {type(instant) for instant in (run.run_after, run.interval_start, run.interval_end)} == {datetime}
    assert run.interval_end == TICK.replace(microsecond=123456)
    window = run_window(run, ZONE)
    assert (type(window.since), type(window.until)) == (datetime, datetime)


def test_an_interval_set_by_hand_is_the_window():
    """Whoever types a start and an end into the form gets exactly these."""
    start, end = datetime(2026, 11, 2, tzinfo=UTC), datetime(2026, 11, 12, 12, tzinfo=UTC)
    assert run_window(facts(run_after=WEDNESDAY, interval=(start, end)), ZONE) == Window(start, end, ZONE)


def test_days_that_were_asked_for_win_over_an_interval_set_by_hand():
    """`days` is the more particular wish; the interval then only says where the window ends."""
    start, end = datetime(2026, 11, 2, tzinfo=UTC), datetime(2026, 11, 12, 12, tzinfo=UTC)
    window = run_window(facts({"days": 3}, run_after=WEDNESDAY, interval=(start, end)), ZONE)
    assert window == Window(end - timedelta(days=3), end, ZONE)


def test_fourteen_days_begin_two_weeks_before_the_end():
    """The option `days` moves the beginning only."""
    assert run_window(scheduled(TICK, {"days": 14}), ZONE) == Window(TICK - timedelta(days=14), TICK, ZONE)


@pytest.mark.parametrize(
    ("tick", "hours"),
    [
        (datetime(2026, 10, 25, 7, tzinfo=UTC), 7 * 24 + 1),  # summer time ended that night
        (datetime(2026, 3, 29, 6, tzinfo=UTC), 7 * 24 - 1),  # summer time began that night
    ],
)
def test_weekly_windows_meet_across_a_change_of_the_clock(tick, hours):
    """Both ends are nine o'clock on the wall, so that week is an hour longer or shorter."""
    window = run_window(scheduled(tick), ZONE)
    assert window.until - window.since == timedelta(hours=hours)
    assert window.preceding().until == window.since


def test_until_wins_over_everything_else():
    """A run can be sent back to any week, however it was started."""
    window = run_window(facts({"until": "2026-11-15"}, run_after=WEDNESDAY, interval=(TICK, TICK)), ZONE)
    assert window.until == datetime(2026, 11, 15, 7, tzinfo=UTC)


def test_a_window_that_is_not_over_is_refused():
    """Its figures would be other ones on the next day."""
    with pytest.raises(UsageError, match="still to come"):
        run_window(facts({"until": "2026-11-26"}, run_after=WEDNESDAY), ZONE)


@pytest.mark.parametrize("text", [None, ""])
def test_an_empty_until_is_no_until(text):
    """A form that was cleared sends an empty text."""
    assert run_window(scheduled(TICK, {"until": text}), ZONE).until == TICK


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-11-22", TICK),
        ("2026-07-05", datetime(2026, 7, 5, 6, tzinfo=UTC)),
        ("2026-11-22T18:30", datetime(2026, 11, 22, 16, 30, tzinfo=UTC)),
        ("2026-11-22 18:30:05", datetime(2026, 11, 22, 16, 30, 5, tzinfo=UTC)),
        ("2026-11-22T09:00Z", datetime(2026, 11, 22, 9, tzinfo=UTC)),
        (" 2026-11-22T09:00+05:30 ", datetime(2026, 11, 22, 3, 30, tzinfo=UTC)),
    ],
)
def test_until_is_a_date_or_a_date_and_time(text, instant):
    """A bare date is nine o'clock on the report's clock, as on a Sunday; an offset is respected."""
    assert parse_until(text, ZONE) == instant


@pytest.mark.parametrize(
    "text",
    ["yesterday", "2026-13-01", "2026-02-30", "22.11.2026", "2026-W47", "20261122", "2026-11-22T25:00", 20261122, True],
)
def test_any_other_until_is_refused_with_an_example(text):
    """The sentence shows what was given and what is meant."""
    with pytest.raises(UsageError, match="such as 2026-11-22"):
        parse_until(text, ZONE)


@given(st.text() | st.datetimes().map(str) | st.dates().map(str))
def test_until_never_fails_with_anything_but_a_sentence(text):
    """Whatever was typed: an aware instant or a UsageError."""
    with contextlib.suppress(UsageError):
        assert parse_until(text, ZONE).utcoffset() is not None


def test_an_unknown_option_is_refused_and_the_nearest_one_named():
    """Airflow takes any key in silence, and the report would cover a window nobody asked for."""
    with pytest.raises(UsageError, match="'dayz', which is not an option; did you mean days"):
        run_window(facts({"dayz": 14}), ZONE)


@pytest.mark.parametrize("days", [0, -1, 367, 14.5, "14", True, None])
def test_days_must_be_a_whole_number_of_days(days):
    """Airflow checks the form; a run from elsewhere is checked here."""
    with pytest.raises(UsageError, match="whole number from 1 to 366"):
        run_window(facts({"days": days}), ZONE)


def test_a_window_before_the_first_year_is_refused():
    """There is a sentence even for this."""
    with pytest.raises(UsageError, match="no such window"):
        run_window(facts({"until": "0001-01-02", "days": 366}), ZONE)


def test_a_retry_sees_the_same_window():
    """Nothing in it depends on the clock."""
    run = facts(run_after=WEDNESDAY)
    assert run_window(run, ZONE) == run_window(run, ZONE)


def test_servers_come_from_the_run_else_from_the_settings():
    """Ids travel as text, because a browser's numbers lose digits; order and repetition mean nothing."""
    asked = facts({"servers": ["1180000000000000002", " 1180000000000000001 ", "1180000000000000002"]})
    assert run_servers(asked, (7,)) == (1180000000000000001, 1180000000000000002)
    assert run_servers(facts(), (9, 7)) == (7, 9)
    assert run_servers(facts(), ()) == ()


@pytest.mark.parametrize("servers", ["1180000000000000001", 5, ["somewhere"], ["0"], [None]])
def test_servers_that_are_not_ids_are_refused(servers):
    """A name or a single id where a list belongs would otherwise report on nothing."""
    with pytest.raises(UsageError, match="servers"):
        run_servers(facts({"servers": servers}), ())
