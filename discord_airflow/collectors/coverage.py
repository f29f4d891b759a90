"""Which ids of a channel were exported and how sure that is; and what follows from a proof: deletions."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from discord_airflow.collectors.export_header import ExportHeader
from discord_airflow.collectors.import_summary import CoverageState
from discord_airflow.collectors.load import Connection, merge, prepare_session, run
from discord_airflow.snowflake import LARGEST_SNOWFLAKE, snowflake_at


@dataclass(frozen=True, slots=True)
class Proof:
    """The collector watched the export of these ids (both ends exclusive) and it was complete."""

    state: Literal["complete", "empty"]
    after_id: int
    before_id: int


@dataclass(frozen=True, slots=True)
class Coverage:
    """One row of `coverage`: ids between *after_id* and *before_id*, both exclusive, as observed at one time."""

    channel_id: int
    after_id: int
    before_id: int
    observed_at: datetime
    state: CoverageState
    guild_id: int | None = None
    reason: str | None = None
    sha256: str | None = None


def claimed_range(header: ExportHeader, last_id: int | None) -> tuple[int, int]:
    """
    Return the ids, both ends exclusive, that a file says it holds.

    The exporter includes the very millisecond of its `after`. What was written after the export began cannot be in it.
    """
    after = max(snowflake_at(header.range_after) - 1, 0) if header.range_after else 0
    ends = [instant for instant in (header.range_before, header.exported_at) if instant is not None]
    before = snowflake_at(min(ends)) if ends else (last_id or after) + 1
    return after, min(before, LARGEST_SNOWFLAKE)


def write_coverage(connection: Connection, coverage: Coverage) -> int:
    """
    Add a row to the coverage, and mark as deleted what a proof shows to be gone; the caller owns the transaction.

    Return how many authors lost messages: their place in the channel must be looked up again.
    """
    if coverage.before_id <= coverage.after_id:
        return 0
    run(connection, "write_coverage", _parameters(coverage))
    if coverage.state not in ("complete", "empty"):
        return 0
    return _bury(connection, coverage.channel_id, coverage.after_id, coverage.before_id, coverage.observed_at)


def bury_older(connection: Connection, channel_id: int, first_id: int, last_id: int, observed_at: datetime) -> int:
    """
    Hold the messages of a file that comes late against the exports that were proven complete after it.

    Return how many authors lost messages.
    """
    parameters = {"channel_id": channel_id, "first_id": first_id, "last_id": last_id, "observed_at": observed_at}
    return sum(
        _bury(connection, channel_id, max(after_id, first_id - 1), min(before_id, last_id + 1), proven_at)
        for after_id, before_id, proven_at in run(connection, "later_proofs", parameters).fetchall()
    )


def _bury(connection: Connection, channel_id: int, after_id: int, before_id: int, proven_at: datetime) -> int:
    """Mark as deleted what a complete export of the range, at *proven_at*, did not show."""
    parameters = {"channel_id": channel_id, "after_id": after_id, "before_id": before_id, "observed_at": proven_at}
    return merge(connection, "bury_messages", parameters).rowcount


def record_coverage(connection: Connection, coverage: Coverage) -> None:
    """
    Write coverage that comes without a file (an empty, forbidden or failed export), in a transaction of its own.

    *connection* must be in autocommit mode.
    """
    if coverage.observed_at.utcoffset() is None:
        raise ValueError(f"{coverage.observed_at} has no time zone")
    prepare_session(connection)
    with connection.transaction():
        run(connection, "lock_channel", {"channel_id": coverage.channel_id})
        cover(connection, coverage)


def cover(connection: Connection, coverage: Coverage) -> None:
    """Add a row to the coverage with all that follows from it; the caller owns the transaction."""
    if write_coverage(connection, coverage):
        merge(connection, "recompute_channel_authors")


def _parameters(coverage: Coverage) -> dict[str, object]:
    return {
        "channel_id": coverage.channel_id,
        "after_id": coverage.after_id,
        "before_id": coverage.before_id,
        "observed_at": coverage.observed_at.astimezone(UTC),
        "state": coverage.state,
        "guild_id": coverage.guild_id,
        "reason": coverage.reason,
        "sha256": coverage.sha256,
    }
