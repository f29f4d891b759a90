"""`make down`: end what `make up` has started, in order when it still runs, else by hand."""

import time
from contextlib import suppress

import psutil

from discord_airflow.local_airflow.own_database import stop_if_unused
from discord_airflow.local_airflow.place import AirflowPlace
from discord_airflow.local_airflow.sessions import Running, end, read_running
from discord_airflow.settings import load_settings

GRACE_SECONDS = 15
PATIENCE_SECONDS = 60
LOOK_SECONDS = 0.1


def down(place: AirflowPlace) -> bool:
    """End the Airflow of *place*; return False when none was running."""
    running = read_running(place.running_file)
    if running is None:
        return False
    if running.supervisor.lives():
        with suppress(psutil.NoSuchProcess):
            psutil.Process(running.supervisor.pid).terminate()
        _wait_for_end(running)
    return clean_up(place) or True


def clean_up(place: AirflowPlace) -> bool:
    """End what a supervisor has left behind that is no more; return False when it left nothing."""
    running = read_running(place.running_file)
    if running is None or running.supervisor.lives():
        return False
    end(running.services, GRACE_SECONDS)
    if running.stops_database:
        stop_if_unused(load_settings().database)
    place.running_file.unlink(missing_ok=True)
    return True


def _wait_for_end(running: Running) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while running.supervisor.lives():
        if time.monotonic() > deadline:
            with suppress(psutil.NoSuchProcess):
                psutil.Process(running.supervisor.pid).kill()
        time.sleep(LOOK_SECONDS)
