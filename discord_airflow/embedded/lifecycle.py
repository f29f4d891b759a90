"""
How the embedded server starts, stops and tells how it is.

"Running" means that a connection succeeds, never that some process number exists. One lock decides the rest: whoever
starts the server takes it, the server and all its processes inherit it, so it is free exactly when none of them
lives. Then, and only then, a process number left in the data folder is known to be stale.
"""

import fcntl
import logging
import os
import re
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg

from discord_airflow.embedded.cluster import make_cluster, write_settings
from discord_airflow.embedded.place import PORT, SUPERUSER, Place, locate, make_place, trouble_as_sentence
from discord_airflow.embedded.programs import Programs, find_programs, reachable
from discord_airflow.errors import ServiceDownError
from discord_airflow.settings import DatabaseSettings

START_SECONDS = 600
"""How long a start may take: recovery after a crash in a large import needs its time."""

STOP_SECONDS = 120

PATIENCE_SECONDS = 3.0
PAUSE_SECONDS = 0.02
LARGEST_LOG = 10_000_000
LOG_PREFIX = re.compile(r"^[\d-]+ [\d:.]+ UTC \[\d+\] ")

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Status:
    """How the embedded server is; *version* and *process* are known while it runs."""

    running: bool
    home: Path
    sockets: Path
    log_file: Path
    version: str | None = None
    process: int | None = None


def ensure_running(settings: DatabaseSettings) -> Place:
    """Return where the server of *settings* answers, after starting it if it does not."""
    place = place_of(settings)
    deadline = time.monotonic() + START_SECONDS
    patience = time.monotonic() + PATIENCE_SECONDS
    while not answers(place):
        with trouble_as_sentence(place.home), _lock(place) as lock:
            if lock is not None and not answers(place) and _process(place) is None:
                _start(place, settings, lock)
                return place
        if time.monotonic() > deadline:
            raise ServiceDownError(
                f"The embedded PostgreSQL in {place.home} did not answer for {START_SECONDS} seconds; {_see(place)}"
            )
        if time.monotonic() > patience:
            log.warning("Waiting for the embedded PostgreSQL: it starts, stops or recovers from a crash")
            patience = deadline
        time.sleep(PAUSE_SECONDS)
    return place


def place_of(settings: DatabaseSettings) -> Place:
    """Return where the cluster of *settings* lies, making its empty folder when there is none yet."""
    return locate(settings.data_directory) or make_place(settings.data_directory)


def start(settings: DatabaseSettings) -> Status:
    """Start the server unless it runs, and return how it is."""
    ensure_running(settings)
    return status(settings)


def status(settings: DatabaseSettings) -> Status:
    """Return how the server is, without starting or making anything."""
    place = locate(settings.data_directory) or Place(settings.data_directory)
    version, server = _version(place), _process(place)
    return Status(
        running=version is not None,
        home=place.home,
        sockets=place.sockets,
        log_file=place.log_file,
        version=version,
        process=server.pid if server else None,
    )


def stop(settings: DatabaseSettings) -> bool:
    """Stop the server, ending open transactions; return False when none was running."""
    place = locate(settings.data_directory)
    server = _process(place) if place else None
    if place is None or server is None:
        return False
    try:
        server.send_signal(signal.SIGINT)  # PostgreSQL's "fast": roll back, write everything down, end
        server.wait(STOP_SECONDS)
    except psutil.TimeoutExpired:
        raise ServiceDownError(
            f"The embedded PostgreSQL did not stop within {STOP_SECONDS} seconds; {_see(place)}"
        ) from None
    except psutil.NoSuchProcess:
        pass  # it was on its way out
    return True


def answers(place: Place) -> bool:
    """Say whether a connection to the server of *place* succeeds."""
    return _version(place) is not None


def _version(place: Place) -> str | None:
    try:
        with psycopg.connect(
            host=str(place.sockets),
            hostaddr="",  # or PGHOSTADDR in the environment would lead elsewhere
            port=PORT,
            user=SUPERUSER,
            dbname="postgres",
            connect_timeout=5,
            options="",
            application_name="discord_airflow status",
        ) as connection:
            return connection.info.parameter_status("server_version")
    except psycopg.OperationalError:
        return None


def _start(place: Place, settings: DatabaseSettings, lock: int) -> None:
    """Start the server; the caller holds *lock* and has seen that no server lives."""
    programs = _programs(place, settings)
    if not place.data.exists():
        log.info("Making an embedded PostgreSQL %s in %s", programs.version, place.home)
        make_cluster(place, programs, lock)
    place.make_private(place.sockets)
    _remove_traces(place)
    write_settings(place)
    command = (
        *(programs.path("pg_ctl"), "-D", place.data, "-l", place.log_file, "-w", "-t", str(START_SECONDS), "-s"),
        # Here it has the last word, even after ALTER SYSTEM.
        *("-o", "-c listen_addresses=", "start"),
    )
    logged = _log_size(place)
    started = place.run(command, lock)
    if started.returncode != 0 or not answers(place):
        said = _logged_since(place, logged) or started.stderr
        raise ServiceDownError(f"The embedded PostgreSQL did not start: {_last_words(said)}; {_see(place)}")


def _programs(place: Place, settings: DatabaseSettings) -> Programs:
    version_file = place.data / "PG_VERSION"
    major = int(version_file.read_text(encoding="ascii")) if version_file.exists() else None
    return reachable(find_programs(settings.programs_directory, major), place)


def _remove_traces(place: Place) -> None:
    """Remove what a killed server left; its process number may long belong to somebody else."""
    (place.data / "postmaster.pid").unlink(missing_ok=True)
    for trace in place.sockets.glob(f".s.PGSQL.{PORT}*"):
        trace.unlink(missing_ok=True)
    if _log_size(place) > LARGEST_LOG:
        place.log_file.replace(place.log_file.with_suffix(".log.1"))


def _process(place: Place) -> psutil.Process | None:
    """Return the server's process when one lives and works in the data folder."""
    try:
        number = int((place.data / "postmaster.pid").read_text(encoding="ascii").split("\n", 1)[0])
        process = psutil.Process(number)
        at_work = process.status() != psutil.STATUS_ZOMBIE and place.data.samefile(process.cwd())
    except (OSError, ValueError, psutil.Error):
        return None
    return process if at_work else None


@contextmanager
def _lock(place: Place) -> Iterator[int | None]:
    """Try to take the lock; yield its descriptor, or None when a start or a server holds it."""
    descriptor = os.open(place.lock_file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        place.give(place.lock_file)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield None
        else:
            yield descriptor
    finally:
        # Closing gives up only our share: a server that inherited the descriptor keeps the lock.
        os.close(descriptor)


def _log_size(place: Place) -> int:
    return place.log_file.stat().st_size if place.log_file.exists() else 0


def _logged_since(place: Place, size: int) -> str:
    if not place.log_file.exists():
        return ""
    with place.log_file.open("rb") as text:
        text.seek(size)
        return text.read(100_000).decode(errors="replace")


def _last_words(text: str) -> str:
    """Return what a program that failed said last: its final complaint and the line that led to it."""
    lines = [" ".join(LOG_PREFIX.sub("", line).split()) for line in text.splitlines() if line.strip()]
    complaints = [number for number, line in enumerate(lines) if line.startswith(("FATAL:", "PANIC:", "ERROR:"))]
    end = complaints[-1] + 1 if complaints else len(lines)
    return " ".join(lines[max(end - 2, 0) : end]).rstrip(".") or "it gave no reason"


def _see(place: Place) -> str:
    return f"its log is {place.log_file}."
