"""Whether a count is unlike those before it: a robust z-score on logarithms. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log, sqrt
from statistics import median
from typing import Final

FEWEST: Final = 6
"""Earlier counts that it takes before anything is said."""

SPREAD: Final = 0.15
"""Communities vary by so much from week to week even where a few calm weeks do not show it."""

MAD_TO_DEVIATION: Final = 1.4826


@dataclass(frozen=True, slots=True)
class Usual:
    """What the counts before were like."""

    middle: int
    lowest: int
    highest: int
    score: float
    """By how many usual deviations the new count lies above (or, negative, below) the middle."""


def compare(count: int, earlier: Sequence[int]) -> Usual | None:
    """
    Hold *count* against the *earlier* ones; None when they are fewer than FEWEST.

    The deviation is the largest of three: the median deviation of the earlier counts, SPREAD, and what chance alone
    does to small numbers.
    """
    if len(earlier) < FEWEST:
        return None
    logs = [log(number + 1) for number in earlier]
    middle = median(logs)
    mad = MAD_TO_DEVIATION * median([abs(one - middle) for one in logs])
    chance = 1 / sqrt(median(earlier) + 1)
    deviation = sqrt(max(mad, SPREAD) ** 2 + chance**2)
    score = (log(count + 1) - middle) / deviation
    return Usual(round(median(earlier)), min(earlier), max(earlier), score)
