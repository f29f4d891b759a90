"""The DAG `discord_post` as Airflow reads it: after each report, a person is asked, and nothing goes out unasked."""

from datetime import timedelta

import pytest

from discord_airflow import errors
from discord_airflow.posting import errors as posting_errors
from discord_airflow.posting import tasks

pytestmark = pytest.mark.airflow


@pytest.fixture(scope="module")
def dag(load_dags):
    """The DAG itself."""
    return load_dags().dags["discord_post"]


def test_it_is_started_by_a_saved_report_and_waits_to_be_switched_on(dag, load_dags):
    """The Asset of `save_report`; until a person switches the DAG on, nobody is asked anything."""
    [report] = load_dags().dags["discord_weekly"].get_task("save_report").outlets
    assert [asset.name for asset in dag.timetable.asset_condition.objects] == [report.name]
    assert dag.is_paused_upon_creation is True
    assert dag.max_active_runs == 1


def test_nothing_is_posted_without_an_approval(dag):
    """One way only, through the question; silence means no, and so does a skipped or failed question."""
    assert dag.get_task("approve").upstream_task_ids == {"prepare"}
    assert dag.get_task("post").upstream_task_ids == {"prepare", "approve"}
    assert all(dag.get_task(name).trigger_rule == "all_success" for name in ("approve", "post"))
    approve = dag.get_task("approve")
    assert (approve.options, approve.defaults) == (["Approve", "Reject"], ["Reject"])
    assert approve.response_timeout == timedelta(hours=tasks.defaults().approval_hours)
    assert approve.fail_on_reject is False


def test_the_question_is_no_template(dag):
    """What is asked is put in when the task runs: Airflow never reads a text from Discord as Jinja."""
    approve = dag.get_task("approve")
    assert approve.body is None
    assert "{" not in approve.subject


@pytest.mark.parametrize(
    "error",
    [
        kind
        for module in (errors, posting_errors)
        for kind in vars(module).values()
        if isinstance(kind, type)
        and issubclass(kind, errors.DiscordAirflowError)
        and kind.__name__ != "NothingToPostError"
    ],
)
def test_what_a_person_must_change_is_not_tried_again(dag, error):
    """Exactly the errors that call themselves permanent end a task at once."""
    if error is posting_errors.NothingToPostError:
        return  # skips its task
    decision = dag.get_task("post").retry_policy.evaluate(error("a sentence"), try_number=1, max_tries=3)
    assert (decision.action.value == "fail") is error.permanent


def test_the_handbook_says_how_to_approve_and_how_to_post_again(dag):
    """The page that Airflow shows beside the DAG is what the person on call has."""
    for word in ["Required Actions", "POST_WEBHOOK", "post.names", "--again", "prepare", "day"]:
        assert word in dag.doc_md
