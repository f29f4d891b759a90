"""One export run while it holds the lock: lists a guild, exports one window of one channel, judges it, keeps it."""

import os
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

from discord_airflow.collectors.chat_exporter import (
    Exporter,
    IdRange,
    ListedChannel,
    child_environment,
    export_command,
    list_command,
    parse_channel_listing,
)
from discord_airflow.collectors.export_facts import read_facts
from discord_airflow.collectors.export_process import Finished, Interrupted, run_exporter
from discord_airflow.collectors.outcome import Ended, FileFacts, Next, State, Verdict, judge
from discord_airflow.collectors.run_lock import RunLock, exporter_lock
from discord_airflow.collectors.staging import (
    PROOF_SUFFIX,
    ProofNote,
    clear_staging,
    leave_note,
    prepare_staging,
    publish,
    sha256_of,
)
from discord_airflow.errors import FileTroubleError
from discord_airflow.settings import ExportSettings

_LISTING_BYTES = 64 * 1024 * 1024
_FORUM = 15
_SECONDS_A_MINUTE = 60.0


@dataclass(frozen=True, slots=True)
class Listing:
    """What the exporter lists of a guild; *trouble* says why nothing is known."""

    guild_id: int
    channels: tuple[ListedChannel, ...]
    trouble: Verdict | None


@dataclass(frozen=True, slots=True)
class Exported:
    """One window of one channel after its export; *path* is the proven file, or the note where none came."""

    guild_id: int
    channel_id: int
    name: str
    window: IdRange
    verdict: Verdict
    facts: FileFacts | None
    """What the file says; None where there was none or it is not proven."""
    path: Path
    seconds: float

    @property
    def messages(self) -> int:
        """How many messages were collected."""
        return self.facts.messages if self.facts else 0


class ExportSession:
    """What all exports of a run share. Made by `export_session`, which holds the lock."""

    def __init__(
        self, exporter: Exporter, settings: ExportSettings, token: str, lock: RunLock, clock: Callable[[], datetime]
    ) -> None:
        self.exporter = exporter
        self.sees_text = False
        """True once a channel has shown a text that a person wrote; without the intent no bot sees one."""

        self.run_id = f"{clock():%Y%m%dT%H%M%SZ}-{uuid.uuid4().hex[:6]}"
        self._settings = settings
        self._token = token
        self._lock = lock
        self._clock = clock
        self._staging = prepare_staging(settings.directory, lock.name, self.run_id)
        self._ends = time.monotonic() + settings.run_minutes * _SECONDS_A_MINUTE
        self._interrupted = Event()

    @property
    def out_of_time(self) -> bool:
        """True when the run's own deadline has passed."""
        return time.monotonic() >= self._ends

    @property
    def interrupted(self) -> bool:
        """True once a signal has asked to end the run."""
        return self._interrupted.is_set()

    @contextmanager
    def heard_by_all(self) -> Iterator[None]:
        """Let Ctrl-C, which only the main thread hears, stop every exporter; their exports raise Interrupted."""
        try:
            yield
        except BaseException:
            self._interrupted.set()
            raise

    def list_channels(self, guild_id: int) -> Listing:
        """Return the guild's channels and threads; a listing that cannot be read has no channels and says why."""
        command = list_command(self.exporter, guild_id, threads=self._settings.threads)
        # In a thread of its own: a signal in the very moment a program starts would leave it running.
        with ThreadPoolExecutor(1) as pool, self.heard_by_all():
            ended = pool.submit(self._run, command, kept_bytes=_LISTING_BYTES).result()
        channels, strange = parse_channel_listing(ended.stdout)
        if ended.exit_code == 0 and ended.stopped is None and not strange:
            return Listing(guild_id, tuple(channels), None)
        if ended.exit_code == 0 and ended.stopped is None:
            verdict = Verdict(State.FAILED, f"the listing holds a line that is no channel: {strange[0][:80]!r}")
        else:
            verdict = judge(
                Ended(ended.exit_code, ended.stderr, ended.stopped), IdRange(0, 1), guild_id, None, warns_of_empty=True
            )
        return Listing(guild_id, (), verdict)

    def export(self, guild_id: int, channel: ListedChannel, window: IdRange) -> Exported:
        """Export *window* of *channel*, judge it, and keep the file with its proof, or a note why there is none."""
        begun, clock = time.monotonic(), self._clock()
        staged = self._staging / f"{channel.id}.{window.after}.json"
        verdict, facts = self._attempt(channel, window, staged)
        if verdict.state is State.COMPLETE and facts is not None and facts.highest_id is not None:
            verdict = self._confirm_end(channel, IdRange(facts.highest_id, window.before), verdict)
        path = self._keep(guild_id, channel, window, verdict, staged, clock)
        kept = facts if verdict.proven else None
        return Exported(guild_id, channel.id, channel.name, window, verdict, kept, path, time.monotonic() - begun)

    def _confirm_end(self, channel: ListedChannel, rest: IdRange, verdict: Verdict) -> Verdict:
        """
        Ask what comes after the last message of a file that looks whole; only nothing confirms it.

        An export that broke off without a word is as well-formed as a whole one. The question is cheap: the exporter
        compares the channel's newest id and downloads nothing.
        """
        if rest.after >= rest.before - 1:
            return verdict
        staged = self._staging / f"{channel.id}.end.json"
        answer, facts = self._attempt(channel, rest, staged)
        self._remove(staged)
        if answer.state is State.EMPTY or answer.next is Next.ASK_WIDER:  # a silent nothing: the newest was deleted
            return verdict
        if facts is not None and facts.messages:
            return Verdict(State.PARTIAL, "the export ended before the channel's newest message and did not say so")
        return replace(answer, reason=f"whether the file is whole could not be confirmed: {answer.reason}")

    def _attempt(self, channel: ListedChannel, window: IdRange, staged: Path) -> tuple[Verdict, FileFacts | None]:
        command = export_command(
            self.exporter, channel.id, window, staged, respect_rate_limits=self._settings.respect_rate_limits
        )
        ended = self._run(command)
        facts = read_facts(staged) if staged.is_file() else None
        verdict = judge(
            Ended(ended.exit_code, ended.stderr, ended.stopped),
            window,
            channel.id,
            facts,
            warns_of_empty=self.exporter.warns_of_empty_channels,
            sees_text=self.sees_text,
        )
        self.sees_text |= facts is not None and facts.by_people > facts.hollow
        return verdict, facts

    def distrust(self, exported: Exported, reason: str) -> Exported:
        """Take a proven export back, because the database contradicts it: its file is removed, a note says why."""
        verdict = Verdict(State.PARTIAL, reason)
        self.discard(exported)
        channel = ListedChannel(exported.channel_id, exported.name)
        note = self._note(exported.guild_id, channel, exported.window, verdict, None, self._clock())
        path = leave_note(self._settings.directory, self.run_id, note)
        return replace(exported, verdict=verdict, facts=None, path=path)

    def discard(self, exported: Exported) -> None:
        """Remove what an export left: another one of the same run says more."""
        self._remove(exported.path)
        self._remove(exported.path.with_name(exported.path.name + PROOF_SUFFIX))

    def _remove(self, path: Path) -> None:
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise FileTroubleError(f"{path} cannot be removed: {error.strerror}.") from error

    def _keep(
        self, guild_id: int, channel: ListedChannel, window: IdRange, verdict: Verdict, staged: Path, clock: datetime
    ) -> Path:
        try:
            if verdict.proven and staged.is_file():
                note = self._note(guild_id, channel, window, verdict, sha256_of(staged), clock)
                return publish(staged, self._settings.directory, window, self.run_id, verdict, note)
            self._remove(staged)
            note = self._note(guild_id, channel, window, verdict, None, clock)
            return leave_note(self._settings.directory, self.run_id, note)
        except OSError as error:
            raise FileTroubleError(
                f"The export of channel {channel.id} cannot be kept in {self._settings.directory}: {error.strerror}."
            ) from error

    def _note(
        self,
        guild_id: int,
        channel: ListedChannel,
        window: IdRange,
        verdict: Verdict,
        sha256: str | None,
        clock: datetime,
    ) -> ProofNote:
        return ProofNote(
            guild_id=guild_id,
            channel_id=channel.id,
            after_id=window.after,
            before_id=window.before,
            state=verdict.state.value,
            reason=verdict.reason,
            observed_at=clock.isoformat(),
            sha256=sha256,
            exporter=str(self.exporter.version),
            kind=_FORUM if verdict.reason.startswith("a forum") else None,
        )

    def _run(self, command: tuple[str, ...], kept_bytes: int = 256 * 1024) -> Finished:
        if self._interrupted.is_set():
            raise Interrupted
        seconds = max(1.0, min(self._settings.channel_minutes * _SECONDS_A_MINUTE, self._ends - time.monotonic()))
        self._lock.allow_until(seconds)
        environment = child_environment(self.exporter, os.environ, self._token, self._settings.token_kind)
        return run_exporter(
            command,
            environment,
            seconds=seconds,
            secret=self._token,
            inherited=(self._lock.descriptor,),
            kept_bytes=kept_bytes,
            interrupted=self._interrupted.is_set,
        )


@contextmanager
def export_session(
    exporter: Exporter,
    settings: ExportSettings,
    token: str,
    locks: Path,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Iterator[ExportSession]:
    """Hold the token's lock and a fresh staging folder; raise BusyError while another run has them."""
    with exporter_lock(locks, token) as lock:
        session = ExportSession(exporter, settings, token, lock, clock)
        try:
            yield session
        finally:
            clear_staging(settings.directory, lock.name)
