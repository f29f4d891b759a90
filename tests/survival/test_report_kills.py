"""Reports that are killed: their files are whole, what they stored is whole, and the next run makes the same bytes."""

import random
import signal
import time
from collections import Counter

import pytest
import yaml
from shared_database import shared_database
from survival.archive import build
from survival.commands import Commands, signal_to
from survival.harness import sessions
from survival.tiers import LONG, SEED, Clock, count, told

from discord_airflow.collectors.importer import import_file

KILLS = 220 if LONG else 15
NAMES = {"2026-03-08.json", "2026-03-08.html", "2026-03-08.md"}
# Two questions whose reports bear the same names and say different things.
QUESTIONS = (("--days", "7"), ("--days", "14"))

pytestmark = pytest.mark.timeout(3600 if LONG else 180)


@pytest.fixture(scope="module")
def shared(server, template, tmp_path_factory):
    """A database with messages of a week."""
    folder = tmp_path_factory.mktemp("exports")
    build(folder, SEED, channels=2, exports=2, messages=60)
    with shared_database(server, template) as connection:
        for path in sorted(folder.glob("*.json")):
            import_file(connection, path)
        yield connection


@pytest.fixture
def commands(tmp_path, server, shared):
    """A project on that database."""
    (tmp_path / "config.yaml").write_text(yaml.safe_dump({"database": {"data_directory": str(server.data_directory)}}))
    made = Commands(tmp_path, DB_NAME=shared.info.dbname)
    yield made
    made.close()


def files(folder):
    """The files of the report."""
    return {path.name: path.read_bytes() for path in (folder / "reports").iterdir()}


def stored(connection):
    """What the tasks of each run have stored."""
    query = "SELECT run_key, section, payload::text FROM report_sections"
    return {(key, section): payload for key, section, payload in connection.execute(query).fetchall()}


def report(question):
    """The command line of a report."""
    return ("report", "--until", "2026-03-08", *question)


def test_a_killed_report_is_the_old_one_or_the_new_one(commands, shared):
    """
    SIGKILL and SIGTERM at random moments: each file is of one whole report or the other, each section is what an
    undisturbed run stores, and a plain run leaves the right bytes and nothing else.
    """
    wanted, sections = {}, {}
    for question in QUESTIONS:
        begun = time.monotonic()
        assert commands.run(*report(question)) == 0, commands.said()
        seconds = time.monotonic() - begun
        wanted[question] = files(commands.folder)
        sections |= stored(shared)
    assert set(wanted[QUESTIONS[0]]) == set(wanted[QUESTIONS[1]]) == NAMES
    chance, clock, ends, in_mid_work = random.Random(SEED), Clock(), Counter(), 0
    for number in range(KILLS):
        if clock.over:
            break
        shared.execute("DELETE FROM report_sections")
        question, fatal = chance.choice(QUESTIONS), chance.choice([signal.SIGKILL, signal.SIGTERM])
        process = commands.start(*report(question))
        time.sleep(chance.uniform(0, seconds))
        at_work = bool(sessions(shared))
        signal_to(process, fatal)
        status = commands.wait(process)
        ends[status] += 1
        at_work = status != 0 and (at_work or bool(stored(shared)))
        in_mid_work += at_work
        count("kills", in_mid_work=at_work)
        seconds *= 0.85 if status == 0 else 1.02  # aim where most land
        assert status in (0, -fatal), (number, status, commands.said())
        there = files(commands.folder)
        for name in NAMES:
            assert there[name] in [whole[name] for whole in wanted.values()], (number, name)
        assert stored(shared).items() <= sections.items(), number
        if chance.random() < 0.4 or number == KILLS - 1:
            assert commands.run(*report(question)) == 0, commands.said()
            assert files(commands.folder) == wanted[question], number
    assert ends.total() - ends[0] >= ends.total() // 5
    told(
        f"{ends.total()} reports hit, {in_mid_work} in mid-work, {ends[-9]} killed, {ends[-15]} ended,"
        f" {ends[0]} were quicker, {clock.spent:.0f} s"
    )
