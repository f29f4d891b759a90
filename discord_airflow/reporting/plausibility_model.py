"""Whether the data of a server's window is plausible, as the report's JSON has it."""

from discord_airflow.queries.plausibility_rows import DoubtAbout
from discord_airflow.reporting.receipts import Value


class DoubtLine(Value, frozen=True):
    """
    What is hardly true of the window's data, as a sentence, and what to do about it.

    *found* is held against *of*: the usual number, of windows that had *lowest* to *highest*, or the whole it is part
    of.
    """

    about: DoubtAbout
    channel: str | None
    is_thread: bool
    found: int
    of: int
    lowest: int | None
    highest: int | None
    sentence: str
    advice: str


class Plausibility(Value, frozen=True):
    """What speaks against the data; *verdict* says it in one sentence, also when nothing does."""

    receipt: str
    verdict: str
    windows: int
    channels: int
    doubts: tuple[DoubtLine, ...]
