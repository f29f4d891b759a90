"""Is Sunday's report there? In the folder, in the database, or nowhere: that is told, and once."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from discord_airflow import database as db
from discord_airflow import weekly
from discord_airflow.collectors.importer import import_paths
from discord_airflow.errors import ServiceDownError
from discord_airflow.notifications import watch
from discord_airflow.notifications.notice import Notice
from discord_airflow.settings import load_settings
from discord_airflow.weekly_options import RunFacts

TEN = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
SAMPLE = Path("sample/exports")


@pytest.fixture
def home(tmp_path, monkeypatch, database, database_settings):
    """A project whose database is the test's own."""
    (tmp_path / "config.yaml").write_text(f"database: {{data_directory: {database_settings.data_directory}}}\n")
    monkeypatch.setenv("DISCORD_AIRFLOW_HOME", str(tmp_path))
    monkeypatch.setenv("DB_NAME", database_settings.name)
    return tmp_path


@pytest.fixture
def told(monkeypatch):
    """What was told: the notices, whatever the way."""
    told = []
    monkeypatch.setattr("discord_airflow.notifications.notices.notify", lambda notice, _: told.append(notice))
    return told


def test_a_missing_report_is_told_and_fails_the_look(home, told):
    """The day, the hour, and that the DAG may be switched off; an hour after nine, not before."""
    watch.look(TEN - timedelta(minutes=1))
    with pytest.raises(watch.ReportMissingError, match="2026-11-22"):
        watch.look(TEN)
    [notice] = told
    assert isinstance(notice, Notice)
    assert "switched on" in notice.text
    watch.tell_failure({"exception": watch.ReportMissingError("told already")})
    assert len(told) == 1


def test_a_look_that_itself_fails_is_told(home, told):
    """Nothing would be worse than a watch that broke in silence."""

    class Task:
        dag_id, task_id, run_id = "discord_watch", "look", "scheduled"

    watch.tell_failure({"ti": Task(), "exception": ServiceDownError("The database is away.")})
    assert "look failed" in told[0].subject


def test_a_report_in_the_folder_is_enough(home, told):
    """Also when the database is empty."""
    folder = load_settings().report.directory
    folder.mkdir()
    (folder / "2026-11-22.md").touch()
    watch.look(TEN)
    assert told == []


def test_a_report_that_only_the_database_has_is_there(home, told, database_settings):
    """A task has written it to the disk of another machine; when one part is missing, it is not there."""
    import_paths(sorted(SAMPLE.glob("Tidewatch*.json"))[:1], lambda: db.connect(database_settings))
    run = RunFacts("weekly/1", {}, {"until": "2026-11-22"}, TEN, None, None, 7)
    for section in weekly.SECTIONS[:-1]:
        weekly.compute(section, run)
    with pytest.raises(watch.ReportMissingError):
        watch.look(TEN)
    weekly.compute(weekly.SECTIONS[-1], run)
    watch.look(TEN)
    with pytest.raises(watch.ReportMissingError, match="2026-11-29"):
        watch.look(TEN + timedelta(days=7))


def test_without_a_database_the_look_still_tells(home, told, monkeypatch):
    """A week in which everything is down is the very week to hear of."""
    for name, value in {"DB_HOST": "127.0.0.1", "DB_PORT": "1"}.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(watch.ReportMissingError):
        watch.look(TEN)
    assert len(told) == 1
