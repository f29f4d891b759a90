"""Run a DAG once in a process of its own, quietly; what it prints goes into a log."""

import json
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from discord_airflow.errors import ConfigurationError, DiscordAirflowError, ServiceDownError
from discord_airflow.local_airflow.log_files import last_words, open_log
from discord_airflow.local_airflow.place import AirflowPlace, airflow_environment, sqlite_address

SECONDS = 3600
GRACE_SECONDS = 10


class DagRunFailedError(DiscordAirflowError):
    """A run of a DAG failed; the message names the task, its last words and its log."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How the tasks of a run ended, and what its task `save_report` handed over."""

    tasks: Mapping[str, str]
    handover: Mapping[str, Any]


def airflow_version() -> str:
    """Return the version of the installed Airflow without loading it."""
    return version("apache-airflow-core")


def run_dag(place: AirflowPlace, dag_id: str, configuration: Mapping[str, Any], environ: Mapping[str, str]) -> Outcome:
    """Run *dag_id* with *configuration* to its end; the error says in which task it failed and why."""
    metadata = sqlite_address(place.airflow / f"one_run-{airflow_version()}.db")
    environment = airflow_environment(place, metadata, environ) | {"AIRFLOW__LOGGING__LOGGING_LEVEL": "WARNING"}
    log = place.logs / f"{dag_id}.log"
    with tempfile.TemporaryDirectory(prefix="discord_airflow-") as folder:
        result = Path(folder) / "result.json"
        command = (sys.executable, "-m", "discord_airflow.local_airflow.one_run")
        status = _wait((*command, dag_id, json.dumps(configuration), str(result)), environment, log)
        outcome = json.loads(result.read_text(encoding="utf-8")) if result.exists() else None
    if outcome is None:
        raise ServiceDownError(f"Airflow ended with status {status}: {last_words(log)}; its log is {log}.")
    if outcome["state"] != "success":
        raise _failure(outcome, dag_id, log)
    return Outcome(outcome["tasks"], outcome["handover"])


def _wait(command: tuple[str, ...], environment: dict[str, str], log: Path) -> int:
    """Return the exit status of *command*, which does not outlive us when we are asked to end."""
    with open_log(log) as output:
        process = subprocess.Popen(
            command, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT
        )
        try:
            return process.wait(SECONDS)
        except subprocess.TimeoutExpired:
            return -1
        finally:
            _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        # Not SIGTERM, for which a task that ran in the same process has left a handler behind that does nothing.
        process.send_signal(signal.SIGINT)
        try:
            process.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _failure(outcome: Mapping[str, Any], dag_id: str, log: Path) -> DiscordAirflowError:
    """Return the error that says why the run failed, of the kind that its first cause was."""
    if reason := outcome.get("reason"):
        return ConfigurationError(f"The DAG {dag_id} cannot be read: {reason.strip().splitlines()[-1]}")
    errors = outcome["errors"]
    # save_report fails because of the others; they are the reason.
    causes = sorted(name for name in errors if name != "save_report") or sorted(errors)
    if not causes:
        return DagRunFailedError(f"{dag_id} ended in the state {outcome['state']}; its log is {log}.")
    others = f" (and in {len(causes) - 1} more tasks)" if len(causes) > 1 else ""
    first = errors[causes[0]]
    kind = {error.exit_code: error for error in DiscordAirflowError.__subclasses__() if error.exit_code != 1}
    sentence = f"{dag_id} failed in {causes[0]}{others}: {first['sentence'].rstrip('.')}; its log is {log}."
    return kind.get(first["exit_code"], DagRunFailedError)(sentence)
