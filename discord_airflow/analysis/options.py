"""What a digest is asked for."""

from dataclasses import dataclass
from datetime import timedelta

from discord_airflow.analysis.statements import Kind
from discord_airflow.window import Window


@dataclass(frozen=True, slots=True)
class DigestOptions:
    """
    One digest: of a guild, or of the messages given, in *window*.

    *per_section*: how many statements a heading has at most. *open_after*: how old a question must be to be open.
    *run_seconds*: when to go out with what is done. *context_tokens*, *answer_tokens*: what one call may hold.
    *without*: kinds that are left out, for a page that has them already.
    """

    guild_id: int
    window: Window
    per_section: int = 5
    open_after: timedelta = timedelta(hours=24)
    opted_out: frozenset[int] = frozenset()
    run_seconds: float = 1800.0
    context_tokens: int = 8192
    answer_tokens: int = 1024
    show_flagged: bool = True
    prompt: str = "weekly_digest.v1"
    without: frozenset[Kind] = frozenset()
