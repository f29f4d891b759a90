"""Which report's summary is posted, and where to: the webhook says to which server it belongs."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import httpx
import psycopg

from discord_airflow.errors import ConfigurationError, UsageError
from discord_airflow.notifications.webhook import Webhook, parse_webhook, place_of
from discord_airflow.posting.text import post_pieces, words_of
from discord_airflow.reporting.request import SECTIONS
from discord_airflow.reporting.sections import snapshot
from discord_airflow.reporting.store import fetch_run, fetch_sections
from discord_airflow.settings import PostSettings
from discord_airflow.sql_files import statement


@dataclass(frozen=True, slots=True)
class Post:
    """The summary of one report as it is to be posted: *pieces* are the messages, *channel_id* is where they go."""

    day: date
    webhook: Webhook
    guild_id: int
    channel_id: int
    pieces: tuple[str, ...] = field(repr=False)

    @property
    def sha256(self) -> str:
        """What tells this text from any other: an approval is for one text."""
        return hashlib.sha256("\0".join(self.pieces).encode()).hexdigest()


def post_webhook(settings: PostSettings) -> Webhook:
    """Return the webhook of POST_WEBHOOK; ConfigurationError when there is none."""
    if settings.webhook is None:
        raise ConfigurationError(
            "POST_WEBHOOK is not set, so there is no channel to post to; set it in .env (see .env.example)."
        )
    return parse_webhook(settings.webhook.get_secret_value(), "POST_WEBHOOK")


def report_days(connection: psycopg.Connection[Any]) -> Mapping[date, str]:
    """Return the days of which the database keeps a whole report, each with the run that made it last."""
    query = statement("discord_airflow.report_shelf", "finished_runs")
    rows = connection.execute(query, {"sections": list(SECTIONS)}).fetchall()
    if not connection.autocommit:
        connection.rollback()
    return {day: run_key for day, run_key, _ in rows}


def prepare(
    connection: psycopg.Connection[Any], settings: PostSettings, day: date | None, client: httpx.Client
) -> Post:
    """
    Return what would be posted of the report of *day*, or of the newest report.

    It is made from the report's stored sections: no model is asked, nothing is counted anew. *connection* must be
    outside a transaction.
    """
    webhook = post_webhook(settings)
    days = report_days(connection)
    if not days or (day is not None and day not in days):
        which = f"of {day}" if day else "at all"
        known = f"; the newest is that of {max(days)}" if days else ""
        raise UsageError(f"The database keeps no whole report {which}{known}. Run discord_weekly first.")
    day = day or max(days)
    place = place_of(webhook, client)
    with snapshot(connection):
        request, sections = fetch_run(connection, days[day]), fetch_sections(connection, days[day])
        query = statement("discord_airflow.posting", "known_names")
        names = [name for (name,) in connection.execute(query, {"guild_id": place.guild_id})]
    pieces = post_pieces(request, sections, place.guild_id, settings.names, words_of(names))
    return Post(day, webhook, place.guild_id, place.channel_id, pieces)
