"""What a check of a report found."""

from dataclasses import dataclass
from typing import Literal

Outcome = Literal["holds", "changed since", "does not hold"]


@dataclass(frozen=True, slots=True)
class Check:
    """What became of one figure, sentence or page: a unit of the report (see units.py), or a file."""

    table: str
    name: str
    outcome: Outcome
    detail: str = ""
    shown: str = ""
    is_row: bool = False
