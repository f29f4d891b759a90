"""
### A report's summary for a Discord channel

Each time `discord_weekly` has saved a report, this DAG asks a person whether its summary may be posted to the channel
of `POST_WEBHOOK` (.env): the week's headline figures of that channel's server and sentences of its digest. It is
switched off until somebody switches it on.

**To approve**: *Browse → Required Actions*, or the tab *Required Actions* of the run. The page shows each message to
the letter. *Approve* posts it. *Reject*, and no answer within `post.approval_hours`, post nothing.

**To post an older report** trigger a run with `{"day": "2026-11-22"}`. On the command line: `discord-airflow post`.

* People are called Member 1, Member 2 and their words are left out, unless `post.names` in config.yaml says otherwise.
* Nothing is posted twice: a report that was posted is skipped, also after a second approval. `discord-airflow post
  --again` posts it anew.

**When a task fails** its log ends with one sentence that says what, where and what to do.

* `prepare`: `POST_WEBHOOK` is not set, Discord does not know it any more (exit 77), or the report is not about the
  server to which the webhook belongs.
* `post`: Discord refused or did not answer; the task is tried again and goes on with the next message. When nobody
  knows whether a message arrived it is not sent again, and the sentence says which one to look for.

Between the tasks Airflow carries the day and a check sum. The approved text itself is kept by Airflow as part of the
approval, until `airflow db clean` removes it.
"""

from datetime import timedelta
from typing import Any

from airflow.providers.standard.operators.hitl import ApprovalOperator
from airflow.sdk import (
    Asset,
    ExceptionRetryPolicy,
    Param,
    RetryAction,
    RetryRule,
    dag,
    get_current_context,
    task,
)
from airflow.sdk.exceptions import AirflowSkipException
from airflow.sdk.log import mask_secret

from discord_airflow import weekly
from discord_airflow.errors import AccessDeniedError, ConfigurationError, DataQuarantinedError, UsageError
from discord_airflow.posting import tasks
from discord_airflow.posting.errors import ChangedPostError, NothingToPostError, UncertainPostError

REPORT = Asset("discord_report")

PERMANENT = [
    AccessDeniedError,
    ConfigurationError,
    DataQuarantinedError,
    UsageError,
    ChangedPostError,
    UncertainPostError,
]

PARAMS = {
    "day": Param(
        None,
        type=["null", "string"],
        pattern=r"^(\d{4}-\d\d-\d\d)?$",
        title="Day",
        description="The day of the report to post, such as 2026-11-22. Empty: the newest.",
    )
}


def mask_secrets() -> None:
    """Keep secrets out of this task's log from here on."""
    for secret in weekly.secrets():
        mask_secret(secret)


def new_days(context: Any) -> list[str]:
    """Return the days of the reports whose saving has started this run; none when a person has."""
    events = context.get("triggering_asset_events") or {}
    found = [event.extra.get("report") for asset in events for event in events[asset]]
    return [day for day in found if isinstance(day, str)]


class AskBeforePosting(ApprovalOperator):
    """Asks whether the summary that `prepare` has chosen may be posted."""

    def execute(self, context: Any) -> Any:
        # Here and not in a template: text from Discord must never be read as one, nor lie in XCom.
        mask_secrets()
        self.subject, self.body = tasks.question(context["ti"].xcom_pull(task_ids="prepare"))
        return super().execute(context)


@dag(
    schedule=[REPORT],
    catchup=False,
    max_active_runs=1,
    # Switched on by a person who has set POST_WEBHOOK.
    is_paused_upon_creation=True,
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
    },
    doc_md=__doc__,
    tags=["discord", "report"],
)
def discord_post() -> None:
    @task(multiple_outputs=False, execution_timeout=timedelta(minutes=5))
    def prepare() -> tasks.Handover:
        mask_secrets()
        context: Any = get_current_context()
        try:
            return tasks.prepare(context["params"]["day"], new_days(context))
        except NothingToPostError as nothing:
            raise AirflowSkipException(str(nothing)) from None

    approve = AskBeforePosting(
        task_id="approve",
        subject="Post the summary of a report to Discord?",
        defaults=["Reject"],
        response_timeout=timedelta(hours=tasks.defaults().approval_hours),
    )

    @task(multiple_outputs=False, execution_timeout=timedelta(minutes=10))
    def post(chosen: tasks.Handover) -> tasks.Handover:
        mask_secrets()
        return tasks.post(chosen)

    chosen = prepare()
    chosen >> approve >> post(chosen)  # type: ignore[arg-type, operator]


discord_post()
