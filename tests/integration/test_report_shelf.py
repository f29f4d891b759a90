"""Reports that come from the database, for an Airflow that does not see the disk they were written to."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from discord_airflow import database as door
from discord_airflow.collectors.importer import import_paths
from discord_airflow.report_shelf import stored
from discord_airflow.report_shelf.stored import StoredShelf
from discord_airflow.reporting.build import build_report
from discord_airflow.reporting.request import SECTIONS, ReportRequest
from discord_airflow.reporting.sections import compute_section
from discord_airflow.reporting.write import write_report
from discord_airflow.window import window_ending

UNTIL = datetime(2026, 11, 22, 7, tzinfo=UTC)
DAY = date(2026, 11, 22)


@pytest.fixture
def filled(database, database_settings):
    """A connection to a database with two channels of the sample."""
    files = sorted(Path("sample/exports").glob("Tidewatch*.json"))[:2]
    assert not import_paths(files, lambda: door.connect(database_settings)).troubled
    return database


def compute(connection, run_key, *, until=UNTIL, sections=SECTIONS, top=5):
    request = ReportRequest(run_key, window_ending(until, 7, "Europe/Helsinki"), top=top)
    for section in sections:
        compute_section(connection, section, request)


def test_a_stored_run_gives_the_bytes_that_its_files_have(filled, database_settings, tmp_path):
    """Whether a report is read from the disk or from the database makes no difference."""
    compute(filled, "run")
    files = write_report(build_report(filled, "run"), tmp_path)
    shelf = StoredShelf(database_settings)
    assert shelf.days() == (DAY,)
    for path in files:
        assert shelf.read(DAY, path.suffix[1:]) == path.read_bytes()
    assert shelf.summary(DAY).servers[0].name == "Tidewatch"


def test_a_run_that_is_not_finished_is_no_report(filled, database_settings):
    """Until the last part is computed there is nothing to show."""
    compute(filled, "run", sections=SECTIONS[:-1])
    shelf = StoredShelf(database_settings)
    assert shelf.days() == ()
    assert shelf.read(DAY, "md") is None


def test_of_several_runs_of_a_day_the_last_one_is_shown(filled, database_settings):
    """As in the folder, where it replaces the earlier one; another day is another report."""
    compute(filled, "b, the first")
    compute(filled, "a, the second", top=1)
    compute(filled, "c, of another day", until=UNTIL - timedelta(days=7))
    shelf = StoredShelf(database_settings)
    assert shelf.days() == (DAY, DAY - timedelta(days=7))
    assert b'"top":1' in shelf.read(DAY, "json").replace(b" ", b"")


def test_a_part_that_was_computed_again_is_seen(filled, database_settings):
    """What was rendered before is not shown for ever."""
    compute(filled, "run")
    assert StoredShelf(database_settings).read(DAY, "md")
    compute(filled, "run", top=1)
    assert b'"top":1' in StoredShelf(database_settings).read(DAY, "json").replace(b" ", b"")


def test_the_list_makes_each_report_once(filled, database_settings, monkeypatch):
    """Half a year of reports must not be put together at every look; one that was computed again is, once."""
    made = []
    monkeypatch.setattr(stored, "build_report", lambda *args: made.append(args) or build_report(*args))
    compute(filled, "run of the list")
    for _ in range(3):
        assert StoredShelf(database_settings).summary(DAY).servers[0].name == "Tidewatch"
    assert len(made) == 1
    compute(filled, "run of the list", top=1)
    assert StoredShelf(database_settings).summary(DAY).window.days == 7
    assert len(made) == 2
    assert StoredShelf(database_settings).summary(DAY - timedelta(days=1)) is None


def test_a_database_that_has_no_tables_or_does_not_answer_has_no_reports(server, database_settings):
    """The page then shows the folder only."""
    assert StoredShelf(server).days() == ()
    gone = database_settings.model_copy(update={"host": "127.0.0.1", "port": 1})
    assert StoredShelf(gone).days() == ()
