"""Which windows are asked for next."""

from hypothesis import given
from hypothesis import strategies as st

from discord_airflow.collectors.chat_exporter import IdRange
from discord_airflow.collectors.plan import missing, windows_to_export


def ids(window: IdRange) -> set[int]:
    """Return the ids a window asks for."""
    return set(range(window.after + 1, window.before))


ranges = st.builds(lambda a, n: IdRange(a, a + n), st.integers(0, 60), st.integers(1, 30))


@given(st.lists(ranges, max_size=8), ranges)
def test_missing_is_exactly_what_no_range_covers(proven, within):
    """Each id of the window is either proven or in exactly one gap."""
    gaps = missing(proven, within)
    covered = set().union(*(ids(window) for window in proven))
    assert sum(len(ids(gap)) for gap in gaps) == len(ids(within) - covered)
    assert set().union(*(ids(gap) for gap in gaps)) == ids(within) - covered


@given(st.lists(ranges, max_size=8), ranges, st.integers(0, 100), st.none() | st.integers(1, 100))
def test_every_unproven_id_is_asked_for(proven, within, refresh_after, newest):
    """Whatever is stored, no gap is left out, nothing outside the window is asked, and no id twice."""
    windows = windows_to_export(proven, newest, within, refresh_after)
    asked = [number for window in windows for number in ids(window)]
    covered = set().union(*(ids(window) for window in proven))
    assert len(asked) == len(set(asked))
    assert ids(within) - covered <= set(asked) <= ids(within)
    assert {number for number in ids(within) if number > refresh_after} <= set(asked)


def test_the_next_start_is_the_newest_stored_message():
    """The stretch between the newest message and the end of the last export is asked again: clocks differ."""
    assert windows_to_export([IdRange(0, 100)], 70, IdRange(0, 200), 200) == [IdRange(70, 200)]


def test_an_old_gap_is_filled_without_exporting_what_lies_between():
    """A failed stretch of the past costs its own window only."""
    proven = [IdRange(0, 50), IdRange(79, 1000)]
    assert windows_to_export(proven, 990, IdRange(0, 1200), 900) == [IdRange(49, 80), IdRange(900, 1200)]


def test_a_first_export_asks_for_everything():
    """Nothing is known, so one window covers all."""
    assert windows_to_export([], None, IdRange(0, 1200), 900) == [IdRange(0, 1200)]
