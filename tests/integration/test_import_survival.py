"""Imports that are killed, cut off, repeated or doubled: all of a file or nothing of it, and the next run heals."""

import os
import random
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from export_documents import CHANNEL, DELETED, OTTO_BLOCK, document, message, reaction, snowflake, stamp, user, write
from table_contents import contents, empty

from discord_airflow import database as door
from discord_airflow.collectors import importer
from discord_airflow.collectors.importer import import_file, import_paths

BLOCKED = """
SELECT count(*) FROM pg_stat_activity
 WHERE datname = current_database() AND wait_event_type = 'Lock' AND pid <> pg_backend_pid()
"""


@pytest.fixture
def connection(database):
    """A connection in the mode that imports need."""
    database.autocommit = True
    return database


@pytest.fixture
def folder(tmp_path):
    """Twelve overlapping files of three channels, with edits, renames and a deleted author."""
    authors = [user(), OTTO_BLOCK, user(name="mira.moss"), DELETED]
    for number in range(12):
        random_ = random.Random(number)
        messages = [
            message(
                minute,
                random_.choice("abc"),
                author=random_.choice(authors),
                sequence=number % 3,
                timestampEdited=random_.choice([None, stamp(minute + 30)]),
                reactions=random_.choice([[], [reaction(OTTO_BLOCK)], [reaction(user(), OTTO_BLOCK)]]),
            )
            for minute in range(number, number + 20)
        ]
        root = document(*messages, channel=CHANNEL + number % 3, exported_at=f"2026-03-{number + 2:02d}T00:00:00+00:00")
        write(tmp_path, root, f"{number:02d}.json")
    return tmp_path


def importer_process(settings, *paths):
    """A process of its own that imports *paths*."""
    code = (
        "import sys, psycopg; from pathlib import Path; from discord_airflow.collectors.importer import import_paths\n"
        "import_paths([Path(path) for path in sys.argv[1:]], lambda: psycopg.connect(''))"
    )
    environment = {**os.environ, **door.client_environment(settings)}
    return subprocess.Popen([sys.executable, "-c", code, *map(str, paths)], env=environment)


def wait_until_blocked(connection):
    """Return when some other session waits for a lock."""
    for _ in range(3000):
        if connection.execute(BLOCKED).fetchone()[0]:
            return
        connection.execute("SELECT pg_sleep(0.01)")
    pytest.fail("nobody waits for the lock")


@pytest.mark.parametrize("table", ["messages", "reaction_users", "profiles", "members", "coverage", "ledger"])
def test_a_killed_import_leaves_nothing_and_the_next_one_heals(connection, database_settings, folder, table):
    """
    Killed with -9 wherever it is, an import leaves no row of the file it was at; run again, all is there.
    """
    path = folder / "03.json"
    import_file(connection, folder / "00.json")
    before = contents(connection)
    with door.connect(database_settings) as holder:
        holder.execute(psycopg.sql.SQL("LOCK TABLE {} IN EXCLUSIVE MODE").format(psycopg.sql.Identifier(table)))
        process = importer_process(database_settings, path)
        wait_until_blocked(connection)
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert contents(connection) == before
    result = import_file(connection, path)
    assert (result.known, result.counts.messages) == (False, 20)


def test_a_connection_that_is_lost_is_opened_again(connection, database_settings, folder):
    """
    When the server ends the session in the middle of a file, the file is imported over a new connection.
    """
    opened = []

    def connect():
        opened.append(door.connect(database_settings))
        if len(opened) == 1:
            connection.execute("SELECT pg_terminate_backend(%s)", [opened[0].info.backend_pid])
        return opened[-1]

    assert import_paths([folder], connect).imported == 12
    assert len(opened) == 2


def test_an_import_whose_files_are_stored_ends_well_without_its_statistics(
    connection, database_settings, folder, monkeypatch
):
    """
    A connection that breaks when everything is stored costs the planner's statistics, which others will make.
    """

    def lose(session):
        session.close()
        raise psycopg.OperationalError("the network is gone")

    monkeypatch.setattr(importer, "analyze_grown", lose)
    assert import_paths([folder], lambda: door.connect(database_settings)).exit_code == 0
    assert connection.execute("SELECT count(*) FROM ledger").fetchone()[0] > 0


def test_importers_at_once_end_like_one(connection, database_settings, folder):
    """
    Four importers over the same files, each in an order of its own, neither block each other for ever nor differ
    from one.
    """
    paths = sorted(folder.glob("*.json"))
    import_paths(paths, lambda: door.connect(database_settings))
    expected = contents(connection)
    empty(connection)

    def work(seed):
        order = random.Random(seed).sample(paths, len(paths))
        return import_paths(order, lambda: door.connect(database_settings))

    with ThreadPoolExecutor(4) as pool:
        summaries = list(pool.map(work, range(4)))
    assert sum(summary.imported for summary in summaries) == 12
    assert sum(summary.known for summary in summaries) == 36
    assert contents(connection) == expected


def test_an_id_that_stands_in_another_channel_is_one_message(connection, tmp_path):
    """
    Ids are Discord's, not a channel's: a hand-made file that repeats one is merged, not refused, in any order.
    """
    here = write(tmp_path, document(message(1), message(2), exported_at="2026-03-02T00:00:00+00:00"))
    there = write(tmp_path, document(message(2, "moved"), message(3), channel=CHANNEL + 1))
    found = []
    for order in ([here, there], [there, here]):
        empty(connection)
        for path in order:
            import_file(connection, path)
        found.append(contents(connection))
    rows = connection.execute("SELECT id, channel_id, content FROM messages ORDER BY id").fetchall()
    assert rows == [
        (snowflake(1), CHANNEL, "hello"), (snowflake(2), CHANNEL + 1, "moved"), (snowflake(3), CHANNEL + 1, "hello"),
    ]  # fmt: skip
    assert found[0] == found[1]


class Writer:
    """Progress that writes to the file of which it is told."""

    def __init__(self, path):
        self.path = path

    def begin(self, files, byte_size):
        """Do nothing yet."""

    def advance(self, byte_size):
        """Add to the file."""
        with self.path.open("ab") as file:
            file.write(b" ")


def test_a_file_that_grows_while_it_is_read_is_left_for_later(connection, database_settings, tmp_path):
    """
    A file that somebody still writes to is not taken for what it happened to be, and a later run imports it.
    """
    path = write(tmp_path, document(message(1), message(2)))
    summary = import_paths([path], lambda: door.connect(database_settings), progress=Writer(path))
    assert [(one.status, one.troubles[0].reason) for one in summary.troubled] == [("unreadable", "changed")]
    assert connection.execute("SELECT (SELECT count(*) FROM messages), (SELECT count(*) FROM ledger)").fetchone() == (
        0,
        0,
    )
    assert import_file(connection, path).counts.new == 2
