"""The weekly DAG as Airflow reads it: when it runs, in which order, with which options, and what it does on failure."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from discord_airflow import errors
from tests.dags.ticks import ticks

pytestmark = pytest.mark.airflow

COMPUTED = {"compute_stats", "compute_trends", "compute_connectors", "compute_highlights", "compute_health"}


def test_every_dag_file_can_be_read(load_dags):
    """No import error: what is broken here would be missing in Airflow's list."""
    assert load_dags().import_errors == {}


def test_save_report_waits_for_the_five_parts_and_the_digest(discord_weekly):
    """The drawing of the design: five parts and a digest for each server side by side, then the report."""
    assert set(discord_weekly.task_ids) == COMPUTED | {
        "await_collection",
        "list_servers",
        "llm_digest",
        "save_report",
    }
    assert discord_weekly.get_task("save_report").upstream_task_ids == COMPUTED | {"llm_digest"}
    assert discord_weekly.get_task("llm_digest").upstream_task_ids == {"list_servers"}
    for name in COMPUTED | {"list_servers"}:
        assert discord_weekly.get_task(name).upstream_task_ids == {"await_collection"}
        assert discord_weekly.get_task(name).trigger_rule == "all_done"


def test_one_run_at_a_time_and_none_for_missed_weeks(discord_weekly):
    """Two runs would write the same files; a machine that was off for a month makes one report, not four."""
    assert discord_weekly.max_active_runs == 1
    assert discord_weekly.catchup is False
    assert discord_weekly.start_date is None


def test_failed_tasks_are_tried_again_with_growing_pauses(discord_weekly):
    """Three more tries, each pause twice the last one, none over ten minutes, and no try without an end."""
    for name in COMPUTED | {"save_report"}:
        task = discord_weekly.get_task(name)
        assert task.retries == 3
        assert task.retry_exponential_backoff == 2.0
        assert task.max_retry_delay == timedelta(minutes=10)
        assert task.execution_timeout is not None


@pytest.mark.parametrize(
    "error",
    [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.DiscordAirflowError)],
)
def test_what_a_person_must_change_is_not_tried_again(discord_weekly, error):
    """Exactly the errors that call themselves permanent end a task at once (exit statuses 64, 65, 77, 78)."""
    policy = discord_weekly.get_task("compute_stats").retry_policy
    decision = policy.evaluate(error("a sentence"), try_number=1, max_tries=3)
    assert (decision.action.value == "fail") is error.permanent


def test_the_form_shows_three_options_with_words_to_each(discord_weekly):
    """Each option of the trigger form has a title, a description and a default that works."""
    assert set(discord_weekly.params) == {"days", "until", "servers"}
    assert discord_weekly.params.dump() == {"days": 7, "until": None, "servers": None}
    for name in discord_weekly.params:
        param = discord_weekly.params.get_param(name)
        assert param.schema["title"]
        assert param.description


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("days", 0),
        ("days", 367),
        ("days", 14.5),
        ("days", "fourteen"),
        ("until", "yesterday"),
        ("until", "22.11.2026"),
        ("servers", [1180000000000000001]),
        ("servers", ["somewhere"]),
        ("servers", "1180000000000000001"),
    ],
)
def test_airflow_itself_refuses_what_cannot_be_meant(discord_weekly, option, value):
    """The form and REST answer at once, before a run exists."""
    from airflow.sdk.exceptions import ParamValidationError

    with pytest.raises(ParamValidationError):
        discord_weekly.params.get_param(option).resolve(value)


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("days", 14),
        ("until", "2026-11-22"),
        ("until", "2026-11-22T18:30+02:00"),
        ("until", None),
        ("until", ""),
        ("servers", None),
        ("servers", []),
        ("servers", ["1180000000000000001", "1180000000000000002"]),
    ],
)
def test_airflow_takes_what_the_descriptions_promise(discord_weekly, option, value):
    """The patterns of the form are no stricter than the words beside them."""
    assert discord_weekly.params.get_param(option).resolve(value) == value


def test_the_handbook_names_every_task_and_every_option(discord_weekly):
    """The page that Airflow shows beside the DAG is what the person on call has."""
    for word in ["compute_", "llm_digest", "save_report", "days", "until", "servers", "backfill", "clear"]:
        assert word in discord_weekly.doc_md
    assert discord_weekly.tags
    assert discord_weekly.owner == "discord_airflow"


def test_no_dag_file_does_anything_when_it_is_read():
    """Heavy imports and work stay inside the tasks; only names of Airflow and of the thin layer below stand on top."""
    for path in Path("dags").glob("*.py"):
        top = re.findall(r"^(?:from|import) ([\w.]+)", path.read_text(encoding="utf-8"), re.MULTILINE)
        assert {name.split(".")[0] for name in top} <= {"airflow", "discord_airflow", "datetime", "typing"}
        assert not {name for name in top if name.startswith("discord_airflow.")} & {
            "discord_airflow.database",
            "discord_airflow.reporting",
            "discord_airflow.collectors",
        }


class TestInAZoneWithSummerTime:
    """What the configured zone does to the schedule."""

    @pytest.fixture
    def dag(self, load_dags, tmp_path, monkeypatch):
        (tmp_path / "config.yaml").write_text("report:\n  timezone: Europe/Helsinki\n  days: 14\n")
        monkeypatch.setenv("DISCORD_AIRFLOW_HOME", str(tmp_path))
        return load_dags().dags["discord_weekly"]

    def test_it_runs_on_sundays_at_nine_on_the_wall_also_when_the_clock_changes(self, dag):
        """Nine o'clock in Helsinki is 06:00 UTC in summer and 07:00 in winter; no Sunday is left out or doubled."""
        assert ticks(dag, datetime(2026, 10, 12, tzinfo=UTC), 4) == [
            datetime(2026, 10, 18, 6, tzinfo=UTC),
            datetime(2026, 10, 25, 7, tzinfo=UTC),
            datetime(2026, 11, 1, 7, tzinfo=UTC),
            datetime(2026, 11, 8, 7, tzinfo=UTC),
        ]
        assert ticks(dag, datetime(2027, 3, 22, tzinfo=UTC), 2) == [
            datetime(2027, 3, 28, 6, tzinfo=UTC),
            datetime(2027, 4, 4, 6, tzinfo=UTC),
        ]

    def test_the_configured_days_are_the_default_of_the_form(self, dag):
        """Whoever always wants two weeks sets it once."""
        assert dag.params.dump()["days"] == 14


def test_a_mistake_in_the_settings_is_told_in_the_import_error(load_dags, tmp_path, monkeypatch):
    """Airflow shows the end of the error: it is our sentence, with the file, the option and what was meant."""
    (tmp_path / "config.yaml").write_text("report:\n  timezon: Europe/Helsinki\n")
    monkeypatch.setenv("DISCORD_AIRFLOW_HOME", str(tmp_path))
    [error] = [text for name, text in load_dags().import_errors.items() if name.endswith("discord_weekly.py")]
    last = error.strip().splitlines()[-1]
    assert "report.timezon is not an option; did you mean report.timezone?" in last
