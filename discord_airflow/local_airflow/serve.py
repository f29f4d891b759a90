"""`make up` from beginning to end: the database, Airflow's metadata, the services, and all of it down again."""

import os
import socket
import subprocess
import sys

from discord_airflow.database import connect
from discord_airflow.errors import BusyError, ServiceDownError
from discord_airflow.local_airflow.down import clean_up
from discord_airflow.local_airflow.exports import SAMPLE, Tell, bring_in, for_sample, has_messages
from discord_airflow.local_airflow.lock import only_one
from discord_airflow.local_airflow.log_files import last_words, open_log
from discord_airflow.local_airflow.own_database import start_for_use, stop_if_unused
from discord_airflow.local_airflow.place import AirflowPlace
from discord_airflow.local_airflow.readiness import Readiness
from discord_airflow.local_airflow.server import (
    ADDRESS,
    METADATA,
    PASSWORD,
    SERVICES,
    USER,
    service_environment,
    write_password,
)
from discord_airflow.local_airflow.up import Supervisor, stopped_by_signals, watchdog
from discord_airflow.reporting.due import default_until
from discord_airflow.settings import Settings

DAG = "discord_weekly"
MIGRATION_SECONDS = 600


def up(settings: Settings, port: int, tell: Tell) -> None:
    """Run Airflow until somebody ends it; what happens meanwhile is told in lines by *tell*."""
    place = AirflowPlace(settings.home)
    place.make_folders()
    with only_one(place.up_lock, "Airflow is up already; `make down` stops it."):
        clean_up(place)
        refuse_taken(port)
        stops_database = start_for_use(settings.database)
        try:
            tell("Starting Airflow ...")
            shown = _with_something_to_show(settings, tell)
            _run(shown, place, port, tell, stops_database=stops_database)
        finally:
            if stops_database:
                stop_if_unused(settings.database)


def _with_something_to_show(settings: Settings, tell: Tell) -> Settings:
    """
    Return *settings*, or those of the sample for somebody who only wants to look.

    That is somebody who has imported nothing, and has neither a token to collect with nor a server of their own.
    """
    if has_messages(settings) or settings.discord.token or settings.database.host:
        return settings
    sample = for_sample(settings)
    bring_in(sample, SAMPLE, lambda _: None)
    with connect(sample.database, read_only=True) as connection:
        until = default_until(connection, sample).date()
    tell(
        f"Nothing of yours was imported yet, so the invented sample is shown. It ends on {until}: give that as `until`."
        " For your own servers run `make report EXPORTS=folder`, then `make up` again."
    )
    return sample


def _run(settings: Settings, place: AirflowPlace, port: int, tell: Tell, *, stops_database: bool) -> None:
    environment = service_environment(place, settings.database, port, os.environ)
    write_password(place)
    supervisor = Supervisor(place, environment, stops_database, tell)
    with stopped_by_signals(supervisor.stopping), watchdog(place):
        try:
            migrate(settings, place, environment)
            for name in SERVICES:
                supervisor.start(name)
            errors = supervisor.wait_until_ready(Readiness(port, DAG))
            if not supervisor.stopping.is_set():
                _tell_ready(place, port, errors, tell)
                supervisor.watch()
            tell("Stopping Airflow ...")
        finally:
            supervisor.stop()
    tell("Airflow is stopped.")


def migrate(settings: Settings, place: AirflowPlace, environment: dict[str, str]) -> None:
    """Bring Airflow's metadata to what its installed version needs."""
    if settings.database.host is None:
        # Connecting makes the database when there is none.
        connect(settings.database.model_copy(update={"name": METADATA})).close()
    log = place.logs / "migrate.log"
    command = (sys.executable, "-m", "airflow", "db", "migrate")
    with open_log(log) as output:
        done = subprocess.run(
            command,
            check=False,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            timeout=MIGRATION_SECONDS,
        )
    if done.returncode != 0:
        raise ServiceDownError(f"Airflow's metadata could not be prepared: {last_words(log)}; the log is {log}.")


def refuse_taken(port: int) -> None:
    """Raise BusyError when another program listens on *port*."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((ADDRESS, port))
        except OSError:
            raise BusyError(
                f"Port {port} is taken by another program; choose another one: make up PORT={port + 1}"
            ) from None


def _tell_ready(place: AirflowPlace, port: int, errors: list[str], tell: Tell) -> None:
    for error in errors:
        tell(f"A DAG cannot be read: {error}")
    tell(f"Airflow is ready: http://localhost:{port} (user {USER}, password {PASSWORD})")
    tell(f"Ctrl-C or `make down` stops it; its logs are in {place.logs}.")
