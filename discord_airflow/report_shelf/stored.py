"""
The reports that the database can give, made anew from their stored sections.

A server of Airflow's pages need not see the disk that a task has written to. The same sections give the same bytes.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property, lru_cache
from typing import Any

import psycopg

from discord_airflow.database import connect
from discord_airflow.errors import DiscordAirflowError
from discord_airflow.report_shelf.shelf import KINDS, Shelf, Summary, read_summary
from discord_airflow.reporting.build import build_report
from discord_airflow.reporting.report_json import render_json
from discord_airflow.reporting.request import SECTIONS
from discord_airflow.reporting.write import rendered
from discord_airflow.settings import DatabaseSettings
from discord_airflow.sql_files import statement

KEPT = 16
"""Rendered reports that are kept; a page asks for several files of one."""

KEPT_SUMMARIES = 520
"""Summaries that are kept, ten years of weeks: the list needs one of each report that it shows, each time."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class StoredShelf(Shelf):
    """
    The last finished run of each day in *database*; a database that does not answer has none.

    Made for one request: it asks only once which runs there are.
    """

    database: DatabaseSettings

    def days(self) -> tuple[date, ...]:
        return tuple(sorted(self._runs, reverse=True))

    def kinds(self, day: date) -> tuple[str, ...]:
        return KINDS if day in self._runs else ()

    def read(self, day: date, kind: str) -> bytes | None:
        if kind not in KINDS or day not in self._runs:
            return None
        # Settings never change, so they have a hash, which the type checker does not know.
        return _files(self.database, *self._runs[day])[kind]  # type: ignore[reportArgumentType]

    def summary(self, day: date) -> Summary | None:
        if day not in self._runs:
            return None
        return _summary(self.database, *self._runs[day])  # type: ignore[reportArgumentType]

    @cached_property
    def _runs(self) -> dict[date, tuple[str, datetime]]:
        query = statement("discord_airflow.report_shelf", "finished_runs")
        try:
            with _connected(self.database) as connection:
                rows = connection.execute(query, {"sections": list(SECTIONS)}).fetchall()
        except (DiscordAirflowError, psycopg.errors.UndefinedTable) as error:
            log.warning("The database was not asked for reports: %s", error)
            return {}
        return {day: (run_key, computed_at) for day, run_key, computed_at in rows}


@lru_cache(KEPT_SUMMARIES)
def _summary(database: DatabaseSettings, run_key: str, _: datetime) -> Summary | None:
    with _connected(database) as connection:
        return read_summary(render_json(build_report(connection, run_key)))


@lru_cache(KEPT)
def _files(database: DatabaseSettings, run_key: str, _: datetime) -> dict[str, bytes]:
    """Return the files of a run by kind; the instant tells one state of its sections from the next."""
    with _connected(database) as connection:
        report = build_report(connection, run_key)
    return {name.rpartition(".")[2]: content for name, content in rendered(report).items()}


@contextmanager
def _connected(database: DatabaseSettings) -> Iterator[psycopg.Connection[Any]]:
    connection = connect(database)
    try:
        yield connection
    finally:
        connection.close()
