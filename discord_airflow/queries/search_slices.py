"""In which stretches of time the newest hits of a search are sought, one after the other. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

WALKED_FIRST = 20_000
"""So many of the newest messages are simply read: a common word is found there, and no index is quicker."""

GROWTH = 8
"""How much longer each stretch without an index is than the one after it."""

LONGEST = timedelta(days=400 * 366)


@dataclass(frozen=True, slots=True)
class Indexed:
    """A stretch of time whose messages an index can look up."""

    since: datetime
    until: datetime


def slices(
    first: datetime, last: datetime, newest: timedelta, span: timedelta, indexed: Sequence[Indexed]
) -> Iterator[tuple[datetime, datetime]]:
    """
    Yield half-open stretches from *last* back to *first*, which lie side by side and cover all of it.

    The first is *newest* long. Then each of the *indexed* ones is a stretch of its own; between and after them the next
    is GROWTH times as long as *span*, and so on, so that a common word is found soon and a rare one in few steps.
    """
    bounds = sorted({bound for one in indexed for bound in (one.since, one.until) if first < bound < last})
    start = max(first, last - newest) if newest < LONGEST else first
    yield start, last
    while start > first:
        end = start
        below = max((bound for bound in bounds if bound < end), default=first)
        if any(one.since < end <= one.until for one in indexed):
            start = below
        else:
            span = min(span * GROWTH, LONGEST)
            start = below if end - below <= span else end - span
        yield start, end
