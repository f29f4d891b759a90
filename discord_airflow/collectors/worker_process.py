"""A worker process as whoever started it sees it."""

import os
import signal
import subprocess
import sys
from collections import deque
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from discord_airflow.collectors.one_file import Job
from discord_airflow.collectors.worker_messages import Ready, Reply, Start, decode, encode
from discord_airflow.settings import ENVIRONMENT

# The last place to look for modules is where this one came from: a launcher may run without the package installed.
_CODE = "import sys; sys.path.append(sys.argv[1]); from discord_airflow.collectors.worker import main; main()"
_PATIENCE_SECONDS = 5.0


@dataclass(slots=True)
class Order:
    """A file that a worker was given."""

    position: int
    job: Job
    sha256: str | None = None  # known as soon as the worker is at its content
    bytes_read: int = 0


class WorkerProcess:
    """One worker: give it orders, read its replies; `orders` are those it has not answered, in order."""

    def __init__(self, start: Start) -> None:
        # A session of its own: Ctrl-C is for whoever started it, which then ends it. No token is any business of it.
        self._process = subprocess.Popen(
            (sys.executable, "-P", "-c", _CODE, str(Path(__file__).parents[2])),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
            env={name: value for name, value in os.environ.items() if name not in ENVIRONMENT},
            start_new_session=True,
        )
        self.orders: deque[Order] = deque()
        self.ready = False
        self._received = b""
        self._send(start)

    def fileno(self) -> int:
        """Return the descriptor that can be read when there are replies."""
        assert self._process.stdout is not None
        return self._process.stdout.fileno()

    @property
    def process_id(self) -> int:
        """The number by which the system knows it."""
        return self._process.pid

    def give(self, order: Order) -> None:
        """Let it import a file after those it was given before."""
        self.orders.append(order)
        self._send(order.job)

    def replies(self) -> list[Reply] | None:
        """Return what it says, waiting for it if need be; None when it has ended."""
        data = os.read(self.fileno(), 1 << 20)
        if not data:
            return None
        *lines, self._received = (self._received + data).split(b"\n")
        found: list[Reply] = [decode(line, Reply) for line in lines]
        self.ready = self.ready or any(isinstance(reply, Ready) for reply in found)
        return found

    def dismiss(self) -> None:
        """Let it end, in the middle of its work if need be, and wait for nothing."""
        assert self._process.stdin is not None
        if self.orders:
            self._process.kill()
        with suppress(OSError):
            self._process.stdin.close()

    def wait(self) -> int:
        """Return how it ended, its exit status or minus the signal; it has ended, or will as nothing is ordered."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with suppress(OSError):
            self._process.stdin.close()
        try:
            self._process.wait(_PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()
        return self._process.returncode

    def close(self) -> None:
        """End it, in the middle of its work if need be."""
        self.dismiss()
        self.wait()

    def _send(self, message: object) -> None:
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):  # it has ended; reading from it tells so
            self._process.stdin.write(encode(message))


def spelled(status: int) -> str:
    """Return how a process ended, in words."""
    if status >= 0:
        return f"ended with status {status}"
    try:
        return f"was ended by {signal.Signals(-status).name}"
    except ValueError:
        return f"was ended by signal {-status}"
