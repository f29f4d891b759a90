"""One value that no memory should hold costs its own message, whatever its size; the memory of a worker stays small."""

import os
from pathlib import Path

import pytest
from export_documents import in_layout
from hostile.corpus import good_file
from hostile.giants import FORMS, GIANTS, middle_id, write_giant

from discord_airflow import database as door
from discord_airflow.collectors.one_file import Door, Job
from discord_airflow.collectors.worker_pool import WorkerPool, Workers
from discord_airflow.settings import LimitSettings

MEGABYTES = int(os.environ.get("GIANTS", "60"))
"""`make survive` asks for more."""
MOST_MB = 128
LIMIT = LimitSettings().import_memory_mb << 20


@pytest.fixture
def connection(database):
    """A connection in the mode that imports need."""
    database.autocommit = True
    return database


@pytest.fixture
def imported(connection, database_settings):
    """A function that imports files in one worker and returns what became of each, and the worker's largest memory."""

    def imported(*paths, memory=LIMIT):
        workers = Workers(database_settings, 1, memory)
        with Door(lambda: door.connect(database_settings)) as own, WorkerPool(workers, own) as pool:
            found = dict(pool.do([Job(path) for path in paths]))
            (worker,) = pool._alive
            status = Path(f"/proc/{worker.process_id}/status").read_text()
        peak = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
        for path in paths:
            path.unlink()  # a gigabyte each when more is asked for
        return [found[number] for number in range(len(paths))], peak / 1024

    return imported


def stored(connection):
    """What is stored: texts by channel."""
    query = "SELECT channel_id, array_agg(content ORDER BY id) FROM messages GROUP BY 1 ORDER BY 1"
    return dict(connection.execute(query).fetchall())


def with_neighbours(tmp_path, *paths):
    """The paths between two good files."""
    good_file(tmp_path / "a.json", 1)
    good_file(tmp_path / "z.json", 9)
    return tmp_path / "a.json", *paths, tmp_path / "z.json"


@pytest.mark.parametrize("kind", GIANTS)
def test_a_giant_costs_its_own_message_only(connection, imported, tmp_path, kind):
    """
    It is named with its place, its id and what to do; the messages around it and the files around it are stored.
    """
    paths = [tmp_path / f"{name}.json" for name in FORMS]
    for channel, (path, form) in enumerate(zip(paths, FORMS.values(), strict=True), 2):
        write_giant(path, kind, form, MEGABYTES << 20, channel=channel)
    results, peak = imported(*with_neighbours(tmp_path, *paths))
    good = [f"good {minutes}" for minutes in (20, 21, 22)]
    assert stored(connection) == {1: good, 2: ["before", "after"], 3: ["before", "after"], 9: good}
    for channel, result in enumerate(results[1:-1], 2):
        (trouble,) = result.troubles
        assert (result.status, result.counts.new, result.counts.quarantined) == ("damaged", 2, 1)
        assert (trouble.place, trouble.reason, trouble.message_id) == ("messages[1]", "too-large", middle_id(channel))
        assert "from byte" in trouble.detail
        assert "limits.import_memory_mb" in trouble.detail
    assert peak < MOST_MB


def test_a_giant_beside_the_messages_costs_no_message(connection, imported, tmp_path):
    """
    A key that is too large is left out and named, before the messages as behind them.
    """
    paths = [tmp_path / f"{name}.json" for name in FORMS]
    for channel, (path, form) in enumerate(zip(paths, FORMS.values(), strict=True), 2):
        write_giant(path, "text", form, MEGABYTES << 20, channel=channel, beside=True)
    results, peak = imported(*with_neighbours(tmp_path, *paths))
    assert [stored(connection)[channel] for channel in (2, 3)] == [["before", "middle", "after"]] * 2
    for result in results[1:-1]:
        (trouble,) = result.troubles
        assert (trouble.place, trouble.reason) == ("", "too-large")
        assert "the key 'zzz'" in trouble.detail
    assert peak < MOST_MB


def test_a_giant_that_is_broken_ends_with_its_lines(connection, imported, tmp_path):
    """
    In the exporter's own layout a large message without its last quote is passed over like any bad one.
    """
    path = tmp_path / "open.json"
    write_giant(path, "open-text", in_layout, MEGABYTES << 20, channel=2)
    (result,), peak = imported(path)
    (trouble,) = result.troubles
    assert (trouble.place, trouble.reason, trouble.message_id) == ("messages[1]", "not-json", middle_id(2))
    assert stored(connection) == {2: ["before", "after"]}
    assert peak < MOST_MB
