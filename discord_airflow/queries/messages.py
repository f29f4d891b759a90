"""Single messages and accounts: a channel's history, what somebody wrote, who had a name."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from discord_airflow.errors import UsageError
from discord_airflow.queries.patterns import name_patterns
from discord_airflow.queries.rows import MessageRow, NameSeen, UserMatch
from discord_airflow.queries.statements import (
    Connection,
    checked_count,
    checked_ids,
    checked_instant,
    checked_text,
    fetch_parts,
)
from discord_airflow.snowflake import parse_snowflake

MOST_CONTEXT = 50
MOST_MESSAGES = 100_000


def fetch_history(
    connection: Connection,
    *,
    channel_id: int,
    since: datetime | None = None,
    until: datetime | None = None,
    excluded_channels: Collection[int] = (),
    limit: int | None = 50,
) -> list[MessageRow]:
    """Return the latest *limit* messages of a channel before *until* and not before *since*, oldest first."""
    checked_ids([channel_id])
    parameters = {
        "channel_id": channel_id,
        **_instants(since, until),
        "excluded_channels": checked_ids(excluded_channels) or None,
        "limit": checked_count(limit, "the limit", MOST_MESSAGES),
    }
    ids = [row["message_id"] for row in fetch_parts(connection, "history", parameters)]
    return [MessageRow(**row, context_of=None) for row in message_details(connection, reversed(ids))]


def fetch_user_messages(
    connection: Connection,
    *,
    user_id: int,
    since: datetime | None = None,
    until: datetime | None = None,
    guild_ids: Collection[int] | None = None,
    excluded_channels: Collection[int] = (),
    context: int = 0,
    limit: int | None = 50,
) -> list[MessageRow]:
    """
    Return the latest *limit* messages of an account, oldest first, with *context* messages before and after each.

    No message comes twice: one that stands beside two of the account's is the context of the earlier.
    """
    checked_ids([user_id])
    if not 0 <= context <= MOST_CONTEXT:
        raise UsageError(f"the context is {context}; it must lie between 0 and {MOST_CONTEXT} messages.")
    parameters = {
        "user_id": user_id,
        **_instants(since, until),
        "guild_ids": checked_ids(guild_ids),
        "excluded_channels": checked_ids(excluded_channels) or None,
        "limit": checked_count(limit, "the limit", MOST_MESSAGES),
    }
    ids = [row["message_id"] for row in fetch_parts(connection, "user_messages", parameters)]
    context_of = _in_context(connection, ids[::-1], context)
    found = message_details(connection, context_of)
    return [MessageRow(**row, context_of=context_of[row["message_id"]]) for row in found]


def fetch_users(
    connection: Connection, *, name: str, guild_ids: Collection[int] | None = None, limit: int | None = 20
) -> list[UserMatch]:
    """
    Return the accounts that have or had *name* as a name or nickname or in one, or whose id it is.

    The same name comes first, then names that begin with it, then names that hold it; case does not matter.
    """
    text = checked_text(name, "the name").strip().removeprefix("@")
    if not text:
        raise UsageError("the name is empty; give a part of it.")
    parameters = {
        "user_id": _as_id(text),
        **name_patterns(connection, text),
        "guild_ids": checked_ids(guild_ids),
        "limit": checked_count(limit, "the limit", MOST_MESSAGES),
    }
    found = fetch_parts(connection, "users", parameters)
    names: dict[int, list[NameSeen]] = defaultdict(list)
    for row in fetch_parts(connection, "names_of_users", {"user_ids": [row["user_id"] for row in found]}):
        names[row.pop("user_id")].append(NameSeen(**row))
    return [UserMatch(**row, names=tuple(names[row["user_id"]])) for row in found]


def message_details(connection: Connection, message_ids: Iterable[int]) -> list[dict[str, Any]]:
    """Return the fields of `MessageRow` but *context_of*, in the order of *message_ids*; deleted ones are left out."""
    return fetch_parts(connection, "message_details", {"message_ids": list(message_ids)})


def _in_context(connection: Connection, ids: Sequence[int], context: int) -> dict[int, int | None]:
    """
    Return what to show: *ids* (None) between their neighbours (with the id they stand beside).

    What overlaps is one conversation; each stands in the order of time, and the one that began first comes first.
    """
    conversations: list[set[int]] = []
    shown: dict[int, int | None] = dict.fromkeys(ids)
    beside: dict[int, set[int]] = defaultdict(set)
    if context:
        for row in fetch_parts(connection, "context", {"message_ids": list(ids), "context": context}):
            beside[row["context_of"]].add(row["message_id"])
    for one in ids:
        around = {one, *beside[one]}
        for other in around:
            shown.setdefault(other, one)
        overlapping = next((each for each in conversations if each & around), None)
        if overlapping is None:
            conversations.append(around)
        else:
            overlapping |= around
    return {one: shown[one] for each in conversations for one in sorted(each)}


def _instants(since: datetime | None, until: datetime | None) -> dict[str, datetime | None]:
    return {
        "since": None if since is None else checked_instant(since),
        "until": None if until is None else checked_instant(until),
    }


def _as_id(text: str) -> int | None:
    try:
        return parse_snowflake(text)
    except ValueError:
        return None
