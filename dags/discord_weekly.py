"""
### The weekly report

Every Sunday at 09:00 on the clock of `report.timezone` (config.yaml) this DAG computes the report on the past seven
days from the messages in `discord_data` and writes `reports/YYYY-MM-DD.md`, `.html` and `.json`. It collects nothing;
where `discord_collect` is in use, a scheduled run waits for its run of nine o'clock, at most 45 minutes.

**Options of a run** (trigger form, `airflow dags trigger discord_weekly --conf '{"days": 14}'`, REST)

| option | meaning | default |
| --- | --- | --- |
| `days` | length of the window, counted on the wall clock of the zone | `report.days`, else 7 |
| `until` | end of the window: `2026-11-22` (nine o'clock) or `2026-11-22T18:30` | end of the data interval, else now |
| `servers` | ids of the guilds, as text | `servers` of config.yaml, else all |

A key that is not in this table fails the run at once and names the nearest one.

**To make a report again** clear the run's tasks (or `airflow tasks clear discord_weekly -s DAY -e DAY`), or trigger a
new run with `{"until": "2026-11-22"}`. The same window over the same data gives the same bytes, so nothing is lost.

**To make the reports of past weeks** `airflow backfill create --dag-id discord_weekly --from-date 2026-10-01 --to-date
2026-11-22` (or *Backfill* in the trigger dialog). Each run gets the week that ended at its own Sunday.

**When a task fails** its log ends with one sentence that says what, where and what to do.

* `await_collection`: waits, in state *up for reschedule*, and goes on by itself after 45 minutes; then the report says
  what was not collected. It fails only as `compute_*` does.
* `compute_*`: nearly always the database. Exit 69 or a lost connection is retried three times with growing pauses;
  after that check that PostgreSQL answers (`discord-airflow db status`) and clear the failed task. A mistake in
  config.yaml, in `.env` or in the run's options (exits 64, 77, 78) is not retried: correct it, then clear.
* `llm_digest` (one for each server): never costs the report. Without Ollama the digest is made of quotes alone and says
  so; when the task fails the report says that it has no digest. Clear `llm_digest` and `save_report` to try again: what
  the model has answered already is kept and costs nothing.
* `save_report`: says which `compute_*` task left nothing (clear that one), or that the folder of the reports cannot be
  written (space, permissions). Reports appear whole or not at all.
* The DAG does not appear, or shows an import error: the last line of the error names the mistake in config.yaml.

Tasks hand over through the table `report_sections`; between them Airflow carries only keys and counts.
"""

from datetime import timedelta
from typing import Any

from airflow.sdk import (
    Asset,
    CronTriggerTimetable,
    ExceptionRetryPolicy,
    Param,
    RetryAction,
    RetryRule,
    dag,
    get_current_context,
    task,
)
from airflow.sdk.log import mask_secret

from discord_airflow import weekly
from discord_airflow.errors import AccessDeniedError, ConfigurationError, DataQuarantinedError, UsageError

DEFAULTS = weekly.defaults()

PERMANENT = [AccessDeniedError, ConfigurationError, DataQuarantinedError, UsageError, weekly.IncompleteRunError]

REPORT = Asset("discord_report")

PARAMS = {
    "days": Param(
        DEFAULTS.days,
        type="integer",
        minimum=1,
        maximum=366,
        title="Days",
        description="How many days the report covers, counted on the wall clock of the report's zone.",
    ),
    "until": Param(
        None,
        type=["null", "string"],
        pattern=r"^(\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:?\d\d)?)?)?$",
        title="Until",
        description="Where the report's window ends, such as 2026-11-22 (nine o'clock of that day) or 2026-11-22T18:30."
        " Empty: at the end of the data interval, or now.",
    ),
    "servers": Param(
        None,
        type=["null", "array"],
        items={"type": "string", "pattern": "^[0-9]{1,19}$"},
        title="Servers",
        description="Ids of the servers to report on, one a line. Empty: those of config.yaml.",
    ),
}


def this_run() -> weekly.RunFacts:
    """Return what Airflow knows about the run; secrets are masked in this task's log from here on."""
    for secret in weekly.secrets():
        mask_secret(secret)
    context: Any = get_current_context()
    dag_run = context["dag_run"]
    return weekly.RunFacts(
        key=f"{dag_run.dag_id}/{dag_run.run_id}",
        configuration=dag_run.conf or {},
        parameters=dict(context["params"]),
        run_after=dag_run.run_after,
        interval_start=context.get("data_interval_start"),
        interval_end=context.get("data_interval_end"),
        default_days=DEFAULTS.days,
    )


@dag(
    schedule=CronTriggerTimetable("0 9 * * 0", timezone=DEFAULTS.timezone),
    # No start_date: nothing runs for a past Sunday just because the DAG was switched on on a Wednesday.
    catchup=False,
    max_active_runs=1,
    is_paused_upon_creation=False,
    dagrun_timeout=timedelta(hours=3),
    params=PARAMS,
    default_args={
        "owner": "discord_airflow",
        "on_failure_callback": weekly.tell_failure,
        "retries": 3,
        "retry_delay": timedelta(seconds=30),
        "retry_exponential_backoff": 2.0,
        "max_retry_delay": timedelta(minutes=10),
        "retry_policy": ExceptionRetryPolicy(
            [RetryRule(exception=[*PERMANENT], action=RetryAction.FAIL, reason="a person has to change something")]
        ),
        "execution_timeout": timedelta(minutes=30),
    },
    doc_md=__doc__,
    tags=["discord", "report"],
)
def discord_weekly() -> None:
    # Between two looks it holds no worker. A run by hand is for what is stored now.
    @task.sensor(poke_interval=60, timeout=3600, mode="reschedule")
    def await_collection() -> bool:
        context: Any = get_current_context()
        return context["dag_run"].run_type != "scheduled" or weekly.is_collected(this_run())

    # all_done: a report without the newest messages says so; none at all would not.
    @task(multiple_outputs=False, trigger_rule="all_done")
    def compute(section: str) -> weekly.Handover:
        return weekly.compute(section, this_run())

    @task(multiple_outputs=False, trigger_rule="all_done")
    def list_servers() -> list[str]:
        return weekly.digest_servers(this_run())

    # Never an obstacle: save_report looks at the computed sections only.
    @task(multiple_outputs=False, retries=1, execution_timeout=timedelta(minutes=75), max_active_tis_per_dag=1)
    def llm_digest(server: str) -> weekly.Handover:
        return weekly.digest(this_run(), server)

    # all_done: the digest may fail or be skipped. A failed compute_* task leaves None, for which save_report fails.
    @task(multiple_outputs=False, trigger_rule="all_done", outlets=[REPORT])
    def save_report(sections: list[weekly.Handover | None], *, outlet_events: Any = None) -> weekly.Handover:
        saved = weekly.save_report(this_run(), list(sections))
        # For whoever is started by it (discord_post): which report it is.
        outlet_events[REPORT].extra = {"report": saved["report"]}
        return saved

    sections = [compute.override(task_id=f"compute_{name}")(name) for name in weekly.SECTIONS]
    servers = list_servers()
    await_collection() >> [*sections, servers]  # type: ignore[operator]
    llm_digest.expand(server=servers) >> save_report(sections)  # type: ignore[arg-type, operator]


discord_weekly()
