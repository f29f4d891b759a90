"""The stretches of a search: together everything, each once, the newest first."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from discord_airflow.queries.search_slices import GROWTH, Indexed, slices

FIRST = datetime(2000, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
days = st.integers(min_value=1, max_value=9000)


@given(last=days, newest=days, span=days, cuts=st.lists(days, max_size=8, unique=True))
def test_stretches_lie_side_by_side_and_leave_nothing_out(last, newest, span, cuts):
    """Whatever is indexed, every moment is searched once, and the newest first."""
    edges = [FIRST + day * DAY for day in sorted(cuts)]
    indexed = [Indexed(since, until) for since, until in list(pairwise(edges))[::2]]
    found = list(slices(FIRST, FIRST + last * DAY, newest * DAY, span * DAY, indexed))
    assert (found[0][1], found[-1][0]) == (FIRST + last * DAY, FIRST)
    assert all(since < until for since, until in found)
    assert all(newer[0] == older[1] for newer, older in pairwise(found))
    for since, until in found[1:]:
        # After the first one, no stretch lies partly in an index, or in two: no index could look it up.
        assert all(
            one.until <= since or until <= one.since or one.since <= since < until <= one.until for one in indexed
        )


def test_stretches_without_an_index_grow():
    """A rare word takes few steps: each stretch is eight times as long as the one after it."""
    found = list(slices(FIRST, FIRST + 5000 * DAY, 2 * DAY, DAY, []))
    assert [(until - since).days for since, until in found] == [2, GROWTH, GROWTH**2, GROWTH**3, GROWTH**4, 318]
