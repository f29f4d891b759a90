"""`discord-airflow collect`: export and import in one go, channel by channel."""

from datetime import UTC, datetime
from threading import Lock
from typing import Any

import psycopg
import typer

from discord_airflow import database
from discord_airflow.collectors import exporter
from discord_airflow.collectors.coverage import Proof
from discord_airflow.collectors.export_session import Exported
from discord_airflow.collectors.exporter import Task
from discord_airflow.collectors.import_summary import FileResult, summed_up
from discord_airflow.collectors.importer import import_file
from discord_airflow.collectors.proofs import apply_note, find_notes, find_pending
from discord_airflow.commands.export import (
    After,
    AsJson,
    Before,
    Channels,
    Config,
    Full,
    Guilds,
    Progress,
    collecting,
    print_summary,
    request_of,
)
from discord_airflow.errors import ServiceDownError
from discord_airflow.settings import Settings, load_settings


def register(app: typer.Typer) -> None:
    """Add `collect` to *app*."""
    app.command("collect", epilog="Example: discord-airflow collect")(collect)


def collect(
    guild: Guilds = None,
    channel: Channels = None,
    after: After = None,
    before: Before = None,
    config: Config = None,
    *,
    full: Full = False,
    as_json: AsJson = False,
) -> int:
    """
    Export what the database lacks and import each channel as soon as it is proven.

    What a killed run had exported and not yet imported is imported first.
    """
    settings = load_settings(config)
    request = request_of(settings, guild, channel, after, before, full=full)
    with collecting(settings) as (session, state), Importer(settings) as importer:
        importer.catch_up()
        plan = exporter.make_plan(session, state, request, settings.export, datetime.now(UTC))
        progress = Progress(len(plan.tasks))

        def done(task: Task, exported: Exported) -> None:
            importer.take(exported)
            progress.done(task, exported)

        summary = exporter.run_plan(session, state, plan, parallel=settings.export.parallel, done=done)
    print_summary(summary, as_json=as_json)
    imported = summed_up(importer.results)
    if not as_json:
        typer.echo(f"Imported: {imported}.")
    return summary.exit_code or imported.exit_code


class Importer:
    """Imports what the exports of a run leave, one at a time, over a connection of its own."""

    def __init__(self, settings: Settings) -> None:
        self.results: list[FileResult] = []
        self._settings = settings
        self._lock = Lock()
        self._connection: psycopg.Connection[Any] | None = None

    def __enter__(self) -> "Importer":
        self._connection = database.connect(self._settings.database, autocommit=True)
        return self

    def __exit__(self, *_: object) -> None:
        if self._connection is not None:
            self._connection.close()

    @property
    def connection(self) -> psycopg.Connection[Any]:
        """The connection, while the importer is open."""
        assert self._connection is not None
        return self._connection

    def catch_up(self) -> None:
        """Import what an earlier run proved and did not live to import."""
        exports = self._settings.export.directory
        for path, proof in find_pending(self.connection, exports).values():
            self.results.append(import_file(self.connection, path, proof=proof))
        for note in find_notes([exports]):
            apply_note(self.connection, note)

    def take(self, exported: Exported) -> None:
        """Import one window; its proof moves the channel's cursor in the same transaction."""
        state = exported.verdict.state.value
        try:
            with self._lock:
                if exported.facts is not None and (state == "complete" or state == "empty"):
                    proof = Proof(state, exported.window.after, exported.window.before)
                    self.results.append(import_file(self.connection, exported.path, proof=proof))
                else:
                    apply_note(self.connection, exported.path)
        except psycopg.Error as error:
            raise ServiceDownError(
                f"PostgreSQL stopped the import of {exported.path} ({' '.join(str(error).split())}); run again."
            ) from error
