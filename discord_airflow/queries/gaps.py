"""Whether a span of a guild was collected, told from the id ranges that no export holds. Pure."""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple

from discord_airflow.queries.coverage_rows import State
from discord_airflow.snowflake import snowflake_at


class IdGap(NamedTuple):
    """The ids from *first_id* up to, but not including, *end_id* that no export of a channel holds."""

    first_id: int
    end_id: int


@dataclass(frozen=True)
class GuildGaps:
    """When each exported channel of a guild was made, and all gaps inside a range; none is older than its channel."""

    made_ids: tuple[int, ...]
    gaps: tuple[IdGap, ...]

    def state(self, since: datetime, until: datetime, *, has_messages: bool) -> State:
        """
        Return how much of [since, until), which must lie inside the range, was collected.

        Nothing was collected when every channel that existed lacks all of it and no message of it is stored
        (*has_messages*). A channel needs no collection from before it was made.
        """
        if not self.made_ids:
            return "partial" if has_messages else "none"
        starts, states = self._segments
        first, end = bisect_right(starts, _first_id(since)) - 1, bisect_left(starts, _first_id(until))
        found = set(states[first:end])
        if found <= {"complete", None}:
            return "complete"
        return "none" if found <= {"none", None} and not has_messages else "partial"

    @cached_property
    def _segments(self) -> tuple[list[int], list[State | None]]:
        """Where the state changes, and the state from there on; None before any channel was made."""
        made = Counter(self.made_ids)
        missing = Counter(gap.first_id for gap in self.gaps)
        missing.subtract(gap.end_id for gap in self.gaps)
        starts = sorted({0, *made, *missing})
        channels = accumulate(made[start] for start in starts)
        lacking = accumulate(missing[start] for start in starts)
        return starts, [_state(*counts) for counts in zip(channels, lacking, strict=True)]


def joined(states: Collection[State]) -> State:
    """Return the state of what consists of parts in *states*."""
    if set(states) <= {"complete"}:
        return "complete"
    return "none" if set(states) == {"none"} else "partial"


def _first_id(instant: datetime) -> int:
    """Return the first id of the instant's millisecond, as the database has it, which gave the gaps."""
    return snowflake_at(instant.replace(microsecond=instant.microsecond // 1000 * 1000))


def _state(channels: int, lacking: int) -> State | None:
    if channels == 0:
        return None
    if lacking == 0:
        return "complete"
    return "none" if lacking == channels else "partial"
