"""The queries that figures come from, by name, with parameters as JSON has them: all that a receipt needs."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, get_type_hints

import msgspec
import psycopg

from discord_airflow.errors import DataQuarantinedError
from discord_airflow.queries import query_builder
from discord_airflow.reporting.mentioned import fetch_mentioned
from discord_airflow.reporting.receipts import Parameters

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
    "plausibility": query_builder.fetch_plausibility,
    "weekly_active": query_builder.fetch_weekly_active,
    "weekly_trend": query_builder.fetch_weekly_trend,
}


def ask(connection: psycopg.Connection[Any], query: str, parameters: Parameters) -> list[Any]:
    """Return the typed rows that *query* answers with now."""
    return QUESTIONS[query](connection, **parameters.arguments())


def rows_from(query: str, rows: Sequence[Any]) -> list[Any]:
    """Return rows that were stored as JSON in the type that *query* answers with."""
    try:
        return msgspec.convert(rows, get_type_hints(QUESTIONS[query])["return"])
    except (msgspec.ValidationError, KeyError) as error:
        raise DataQuarantinedError(
            f"Stored rows of the query {query!r} are not what this version writes ({error}); make the report again."
        ) from None
