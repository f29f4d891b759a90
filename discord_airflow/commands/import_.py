"""`discord-airflow import`: exports into the database."""

import json
import time
from pathlib import Path
from types import TracebackType
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from discord_airflow import database
from discord_airflow.collectors.importer import import_paths
from discord_airflow.commands.import_report import render_json, render_text
from discord_airflow.commands.options import Config
from discord_airflow.errors import AccessDeniedError
from discord_airflow.import_workers import workers_of
from discord_airflow.runs.ledger import recorded
from discord_airflow.settings import DatabaseSettings, load_settings
from discord_airflow.terminal import say

PATIENCE_SECONDS = 2.0

Paths = Annotated[
    list[Path] | None, typer.Argument(help="Files, and folders with all *.json below them.", metavar="PATH")
]
Input = Annotated[
    list[Path] | None, typer.Option("--input", help="The same as an option; may be repeated.", metavar="PATH")
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Read and judge everything, write nothing.")]
Retry = Annotated[bool, typer.Option("--retry", help="Read files again that were damaged or rejected before.")]
Processes = Annotated[
    int | None, typer.Option("--processes", min=1, max=64, help="How many files to import at once.", metavar="N")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the summary as JSON.")]


def register(app: typer.Typer) -> None:
    """Add `import` to *app*."""
    app.command("import", epilog="Example: discord-airflow import collectors/exports")(import_exports)


def import_exports(
    paths: Paths = None,
    more: Input = None,
    config: Config = None,
    *,
    dry_run: DryRun = False,
    retry: Retry = False,
    processes: Processes = None,
    as_json: AsJson = False,
) -> int:
    """
    Import DiscordChatExporter's JSON into the database.

    Without a path that of the exports folder. Doing it again, in any order, with overlapping files, never does harm: a
    known file is skipped, and of each message the newest observation wins. What cannot be stored is named with its
    file, place and reason; all the rest is stored, and the exit status is 65.
    """
    settings = load_settings(config)
    _ready(settings.database, dry_run=dry_run)
    with recorded(None if dry_run else settings.database, "import") as run, ProgressBar() as progress:
        summary = import_paths(
            [*(paths or ()), *(more or ())] or [settings.export.directory],
            lambda: database.connect(settings.database),
            dry_run=dry_run,
            retry=retry,
            progress=progress,
            workers=workers_of(settings, processes),
        )
        run.count(**summary.numbers())
        run.ends_with(summary.exit_code)
    say(json.dumps(render_json(summary), indent=2) if as_json else render_text(summary))
    return summary.exit_code


def _ready(settings: DatabaseSettings, *, dry_run: bool) -> None:
    """Make the tables when there are none; whoever may not needs them to be there."""
    with database.connect(settings) as connection:
        has_tables = connection.execute("SELECT to_regclass('ledger') IS NOT NULL").fetchone() == (True,)
        connection.rollback()
        if dry_run and has_tables:
            return
        try:
            database.apply_schema(connection)
        except AccessDeniedError:
            if not has_tables:
                raise


class ProgressBar:
    """A bar on stderr when a person watches and it takes longer than two seconds."""

    def __init__(self) -> None:
        console = Console(stderr=True)
        columns = (TextColumn("importing"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
        self._bar = Progress(*columns, console=console, transient=True)
        self._watched = console.is_terminal
        self._began = time.monotonic()
        self._read = 0
        self._shown = False

    def begin(self, files: int, byte_size: int) -> None:
        """Take the size of what will be read."""
        noun = "file" if files == 1 else "files"
        self._task = self._bar.add_task(f"{files} {noun}", total=byte_size)

    def advance(self, byte_size: int) -> None:
        """Take how many more bytes were read."""
        self._read += byte_size
        if not self._watched:
            return
        if not self._shown and time.monotonic() - self._began > PATIENCE_SECONDS:
            self._bar.start()
            self._shown = True
        self._bar.update(self._task, completed=self._read)

    def __enter__(self) -> "ProgressBar":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._shown:
            self._bar.stop()
