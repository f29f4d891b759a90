"""Whether the daily collection has brought in what a window needs, as the run ledger tells."""

from datetime import datetime
from typing import Any

import psycopg

from discord_airflow.runs.lost import PACKAGE
from discord_airflow.sql_files import statement


def awaits_collection(connection: psycopg.Connection[Any], instant: datetime) -> bool:
    """
    Return whether a collection that began at *instant* or later is still to come.

    False where `discord_collect` has brought nothing in for three days before *instant*: nobody collects here.
    """
    row = connection.execute(statement(PACKAGE, "collections_since"), {"instant": instant}).fetchone()
    assert row is not None  # an aggregate without GROUP BY has one row
    is_in_use, is_done = row
    return is_in_use and not is_done
