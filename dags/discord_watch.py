"""
### Is Sunday's report there?

Every Sunday, `notify.late_minutes` after nine o'clock on the clock of `report.timezone`, this DAG looks into the folder
of the reports. Where the week's report is missing it tells the webhook `NOTIFY_WEBHOOK` (.env) and fails. It looks at
files only, so it also finds a week in which `discord_weekly` was switched off.

**When `look` fails** its log names the day that is missing. See the newest run of `discord_weekly`; when there is none,
whether it is switched on. Then trigger it with `{"until": "<that day>"}`.
"""

from datetime import timedelta
from typing import Any

from airflow.sdk import CronTriggerTimetable, dag, get_current_context, task
from airflow.sdk.exceptions import AirflowFailException
from airflow.sdk.log import mask_secret

from discord_airflow.notifications import watch

ZONE, LOOK_AT = watch.schedule()


@dag(
    schedule=CronTriggerTimetable(f"{LOOK_AT.minute} {LOOK_AT.hour} * * 0", timezone=ZONE),
    catchup=False,
    max_active_runs=1,
    # Switched on by a person who has set NOTIFY_WEBHOOK, or who looks at failed runs.
    is_paused_upon_creation=True,
    default_args={"owner": "discord_airflow", "execution_timeout": timedelta(minutes=5)},
    doc_md=__doc__,
    tags=["discord", "watch"],
)
def discord_watch() -> None:
    @task
    def look() -> None:
        for secret in watch.secrets():
            mask_secret(secret)
        context: Any = get_current_context()
        if missing := watch.look(context["dag_run"].run_after):
            raise AirflowFailException(missing)

    look()


discord_watch()
