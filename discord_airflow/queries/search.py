"""Search in all messages: full text and parts of words, in any language."""

import re
from collections.abc import Collection, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from discord_airflow.errors import UsageError
from discord_airflow.queries.messages import message_details
from discord_airflow.queries.names import resolve_accounts, resolve_channels, resolve_guilds
from discord_airflow.queries.patterns import anywhere, folds_case, spellings
from discord_airflow.queries.rows import SearchHit
from discord_airflow.queries.search_index import MARGIN, fetch_parts_of_index
from discord_airflow.queries.search_slices import WALKED_FIRST, Indexed, slices
from discord_airflow.queries.search_text import SearchRequest, parse_search
from discord_airflow.queries.spans import midnight
from discord_airflow.queries.statements import (
    Connection,
    checked_count,
    checked_ids,
    checked_instant,
    checked_text,
    checked_zone,
    fetch_parts,
)
from discord_airflow.snowflake import LARGEST_SNOWFLAKE, snowflake_at, time_of

Order = Literal["newest", "relevance"]

MOST_HITS = 10_000
ANCHORS = 3
CANDIDATES = 10_000
"""
The newest matches among which the most relevant are sought: to rank every match of a common word would take
minutes.
"""

SHORTEST = timedelta(minutes=1)
THREE_LETTERS = re.compile(r"[^\W_]{3}")
"""What trigrams can look up."""

FIRST_INSTANT, LAST_INSTANT = datetime(2000, 1, 1, tzinfo=UTC), datetime(2300, 1, 1, tzinfo=UTC)
HIT_FIELDS = tuple(SearchHit.__dataclass_fields__)


def fetch_search(
    connection: Connection,
    *,
    text: str,
    zone: str = "UTC",
    since: datetime | None = None,
    until: datetime | None = None,
    guild_ids: Collection[int] | None = None,
    channel_ids: Collection[int] | None = None,
    author_ids: Collection[int] | None = None,
    excluded_channels: Collection[int] = (),
    order: Order = "newest",
    limit: int | None = 50,
) -> list[SearchHit]:
    """
    Return the messages that *text* asks for (see search_text.py for its language), newest or most relevant
    first.

    Every message that was not deleted is searched, bots' and system messages too. Dates in *text* are days in
    *zone*; the other parameters narrow what it says. Relevance is PostgreSQL's full-text rank without any
    language's rules, among the newest 10,000 matches; where only parts of words match, as in languages without
    spaces, the newest comes first.
    """
    request = parse_search(checked_text(text, "the search"))
    if order not in ("newest", "relevance"):
        raise UsageError(f"the order is {order!r}; it can be newest or relevance.")
    first, last = _span(request, checked_zone(zone), since, until)
    most = checked_count(limit, "the limit", MOST_HITS)
    wanted = CANDIDATES if order == "relevance" else most
    parameters = {
        **_places(connection, request, guild_ids, channel_ids),
        **_authors(connection, request, author_ids),
        **_words(request, database_folds_case=folds_case(connection)),
        "signs": _signs(connection, request),
        "excluded_channels": checked_ids(excluded_channels) or None,
    }
    ids = _newest(connection, first, last, parameters, wanted)
    if order == "newest":
        return [_hit(row, None) for row in message_details(connection, ids)]
    ranked = {"message_ids": ids, "words": " ".join(request.words), "limit": most}
    scores = {row["message_id"]: row["score"] for row in fetch_parts(connection, "relevance", ranked)}
    return [_hit(row, scores[row["message_id"]]) for row in message_details(connection, scores)]


def _newest(
    connection: Connection, first: datetime, last: datetime, parameters: dict[str, Any], wanted: int | None
) -> list[int]:
    """Return the ids of the newest *wanted* matches (None: of all), the newest first."""
    found: list[int] = []
    for since, until in _slices(connection, first, last):
        ids = {"first_id": snowflake_at(since - MARGIN), "end_id": min(snowflake_at(until + MARGIN), LARGEST_SNOWFLAKE)}
        limit = None if wanted is None else wanted - len(found)
        asked = {**parameters, **ids, "since": since, "until": until, "limit": limit}
        found += [row["message_id"] for row in fetch_parts(connection, "search", asked)]
        if len(found) == wanted:
            break
    return found


def _slices(connection: Connection, first: datetime, last: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Return the stretches to search, one after the other, as long as hits are missing."""
    end_id = min(snowflake_at(last), LARGEST_SNOWFLAKE)
    back = fetch_parts(connection, "walk_back", {"end_id": end_id, "messages": WALKED_FIRST})
    newest = fetch_parts(connection, "walk_back", {"end_id": end_id, "messages": 0})
    if not back or last <= first:
        return iter([(first, last)] if first < last else [])
    # What is sent later than the newest message costs nothing, so it goes with the first stretch.
    spans = last - time_of(back[0]["message_id"]), time_of(newest[0]["message_id"]) - time_of(back[0]["message_id"])
    indexed = [
        Indexed(part.since, part.until) for part in fetch_parts_of_index(connection) if part.is_whole and part.end_id
    ]
    return slices(first, last, max(spans[0], SHORTEST), max(spans[1], SHORTEST), indexed)


def _signs(connection: Connection, request: SearchRequest) -> list[str] | None:
    """Return the signs by which an index can look up the words that trigrams cannot."""
    words = [word for word in request.words if not THREE_LETTERS.search(word)]
    rows = fetch_parts(connection, "search_signs", {"words": words}) if words else []
    return sorted({sign for row in rows for sign in row["signs"] or ()}) or None


def _span(
    request: SearchRequest, zone: str, since: datetime | None, until: datetime | None
) -> tuple[datetime, datetime]:
    starts = [FIRST_INSTANT, *(checked_instant(instant) for instant in [since] if instant)]
    ends = [LAST_INSTANT, *(checked_instant(instant) for instant in [until] if instant)]
    if request.since_day:
        starts.append(midnight(request.since_day, zone))
    if request.until_day:
        ends.append(midnight(request.until_day, zone))
    return max(starts), min(ends)


def _places(
    connection: Connection,
    request: SearchRequest,
    guild_ids: Collection[int] | None,
    channel_ids: Collection[int] | None,
) -> dict[str, Any]:
    guilds = checked_ids(guild_ids)
    if request.guilds:
        named = resolve_guilds(connection, request.guilds)
        guilds = [guild for guild in named if guilds is None or guild in guilds]
    channels = checked_ids(channel_ids)
    if request.channels:
        found = resolve_channels(connection, request.channels, guilds)
        channels = [channel for channel in found if channels is None or channel in channels]
    unwanted = list(resolve_channels(connection, request.unwanted_channels, guilds))
    return {"guild_ids": guilds, "channel_ids": channels, "unwanted_channels": unwanted or None}


def _authors(
    connection: Connection, request: SearchRequest, author_ids: Collection[int] | None
) -> dict[str, list[int] | None]:
    authors = checked_ids(author_ids)
    if request.authors:
        found = resolve_accounts(connection, request.authors)
        authors = [author for author in found if authors is None or author in authors]
    unwanted = list(resolve_accounts(connection, request.unwanted_authors))
    return {"author_ids": authors, "unwanted_authors": unwanted or None}


def _words(request: SearchRequest, *, database_folds_case: bool) -> dict[str, Any]:
    """Return the words as patterns: the longest ones apart, for the index, and the others numbered."""
    patterns = [anywhere(spellings(word, database_folds_case=database_folds_case)) for word in request.words]
    longest = sorted(patterns, key=lambda found: len(found[0]), reverse=True)
    numbered = [(number, pattern) for number, found in enumerate(longest[ANCHORS:]) for pattern in found]
    unwanted = [
        pattern
        for word in request.unwanted
        for pattern in anywhere(spellings(word, database_folds_case=database_folds_case))
    ]
    return {
        "word_numbers": [number for number, _ in numbered],
        "word_patterns": [pattern for _, pattern in numbered],
        "unwanted_patterns": unwanted,
        **{f"anchor_{place + 1}": longest[place] if place < len(longest) else None for place in range(ANCHORS)},
    }


def _hit(row: dict[str, Any], score: float | None) -> SearchHit:
    fields = {name: value for name, value in row.items() if name in HIT_FIELDS}
    return SearchHit(**fields, score=score)
