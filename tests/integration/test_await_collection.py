"""On Sunday the report waits for the collection of that hour, where there is one, and not for ever."""

from contextlib import nullcontext
from datetime import UTC, datetime, timedelta

import pytest

from discord_airflow import weekly
from discord_airflow.runs.collections import awaits_collection
from discord_airflow.weekly_options import RunFacts

NINE = datetime(2026, 11, 22, 9, tzinfo=UTC)


@pytest.fixture
def connection(scratch):
    """A connection to a database in which nothing ran yet."""
    return scratch


@pytest.fixture
def note(connection):
    """A function that writes a run of the ledger: its stage, when it began, of which collection, how it ended."""

    def note(stage, began, key="discord_collect/sunday", status="done", exit_code=0):
        connection.execute(
            "INSERT INTO runs (stage, status, run_key, started_at, ended_at, host, pid, version, exit_code)"
            " VALUES (%s, %s, %s, %s, %s, 'here', 1, '0', %s)",
            (stage, status, key, began, began + timedelta(minutes=5), exit_code),
        )

    return note


@pytest.fixture
def in_use(note):
    """A collection of the day before brought its exports in."""
    note("list", NINE - timedelta(days=1), "discord_collect/saturday")
    note("import", NINE - timedelta(hours=23), "discord_collect/saturday")


def test_where_nobody_collects_nothing_is_awaited(connection, note):
    """An import by hand, or a collection that stopped weeks ago, promises no other."""
    note("import", NINE - timedelta(hours=1), key=None)
    note("list", NINE - timedelta(days=9), "discord_collect/long-ago")
    note("import", NINE - timedelta(days=9), "discord_collect/long-ago")
    assert not awaits_collection(connection, NINE)


@pytest.mark.usefixtures("in_use")
def test_the_collection_that_began_with_the_hour_is_awaited_until_it_is_in(connection, note):
    """Its list says when it began; only its import says that the week is stored."""
    assert awaits_collection(connection, NINE)
    note("list", NINE + timedelta(seconds=2))
    assert awaits_collection(connection, NINE)
    note("import", NINE + timedelta(minutes=9), status="failed", exit_code=69)
    assert awaits_collection(connection, NINE)
    note("import", NINE + timedelta(minutes=12))
    assert not awaits_collection(connection, NINE)


@pytest.mark.usefixtures("in_use")
def test_a_collection_that_began_before_the_hour_is_not_enough(connection, note):
    """It could not see the last minutes of the week."""
    note("list", NINE - timedelta(minutes=20))
    note("import", NINE + timedelta(minutes=2))
    assert awaits_collection(connection, NINE)


@pytest.mark.usefixtures("in_use")
def test_exports_with_something_that_cannot_be_stored_are_in_all_the_same(connection, note):
    """Status 65 is not tried again, so waiting for more would be in vain."""
    note("list", NINE)
    note("import", NINE + timedelta(minutes=9), status="failed", exit_code=65)
    assert not awaits_collection(connection, NINE)


def test_a_report_waits_forty_five_minutes_and_then_goes_on(connection, note, in_use, tmp_path, monkeypatch):
    """A report that says what is missing is worth more than none."""
    (tmp_path / "config.yaml").write_text("{}\n")
    monkeypatch.setenv("DISCORD_AIRFLOW_HOME", str(tmp_path))
    monkeypatch.setattr(weekly, "_connected", lambda settings: nullcontext(connection))
    run = RunFacts("discord_weekly/sunday", {}, {"days": 7}, NINE, NINE, NINE, 7)
    assert not weekly.is_collected(run, now=NINE + timedelta(minutes=44))
    assert weekly.is_collected(run, now=NINE + timedelta(minutes=45))
    note("list", NINE)
    note("import", NINE + timedelta(minutes=1))
    assert weekly.is_collected(run, now=NINE + timedelta(minutes=2))
