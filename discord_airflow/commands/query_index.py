"""`discord-airflow db search-index`: build or drop the index that lets searches skip what they do not look for."""

import json
import sys
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as StillRunning
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

from discord_airflow import database
from discord_airflow.commands.options import AsJson, Config
from discord_airflow.queries.search_index import (
    create_search_index,
    drop_search_index,
    fetch_build_progress,
    fetch_search_index,
)
from discord_airflow.queries.statements import Connection
from discord_airflow.settings import DatabaseSettings, load_settings
from discord_airflow.terminal import say

LOOK_SECONDS = 0.5


def register(db: typer.Typer) -> None:
    """Add `search-index` to the group *db*."""
    db.command("search-index", epilog="Example: discord-airflow db search-index --drop")(search_index)


def search_index(
    config: Config = None,
    *,
    drop: Annotated[bool, typer.Option("--drop", help="Remove the index.")] = False,
    as_json: AsJson = False,
) -> None:
    """
    Build the index for searches, or take in what is new.

    With it rare words are found at once. Searches work without it, and imports of new messages are as fast with it.
    """
    settings = load_settings(config).database
    with database.connect(settings) as connection:
        database.apply_schema(connection)
    with database.connect(settings, autocommit=True) as connection:
        changed = drop_search_index(connection) if drop else _create(settings, connection)
        found = fetch_search_index(connection)
    size = found.byte_size if found else None
    if as_json:
        say(json.dumps({"exists": found is not None, "changed": changed, "bytes": size}))
    elif found:
        say(f"The search index {'was built' if changed else 'is there'}: {size:,} bytes.")
    else:
        say(f"The search index {'was removed' if changed else 'is not there'}; searches work without it.")


def _create(settings: DatabaseSettings, connection: Connection) -> bool:
    """Build the index; on a terminal with a bar, for which a second connection looks how far it is."""
    if not sys.stderr.isatty():
        return create_search_index(connection)
    with ThreadPoolExecutor(1) as workers, database.connect(settings, autocommit=True) as watcher:
        work = workers.submit(create_search_index, connection)
        try:
            return _watch(work, watcher)
        except KeyboardInterrupt:
            connection.cancel_safe()
            raise


def _watch(work: Future[bool], watcher: Connection) -> bool:
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TaskProgressColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("search index", total=None)
        while True:
            try:
                return work.result(timeout=LOOK_SECONDS)
            except StillRunning:
                if (found := fetch_build_progress(watcher)) is not None:
                    total = found.blocks_total or None
                    progress.update(task, description=found.phase, total=total, completed=found.blocks_done)
