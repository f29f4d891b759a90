"""
The import that everybody writes first: `json.load`, then `executemany` into a few tables, keeping far less than ours.

    python -m bench.naive_import 'host=... dbname=...' FILE...

It stores four tables of plain columns where the real import fills nineteen, and knows neither edits nor deletions.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import psycopg

from bench.processes import Measured, measured, told
from discord_airflow.sql_files import statement

_PACKAGE = "bench"


def import_naively(conninfo: str, path: Path) -> int:
    """Import one file in one transaction and return how many messages it holds."""
    document = json.loads(path.read_bytes())
    messages: list[dict[str, Any]] = document["messages"]
    channel = int(document["channel"]["id"])
    with psycopg.connect(conninfo) as connection, connection.cursor() as cursor:
        connection.execute(statement(_PACKAGE, "naive_tables"))
        cursor.executemany(
            statement(_PACKAGE, "naive_user"),
            [(int(m["author"]["id"]), m["author"]["name"], m["author"]["nickname"]) for m in messages],
        )
        cursor.executemany(
            statement(_PACKAGE, "naive_message"),
            [
                (int(m["id"]), channel, int(m["author"]["id"]), m["timestamp"], m["timestampEdited"], m["content"])
                for m in messages
            ],
        )
        cursor.executemany(
            statement(_PACKAGE, "naive_attachment"),
            [(int(a["id"]), int(m["id"]), a["url"], a["fileName"]) for m in messages for a in m["attachments"]],
        )
        cursor.executemany(
            statement(_PACKAGE, "naive_reaction"),
            [(int(m["id"]), r["emoji"]["name"], r["count"]) for m in messages for r in m["reactions"]],
        )
    return len(messages)


def measured_naive_import(conninfo: str, paths: list[Path]) -> Measured:
    """Return what the import of *paths*, one after the other, takes in a fresh process."""
    return measured("bench.naive_import", conninfo, *paths)


def main(argv: list[str]) -> int:
    conninfo, *paths = argv[1:] if argv[:1] == ["--once"] else argv
    told(lambda: sum(import_naively(conninfo, Path(path)) for path in paths))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
