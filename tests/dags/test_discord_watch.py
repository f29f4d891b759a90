"""The DAG `discord_watch`: an hour after nine, on the report's clock, a missing report is told and fails the run."""

from datetime import UTC, datetime, time

import pytest

from discord_airflow.notifications import notices, watch
from discord_airflow.settings import load_settings

pytestmark = pytest.mark.airflow

TEN = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


def test_it_looks_on_sunday_at_ten_and_waits_to_be_switched_on(load_dags):
    """The time is that of the settings; nothing is made up for Sundays that are past."""
    dag = load_dags().dags["discord_watch"]
    assert dag.timetable.expression == "0 10 * * 0"
    assert dag.catchup is False
    assert dag.is_paused_upon_creation is True
    assert watch.schedule() == ("UTC", time(10, 0))


def test_a_missing_report_is_told_and_a_report_that_is_there_is_not(tmp_path, monkeypatch):
    """What it says goes to the webhook and into the failed run; after the report has come there is nothing to say."""
    monkeypatch.setenv("DISCORD_AIRFLOW_HOME", str(tmp_path))
    told = []
    monkeypatch.setattr(notices, "notify", lambda text, settings: told.append(text))
    missing = watch.look(TEN)
    assert missing
    assert "2026-11-22" in missing
    assert told == [missing]
    folder = load_settings().report.directory
    folder.mkdir()
    (folder / "2026-11-22.md").touch()
    assert watch.look(TEN) is None
    assert told == [missing]
