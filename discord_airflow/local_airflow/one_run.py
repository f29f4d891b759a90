"""
Run a DAG once, in this process: ``python -m discord_airflow.local_airflow.one_run DAG_ID CONFIGURATION RESULT``.

It is the real DAG with its real tasks and dependencies, run by Airflow without scheduler and server. CONFIGURATION is
JSON; RESULT is a file that receives the outcome as JSON. What is printed belongs into a log. The caller sets the
environment (place.py).
"""

import json
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

SQLITE = "sqlite:///"


def run_once(dag_id: str, configuration: dict[str, Any]) -> dict[str, Any]:
    """Return the states of the run and its tasks, the errors of failed ones, and what `save_report` handed over."""
    from airflow.dag_processing.dagbag import DagBag
    from airflow.sdk.configuration import conf
    from airflow.utils.db import initdb

    make_metadata(conf.get("database", "sql_alchemy_conn"), initdb)
    bag = DagBag(dag_folder=f"{conf.get('core', 'dags_folder')}/{dag_id}.py")
    if bag.import_errors:
        return {"state": "import error", "reason": "\n".join(bag.import_errors.values())}
    dag = bag.dags[dag_id]
    errors: dict[str, dict[str, Any]] = {}
    for task in dag.tasks:
        # Somebody is waiting, and would rather repeat the command than watch a pause of half a minute.
        task.retries = 0
        task.on_failure_callback = [lambda context: errors.update(_error(context))]
    run = dag.test(logical_date=None, run_conf=configuration)
    saved = run.get_task_instance("save_report")
    return {
        "state": str(run.state),
        "tasks": {instance.task_id: str(instance.state) for instance in run.get_task_instances()},
        "errors": errors,
        "handover": saved.xcom_pull(task_ids="save_report") if saved else None,
    }


def _error(context: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    error = context["exception"]
    told = {"sentence": str(error).strip() or type(error).__name__, "exit_code": getattr(error, "exit_code", 1)}
    return {context["ti"].task_id: told}


def make_metadata(address: str, initdb: Callable[[], None]) -> None:
    """Let *initdb* make the SQLite file of *address* unless an earlier run has made it whole."""
    metadata = Path(address.removeprefix(SQLITE))
    whole = metadata.with_suffix(".whole")
    if not whole.exists():
        metadata.unlink(missing_ok=True)
        initdb()
        whole.touch()


def main() -> int:
    dag_id, configuration, result = sys.argv[1:]
    outcome = run_once(dag_id, json.loads(configuration))
    Path(result).write_text(json.dumps(outcome), encoding="utf-8")
    return 0 if outcome["state"] == "success" else 1


if __name__ == "__main__":
    sys.exit(main())
