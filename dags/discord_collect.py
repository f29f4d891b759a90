"""
### The daily collection

Every day at 09:00 on the clock of `report.timezone` this DAG asks Discord, through DiscordChatExporter, for what
`discord_data` lacks: it lists the channels and threads of `servers` (config.yaml), exports each missing window in a
task of its own, checks the files against their proofs and imports them. Recent days (`export.refresh_days`) are
fetched again, so that edits, reactions and deletions are seen.

**When a task fails** its log ends with one sentence that says what, where and what to do.

* `list_channels`: the token (exit 77), the exporter (`discord-airflow doctor`), or Discord does not answer. Nothing is
  exported without a list.
* `export_channel [name]`: that channel alone. A channel that Discord forbids, or a bot without the right to read its
  history, is not tried again; a broken-off export is, three times with growing pauses. What fails stays a gap: the
  next run fills it, `discord-airflow coverage` shows it, and the weekly report says so.
* When Discord refuses the token, the first task finds out and the others do not try.
* `check_exports`: somebody changed a file between export and import. It is set aside; the window is fetched again.
* `import_exports`: the database (exit 69, retried), or a file with something that cannot be stored (exit 65).

**One at a time.** Two runs never work with one token: a lock says who does. A task that finds it taken waits and
tries again (exit 75).

**To collect now** trigger a run, or run `discord-airflow collect` on the machine. **To fetch an old stretch again**
`discord-airflow collect --after 2024-01-01 --before 2024-02-01`.

Only counts, ids and channel names travel through Airflow; the messages go by files into the database.
"""

from datetime import timedelta
from typing import Any

from airflow.sdk import (
    Asset,
    CronTriggerTimetable,
    ExceptionRetryPolicy,
    RetryAction,
    RetryRule,
    dag,
    get_current_context,
    task,
)
from airflow.sdk.log import mask_secret

from discord_airflow import collecting, weekly
from discord_airflow.errors import AccessDeniedError, ConfigurationError, DataQuarantinedError, UsageError

PERMANENT = [
    AccessDeniedError,
    ConfigurationError,
    DataQuarantinedError,
    UsageError,
    collecting.ForbiddenChannelError,
]

DATA = Asset("discord_data")


def run_key() -> str:
    """Return what names this run; secrets are masked in this task's log from here on."""
    for secret in weekly.secrets():
        mask_secret(secret)
    context: Any = get_current_context()
    return f"{context['dag_run'].dag_id}/{context['dag_run'].run_id}"


@dag(
    # Nine, because the week of the report ends then: what was collected earlier could not hold its last hours.
    schedule=CronTriggerTimetable("0 9 * * *", timezone=weekly.defaults().timezone),
    catchup=False,
    max_active_runs=1,
    # Switched on by a person: it needs a token, and it talks to Discord.
    is_paused_upon_creation=True,
    default_args={
        "owner": "discord_airflow",
        "on_failure_callback": weekly.tell_failure,
        "retries": 3,
        "retry_delay": timedelta(minutes=1),
        "retry_exponential_backoff": 2.0,
        "max_retry_delay": timedelta(minutes=20),
        "retry_policy": ExceptionRetryPolicy(
            [RetryRule(exception=[*PERMANENT], action=RetryAction.FAIL, reason="a person has to change something")]
        ),
        "execution_timeout": timedelta(minutes=collecting.defaults().channel_minutes + 30),
    },
    doc_md=__doc__,
    tags=["discord", "collect"],
)
def discord_collect() -> None:
    @task(multiple_outputs=False)
    def list_channels() -> list[collecting.Target]:
        return collecting.list_targets(run_key())

    # One at a time: the token is one. The label is the channel's name.
    @task(multiple_outputs=False, max_active_tis_per_dag=1, map_index_template="{{ channel }}")
    def export_channel(target: collecting.Target) -> dict[str, Any]:
        context: Any = get_current_context()
        context["channel"] = target["name"]
        return collecting.export_target(target, run_key())

    # all_done: one channel's failure keeps no other from being stored.
    @task(multiple_outputs=False, trigger_rule="all_done")
    def check_exports() -> dict[str, int]:
        return collecting.check_exports()

    @task(multiple_outputs=False, trigger_rule="all_done", outlets=[DATA])
    def import_exports() -> dict[str, int]:
        return collecting.import_exports()

    export_channel.expand(target=list_channels()) >> check_exports() >> import_exports()  # type: ignore[operator]


discord_collect()
