"""`make up` as a person has it: started in a project of its own, waited for, asked over HTTP, and ended for certain."""

import os
import select
import socket
import subprocess
import sys
import time

from discord_airflow.local_airflow.place import AirflowPlace
from discord_airflow.local_airflow.sessions import read_running

UP = (sys.executable, "-m", "discord_airflow.local_airflow", "up", "--port")
DOWN = (sys.executable, "-m", "discord_airflow.local_airflow", "down")


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


class Up:
    """A running `make up`."""

    def __init__(self, home, **variables):
        self.place = AirflowPlace(home)
        self.port = free_port()
        self.lines = []
        self.environment = os.environ | variables | {"DISCORD_AIRFLOW_HOME": str(home)}
        self.process = subprocess.Popen(
            (*UP, str(self.port)), env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    def read_until(self, text, seconds=120):
        """Wait until a line with *text* is printed."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            ready, _, _ = select.select([self.process.stdout], [], [], 1)
            if ready:
                self.lines.append(self.process.stdout.readline())
                if text in self.lines[-1]:
                    return
                if not self.lines[-1]:
                    break
        raise AssertionError(f"no {text!r} in {self.lines}")

    def services(self):
        """The leaders of all services."""
        running = read_running(self.place.running_file)
        return running.services if running else ()

    def down(self):
        return subprocess.run(DOWN, env=self.environment, capture_output=True, text=True, check=False)

    def end(self):
        """End it, whatever became of it."""
        self.down()
        self.process.kill()
        self.lines += self.process.communicate()[0].splitlines(keepends=True)


def wait_for(what, seconds=240):
    """Return the first true answer of *what*."""
    deadline = time.monotonic() + seconds
    while not (answer := what()):
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.2)
    return answer
