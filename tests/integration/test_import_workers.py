"""Imports in worker processes: the same result, and whatever ends a worker costs one file at most."""

import os
import random
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from time import sleep

import psutil
import psycopg
import pytest
from export_documents import CHANNEL, document, message, reaction, snowflake, stamp, user, write
from table_contents import contents, empty

from discord_airflow import database as door
from discord_airflow.collectors import worker_pool
from discord_airflow.collectors.importer import Workers, import_paths
from discord_airflow.errors import ServiceDownError

SMALL = 72 << 20
"""Memory enough for good files, and a limit that a bomb of few megabytes reaches."""
LARGE = 1 << 30


@pytest.fixture
def connection(database):
    """A connection in the mode that imports need."""
    database.autocommit = True
    return database


@pytest.fixture
def run(database_settings, monkeypatch):
    """A function that imports paths in worker processes."""
    # Every file is worth a worker here.
    monkeypatch.setattr(worker_pool, "_BYTES_WORTH_A_WORKER", 1)

    def run(*paths, processes=1, memory=SMALL, **options):
        workers = Workers(database_settings, processes, memory)
        return import_paths(paths, lambda: door.connect(database_settings), workers=workers, **options)

    return run


def overlapping(folder, files=12):
    """Files of one guild that share channels, parents, people, roles and emoji, and tell different things of them."""
    for number in range(files):
        chance = random.Random(number)
        authors = [
            user(10 + one, f"user {chance.randrange(3)}", roles=[role(chance.randrange(4))])
            for one in chance.sample(range(40), 40)
        ]
        messages = [
            message(
                minute,
                chance.choice("abc"),
                author=chance.choice(authors),
                sequence=number % 4,
                reactions=chance.choice([[], [reaction(*chance.sample(authors, 3))]]),
            )
            for minute in range(number, number + 40)
        ]
        root = document(*messages, channel=CHANNEL + number % 4, exported_at=stamp(10_000 + chance.randrange(1000)))
        # The channels stand above each other, too: every import writes to rows of other channels.
        root["channel"]["categoryId"] = str(CHANNEL + (number + 1) % 4)
        write(folder, root, f"{number:02d}.json")


def role(number):
    """A role whose looks differ from file to file."""
    return {"id": str(900 + number), "name": f"role {number}", "color": None, "position": number}


def good(folder, name, channel):
    """Write a good file of three messages."""
    messages = [message(minute, sequence=channel % 1000) for minute in range(3)]
    return write(folder, document(*messages, channel=channel), name)


def named(summary):
    """Which files a summary names, how they ended and why."""
    return [(one.path.name, one.status, one.troubles[0].reason) for one in summary.troubled]


def many_values(folder):
    """A message that is small as text, too small to be measured first, and large as values."""
    message_text = message(5, "@@here@@")
    path = write(folder, document(message(1), message_text, message(9), channel=CHANNEL))
    path.write_bytes(path.read_bytes().replace(b'"@@here@@"', b'"x", "odd": [' + b"[]," * 330_000 + b"[]]"))
    return path


def test_several_processes_end_like_one(connection, run, tmp_path):
    """
    The tables and the summary are the same whatever is read at once, and trouble is told by name of file.
    """
    overlapping(tmp_path)
    (tmp_path / "05-bad.json").write_text("{")
    (tmp_path / "01-bad.json").write_text("[]")
    connect = connection.info.dsn
    alone = import_paths([tmp_path], lambda: psycopg.connect(connect))
    expected = contents(connection)
    empty(connection)
    together = run(tmp_path, processes=3)
    assert contents(connection) == expected
    assert (
        named(together)
        == named(alone)
        == [("01-bad.json", "rejected", "list-on-top"), ("05-bad.json", "rejected", "cut-off")]
    )
    assert (together.imported, together.counts.messages) == (alone.imported, alone.counts.messages)
    again = run(tmp_path, processes=3)
    assert (again.known, again.imported, named(again)) == (14, 0, named(alone))


def test_eight_workers_never_wait_in_a_circle(connection, run, tmp_path):
    """
    Four imports at once, of two workers each, over files that share nearly every row: no deadlock, one result.
    """
    overlapping(tmp_path, files=16)
    paths = sorted(tmp_path.glob("*.json"))
    run(*paths)
    expected = contents(connection)
    empty(connection)
    before = deadlocks(connection)

    def work(seed):
        return run(*random.Random(seed).sample(paths, len(paths)), processes=2)

    with ThreadPoolExecutor(4) as pool:
        summaries = list(pool.map(work, range(4)))
    assert [summary.exit_code for summary in summaries] == [0] * 4
    assert sum(summary.imported for summary in summaries) == 16
    assert contents(connection) == expected
    assert deadlocks(connection) == before


@pytest.mark.parametrize("parent", [CHANNEL - 1, CHANNEL + 1])
def test_channels_are_locked_by_rising_id(connection, database_settings, run, tmp_path, parent):
    """
    An import that waits for the lower of two channels does not hold the higher one yet, whichever is above the other.
    """
    for day in (1, 2):
        root = document(message(1), exported_at=stamp(1440 * day))
        root["channel"]["categoryId"] = str(parent)
        write(tmp_path, root, f"{day}.json")
    run(tmp_path / "1.json")
    lock = "SELECT FROM channels WHERE id = %s FOR UPDATE NOWAIT"
    with ThreadPoolExecutor(1) as pool, door.connect(database_settings) as holder:
        holder.execute(lock, [min(parent, CHANNEL)])
        begun = Blocked(connection, pool.submit(lambda: run(tmp_path / "2.json")))
        begun.workers()
        connection.execute(lock, [max(parent, CHANNEL)])
        holder.rollback()
        assert begun.result().imported == 1


def deadlocks(connection):
    """How many deadlocks the server has seen in this database."""
    connection.execute("SELECT pg_stat_force_next_flush()")
    connection.execute("SELECT pg_stat_clear_snapshot()")
    query = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
    return connection.execute(query).fetchone()[0]


def test_a_memory_bomb_costs_its_own_file_only(connection, run, tmp_path):
    """
    A file that needs more than its worker may use is rejected and remembered; with more memory it can be tried again.
    """
    good(tmp_path, "a.json", 1)
    path = many_values(tmp_path)
    good(tmp_path, "z.json", 2)
    summary = run(tmp_path)
    expected = [(path.name, "rejected", "too-much-memory")]
    assert (summary.exit_code, named(summary)) == (65, expected)
    assert "limits.import_memory_mb" in summary.troubled[0].troubles[0].detail
    rows = "SELECT channel_id, count(*) FROM messages GROUP BY 1 ORDER BY 1"
    assert connection.execute(rows).fetchall() == [(1, 3), (2, 3)]
    assert connection.execute("SELECT status FROM ledger ORDER BY file_name").fetchall() == [
        ("whole",), ("rejected",), ("whole",),
    ]  # fmt: skip
    again = run(tmp_path)
    assert (again.known, named(again)) == (3, expected)
    mended = run(tmp_path, retry=True, memory=LARGE)
    assert (mended.exit_code, mended.imported, mended.known) == (0, 1, 2)


def test_a_dry_run_only_tells_of_a_bomb(connection, run, tmp_path):
    """
    Nothing is written, not even what ended a worker.
    """
    many_values(tmp_path)
    assert named(run(tmp_path, dry_run=True))[0][1:] == ("rejected", "too-much-memory")
    assert connection.execute("SELECT count(*) FROM ledger").fetchone() == (0,)


class Blocked:
    """An import in a thread whose workers wait for a table, so that they can be hit in the middle of a file."""

    def __init__(self, connection, work):
        self._connection = connection
        self._work = work

    def workers(self, number=1):
        """Wait until *number* sessions have met the lock, and return the worker processes."""
        query = """
            SELECT count(*) FROM pg_stat_activity
             WHERE datname = current_database() AND wait_event_type = 'Lock' AND pid <> pg_backend_pid()
        """
        for _ in range(3000):
            if self._connection.execute(query).fetchone()[0] >= number:
                return worker_processes()
            self._connection.execute("SELECT pg_sleep(0.01)")
        raise AssertionError("nobody waits for the lock")

    def hit(self, number, times):
        """End the worker with a signal, and the ones after it."""
        for already in range(times):
            (worker,) = self.workers(already + 1)
            worker.send_signal(number)
            while worker in worker_processes():  # psutil's wait would take the exit status from whoever started it
                sleep(0.01)

    def result(self):
        """Return what the import returns."""
        return self._work.result(timeout=60)


def worker_processes(of=None):
    """The worker processes that a process (this one) has started."""
    found = []
    for one in psutil.Process(of).children(recursive=True):
        with suppress(psutil.NoSuchProcess):  # a zombie is none, either
            found += [one] if any("collectors.worker" in part for part in one.cmdline()) else []
    return found


@contextmanager
def blocked(connection, settings, work):
    """Do *work* while nobody can write messages."""
    with ThreadPoolExecutor(1) as pool, door.connect(settings) as holder:
        holder.execute("LOCK TABLE messages IN EXCLUSIVE MODE")
        begun = Blocked(connection, pool.submit(work))
        try:
            yield begun
        finally:
            holder.rollback()


@pytest.mark.parametrize(
    ("number", "times", "expected"),
    [
        (signal.SIGKILL, 1, []),
        (signal.SIGSEGV, 1, []),
        (signal.SIGKILL, 2, [("m.json", "unreadable", "stopped")]),
        (signal.SIGTERM, 2, [("m.json", "unreadable", "stopped")]),
        (signal.SIGSEGV, 2, [("m.json", "rejected", "ends-the-reader")]),
    ],
)
def test_a_worker_that_ends_in_mid_file(connection, database_settings, run, tmp_path, number, times, expected):
    """
    The next worker tries the file once more; one that ends both by itself is rejected, one that somebody ended is not.
    """
    path = good(tmp_path, "m.json", 1)
    after = good(tmp_path, "z.json", 2)
    with blocked(connection, database_settings, lambda: run(path, after)) as import_:
        import_.hit(number, times)
    summary = import_.result()
    assert named(summary) == expected
    assert connection.execute("SELECT count(*) FROM messages").fetchone() == (3 if expected else 6,)
    ledger = connection.execute("SELECT status FROM ledger WHERE file_name = 'm.json'").fetchall()
    rejected = any(status == "rejected" for _, status, _ in expected)
    assert ledger == ([("rejected",)] if rejected else [] if expected else [("whole",)])
    healed = run(tmp_path, retry=rejected)
    assert (healed.exit_code, healed.imported) == (0, 1 if expected else 0)


def test_a_session_that_is_lost_is_opened_again_once(connection, database_settings, run, tmp_path):
    """
    A worker whose session the server ends imports the file over another; after a second time the import says so.
    """
    path = good(tmp_path, "m.json", 1)
    ends = """
        SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
         WHERE datname = current_database() AND wait_event_type = 'Lock' AND pid <> pg_backend_pid()
    """
    with blocked(connection, database_settings, lambda: run(path)) as import_:
        import_.workers()
        connection.execute(ends)
    assert (import_.result().imported, import_.result().exit_code) == (1, 0)
    empty(connection)
    with blocked(connection, database_settings, lambda: run(path)) as import_:
        for _ in range(2):
            import_.workers()
            connection.execute(ends)
    with pytest.raises(ServiceDownError, match=r"m\.json"):
        import_.result()
    assert worker_processes() == []


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_no_worker_outlives_the_import(connection, database_settings, tmp_path, number):
    """
    However the command ends, its workers end too, in the middle of their files; no secret ever reached them.
    """
    for channel in (1, 2):
        good(tmp_path, f"{channel}.json", channel)
        with (tmp_path / f"{channel}.json").open("ab") as file:
            file.write(b" " * (5 << 20))
    environment = {**os.environ, "DB_HOST": connection.info.host, "DB_PORT": str(connection.info.port)}
    environment |= {"DB_NAME": database_settings.name, "DB_USER": connection.info.user}
    environment |= {"DB_PASSWORD": "canary-password", "DISCORD_TOKEN": "canary-token"}
    command = (sys.executable, "-m", "discord_airflow", "import", "--processes", "2", str(tmp_path))
    with blocked(connection, database_settings, lambda: None) as import_:
        process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
        import_.workers(2)
        workers = worker_processes(process.pid)
        assert len(workers) == 2
        assert "canary" not in str([(worker.environ(), worker.cmdline()) for worker in workers])
        process.send_signal(number)
        _, said = process.communicate(timeout=30)
        _, alive = psutil.wait_procs(workers, timeout=30)
    assert alive == []
    if number == signal.SIGINT:
        assert (process.returncode, said.splitlines()[-1]) == (130, "discord-airflow: interrupted.")
        assert "Traceback" not in said
    else:
        assert (process.returncode, said) == (-number, "")


def test_progress_is_what_was_read_in_the_end(connection, database_settings, run, tmp_path):
    """
    What a worker had read of a file when it died does not count.
    """

    class Bar:
        """Adds up."""

        total = read = 0

        def begin(self, files, byte_size):
            """Take the size."""
            self.total = byte_size

        def advance(self, byte_size):
            """Add."""
            self.read += byte_size

    bar = Bar()
    path = tmp_path / "big.json"
    messages = [message(minute, "x" * 1000) for minute in range(8000)]
    write(tmp_path, document(*messages), path.name)
    with blocked(connection, database_settings, lambda: run(path, progress=bar)) as import_:
        import_.hit(signal.SIGKILL, 1)
    assert import_.result().exit_code == 0
    assert bar.read == bar.total == path.stat().st_size
    assert connection.execute("SELECT min(id) FROM messages").fetchone() == (snowflake(0),)
