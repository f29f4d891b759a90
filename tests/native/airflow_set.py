"""Airflow's services with the environment of docker-compose.yml, moved from containers to this machine."""

import os
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from native.compose_file import ROOT, read_service
from native.postgres import Postgres, free_port
from native.rest import Rest
from native.services import Service, stop

IMAGE = Path(os.environ.get("IMAGE_VENV") or ROOT / ".data" / "image-venv")
"""Where `make setup-image` has installed requirements-image.lock, and with it our package."""


@dataclass
class AirflowSet:
    """
    One compose project: *home* stands for /opt/discord_airflow, *variables* for what its `.env` says.

    *extra* is added to the environment of every service.
    """

    home: Path
    postgres: Postgres
    variables: dict[str, str]
    extra: dict[str, str] = field(default_factory=dict)
    services: dict[str, Service] = field(default_factory=dict)
    clients: list[Rest] = field(default_factory=list)
    port: int = field(default_factory=free_port)
    health_port: int = field(default_factory=free_port)

    def environment(self, name):
        """Return the environment of the compose service *name*, with this machine's addresses and folders."""
        moved = {key: self._moved(value) for key, value in read_service(name, self.variables).environment.items()}
        return {
            "PATH": f"{IMAGE / 'bin'}:/usr/bin:/bin",
            "HOME": str(self.home),
            "LANG": "C.UTF-8",
            "PYTHONUNBUFFERED": "1",
            "AIRFLOW_HOME": str(self.home / "airflow"),
            **moved,
            # Where containers have networks of their own.
            "AIRFLOW__API__HOST": "127.0.0.1",
            "AIRFLOW__API__PORT": str(self.port),
            "AIRFLOW__API__BASE_URL": f"http://127.0.0.1:{self.port}",
            "AIRFLOW__SCHEDULER__SCHEDULER_HEALTH_CHECK_SERVER_HOST": "127.0.0.1",
            "AIRFLOW__SCHEDULER__SCHEDULER_HEALTH_CHECK_SERVER_PORT": str(self.health_port),
            **self.extra,
        }

    def _moved(self, value):
        value = value.replace("@airflow-db/", f"@127.0.0.1:{self.postgres.port}/")
        value = value.replace("airflow-apiserver:8080", f"127.0.0.1:{self.port}")
        for folder in ("dags", "plugins"):
            value = value.replace(f"/opt/discord_airflow/{folder}", str(ROOT / folder))
        return value.replace("/opt/discord_airflow", str(self.home))

    def run(self, *command):
        """Run one command as `airflow-init` would, to its end."""
        done = subprocess.run(
            (str(IMAGE / "bin" / command[0]), *command[1:]),
            env=self.environment("airflow-init"),
            cwd=self.home,
            capture_output=True,
            text=True,
            timeout=600,  # minutes on a busy machine
            check=False,
        )
        with (self.home / "init.log").open("a") as log:
            log.write(done.stdout + done.stderr)
        assert done.returncode == 0, f"{command} ended with {done.returncode}:\n{done.stdout}{done.stderr}"
        return done.stdout

    def initialise(self):
        """Do what `docker compose up airflow-init` does: both schemas, then the login."""
        environment = self.environment("airflow-init")
        self.run("discord-airflow", "db", "migrate")
        assert environment["_AIRFLOW_DB_MIGRATE"] == environment["_AIRFLOW_WWW_USER_CREATE"] == "true"
        self.run("airflow", "db", "migrate")
        user, password = (environment[f"_AIRFLOW_WWW_USER_{part}"] for part in ("USERNAME", "PASSWORD"))
        names = ("--firstname", "Airflow", "--lastname", "Admin", "--email", "airflow@example.com", "--role", "Admin")
        self.run("airflow", "users", "create", "--username", user, "--password", password, *names)

    def add(self, name, command=None, compose=None, **extra):
        """Start the compose service *name*, or something of ours that runs with the environment of *compose*."""
        words = command or read_service(name, self.variables).command
        self.services[name] = Service(
            name=name,
            command=(str(IMAGE / "bin" / "airflow"), *words),
            environment=self.environment(compose or name) | extra,
            log=self.home / f"{name}.log",
            folder=self.home,
        )
        self.services[name].start()
        return self.services[name]

    def rest(self):
        """Return a client of its API server; it is closed when the set is stopped."""
        self.clients.append(Rest(self.port))
        return self.clients[-1]

    def stop(self):
        """End every service."""
        for client in self.clients:
            client.close()
        stop(list(self.services.values()))
