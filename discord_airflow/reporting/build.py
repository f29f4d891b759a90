"""From a run's stored sections to its report."""

from typing import Any

import psycopg

from discord_airflow.reporting.compose import compose
from discord_airflow.reporting.model import Report
from discord_airflow.reporting.sections import snapshot
from discord_airflow.reporting.store import fetch_run, fetch_sections


def build_report(connection: psycopg.Connection[Any], run_key: str) -> Report:
    """
    Return the report of the run *run_key*, from the sections it stored.

    A section that is not there is stated in the report; a run without any raises UsageError. *connection* must be
    outside a transaction.
    """
    with snapshot(connection):
        request, sections = fetch_run(connection, run_key), fetch_sections(connection, run_key)
    return compose(request, sections)
