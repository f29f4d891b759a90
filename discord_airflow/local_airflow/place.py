"""Where a local Airflow lies, and the environment that its processes run in."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from discord_airflow.settings import HOME_VARIABLE

CHECKOUT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class AirflowPlace:
    """The folders of one local Airflow; *home* is the project's home (see settings.py)."""

    home: Path

    @property
    def airflow(self) -> Path:
        """Airflow's own folder: its metadata when that is SQLite, task logs, generated secrets."""
        return self.home / ".data" / "airflow"

    @property
    def logs(self) -> Path:
        """What the processes print."""
        return self.home / ".data" / "logs"

    @property
    def running_file(self) -> Path:
        """What `make up` has started (sessions.py)."""
        return self.airflow / "running.json"

    @property
    def up_lock(self) -> Path:
        """Held by the `make up` that runs."""
        return self.airflow / "up.lock"

    @property
    def report_lock(self) -> Path:
        """Held by the `make report` that runs."""
        return self.airflow / "report.lock"

    def make_folders(self) -> None:
        """Make the folders, open to their owner only: they hold secrets, and logs that may name people."""
        for folder in (self.airflow, self.logs):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            folder.chmod(0o700)


def sqlite_address(path: Path) -> str:
    """Return the address of a SQLite file as Airflow wants it."""
    return f"sqlite:///{path}"


def airflow_environment(place: AirflowPlace, metadata: str, environ: Mapping[str, str]) -> dict[str, str]:
    """
    Return *environ* for a process of Airflow in *place* whose metadata lies at the address *metadata*.

    What *environ* says to some other Airflow is left out, so that the shell of a developer changes nothing.
    """
    others = {name: value for name, value in environ.items() if not name.startswith("AIRFLOW")}
    # Python never writes bytecode with this set, and then every start of Airflow takes twice the time.
    others.pop("PYTHONDONTWRITEBYTECODE", None)
    if metadata.startswith("postgresql+psycopg:"):
        # psycopg speaks both ways; left alone, Airflow would look for a second driver.
        others["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN_ASYNC"] = metadata
    return others | {
        HOME_VARIABLE: str(place.home),
        "PATH": os.pathsep.join(filter(None, (str(Path(sys.executable).parent), environ.get("PATH")))),
        "PYTHONUNBUFFERED": "1",
        "AIRFLOW_HOME": str(place.airflow),
        "AIRFLOW__CORE__DAGS_FOLDER": str(CHECKOUT / "dags"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(CHECKOUT / "plugins"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__DEFAULT_TIMEZONE": "utc",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": metadata,
        "AIRFLOW__LOGGING__BASE_LOG_FOLDER": str(place.airflow / "logs"),
    }
