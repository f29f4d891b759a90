"""The processes that make up a whole Airflow on this machine, lean and reachable from this machine only."""

import base64
import json
import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote, urlencode

from discord_airflow import embedded
from discord_airflow.local_airflow.place import AirflowPlace, airflow_environment, sqlite_address
from discord_airflow.settings import DatabaseSettings

ADDRESS = "127.0.0.1"
USER = PASSWORD = "airflow"  # noqa: S105 (reachable from this machine only; the README names it)
METADATA = "airflow"
"""The database of Airflow's metadata in the embedded PostgreSQL."""

SERVICES: Mapping[str, tuple[str, ...]] = {
    "api-server": ("api-server",),
    # Without its own server for logs, which listens to everybody: the files lie where the API server finds them.
    "scheduler": ("scheduler", "--skip-serve-logs"),
    "dag-processor": ("dag-processor",),
}
"""Nothing of ours waits in a triggerer, so there is none."""

TASKS_RUN_BELOW = "scheduler"

SECRETS_OF_TASKS = ("DISCORD_TOKEN", "NOTIFY_WEBHOOK", "NOTIFY_EMAIL_PASSWORD", "POST_WEBHOOK")

RUNNING_TASKS = 3
"""The scheduler forks this many processes when it starts."""


def service_environment(
    place: AirflowPlace, database: DatabaseSettings, port: int, environ: Mapping[str, str]
) -> dict[str, str]:
    """Return the environment of every service; *database* is where our own data lies."""
    address = f"http://{ADDRESS}:{port}"
    return airflow_environment(place, metadata_address(place, database), environ) | {
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
        "AIRFLOW__CORE__PARALLELISM": str(RUNNING_TASKS),
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{address}/execution/",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": f"{USER}:admin",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(place.airflow / "passwords.json"),
        "AIRFLOW__API__HOST": ADDRESS,
        "AIRFLOW__API__PORT": str(port),
        "AIRFLOW__API__BASE_URL": f"http://localhost:{port}",
        "AIRFLOW__API__WORKERS": "1",
        "AIRFLOW__API__EXPOSE_CONFIG": "False",
        # A task's end may be noticed only at the next look, and a report is made of seven short tasks.
        "AIRFLOW__WORKERS__MIN_HEARTBEAT_INTERVAL": "1",
        "AIRFLOW__DAG_PROCESSOR__PARSING_PROCESSES": "1",
        "AIRFLOW__DAG_PROCESSOR__REFRESH_INTERVAL": "30",
        "DB_NAME": database.name,
        # Tasks talk to the API server on this machine, whatever proxy leads elsewhere.
        "NO_PROXY": ",".join(filter(None, (environ.get("NO_PROXY"), ADDRESS, "localhost"))),
        "no_proxy": ",".join(filter(None, (environ.get("no_proxy"), ADDRESS, "localhost"))),
        **_generated(place),
    }


def service_variables(name: str, environment: Mapping[str, str]) -> dict[str, str]:
    """Return what the service *name* gets of *environment*: only the scheduler's tasks have business with others."""
    if name == TASKS_RUN_BELOW:
        return dict(environment)
    return {variable: value for variable, value in environment.items() if variable not in SECRETS_OF_TASKS}


def metadata_address(place: AirflowPlace, database: DatabaseSettings) -> str:
    """
    Return where Airflow keeps its metadata: beside our data in the embedded PostgreSQL.

    A PostgreSQL of the user's own is for `discord_data` only, and then nothing embedded is started: SQLite will do.
    """
    if database.host is not None:
        return sqlite_address(place.airflow / "metadata.db")
    sockets = embedded.place_of(database).sockets
    query = urlencode({"host": str(sockets), "port": embedded.PORT, "application_name": "airflow"}, quote_via=quote)
    return f"postgresql+psycopg://{embedded.SUPERUSER}@/{METADATA}?{query}"


def write_password(place: AirflowPlace) -> None:
    """Write the file from which Airflow takes the login; this Airflow is for this machine's user alone."""
    _write_private(place.airflow / "passwords.json", {USER: PASSWORD})


def _generated(place: AirflowPlace) -> dict[str, str]:
    """Return the secrets that the processes share; they are made once, so that a login outlives a restart."""
    path = place.airflow / "secrets.json"
    if not path.exists():
        made = {
            "AIRFLOW__API_AUTH__JWT_SECRET": secrets.token_urlsafe(64),
            "AIRFLOW__API__SECRET_KEY": secrets.token_urlsafe(48),
            "AIRFLOW__CORE__FERNET_KEY": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        }
        _write_private(path, made)
    return json.loads(path.read_text(encoding="utf-8"))


def _write_private(path: Path, content: Mapping[str, str]) -> None:
    draft = path.with_name(f"{path.name}.new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(dict(content), file)
    draft.replace(path)
