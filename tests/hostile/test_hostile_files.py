"""Every hostile file, alone and between two good ones: good messages are stored, bad ones named, nothing falls over."""

import os
import resource
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from hostile.corpus import CASES, CHANNEL, GOOD, good_file, odd
from shared_database import emptied

from discord_airflow.checking.against_files import check_files
from discord_airflow.checking.consistency import check_consistency
from discord_airflow.collectors import source_files
from discord_airflow.collectors.importer import import_paths

PROGRAM = Path(sys.executable).with_name("discord-airflow")


def imported(connection, folder):
    """Import a folder and return the summary."""
    return import_paths([folder], lambda: psycopg.connect(connection.info.dsn, autocommit=True))


def stored(connection, channel):
    """How many messages of a channel are stored."""
    return connection.execute("SELECT count(*) FROM messages WHERE channel_id = %s", [channel]).fetchone()[0]


def named(summary):
    """Which files, places and reasons a summary names."""
    return [
        (result.path.name, trouble.place, trouble.reason) for result in summary.troubled for trouble in result.troubles
    ]


def test_there_are_enough_of_them():
    """
    At least sixty different files, each under a name of its own.
    """
    assert len({case.name for case in CASES}) == len(CASES) >= 60


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_hostile_file_costs_nothing_but_itself(case, shared, tmp_path):
    """
    Of the file all good messages are stored, as a second reader finds, and the rest is named; its neighbours are whole.
    """
    connection = emptied(shared)
    case.make(tmp_path / "m.json")
    alone = imported(connection, tmp_path)
    assert (alone.exit_code, stored(connection, CHANNEL)) == (case.status, case.stored)
    assert named(alone) == [("m.json", place, reason) for place, reason in case.troubles]
    row = connection.execute("SELECT to_jsonb(m) FROM messages m ORDER BY id OFFSET 1 LIMIT 1").fetchone()
    assert case.holds.items() <= ({} if row is None else row[0]).items()
    judged = list(check_files(connection, [tmp_path]))
    assert [each.examples for each in judged if each.state == "differs"] == []

    connection = emptied(shared)
    good_file(tmp_path / "a.json", 1)
    good_file(tmp_path / "z.json", 2)
    between = imported(connection, tmp_path)
    assert (between.exit_code, named(between)) == (case.status, named(alone))
    assert [stored(connection, channel) for channel in (1, CHANNEL, 2)] == [3, case.stored, 3]
    assert [(f.name, f.examples) for f in check_consistency(connection) if f.outcome == "fail"] == []


@pytest.mark.parametrize("name", ["attachments-100000", "brackets-600", "nan", "hole", "message-of-40-mb"])
def test_what_cannot_be_read_is_named_by_its_id(name, shared, tmp_path):
    """
    Also where nothing but the beginning of the message was read: so it can be looked up on Discord.
    """
    connection = emptied(shared)
    next(case for case in CASES if case.name == name).make(tmp_path / "m.json")
    imported(connection, tmp_path)
    assert connection.execute("SELECT message_id FROM quarantine").fetchall() == [(int(odd()["id"]),)]


def test_all_of_them_at_once_through_the_command(database_settings, tmp_path):
    """
    The command takes the whole corpus in bounded memory and time, names every bad file and ends with 65.
    """
    for case in CASES:
        case.make(tmp_path / f"{case.name}.json")
    good_file(tmp_path / "a.json", 1)
    good_file(tmp_path / "zzz.json", 2)
    from discord_airflow import database

    with database.connect(database_settings, autocommit=True) as connection:
        info = connection.info
        environment = {**os.environ, "DISCORD_AIRFLOW_HOME": str(tmp_path / ".home"), "DB_HOST": info.host}
        environment |= {"DB_PORT": str(info.port), "DB_NAME": info.dbname, "DB_USER": info.user}
        command = (PROGRAM, "import", str(tmp_path))
        (tmp_path / ".home").mkdir()
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
        assert (done.returncode, done.stderr) == (65, "")
        assert "Traceback" not in done.stdout
        for case in CASES:
            if case.troubles:
                assert f"{case.name}.json" in done.stdout
        assert [stored(connection, channel) for channel in (1, 2)] == [3, 3]
        assert [(f.name, f.examples) for f in check_consistency(connection) if f.outcome == "fail"] == []
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < 512 * 1024


def test_a_file_that_may_not_be_read_is_named(shared, tmp_path, monkeypatch):
    """
    A file without permission is one line in the summary; the others are imported.
    """
    connection = emptied(shared)
    good_file(tmp_path / "a.json", 1)
    good_file(tmp_path / "m.json", 3)
    good_file(tmp_path / "z.json", 2)
    opened = os.open

    def forbidding(path, *arguments, **options):
        if str(path).endswith("m.json"):
            raise PermissionError(13, "Permission denied", str(path))
        return opened(path, *arguments, **options)

    monkeypatch.setattr(source_files.os, "open", forbidding)
    summary = imported(connection, tmp_path)
    assert (summary.exit_code, named(summary)) == (65, [("m.json", "", "no-access")])
    assert [stored(connection, channel) for channel in (1, 2, 3)] == [3, 3, 0]


@pytest.mark.parametrize("change", [b" ", b"garbage", GOOD])
def test_a_file_that_grows_while_it_is_read_is_not_believed(shared, tmp_path, monkeypatch, change):
    """
    What was hashed is not what was read: nothing of it is stored, it is named, and the next run takes it as it is then.
    """
    connection = emptied(shared)
    (tmp_path / "m.json").write_bytes(GOOD)
    good_file(tmp_path / "z.json", 2)
    hashed = source_files.SourceFile.sha256

    def growing(source):
        found = hashed(source)
        if source.path.name == "m.json":
            with source.path.open("ab") as file:
                file.write(change)
        return found

    monkeypatch.setattr(source_files.SourceFile, "sha256", growing)
    summary = imported(connection, tmp_path)
    assert (summary.exit_code, stored(connection, CHANNEL), stored(connection, 2)) == (65, 0, 3)
    assert [name for name, _, _ in named(summary)] == ["m.json"]
    monkeypatch.undo()
    imported(connection, tmp_path)
    assert stored(connection, CHANNEL) == 3
