"""What each section of a report asks, and how it is answered: in one snapshot of the database, then stored."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import msgspec
import psycopg
from msgspec import UNSET

from discord_airflow.errors import UsageError
from discord_airflow.queries import query_builder
from discord_airflow.queries.coverage import fetch_guild_names
from discord_airflow.queries.gaps import joined
from discord_airflow.queries.rows import State
from discord_airflow.queries.statements import asked_once
from discord_airflow.reporting.payload import Answer, Section
from discord_airflow.reporting.questions import ask
from discord_airflow.reporting.receipts import Parameters, SeenData
from discord_airflow.reporting.request import SECTIONS, ReportRequest
from discord_airflow.reporting.store import store_section

Coverages = dict[Parameters, list[Any]]
"""Answers about coverage, by what was asked."""

CONNECTORS_ASKED = 50
MONTHS = 6


@dataclass(frozen=True, slots=True)
class Question:
    """A query of a section; *preceding* asks it of the window before, *numbers* takes the rest from the request."""

    query: str
    preceding: bool = False
    numbers: Callable[[ReportRequest], dict[str, int]] = lambda _: {}

    def parameters(self, request: ReportRequest, guild_ids: Sequence[int]) -> Parameters:
        """Return what the query is asked for *request* about the servers *guild_ids*."""
        window = request.window.preceding() if self.preceding else request.window
        return Parameters.of(window, guild_ids, request.excluded_channels, self.numbers(request))


def _top(request: ReportRequest) -> dict[str, int]:
    return {"limit": request.top}


def _weeks(request: ReportRequest) -> dict[str, int]:
    return {"weeks": request.trend_weeks}


QUESTIONS: Mapping[str, Mapping[str, Question]] = {
    "stats": {
        "coverage": Question("coverage"),
        "coverage_before": Question("coverage", preceding=True),
        "changes": Question("changes"),
        "activity": Question("activity"),
        "contributors": Question("contributors", numbers=_top),
        "channels": Question("channels", numbers=_top),
        "days": Question("days"),
        "hours": Question("hours"),
    },
    "trends": {"weeks": Question("weekly_trend", numbers=_weeks)},
    "connectors": {
        "connectors": Question("connectors", numbers=lambda _: {"min_messages": 1, "limit": CONNECTORS_ASKED})
    },
    "highlights": {
        "highlights": Question("highlights", numbers=_top),
        "mentioned": Question("mentioned", numbers=_top),
        "new_people": Question("new_people"),
    },
    "health": {
        "people": Question("weekly_active", numbers=lambda _: {"weeks": 1}),
        "concentration": Question("concentration"),
        "months": Question("membership", numbers=lambda _: {"months": MONTHS}),
        "plausibility": Question("plausibility"),
    },
}


def compute_section(connection: psycopg.Connection[Any], section: str, request: ReportRequest) -> Section:
    """
    Compute *section*, store it under the request's run and return it.

    All its figures come from one snapshot. The same request over the same data gives the same bytes; when they are
    already stored, nothing is written. *connection* must be outside a transaction; it is again when this returns.
    """
    if section not in QUESTIONS:
        raise UsageError(f"There is no section {section!r}; a report has {', '.join(SECTIONS)}.")
    with snapshot(connection):
        computed = answer_section(connection, section, request)
    store_section(connection, request, computed)
    return computed


def answer_section(connection: psycopg.Connection[Any], section: str, request: ReportRequest) -> Section:
    """Return *section* as the database answers it now."""
    guild_ids = reported_guilds(connection, request.guild_ids)
    coverages: Coverages = {}
    answers = {
        name: answer(connection, question.query, question.parameters(request, guild_ids), coverages)
        for name, question in QUESTIONS[section].items()
    }
    return Section(name=section, watermark=seen_data(connection), answers=answers)


def answer(connection: psycopg.Connection[Any], query: str, parameters: Parameters, coverages: Coverages) -> Answer:
    """
    Return what *query* answers now, with how much of the asked-for time the data covers.

    *coverages* keeps what was found of each window for the next question about it in the same snapshot.
    """
    rows = ask(connection, query, parameters)
    coverage = _coverage(connection, query, parameters, rows, coverages)
    return Answer(query=query, parameters=parameters, coverage=coverage, rows=msgspec.to_builtins(rows))


def seen_data(connection: psycopg.Connection[Any]) -> SeenData:
    """Return what the database holds now."""
    return SeenData.of(query_builder.fetch_watermark(connection))


def reported_guilds(connection: psycopg.Connection[Any], asked: tuple[int, ...]) -> tuple[int, ...]:
    """
    Return the servers that a report is about: those *asked* for, else all; never direct messages.

    A server that is asked for but not stored raises UsageError.
    """
    stored = fetch_guild_names(connection)
    for guild_id in asked:
        if guild_id not in stored:
            known = ", ".join(f"{guild_id} ({name})" for guild_id, name in stored.items()) or "none"
            raise UsageError(f"No export of the server {guild_id} was imported yet; the stored servers are: {known}.")
    return asked or tuple(guild_id for guild_id in stored if guild_id != 0)


@contextmanager
def snapshot(connection: psycopg.Connection[Any]) -> Iterator[None]:
    """Let everything in the block see one state of the database, ask the same only once, and change nothing."""
    if connection.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
        raise ValueError("a snapshot needs a connection outside a transaction")
    before = connection.isolation_level, connection.read_only
    connection.isolation_level, connection.read_only = psycopg.IsolationLevel.REPEATABLE_READ, True
    try:
        with connection.transaction(), asked_once(connection):
            yield
    finally:
        if not connection.closed:
            connection.isolation_level, connection.read_only = before


def _coverage(
    connection: psycopg.Connection[Any], query: str, parameters: Parameters, rows: list[Any], coverages: Coverages
) -> dict[str, State]:
    states: dict[str, list[State]] = defaultdict(list)
    if query == "coverage":
        coverages[parameters] = rows
    elif not (rows and hasattr(rows[0], "state")):
        numberless = msgspec.structs.replace(parameters, limit=UNSET, weeks=UNSET, months=UNSET, min_messages=UNSET)
        if numberless not in coverages:
            coverages[numberless] = ask(connection, "coverage", numberless)
        rows = coverages[numberless]
    for row in rows:
        states[str(row.guild_id)].append(row.state)
    return {guild_id: joined(found) for guild_id, found in states.items()}
