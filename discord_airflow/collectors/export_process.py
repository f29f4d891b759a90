"""Runs the exporter: its own session, no terminal, a deadline, and output that cannot fill the memory."""

import os
import signal
import subprocess
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import IO

_KEPT_BYTES = 256 * 1024
_GRACE_SECONDS = 7
"""Those who stop us often wait ten seconds before they kill, and so does Docker."""
_POLL_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Finished:
    """A process that has ended. The texts are cut in the middle when they are long, and never hold the token."""

    exit_code: int
    stdout: str
    stderr: str
    stopped: str | None
    """Why it was ended from here; None when it ended by itself."""


class Interrupted(BaseException):
    """A signal asked this program to stop; like KeyboardInterrupt it is no error that anyone may swallow."""


def run_exporter(
    command: Sequence[str],
    environment: Mapping[str, str],
    *,
    seconds: float,
    secret: str,
    inherited: Sequence[int] = (),
    kept_bytes: int = _KEPT_BYTES,
    on_line: Callable[[str], None] = lambda _line: None,
    interrupted: Callable[[], bool] = lambda: False,
) -> Finished:
    """
    Run *command* and return how it ended; after *seconds* it is asked to stop and then killed, with all its children.
    The same happens once *interrupted* says so, and Interrupted is raised: a thread never sees a signal itself.

    *inherited* are file descriptors that the process keeps open: the lock stays held until it is gone, even when this
    program is killed. *on_line* sees each line of stdout as it comes. Raises OSError when the command cannot start.
    """
    process = subprocess.Popen(
        command,
        env=dict(environment),
        stdin=subprocess.DEVNULL,  # with a terminal as stdin the exporter writes cursor codes even into a pipe
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        pass_fds=tuple(inherited),
    )
    output, errors = _Ends(kept_bytes), _Ends(kept_bytes)
    readers = [
        threading.Thread(target=_drain, args=(process.stdout, output, on_line), daemon=True),
        threading.Thread(target=_drain, args=(process.stderr, errors, lambda _line: None), daemon=True),
    ]
    for reader in readers:
        reader.start()
    stopped = None
    try:
        if not _wait(process, seconds, interrupted):
            stopped = f"it did not finish within {_spell(seconds)} and was stopped"
            _stop(process)
    except BaseException:
        _stop(process)
        raise
    for reader in readers:
        # A grandchild may keep a pipe open; the exporter itself has ended, and that is what counts.
        reader.join(timeout=2)
    return Finished(process.returncode, output.text(secret), errors.text(secret), stopped)


def _wait(process: subprocess.Popen[bytes], seconds: float, interrupted: Callable[[], bool] = lambda: False) -> bool:
    deadline = time.monotonic() + seconds
    while process.poll() is None:
        if interrupted():
            raise Interrupted
        if time.monotonic() >= deadline:
            return False
        time.sleep(_POLL_SECONDS)
    return True


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Ask with SIGINT, which the exporter handles as a cancel, then kill the whole session."""
    if process.poll() is None:
        _signal_session(process.pid, signal.SIGINT)
        _wait(process, _GRACE_SECONDS)
    _signal_session(process.pid, signal.SIGKILL)
    process.wait()


def _signal_session(leader: int, number: int) -> None:
    try:
        os.killpg(leader, number)
    except (ProcessLookupError, PermissionError):
        return


class _Ends:
    """The first and the last bytes of a stream of any length."""

    def __init__(self, kept: int) -> None:
        self._room = kept
        self._head = bytearray()
        self._tail: deque[bytes] = deque()
        self._tail_size = 0
        self._lost = False

    def add(self, line: bytes) -> None:
        if len(self._head) < self._room:
            self._head += line
            return
        self._tail.append(line)
        self._tail_size += len(line)
        while self._tail_size > self._room and len(self._tail) > 1:
            self._tail_size -= len(self._tail.popleft())
            self._lost = True

    def text(self, secret: str) -> str:
        gap = b"\n[...]\n" if self._lost else b""
        whole = (bytes(self._head) + gap + b"".join(self._tail)).decode("utf-8", "replace")
        return redact(whole, secret)


def redact(text: str, secret: str) -> str:
    """Return *text* without the token; releases around 2.3x print request headers, token included, in their errors."""
    return text.replace(secret.strip(), "[token]") if secret.strip() else text


def _drain(stream: IO[bytes] | None, ends: _Ends, on_line: Callable[[str], None]) -> None:
    if stream is None:
        return
    with stream:
        while line := stream.readline(64 * 1024):
            ends.add(line)
            on_line(line.decode("utf-8", "replace"))


def _spell(seconds: float) -> str:
    return f"{seconds / 60:.0f} minutes" if seconds >= 120 else f"{seconds:.0f} seconds"
