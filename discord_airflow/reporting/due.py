"""Which week a report is about when nobody says."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import psycopg
from psycopg.rows import dict_row

from discord_airflow.errors import UsageError
from discord_airflow.settings import Settings
from discord_airflow.snowflake import LARGEST_SNOWFLAKE, time_of
from discord_airflow.sql_files import statement
from discord_airflow.window import last_full_week


def default_until(
    connection: psycopg.Connection[Any], settings: Settings, guild_ids: Sequence[int] | None = None
) -> datetime:
    """
    Return the last Sunday, nine o'clock in the report's zone, that the imported exports reach.

    That is the end of the last week of which the data can be whole; the clock of the machine has no part in it. Where
    only the newest message tells how far the data reaches, it does. Nothing imported raises UsageError.
    """
    asked = list(guild_ids or settings.servers)
    with connection.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(statement("discord_airflow.reporting", "data_end"), {"guild_ids": asked}).fetchone()
    assert row is not None
    end = time_of(min(row["end_id"], LARGEST_SNOWFLAKE)) if row["end_id"] is not None else row["newest_message_at"]
    if end is None:
        raise UsageError(
            "Nothing was imported yet, so there is no week to report on; run discord-airflow import first."
        )
    return last_full_week(end.astimezone(UTC), settings.report.timezone)
