"""Processes that stand for containers: each leads a session, so that killing a container leaves none of its own."""

import os
import signal
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from discord_airflow.local_airflow.sessions import Leader, end, members

GRACE_SECONDS = 5


@dataclass
class Service:
    """One container's process tree; what it prints goes to the end of *log*, over all its lives."""

    name: str
    command: tuple[str, ...]
    environment: dict[str, str]
    log: Path
    folder: Path
    leader: Leader | None = None
    _process: subprocess.Popen | None = field(default=None, repr=False)

    def start(self):
        with self.log.open("ab") as output:
            self._process = subprocess.Popen(
                self.command,
                env=self.environment,
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.leader = Leader.of(self._process.pid)

    def kill(self):
        """`kill -9` for the process and, as when a container dies, everything that it has started."""
        for process in members([self.leader]):
            with suppress(ProcessLookupError):
                os.kill(process.pid, signal.SIGKILL)
        self._process.wait()
        wait_until(lambda: not members([self.leader]), 10, f"{self.name} is gone")

    def restart(self):
        """What the restart policy does."""
        self.kill()
        self.start()

    def lives(self):
        return self.leader is not None and self.leader.lives()

    def holds(self, pid):
        """Say whether the process *pid* is one of this container's."""
        return self.leader is not None and os.getsid(pid) == self.leader.pid


def stop(services):
    """End all of them together; none is left."""
    end([service.leader for service in services if service.leader], GRACE_SECONDS)
    for service in services:
        if service._process:
            service._process.wait()


def wait_until(condition, seconds, what):
    """Return the first true answer of *condition*; after *seconds* say that *what* never came."""
    deadline = time.monotonic() + seconds
    while not (answer := condition()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"after {seconds} seconds it is still not so that {what}")
        time.sleep(0.2)
    return answer
