"""The queries that figures come from, by name, with parameters as JSON has them: all that a receipt needs."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, get_type_hints

import msgspec
import psycopg

from discord_airflow.errors import DataQuarantinedError
from discord_airflow.queries import query_builder
from discord_airflow.reporting.mentioned import fetch_mentioned
from discord_airflow.window import Window

QUESTIONS: Mapping[str, Callable[..., list[Any]]] = {
    "activity": query_builder.fetch_activity,
    "changes": query_builder.fetch_changes,
    "channels": query_builder.fetch_channels,
    "concentration": query_builder.fetch_concentration,
    "connectors": query_builder.fetch_connectors,
    "contributors": query_builder.fetch_contributors,
    "coverage": query_builder.fetch_coverage,
    "days": query_builder.fetch_days,
    "highlights": query_builder.fetch_highlights,
    "hours": query_builder.fetch_hours,
    "membership": query_builder.fetch_membership,
    "mentioned": fetch_mentioned,
    "new_people": query_builder.fetch_new_people,
    "weekly_active": query_builder.fetch_weekly_active,
    "weekly_trend": query_builder.fetch_weekly_trend,
}

_NUMBERS = frozenset({"limit", "weeks", "months", "min_messages"})
_IDS = frozenset({"guild_ids", "excluded_channels"})


def parameters_of(
    window: Window, guild_ids: Sequence[int], excluded_channels: Sequence[int], **numbers: int
) -> dict[str, Any]:
    """Return the parameters of a question as JSON has them: instants in UTC, ids as text."""
    return {
        "since": moment(window.since),
        "until": moment(window.until),
        "zone": window.zone,
        "guild_ids": [str(guild_id) for guild_id in guild_ids],
        "excluded_channels": [str(channel_id) for channel_id in excluded_channels],
        **numbers,
    }


def ask(connection: psycopg.Connection[Any], query: str, parameters: Mapping[str, Any]) -> list[Any]:
    """
    Return the typed rows that *query* answers with now.

    The parameters may come from a file that somebody changed: what makes no sense raises DataQuarantinedError.
    """
    fetch = _known(query)
    try:
        arguments = _arguments(dict(parameters))
    except (KeyError, ValueError, TypeError) as error:
        raise DataQuarantinedError(f"A receipt of the query {query!r} has unusable parameters: {error}.") from None
    return fetch(connection, **arguments)


def rows_from(query: str, rows: Sequence[Any]) -> list[Any]:
    """Return rows that were stored as JSON in the type that *query* answers with."""
    try:
        return msgspec.convert(rows, get_type_hints(_known(query))["return"])
    except msgspec.ValidationError as error:
        raise DataQuarantinedError(
            f"Stored rows of the query {query!r} are not what this version writes ({error}); make the report again."
        ) from None


def moment(instant: datetime) -> str:
    """Return *instant* in UTC as JSON has it."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _known(query: str) -> Callable[..., list[Any]]:
    if query not in QUESTIONS:
        raise DataQuarantinedError(f"A receipt names the query {query!r}, which does not exist.")
    return QUESTIONS[query]


def _arguments(parameters: dict[str, Any]) -> dict[str, Any]:
    since, until = (datetime.fromisoformat(parameters.pop(name)) for name in ("since", "until"))
    arguments: dict[str, Any] = {"window": Window(since, until, parameters.pop("zone"))}
    for name, value in parameters.items():
        if name in _IDS:
            arguments[name] = [_id(text) for text in value]
        elif name in _NUMBERS and isinstance(value, int):
            arguments[name] = value
        else:
            raise ValueError(f"{name} is {value!r}")
    return arguments


def _id(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,19}", text, re.ASCII):
        raise ValueError(f"{text!r} is not an id")
    return int(text)
