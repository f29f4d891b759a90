"""
Collects what Discord has and the database lacks: lists the channels, asks the exporter for each missing window, judges.

An export run reads its state from the database and changes nothing there. What it proves lies as files with their
proofs in the exports folder; the import moves the cursor, in the transaction that stores the rows.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Event
from typing import Protocol

from discord_airflow.collectors.chat_exporter import IdRange, ListedChannel
from discord_airflow.collectors.export_facts import count_up_to
from discord_airflow.collectors.export_session import Exported, ExportSession, Listing
from discord_airflow.collectors.outcome import Next, State, Verdict
from discord_airflow.collectors.plan import windows_to_export
from discord_airflow.errors import AccessDeniedError, FileTroubleError
from discord_airflow.log_lines import in_context, tell
from discord_airflow.settings import ExportSettings
from discord_airflow.snowflake import snowflake_at

log = logging.getLogger(__name__)

_FAILURES_IN_A_ROW = 5
_CLOCK_MARGIN = timedelta(seconds=5)
_MANY_GONE = 20


class Known(Protocol):
    """What is known of a channel before the run."""

    @property
    def name(self) -> str | None: ...
    @property
    def proven(self) -> tuple[IdRange, ...]: ...
    @property
    def newest_id(self) -> int | None: ...


class EarlierExports(Protocol):
    """Where the earlier exports are known from: the database, or nothing at all."""

    def channels(self, guild_id: int) -> Mapping[int, Known]: ...
    def witness(self, channel_id: int, at_or_before: int) -> int | None: ...
    def stored(self, channel_id: int, window: IdRange) -> tuple[int, int | None]: ...


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """What a run is asked for. *after* and *before* (ids, exclusive) name one window instead of what is missing."""

    guild_ids: tuple[int, ...]
    channel_ids: tuple[int, ...] = ()
    excluded: tuple[int, ...] = ()
    after: int | None = None
    before: int | None = None
    full: bool = False


@dataclass(frozen=True, slots=True)
class Task:
    """One window of one channel that is to be exported."""

    guild_id: int
    channel: ListedChannel
    window: IdRange


@dataclass(frozen=True, slots=True)
class Plan:
    """All that a run will do, and what the listings showed."""

    tasks: tuple[Task, ...]
    listings: tuple[Listing, ...]
    new: tuple[ListedChannel, ...]
    vanished: tuple[tuple[int, str], ...]
    """Id and name of channels that the database knows and the listing does not show any more."""


@dataclass(frozen=True, slots=True)
class ExportSummary:
    """How a run ended."""

    plan: Plan
    exported: tuple[Exported, ...]
    stopped: str | None = None
    """Why the run ended before its plan did."""
    stop_status: int = 0
    not_tried: tuple[Task, ...] = field(default=())

    def count(self, state: State) -> int:
        """Return how many windows ended in *state*."""
        return sum(1 for exported in self.exported if exported.verdict.state is state)

    def numbers(self) -> dict[str, int]:
        """Return the windows by how they ended, and their messages, as plain numbers."""
        windows = {state.value: self.count(state) for state in State if self.count(state)}
        messages = sum(exported.messages for exported in self.exported)
        return {
            "windows": len(self.exported),
            **windows,
            "not_tried": len(self.not_tried),
            "messages_exported": messages,
        }

    @property
    def exit_code(self) -> int:
        """0: all proven; 65: something is missing; the stop's own status where the run was stopped."""
        if self.stop_status:
            return self.stop_status
        troubled = any(listing.trouble for listing in self.plan.listings)
        return 65 if troubled or self.not_tried or not all(one.verdict.proven for one in self.exported) else 0


def make_plan(
    session: ExportSession, state: EarlierExports, request: ExportRequest, settings: ExportSettings, now: datetime
) -> Plan:
    """List the guilds and return the windows to export; raises AccessDeniedError when the token is refused."""
    before = request.before or snowflake_at(now - _CLOCK_MARGIN)
    since = datetime(*settings.since.timetuple()[:3], tzinfo=UTC) if settings.since else None
    start = request.after if request.after is not None else max(0, snowflake_at(since) - 1) if since else 0
    refresh_after = max(0, snowflake_at(now - timedelta(days=settings.refresh_days)) - 1)
    tasks: list[Task] = []
    listings: list[Listing] = []
    new: list[ListedChannel] = []
    vanished: list[tuple[int, str]] = []
    for guild_id in request.guild_ids:
        listing = session.list_channels(guild_id)
        if listing.trouble is not None and listing.trouble.next is Next.STOP_TOKEN:
            raise AccessDeniedError(f"{listing.trouble.reason}; set DISCORD_TOKEN in .env and run again.")
        listings.append(listing)
        known = state.channels(guild_id)
        if listing.trouble is None and settings.threads == "all":
            listed = {channel.id for channel in listing.channels}
            vanished += [(number, one.name or str(number)) for number, one in known.items() if number not in listed]
        for channel in _wanted(listing, request):
            if channel.id not in known:
                new.append(channel)
            tasks += _windows(guild_id, channel, known.get(channel.id), request, IdRange(start, before), refresh_after)
    return Plan(tuple(tasks), tuple(listings), tuple(new), tuple(vanished))


def _wanted(listing: Listing, request: ExportRequest) -> Iterable[ListedChannel]:
    for channel in listing.channels:
        if channel.id in request.excluded or channel.parent_id in request.excluded:
            continue
        if not request.channel_ids or channel.id in request.channel_ids or channel.parent_id in request.channel_ids:
            yield channel


def _windows(
    guild_id: int,
    channel: ListedChannel,
    known: Known | None,
    request: ExportRequest,
    within: IdRange,
    refresh_after: int,
) -> list[Task]:
    named = request.after is not None or request.before is not None
    if request.full or named or known is None:
        windows = [within] if within.after < within.before - 1 else []
    else:
        windows = windows_to_export(known.proven, known.newest_id, within, refresh_after)
    return [Task(guild_id, channel, window) for window in windows]


def run_plan(
    session: ExportSession,
    state: EarlierExports,
    plan: Plan,
    *,
    parallel: int = 1,
    done: Callable[[Task, Exported], None] = lambda _task, _exported: None,
) -> ExportSummary:
    """
    Export every window of *plan* and return what came of it. One channel's trouble never hides another's result.

    A refused token, a full disk and a row of failures as of a dead network end the run; the rest is `not_tried`.
    *done* is called after each window, from the thread that exported it.
    """
    run = _Run(session, state, done)
    one = in_context(run.one)
    with ThreadPoolExecutor(max_workers=parallel) as pool, session.heard_by_all():
        results = list(pool.map(one, plan.tasks))
        if session.sees_text:
            again = [
                number for number, result in enumerate(results) if result and result.verdict.next is Next.ASK_LATER
            ]
            for number, result in zip(again, pool.map(one, [plan.tasks[number] for number in again]), strict=True):
                results[number] = result or results[number]
    exported = tuple(result for result in results if result is not None)
    skipped = tuple(task for task, result in zip(plan.tasks, results, strict=True) if result is None)
    return ExportSummary(plan, exported, run.reason, run.status, skipped)


class _Run:
    """What the exports of one run tell each other: whether to go on."""

    def __init__(self, session: ExportSession, state: EarlierExports, done: Callable[[Task, Exported], None]) -> None:
        self.reason: str | None = None
        self.status = 0
        self._session = session
        self._state = state
        self._done = done
        self._stop = Event()
        self._failures = 0

    def one(self, task: Task) -> Exported | None:
        """Export one window; None when the run was stopped before."""
        if not self._stop.is_set() and self._session.out_of_time:
            self._end("the run's time is over; the next run goes on from here", 65)
        if self._stop.is_set():
            return None
        try:
            exported = _export_and_doubt(self._session, self._state, task)
        except FileTroubleError as error:
            self._end(str(error), FileTroubleError.exit_code)
            return None
        verdict = exported.verdict
        ids = {"guild_id": task.guild_id, "channel_id": task.channel.id}
        tell(log, "window exported", **ids, state=verdict.state.value, messages=exported.messages)
        self._note(verdict)
        self._done(task, exported)
        return exported

    def _note(self, verdict: Verdict) -> None:
        if verdict.next is Next.STOP_TOKEN:
            self._end(f"{verdict.reason}; set DISCORD_TOKEN in .env and run again", AccessDeniedError.exit_code)
        elif verdict.next is Next.STOP_DISK:
            self._end("the disk of the exports folder is full", FileTroubleError.exit_code)
        transient = verdict.state is State.FAILED and not verdict.permanent and verdict.next is Next.GO_ON
        self._failures = self._failures + 1 if transient else 0
        if self._failures >= _FAILURES_IN_A_ROW:
            self._end(f"{self._failures} exports in a row failed, the last one because {verdict.reason}", 69)

    def _end(self, reason: str, status: int) -> None:
        if not self._stop.is_set():
            self.reason, self.status = reason, status
            self._stop.set()


def _export_and_doubt(session: ExportSession, state: EarlierExports, task: Task) -> Exported:
    """Export one window; where the signs are not enough, ask again before believing them."""
    exported = session.export(task.guild_id, task.channel, task.window)
    if exported.verdict.next is Next.ASK_WIDER:
        return _ask_wider(session, state, task, exported)
    if exported.verdict.proven and _contradicts(state, exported):
        again = session.export(task.guild_id, task.channel, task.window)
        if not again.verdict.proven or again.messages != exported.messages:
            return session.distrust(again, "two exports of the window in a row differ by more than Discord can")
        return again
    return exported


def _ask_wider(session: ExportSession, state: EarlierExports, task: Task, exported: Exported) -> Exported:
    """
    Ask again for a window that reaches back to a message that must be there.

    A bot without Read Message History gets an empty file and no word about it. So does a window whose newest message
    was deleted. Only the first one gets nothing here, too.
    """
    witness = state.witness(task.channel.id, task.window.after)
    if witness is None:
        return exported
    wider = session.export(task.guild_id, task.channel, IdRange(witness - 1, task.window.before))
    if not wider.verdict.proven or wider.messages == 0:
        if wider.path != exported.path:
            session.discard(wider)
        return exported
    session.discard(exported)
    return wider


def _contradicts(state: EarlierExports, exported: Exported) -> bool:
    """True when many stored messages of the window are gone at once: a purge, or an export that lost a page."""
    stored, newest_id = state.stored(exported.channel_id, exported.window)
    if stored < _MANY_GONE or newest_id is None:
        return False
    shown = count_up_to(exported.path, newest_id) if exported.facts is not None else 0
    return stored - shown >= _MANY_GONE
