"""A section as it waits in the database: what was asked, and the rows that came back."""

from typing import Any

import msgspec

from discord_airflow.queries.rows import State
from discord_airflow.reporting.questions import rows_from
from discord_airflow.reporting.receipts import Parameters, SeenData


class Answer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One question with its rows; *coverage* by server id."""

    query: str
    parameters: Parameters
    coverage: dict[str, State]
    rows: list[Any]


class Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """
    One section of a report: answers by name, such as ``activity``, or a server's digest, or why there is neither.

    Names and texts are as the database has them; the setting `names` is applied when a report is built.
    """

    name: str
    watermark: SeenData | None
    answers: dict[str, Answer]
    absent: str | None = None
    digest: dict[str, Any] | None = None

    @property
    def figures(self) -> int:
        """How many rows there are; for logs."""
        return sum(len(answer.rows) for answer in self.answers.values())

    def rows(self, answer: str) -> list[Any]:
        """Return the typed rows of *answer*."""
        return rows_from(self.answers[answer].query, self.answers[answer].rows)


def absent_section(name: str, reason: str) -> Section:
    """Return the place of a section that could not be made; *reason* is one sentence for the reader of the report."""
    return Section(name=name, watermark=None, answers={}, absent=reason)
