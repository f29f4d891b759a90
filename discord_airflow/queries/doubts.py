"""What of coverage and contents is worth a doubt. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from discord_airflow.queries.coverage_rows import GuildCoverage
from discord_airflow.queries.plausibility_rows import Doubt, DoubtAbout

EMPTY_SHARE = 0.9
EMPTY_SERVER_SHARE = 0.5
EMPTY_FROM = 10
"""So many messages it takes before an empty share means anything: a channel for polls has no words."""

DOUBLED_FROM = 3
DOUBLED_SHARE = 0.05


def about_coverage(coverage: GuildCoverage, places: Sequence[Mapping[str, Any]], *, is_late: bool) -> Iterator[Doubt]:
    """
    Yield channels, and threads, that the window has not whole, and those that were never collected at all.

    When the whole server is late (*is_late*) only what lacks more than its end is named.
    """
    ends = {gap.channel_id for gap in coverage.gaps if gap.until < coverage.until or gap.since <= coverage.since}
    kinds: tuple[tuple[DoubtAbout, bool], ...] = (("channels", False), ("threads", True))
    for about, is_thread in kinds:
        known = [channel for channel in coverage.channel_states if channel.is_thread is is_thread]
        lacking = [one for one in known if one.state != "complete" and (not is_late or one.channel_id in ends)]
        if lacking:
            yield Doubt(about, None, None, is_thread, len(lacking), len(known))
    never = [place for place in places if not place["is_collected"]]
    if never:
        yield Doubt("never_collected", None, None, False, len(never), len(places))


def about_contents(rows: Sequence[Mapping[str, Any]], places: Mapping[int, Mapping[str, Any]]) -> Iterator[Doubt]:
    """Yield what the messages of the window themselves cannot be: empty, doubled, from the future, off the clock."""
    yield from _empty(rows, places)
    for row in rows:
        if row["doubled"] >= max(DOUBLED_FROM, DOUBLED_SHARE * row["persons_messages"]):
            yield _of_channel("doubled", row, places, row["doubled"], row["persons_messages"])
    times: tuple[tuple[DoubtAbout, str], ...] = (("future", "future"), ("clock", "off_clock"))
    for about, name in times:
        for row in rows:
            if row[name]:
                yield _of_channel(about, row, places, row[name], row["messages"])


def _empty(rows: Sequence[Mapping[str, Any]], places: Mapping[int, Mapping[str, Any]]) -> Iterator[Doubt]:
    empty, all_messages = (sum(row[name] for row in rows) for name in ("empty", "persons_messages"))
    if all_messages >= EMPTY_FROM and empty >= EMPTY_SERVER_SHARE * all_messages:
        yield Doubt("empty", None, None, False, empty, all_messages)
        return
    for row in rows:
        if row["persons_messages"] >= EMPTY_FROM and row["empty"] >= EMPTY_SHARE * row["persons_messages"]:
            yield _of_channel("empty", row, places, row["empty"], row["persons_messages"])


def _of_channel(
    about: DoubtAbout, row: Mapping[str, Any], places: Mapping[int, Mapping[str, Any]], found: int, of: int
) -> Doubt:
    place = places[row["channel_id"]]
    return Doubt(about, row["channel_id"], place["channel_name"], place["is_thread"], found, of)
