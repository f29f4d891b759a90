"""`discord-airflow collect`: export and import in one go, channel by channel."""

from datetime import UTC, datetime
from threading import Lock

import psycopg
import typer

from discord_airflow import database
from discord_airflow.collectors import exporter
from discord_airflow.collectors.coverage import Proof
from discord_airflow.collectors.export_session import Exported
from discord_airflow.collectors.exporter import Task
from discord_airflow.collectors.import_summary import FileResult, summed_up
from discord_airflow.collectors.one_file import Door, Job
from discord_airflow.collectors.proofs import apply_note, find_notes, find_pending
from discord_airflow.collectors.worker_pool import Stopped, WorkerPool
from discord_airflow.commands.export import (
    After,
    AsJson,
    Before,
    Channels,
    Full,
    Guilds,
    Progress,
    collecting,
    request_of,
)
from discord_airflow.commands.export_report import print_summary
from discord_airflow.commands.options import Config
from discord_airflow.errors import ServiceDownError
from discord_airflow.import_workers import workers_of
from discord_airflow.runs.ledger import recorded
from discord_airflow.settings import Settings, load_settings
from discord_airflow.terminal import say


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
    Export what is missing and import it, channel by channel.

    A channel is imported as soon as its export is proven complete. What a killed run had exported and not yet imported
    is imported first.
    """
    settings = load_settings(config)
    request = request_of(settings, guild, channel, after, before, full=full)
    with (
        recorded(settings.database, "collect") as run,
        collecting(settings) as (session, state),
        Importer(settings, lambda: session.interrupted) as importer,
    ):
        importer.catch_up()
        plan = exporter.make_plan(session, state, request, settings.export, datetime.now(UTC))
        progress = Progress(len(plan.tasks))

        def done(task: Task, exported: Exported) -> None:
            importer.take(exported)
            progress.done(task, exported)

        summary = exporter.run_plan(session, state, plan, parallel=settings.export.parallel, done=done)
        imported = summed_up(importer.results)
        run.count(**imported.numbers() | summary.numbers())
        run.ends_with(summary.exit_code or imported.exit_code)
    print_summary(summary, as_json=as_json)
    if not as_json:
        say(f"Imported: {imported}.")
    return summary.exit_code or imported.exit_code


class Importer:
    """
    Imports what the exports of a run leave, in processes of its own; use it as a context manager.

    Exports wait for imports in threads, which no signal reaches: *stopped* tells them.
    """

    def __init__(self, settings: Settings, stopped: Stopped) -> None:
        self.results: list[FileResult] = []
        self._exports = settings.export.directory
        self._lock = Lock()
        self._door = Door(lambda: database.connect(settings.database))
        self._pool = WorkerPool(workers_of(settings), self._door, stopped)

    def __enter__(self) -> "Importer":
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.close()
        self._door.close()

    def catch_up(self) -> None:
        """Import what an earlier run proved and did not live to import."""
        pending = find_pending(self._door.connection, self._exports)
        self._do(*(Job(path, proof) for path, proof in pending.values()))
        for note in find_notes([self._exports]):
            apply_note(self._door.connection, note)

    def take(self, exported: Exported) -> None:
        """Import one window; its proof moves the channel's cursor in the same transaction."""
        state = exported.verdict.state.value
        try:
            with self._lock:
                if exported.facts is not None and (state == "complete" or state == "empty"):
                    proof = Proof(state, exported.window.after, exported.window.before)
                    self._do(Job(exported.path, proof))
                else:
                    apply_note(self._door.connection, exported.path)
        except psycopg.Error as error:
            raise ServiceDownError(
                f"PostgreSQL stopped the import of {exported.path} ({' '.join(str(error).split())}); run again."
            ) from error

    def _do(self, *jobs: Job) -> None:
        self.results += (result for _, result in sorted(self._pool.do(jobs), key=lambda done: done[0]))
