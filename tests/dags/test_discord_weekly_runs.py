"""Real runs of the weekly DAG in this process, over the sample in a real PostgreSQL."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from discord_airflow import weekly
from discord_airflow.errors import ServiceDownError

pytestmark = pytest.mark.airflow

FILES = {f"2026-11-22.{kind}" for kind in ("md", "html", "json")}


@pytest.fixture(scope="module")
def sample(server, template):
    """The settings of a database that holds the sample."""
    from discord_airflow import database
    from discord_airflow.collectors.importer import import_paths

    settings = server.model_copy(update={"name": "sample_for_dags"})
    with database.connect(settings) as connection:
        database.apply_schema(connection)
    assert not import_paths([Path("sample/exports")], lambda: database.connect(settings)).troubled
    return settings


@pytest.fixture
def home(sample, tmp_path, monkeypatch):
    """A home whose settings lead to the sample."""
    (tmp_path / "config.yaml").write_text(
        f"report:\n  timezone: Europe/Helsinki\ndatabase:\n  data_directory: {sample.data_directory}\n"
    )
    monkeypatch.setenv("DISCORD_AIRFLOW_HOME", str(tmp_path))
    monkeypatch.setenv("DB_NAME", sample.name)
    return tmp_path


@pytest.fixture
def run(load_dags, home):
    """A function that runs the DAG once without retries; returns the run's state and its tasks' states."""

    def run(configuration, logical_date=None):
        dag = load_dags().dags["discord_weekly"]
        for task in dag.tasks:
            task.retries = 0
        done = dag.test(logical_date=logical_date, run_conf=configuration)
        return str(done.state), {task.task_id: str(task.state) for task in done.get_task_instances()}

    return run


def written(home):
    """The bytes of all reports, by name."""
    return {path.name: path.read_bytes() for path in (home / "reports").glob("*")}


def test_a_run_makes_three_files_and_another_one_the_same_bytes(run, home):
    """Two runs for one window differ in nothing, although Airflow gives each a name and a time of its own."""
    state, tasks = run({"until": "2026-11-22"})
    assert state == "success"
    assert set(tasks.values()) == {"success"}
    first = written(home)
    assert set(first) == FILES
    assert run({"until": "2026-11-22T09:00"})[0] == "success"
    assert written(home) == first
    report = json.loads(first["2026-11-22.json"])
    assert report["window"]["since"].startswith("2026-11-15T09:00:00")
    assert {server["name"] for server in report["servers"]} == {"Harbour Makers", "Tidewatch"}
    assert all(server["digest"]["sections"] for server in report["servers"])


def test_days_and_servers_of_the_form_decide_what_is_counted(run, home):
    """Two weeks of one server, as the trigger form would ask."""
    [server] = [server for server in servers_of(run, home) if server["name"] == "Tidewatch"]
    assert run({"until": "2026-11-22", "days": 14, "servers": [server["server_id"]]})[0] == "success"
    report = json.loads(written(home)["2026-11-22.json"])
    assert report["window"]["since"].startswith("2026-11-08T09:00:00")
    assert [one["name"] for one in report["servers"]] == ["Tidewatch"]


def test_a_run_with_a_logical_date_reports_on_the_days_before_it(run, home):
    """Every scheduled run, every backfill and every click on Trigger has one; its window ends with that minute."""
    assert run({"days": 14}, datetime(2026, 11, 22, 7, 0, 34, tzinfo=UTC))[0] == "success"
    window = json.loads(written(home)["2026-11-22.json"])["window"]
    assert (window["since"], window["until"]) == ("2026-11-08T09:00:00+02:00", "2026-11-22T09:00:00+02:00")


def servers_of(run, home):
    run({"until": "2026-11-22"})
    return json.loads(written(home)["2026-11-22.json"])["servers"]


def test_a_failed_part_fails_the_run_and_no_report_is_written(run, home, monkeypatch):
    """Also when an earlier run has stored that very part: a report must not hide what went wrong."""
    compute = weekly.compute

    def failing(section, facts):
        if section == "trends":
            raise ServiceDownError("PostgreSQL does not answer.")
        return compute(section, facts)

    monkeypatch.setattr(weekly, "compute", failing)
    state, tasks = run({"until": "2026-11-22"})
    assert state == "failed"
    assert (tasks["compute_trends"], tasks["save_report"]) == ("failed", "failed")
    assert tasks["compute_stats"] == "success"
    assert written(home) == {}


def test_a_digest_that_dies_does_not_cost_the_report(run, home, monkeypatch):
    """Whatever becomes of llm_digest, the figures go out, and the report says that there are no words."""
    monkeypatch.setattr(weekly, "digest", lambda facts, server: 1 / 0)
    state, tasks = run({"until": "2026-11-22"})
    assert (state, tasks["llm_digest"], tasks["save_report"]) == ("success", "failed", "success")
    assert "The digest was not made in this run" in written(home)["2026-11-22.md"].decode()


def test_a_misspelt_option_fails_before_anything_is_computed(run, home, capfd):
    """Airflow takes `dayz`; the report would silently cover a week."""
    state, tasks = run({"dayz": 14})
    assert state == "failed"
    assert tasks.pop("llm_digest") == "upstream_failed"
    assert tasks.pop("await_collection") == "success"  # a run by hand waits for nothing
    assert set(tasks.values()) == {"failed"}
    assert written(home) == {}
    assert "did you mean days?" in "".join(capfd.readouterr())


def test_tasks_hand_over_keys_and_counts_only(run, home):
    """Airflow's own database must not become a second place with people's messages."""
    from airflow.models.xcom import XComModel
    from airflow.utils.session import create_session
    from sqlalchemy import select

    run({"until": "2026-11-22"})
    with create_session() as session:
        values = session.scalars(select(XComModel.value)).all()
    assert values
    for value in values:
        if isinstance(value, list):  # ids of servers
            assert all(server.isdigit() for server in value)
            continue
        assert set(value) <= {"run_key", "section", "rows", "report", "files", "server", "status", "statements"}
        assert len(str(value)) < 200
