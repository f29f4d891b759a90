"""
`make up`: start Airflow's processes, keep them running, and leave none behind however it ends.

Ctrl-C, SIGTERM, a closed terminal and `make down` end it in order. Should this process itself be killed, the watchdog
(watchdog.py) sees its pipe close and cleans up; should that be killed too, `make down` and the next `make up` do.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Event

import psutil

from discord_airflow.errors import ServiceDownError
from discord_airflow.local_airflow.exports import Tell
from discord_airflow.local_airflow.log_files import last_words, open_log
from discord_airflow.local_airflow.place import AirflowPlace
from discord_airflow.local_airflow.readiness import Readiness
from discord_airflow.local_airflow.server import SERVICES, service_variables
from discord_airflow.local_airflow.sessions import Leader, Running, end

READY_SECONDS = 180
GRACE_SECONDS = 15
LOOK_SECONDS = 0.25
RESTARTS = 5
RESTART_MEMORY_SECONDS = 300
"""A service that ends by itself is started again; all is given up when that happens too often in too short a time."""


@dataclass
class Supervisor:
    """The services of one `make up`, from their start to their end."""

    place: AirflowPlace
    environment: Mapping[str, str]
    stops_database: bool
    tell: Tell
    stopping: Event = field(default_factory=Event)
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    leaders: dict[str, Leader] = field(default_factory=dict)
    restarts: list[float] = field(default_factory=list)

    def start(self, name: str) -> None:
        """Start the service *name* as the leader of a session of its own, and write that down."""
        with open_log(self.place.logs / f"{name}.log") as log:
            process = subprocess.Popen(
                (sys.executable, "-m", "airflow", *SERVICES[name]),
                env=service_variables(name, self.environment),
                cwd=self.place.airflow,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.processes[name] = process
        self.leaders[name] = Leader.of(process.pid)
        self.note()

    def note(self) -> None:
        """Write down what runs, for whoever has to clean up after us."""
        running = Running(
            supervisor=Leader.of(os.getpid()),
            services=tuple(self.leaders.values()),
            booted=psutil.boot_time(),
            stops_database=self.stops_database,
        )
        running.write(self.place.running_file)

    def wait_until_ready(self, readiness: Readiness) -> list[str]:
        """Return the import errors of the DAGs once Airflow answers; ServiceDownError says why it does not."""
        deadline = time.monotonic() + READY_SECONDS
        while not self.stopping.wait(LOOK_SECONDS):
            for name, process in self.processes.items():
                if process.poll() is not None:
                    raise ServiceDownError(f"Airflow's {name} did not start: {self.why(name)}")
            if readiness.reached():
                return readiness.import_errors()
            if time.monotonic() > deadline:
                raise ServiceDownError(f"Airflow was not ready after {READY_SECONDS} seconds; see {self.place.logs}.")
        return []

    def watch(self) -> None:
        """Start services again that end by themselves, until this is to stop or it is hopeless."""
        while not self.stopping.wait(LOOK_SECONDS):
            for name, process in list(self.processes.items()):
                if process.poll() is not None:
                    self.revive(name)

    def revive(self, name: str) -> None:
        """Start the service *name* again, after ending what is left of it."""
        now = time.monotonic()
        self.restarts = [then for then in self.restarts if now - then < RESTART_MEMORY_SECONDS] + [now]
        if len(self.restarts) > RESTARTS:
            raise ServiceDownError(f"Airflow's {name} ended again and again, so all was stopped: {self.why(name)}")
        self.tell(f"Airflow's {name} ended unasked (status {self.processes[name].returncode}); starting it again.")
        end([self.leaders[name]], grace=0)
        self.start(name)

    def why(self, name: str) -> str:
        """Return the last words of the service *name* and where its log lies."""
        log = self.place.logs / f"{name}.log"
        return f"{last_words(log)}; its log is {log}."

    def stop(self) -> None:
        """End all services and everything that they have started."""
        end(self.leaders.values(), GRACE_SECONDS)
        for process in self.processes.values():
            process.wait()
        self.place.running_file.unlink(missing_ok=True)


@contextmanager
def stopped_by_signals(stopping: Event) -> Iterator[None]:
    """
    Let every signal that politely ends a program set *stopping*.

    Also those that a shell told a background command to ignore: `make up &` must end by them, too.
    """
    names = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {name: signal.signal(name, lambda *_: stopping.set()) for name in names}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)


@contextmanager
def watchdog(place: AirflowPlace) -> Iterator[None]:
    """Have a small process wait for our end, and clean up if that comes unprepared."""
    with open_log(place.logs / "watchdog.log") as log:
        process = subprocess.Popen(
            (sys.executable, "-m", "discord_airflow.local_airflow.watchdog", str(place.home)),
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        yield
    finally:
        with suppress(OSError):
            process.communicate(timeout=GRACE_SECONDS)
