"""All queries by name: what the command line offers, and what a receipt can run again."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from typing import Any, get_args, get_type_hints

from discord_airflow.errors import UsageError
from discord_airflow.queries import query_builder
from discord_airflow.queries.parameters import from_json, moment, to_json
from discord_airflow.queries.statements import Connection


@dataclass(frozen=True, slots=True)
class Query:
    """A question that can be asked by name; *fetch* takes a connection and keyword parameters."""

    name: str
    question: str
    fetch: Callable[..., Any]

    @property
    def parameters(self) -> Mapping[str, inspect.Parameter]:
        """The keyword parameters of *fetch*."""
        return {name: one for name, one in inspect.signature(self.fetch).parameters.items() if name != "connection"}

    @property
    def row_type(self) -> type:
        """What the answer consists of."""
        answer = get_type_hints(self.fetch)["return"]
        return get_args(answer)[0] if get_args(answer) else answer

    def run(self, connection: Connection, arguments: Mapping[str, Any]) -> list[Any]:
        """Return the rows for keyword *arguments*."""
        answer = self.fetch(connection, **arguments)
        return answer if isinstance(answer, list) else [answer]

    def run_again(self, connection: Connection, parameters: Mapping[str, Any]) -> list[Any]:
        """Return the rows for the JSON *parameters* of a receipt; what makes no sense raises UsageError."""
        arguments = from_json(parameters, frozenset(self.parameters))
        for name, one in self.parameters.items():
            if one.default is inspect.Parameter.empty and arguments.get(name) is None:
                raise UsageError(f"the query {self.name} needs the parameter {name}.")
        return self.run(connection, arguments)

    def receipt(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Return query and parameters as JSON, from which `run_again` gives the same rows over the same data."""
        return {"query": self.name, "parameters": to_json(arguments)}


QUERIES: Mapping[str, Query] = {
    query.name: query
    for query in (
        Query("activity", "What happened on each server, in figures.", query_builder.fetch_activity),
        Query("changes", "The headline figures beside those of the window before.", query_builder.fetch_changes),
        Query("channels", "The busiest channels, threads and forum posts.", query_builder.fetch_channels),
        Query("concentration", "How few people wrote half of the messages.", query_builder.fetch_concentration),
        Query("connectors", "People who wrote on two or more servers.", query_builder.fetch_connectors),
        Query("contributors", "The people who wrote most.", query_builder.fetch_contributors),
        Query("coverage", "What was exported of the window, and what is missing.", query_builder.fetch_coverage),
        Query("days", "Messages and posters of each day.", query_builder.fetch_days),
        Query("highlights", "The messages that most people reacted to.", query_builder.fetch_highlights),
        Query("history", "The latest messages of a channel.", query_builder.fetch_history),
        Query("hours", "Messages by weekday and hour.", query_builder.fetch_hours),
        Query("membership", "Joins, first-seen and last-seen people by month.", query_builder.fetch_membership),
        Query("new_people", "People whose first message lies in the window.", query_builder.fetch_new_people),
        Query("plausibility", "What speaks against the data of the window.", query_builder.fetch_plausibility),
        Query("recent_users", "People who wrote, the latest first.", query_builder.fetch_recent_users),
        Query("search", "Messages that hold words or phrases, in any language.", query_builder.fetch_search),
        Query("servers", "The stored servers.", query_builder.fetch_guilds),
        Query("totals", "All that is stored, by whomever, to compare with exports.", query_builder.fetch_totals),
        Query("user_messages", "The latest messages of an account.", query_builder.fetch_user_messages),
        Query("users", "Accounts by any name they ever had.", query_builder.fetch_users),
        Query("watermark", "How much the database holds at this moment.", query_builder.fetch_watermark),
        Query("weekly_active", "Posters by week: new, returned and silent.", query_builder.fetch_weekly_active),
        Query("weekly_trend", "Messages and posters by week.", query_builder.fetch_weekly_trend),
    )
}


def row_to_json(row: Any) -> dict[str, Any]:
    """Return *row* as JSON has it: ids as text (JavaScript rounds them), instants in UTC, its link where it has one."""
    written = {one.name: _to_json(one.name, getattr(row, one.name)) for one in fields(row)}
    return written | ({"link": row.link} if hasattr(row, "link") else {})


def is_id(name: str) -> bool:
    """Return whether a field of a row holds an id."""
    return name.endswith("_id") or name == "context_of"


def _to_json(name: str, value: Any) -> Any:
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [_to_json(name, one) for one in value]
    if is_dataclass(value):
        return row_to_json(value)
    return str(value) if value is not None and is_id(name) else value
