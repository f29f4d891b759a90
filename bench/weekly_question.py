"""
The question of every Sunday, asked of the tables and asked of the raw exports: what did the past week bring?

    python -m bench.weekly_question 'host=... dbname=...' FOLDER

Messages and posters of each server, its five busiest people and channels, and the quarters of an hour in which they
wrote. DuckDB reads the exporter's JSON with its own reader and computes the same; both answers must be equal.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from bench.processes import Measured, measured, told
from discord_airflow.queries.query_builder import fetch_activity, fetch_channels, fetch_contributors, fetch_hours
from discord_airflow.sql_files import statement
from discord_airflow.window import Window

Answer = dict[str, Any]


def ask_tables(conninfo: str, since: datetime, until: datetime) -> Answer:
    """Return the answer of the query layer, connecting included."""
    window = Window(since, until, "UTC")
    with psycopg.connect(conninfo) as connection:
        activity = fetch_activity(connection, window=window)
        people = fetch_contributors(connection, window=window)
        channels = fetch_channels(connection, window=window)
        hours = fetch_hours(connection, window=window)
    return {
        "activity": [[row.guild_id, row.messages, row.posters] for row in activity],
        "people": [[row.guild_id, row.user_id, row.messages] for row in people],
        "channels": [[row.guild_id, row.channel_id, row.messages] for row in channels],
        "hours": [[row.guild_id, row.weekday, row.hour, row.messages] for row in hours if row.messages],
    }


def ask_exports(pattern: str, since: datetime, until: datetime) -> Answer:
    """Return DuckDB's answer from the files that *pattern* names."""
    import duckdb

    connection = duckdb.connect()
    connection.execute(statement("bench", "duckdb_week"), {"files": pattern, "since": since, "until": until})
    return {
        name: [list(row) for row in connection.execute(statement("bench", f"duckdb_{name}")).fetchall()]
        for name in ("activity", "people", "channels", "hours")
    }


def ask(where: str, source: str, window: Window) -> Measured:
    """Return what the answer from *where* (tables or exports) takes in a fresh process, and the answer itself."""
    return measured("bench.weekly_question", where, source, window.since.isoformat(), window.until.isoformat())


def main(argv: Sequence[str]) -> int:
    if argv[:1] == ["--once"]:
        where, source, since, until = argv[1:]
        work = ask_tables if where == "tables" else ask_exports
        told(lambda: work(source, datetime.fromisoformat(since), datetime.fromisoformat(until)))
        return 0
    conninfo, folder = argv
    week = Window(datetime(2026, 11, 15, 7, tzinfo=UTC), datetime(2026, 11, 22, 7, tzinfo=UTC), "UTC")
    tables, exports = ask("tables", conninfo, week), ask("exports", str(Path(folder) / "*.json"), week)
    print(f"tables {tables.seconds:.3f} s, exports {exports.seconds:.3f} s, {exports.seconds / tables.seconds:.0f} x")
    print(json.dumps(tables.outcome)[:2000])
    return int(tables.outcome != exports.outcome)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
