"""
What the tasks of the DAG `discord_collect` do: list, export one window, check what lies there, import.

Knows nothing of Airflow. It is imported whenever a DAG file is read, so whatever is heavy is imported where it is used.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from discord_airflow.errors import (
    AccessDeniedError,
    DataQuarantinedError,
    DiscordAirflowError,
    FileTroubleError,
    ServiceDownError,
)
from discord_airflow.settings import ExportSettings, Settings, load_settings
from discord_airflow.whole_files import write_whole

if TYPE_CHECKING:
    from discord_airflow.collectors.export_session import Exported, ExportSession

Target = dict[str, str]
"""One window of one channel, as Airflow carries it: ids as text, and the channel's name for the task's label."""


class ForbiddenChannelError(DiscordAirflowError):
    """This channel cannot be collected until a person changes something; the others go on."""

    exit_code = 77
    permanent = True


@dataclass(frozen=True, slots=True)
class RunMarks:
    """What the tasks of one run tell each other beside Airflow: whether to go on, whether texts can be seen."""

    path: Path

    def read(self) -> dict[str, Any]:
        """Return what was noted; nothing when nobody has."""
        try:
            return dict(json.loads(self.path.read_text(encoding="utf-8")))
        except (OSError, ValueError):
            return {}

    def note(self, **marks: object) -> None:
        """Add to what was noted."""
        known = self.read()
        if known | marks == known:
            return
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(self.path, json.dumps(known | marks).encode())
        except OSError as error:
            raise FileTroubleError(f"{self.path} cannot be written: {error.strerror}.") from error


def defaults() -> ExportSettings:
    """Return the settings that the DAG itself depends on."""
    return load_settings().export


def list_targets(run_key: str) -> list[Target]:
    """List the servers and return every window that is missing, oldest first in each channel."""
    from discord_airflow.runs.ledger import recorded

    settings = load_settings()
    with recorded(settings.database, "list") as run:
        targets = _list_targets(settings, run_key)
        run.count(servers=len(settings.servers), windows=len(targets))
    return targets


def _list_targets(settings: Settings, run_key: str) -> list[Target]:
    from discord_airflow.collectors.exporter import ExportRequest, make_plan
    from discord_airflow.collectors.outcome import Next
    from discord_airflow.commands.export import collecting
    from discord_airflow.commands.export_report import plain

    request = ExportRequest(settings.servers, excluded=settings.excluded_channels)
    if not settings.servers:
        raise ForbiddenChannelError("No server is named: put its id into config.yaml (servers).")
    with collecting(settings) as (session, state):
        plan = make_plan(session, state, request, settings.export, datetime.now(UTC))
    _marks(settings, run_key).note(begun=datetime.now(UTC).isoformat())
    troubled = [listing for listing in plan.listings if listing.trouble is not None]
    if troubled and len(troubled) == len(plan.listings):
        trouble = troubled[0].trouble
        assert trouble is not None
        error = ForbiddenChannelError if trouble.permanent or trouble.next is Next.STOP_TOKEN else ServiceDownError
        raise error(f"No server could be listed: {trouble.reason}.")
    return [
        {
            "guild_id": str(task.guild_id),
            "channel_id": str(task.channel.id),
            "name": plain(task.channel.name)[:80],
            "after": str(task.window.after),
            "before": str(task.window.before),
        }
        for task in plan.tasks
    ]


def export_target(target: Mapping[str, str], run_key: str) -> dict[str, Any]:
    """
    Export one window and keep it with its proof; an error says whether trying again can help.

    Once Discord has refused the token, no other task of the run tries it.
    """
    from discord_airflow.runs.ledger import recorded

    settings = load_settings()
    guild_id, channel_id = int(target["guild_id"]), int(target["channel_id"])
    with recorded(settings.database, "export", guild_id=guild_id, channel_id=channel_id) as run:
        exported = _export_target(settings, target, run_key)
        run.count(messages=exported["messages"])
    return exported


def _export_target(settings: Settings, target: Mapping[str, str], run_key: str) -> dict[str, Any]:
    from discord_airflow.collectors.chat_exporter import IdRange, ListedChannel
    from discord_airflow.collectors.exporter import Plan, Task, run_plan
    from discord_airflow.commands.export import collecting

    marks = _marks(settings, run_key)
    if refused := marks.read().get("refused"):
        raise AccessDeniedError(f"Not tried: {refused}.")
    channel = ListedChannel(int(target["channel_id"]), target["name"])
    window = IdRange(int(target["after"]), int(target["before"]))
    task = Task(int(target["guild_id"]), channel, window)
    with collecting(settings) as (session, state):
        session.sees_text = bool(marks.read().get("sees_text"))
        summary = run_plan(session, state, Plan((task,), (), (), ()))
        marks.note(**_to_note(session, summary.stop_status, summary.stopped))
    if summary.stop_status == AccessDeniedError.exit_code:
        raise AccessDeniedError(f"{summary.stopped}.")
    if summary.stop_status == FileTroubleError.exit_code:
        raise FileTroubleError(f"{summary.stopped}.")
    if not summary.exported:
        raise ServiceDownError(f"{target['name']} was not exported: {summary.stopped}.")
    return _judged(summary.exported[0])


def check_exports() -> dict[str, int]:
    """Compare each proven file that waits for its import with its proof; a changed one is moved aside and named."""
    from discord_airflow.runs.ledger import recorded

    settings = load_settings()
    with recorded(settings.database, "check_exports") as run:
        checked = _check_exports(settings)
        run.count(**checked)
    return checked


def _check_exports(settings: Settings) -> dict[str, int]:
    from discord_airflow.collectors.proofs import find_pending
    from discord_airflow.collectors.staging import sha256_of

    changed = []
    with _connected(settings) as connection:
        pending = find_pending(connection, settings.export.directory)
    for sha256, (path, _) in pending.items():
        if sha256_of(path) != sha256:
            _set_aside(path)
            changed.append(path.name)
    if changed:
        raise DataQuarantinedError(
            f"{len(changed)} exports were changed after their proof and are not imported: {', '.join(changed[:5])}."
            " They lie beside the others as *.changed; the next collection fetches their windows again."
        )
    return {"files": len(pending)}


def import_exports() -> dict[str, int]:
    """Import everything that is proven and not stored yet, and take the notes on what could not be collected."""
    from discord_airflow.runs.ledger import recorded

    settings = load_settings()
    with recorded(settings.database, "import") as run:
        imported = _import_exports(settings)
        run.count(**imported)
    return imported


def _import_exports(settings: Settings) -> dict[str, int]:
    from discord_airflow.collectors.import_summary import summed_up
    from discord_airflow.collectors.importer import Job, import_jobs
    from discord_airflow.collectors.proofs import apply_note, find_notes, find_pending
    from discord_airflow.database import connect
    from discord_airflow.import_workers import workers_of

    with _connected(settings) as connection:
        pending = find_pending(connection, settings.export.directory)
        jobs = [Job(path, proof) for path, proof in pending.values()]
        results = import_jobs(jobs, lambda: connect(settings.database), workers_of(settings))
        notes = sum(1 for note in find_notes([settings.export.directory]) if apply_note(connection, note))
    summary = summed_up(results)
    if summary.troubled:
        raise DataQuarantinedError(f"{len(summary.troubled)} exports hold something that cannot be stored: {summary}.")
    counts = summary.counts
    return {"files": summary.imported, "notes": notes, "new": counts.new, "edited": counts.edited}


def _set_aside(path: Path) -> None:
    try:
        path.rename(path.with_name(f"{path.name}.changed"))
    except OSError as error:
        raise FileTroubleError(
            f"{path} was changed after its proof and cannot be set aside: {error.strerror}."
        ) from error


def _judged(exported: Exported) -> dict[str, Any]:
    verdict = exported.verdict
    if verdict.proven:
        return {"channel_id": str(exported.channel_id), "state": verdict.state.value, "messages": exported.messages}
    told = f"{exported.name} ({exported.channel_id}) is {verdict.state.value}: {verdict.reason}."
    raise ForbiddenChannelError(told) if verdict.permanent else ServiceDownError(told)


def _to_note(session: ExportSession, status: int, stopped: str | None) -> dict[str, object]:
    noted: dict[str, object] = {"sees_text": True} if session.sees_text else {}
    if status == AccessDeniedError.exit_code:
        noted["refused"] = stopped
    return noted


def _marks(settings: Settings, run_key: str) -> RunMarks:
    name = hashlib.sha256(run_key.encode()).hexdigest()[:16]
    return RunMarks(settings.home / ".data" / "locks" / f"run-{name}.json")


@contextmanager
def _connected(settings: Settings) -> Iterator[Any]:
    from discord_airflow.database import apply_schema, connect

    with connect(settings.database, autocommit=True) as connection:
        apply_schema(connection)
        yield connection
