"""
### Is Sunday's report there?

Every Sunday, `notify.late_minutes` after nine o'clock on the clock of `report.timezone`, this DAG looks into the folder
of the reports and, when it is not there, into the database. Where neither has the week's report it tells so by webhook
and e-mail (`NOTIFY_WEBHOOK`, `NOTIFY_EMAIL_...` in .env) and fails. It asks nothing about runs, so it also finds a week
in which `discord_weekly` was switched off.

**When `look` fails** its log names the day that is missing. See the newest run of `discord_weekly`; when there is none,
whether it is switched on. Then trigger it with `{"until": "<that day>"}`.
"""

from datetime import timedelta
from typing import Any

from airflow.sdk import CronTriggerTimetable, dag, get_current_context, task
from airflow.sdk.log import mask_secret

from discord_airflow import weekly
from discord_airflow.notifications import watch

ZONE, LOOK_AT = watch.schedule()


@dag(
    schedule=CronTriggerTimetable(f"{LOOK_AT.minute} {LOOK_AT.hour} * * 0", timezone=ZONE),
    catchup=False,
    max_active_runs=1,
    # Switched on by a person who has set a way of being told, or who looks at failed runs.
    is_paused_upon_creation=True,
    default_args={
        "owner": "discord_airflow",
        "on_failure_callback": watch.tell_failure,
        "execution_timeout": timedelta(minutes=5),
    },
    doc_md=__doc__,
    tags=["discord", "watch"],
)
def discord_watch() -> None:
    @task
    def look() -> None:
        for secret in weekly.secrets():
            mask_secret(secret)
        context: Any = get_current_context()
        watch.look(context["dag_run"].run_after)

    look()


discord_watch()
