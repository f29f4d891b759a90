"""The run ledger: what ran stands there, whatever became of it, and it never stands in a run's way."""

import json
import logging
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
import typer
from psycopg import sql

from discord_airflow import cli
from discord_airflow import database as door
from discord_airflow.commands import runs as command
from discord_airflow.doctor.runs import close_dead, judge_runs
from discord_airflow.errors import DataQuarantinedError
from discord_airflow.roles import apply_roles
from discord_airflow.runs.ledger import recorded
from discord_airflow.runs.list_runs import fetch_runs
from discord_airflow.runs.process import this_process
from discord_airflow.window import Window

WEEK = Window(datetime(2026, 11, 15, 9, tzinfo=UTC), datetime(2026, 11, 22, 9, tzinfo=UTC), "UTC")


@pytest.fixture(autouse=True)
def heard(monkeypatch):
    """Our log reaches pytest, whatever command a test before has run."""
    ours = logging.getLogger("discord_airflow")
    monkeypatch.setattr(ours, "handlers", [])
    monkeypatch.setattr(ours, "propagate", True)


def newest(connection):
    """The last run that was noted."""
    connection.rollback()
    return fetch_runs(connection, limit=1)[0]


def add(connection, stage, **facts):
    """Put a running run into the ledger, as a process that has died left it."""
    me = this_process()
    row = {
        "host": me.host,
        "pid": me.pid,
        "process_started_at": me.started_at,
        "started_at": datetime.now(UTC),
        **facts,
    }
    connection.execute(
        "INSERT INTO runs (stage, status, host, pid, process_started_at, started_at, version)"
        " VALUES (%(stage)s, 'running', %(host)s, %(pid)s, %(process_started_at)s, %(started_at)s, '0')",
        {"stage": stage, **row},
    )
    connection.commit()


def test_a_run_is_noted_while_it_runs_and_when_it_is_done(database, database_settings):
    """Window, ids, counts, host and process stand there."""
    with recorded(database_settings, "export", window=WEEK, guild_id=7, channel_id=8) as run:
        during = newest(database)
        run.count(messages=3)
        run.count(messages=5, windows=1)
    after = newest(database)
    assert (during.status, during.ended_at, during.id) == ("running", None, after.id)
    assert (after.status, after.counts, after.exit_code) == ("done", {"messages": 5, "windows": 1}, 0)
    assert (after.since, after.until, after.guild_id, after.channel_id) == (WEEK.since, WEEK.until, 7, 8)
    assert (after.pid, after.seconds >= 0) == (this_process().pid, True)


@pytest.mark.parametrize(
    ("error", "name", "code"),
    [
        (DataQuarantinedError("about #general and Mira"), "DataQuarantinedError", 65),
        (KeyboardInterrupt(), "KeyboardInterrupt", 130),
        (ZeroDivisionError("Mira"), "ZeroDivisionError", 1),
        (FileNotFoundError("Mira.json"), "FileNotFoundError", 74),
        (SystemExit(3), "SystemExit", 3),
    ],
)
def test_an_error_leaves_its_class_and_never_its_words(database, database_settings, error, name, code):
    """The row of a failed run holds no text that came from anywhere else."""
    with pytest.raises(type(error)), recorded(database_settings, "import"):
        raise error
    row = newest(database)
    assert (row.status, row.error, row.exit_code) == ("failed", name, code)
    assert "Mira" not in str(database.execute("SELECT runs::text FROM runs").fetchall())


def test_a_clean_exit_is_no_failure(database, database_settings):
    """Typer's way out with 0 is done; a status of 65 without an error is failed."""
    with pytest.raises(typer.Exit), recorded(database_settings, "report"):
        raise typer.Exit
    assert newest(database).status == "done"
    with recorded(database_settings, "report") as run:
        run.ends_with(65)
    assert (newest(database).status, newest(database).error) == ("failed", None)


def test_a_killed_process_is_closed_as_lost_by_the_next_run_of_its_stage(database, database_settings):
    """SIGKILL leaves the row open; another stage leaves it alone, the same stage closes it, a living one stays."""
    code = (
        "import json, os, signal, sys\n"
        "from discord_airflow.settings import DatabaseSettings\n"
        "from discord_airflow.runs.ledger import recorded\n"
        "with recorded(DatabaseSettings.model_validate_json(sys.argv[1]), 'collect'):\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    killed = subprocess.run([sys.executable, "-c", code, database_settings.model_dump_json()], check=False)
    assert killed.returncode == -9
    add(database, "collect")  # of this very process, which lives
    with recorded(database_settings, "import"):
        pass
    assert {run.status for run in fetch_runs(database, limit=9) if run.stage == "collect"} == {"running"}
    with recorded(database_settings, "collect"):
        pass
    database.rollback()
    found = [(run.stage, run.status) for run in fetch_runs(database, limit=9)]
    assert found == [("collect", "done"), ("import", "done"), ("collect", "running"), ("collect", "lost")]


@pytest.mark.parametrize(
    ("facts", "lost"),
    [
        ({"pid": 2**22 + 1}, True),
        ({"process_started_at": datetime(2020, 1, 1, tzinfo=UTC)}, True),
        ({}, False),
        ({"host": "elsewhere", "started_at": datetime.now(UTC) - timedelta(hours=1)}, False),
        ({"host": "elsewhere", "started_at": datetime.now(UTC) - timedelta(hours=3)}, True),
    ],
    ids=["no such process", "the number was used again", "alive", "elsewhere, young", "elsewhere, too old"],
)
def test_doctor_closes_what_no_process_stands_behind(database, database_settings, facts, lost):
    """On this machine the process decides, on another one the longest time of the stage."""
    add(database, "compute_stats", **facts)
    close_dead(database_settings)
    assert newest(database).status == ("lost" if lost else "running")
    findings = list(judge_runs(database))
    assert [finding.level for finding in findings] == (["warn"] if lost else ["ok"])
    assert all(finding.fix for finding in findings if finding.level == "warn")


def test_a_ledger_that_cannot_be_written_costs_one_warning_and_no_run(database, database_settings, caplog):
    """Without the table silence, on a server that refuses one line; the run's result stands."""
    database.execute("ALTER TABLE runs ADD CHECK (false)")
    database.commit()
    with recorded(database_settings, "import") as run:
        run.count(files=1)
    told = [record.message for record in caplog.records if record.levelno >= logging.WARNING]
    assert told == ["the run ledger could not be written"]
    database.execute("DROP TABLE runs")
    database.commit()
    caplog.clear()
    with recorded(database_settings, "import"):
        pass
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


def test_a_database_that_is_down_keeps_the_error_of_the_run(caplog, database_settings):
    """The run's own error is what the caller sees."""
    nowhere = database_settings.model_copy(update={"host": "127.0.0.1", "port": 1})
    with pytest.raises(ZeroDivisionError), recorded(nowhere, "report"):
        raise ZeroDivisionError
    assert not [record for record in caplog.records if "ledger" in record.message]


def test_the_run_that_makes_the_tables_is_noted_too(server, database_settings):
    """A new database has no ledger when the first import begins."""
    with door.connect(database_settings, autocommit=True) as connection:
        connection.execute("DROP TABLE runs")
        with recorded(database_settings, "import"):
            connection.execute("COMMENT ON TABLE schema_version IS 'older'")
            door.apply_schema(connection)
        (run,) = fetch_runs(connection, limit=5)
    assert (run.stage, run.status) == ("import", "done")


def test_old_rows_go_by_themselves(database, database_settings):
    """After 400 days, with the next run of anything."""
    for days in (399, 401):
        add(database, f"stage_{days}", started_at=datetime.now(UTC) - timedelta(days=days))
    with recorded(database_settings, "verify"):
        pass
    database.rollback()
    assert {run.stage for run in fetch_runs(database, limit=9)} == {"verify", "stage_399"}


def test_a_reporter_may_note_what_it_ran(database, database_settings, monkeypatch):
    """Its runs are begun and ended; old rows it leaves to others."""
    apply_roles(database)
    database.execute(sql.SQL("CREATE ROLE reader_of_runs LOGIN IN ROLE discord_reporter"))
    database.commit()
    reader = psycopg.connect(database.info.dsn, user="reader_of_runs", autocommit=True)
    monkeypatch.setattr(door, "connect", lambda *_, **__: psycopg.connect(reader.info.dsn, autocommit=True))
    try:
        with recorded(database_settings, "verify") as run:
            run.count(holds=1)
        assert (newest(database).status, newest(database).counts) == ("done", {"holds": 1})
    finally:
        reader.close()
        database.execute("DROP OWNED BY reader_of_runs")
        database.execute("DROP ROLE reader_of_runs")
        database.commit()


def test_the_command_lists_the_newest_first(database, database_settings, tmp_path, monkeypatch, capsys):
    """As a table, and as JSON with ids as text."""
    monkeypatch.setenv("COLUMNS", "140")
    monkeypatch.setattr("discord_airflow.commands.runs.load_settings", lambda _: Settings(database_settings))
    assert cli.main(["runs"]) == 0
    assert capsys.readouterr().out == "Nothing ran yet.\n"
    with recorded(database_settings, "report", window=WEEK) as run:
        run.count(servers=2)
    with recorded(database_settings, "export", channel_id=2**62 + 1) as run:
        run.ends_with(65)
    assert cli.main(["runs"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 80
    assert "export failed (65)" in lines[0]
    assert str(2**62 + 1) in lines[1]
    assert "report done" in lines[2]
    assert lines[3] == "       2026-11-15 to 2026-11-22; servers 2"
    monkeypatch.setattr(command, "terminal_width", lambda: 120)
    assert cli.main(["runs"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[1] for line in lines] == ["Stage", "export", "report"]
    assert "failed (65)" in lines[1]
    assert "2026-11-15 to 2026-11-22" in lines[2]
    assert cli.main(["runs", "--json", "--last", "1"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["stage"], row["channel_id"], row["exit_code"]) == ("export", str(2**62 + 1), 65)


class Settings:
    """The settings that the command reads."""

    def __init__(self, database):
        self.database = database
        self.report = type("Report", (), {"timezone": "UTC"})
