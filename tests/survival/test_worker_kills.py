"""
`discord-airflow import --processes 2` is killed, as users start it: the command alone, a worker alone, or all.
"""

import random
import signal
import time

import psutil
import pytest
import yaml
from survival.archive import build
from survival.commands import Commands, signal_to
from survival.harness import Ordeal, is_alive, wait_until_nobody_is_there
from survival.tiers import LONG, SEED, Clock, told

KILLS = 480 if LONG else 3
VICTIMS = ("the command", "a worker", "all")
PADDING = " " * (430 << 10)
"""Makes ten files worth a second worker."""
ENDS_WITHIN = 30
"""Seconds; a worker hears at once that its command is gone, on a machine that is not busy with other tests."""

pytestmark = pytest.mark.timeout(3600 if LONG else 300)


class RealImports:
    """Starts `discord-airflow import` with two workers on a folder."""

    def __init__(self, commands, folder):
        self.commands, self.folder = commands, folder

    def start(self, seed):
        """Start an import, which takes the channels in an order of its own, and return its process id."""
        paths = sorted(self.folder.glob("*.json"))
        random.Random(seed).shuffle(paths)
        return self.commands.start("import", "--processes", "2", *map(str, paths))

    def wait(self, process):
        """Wait for an import and return its exit status, or minus the signal that ended it."""
        return self.commands.wait(process)

    def run(self, seed=0):
        """Import to the end and return the exit status."""
        return self.wait(self.start(seed))


class WorkerOrdeal(Ordeal):
    """An ordeal that begins when workers are there: before them, the command notes that it runs."""

    def wait_for_work(self, process):
        """Wait until a worker is in a transaction, or the import at its end."""
        while is_alive(process) and not workers_of(process):
            time.sleep(0.001)
        super().wait_for_work(process)


@pytest.fixture
def imports(tmp_path, server, shared):
    """Imports of two channels, each with five exports, into that database."""
    folder = tmp_path / "exports"
    folder.mkdir()
    build(folder, SEED, channels=2, exports=5, messages=80)
    for path in folder.iterdir():
        path.write_text(path.read_text(encoding="utf-8") + PADDING, encoding="utf-8")
    (tmp_path / "config.yaml").write_text(yaml.safe_dump({"database": {"data_directory": str(server.data_directory)}}))
    commands = Commands(tmp_path, DB_NAME=shared.info.dbname)
    yield RealImports(commands, folder)
    commands.close()


def test_killed_processes_of_an_import_leave_whole_files_and_nobody_behind(imports, shared):
    """
    Kill -9 of the command: its workers end by themselves, and no session and no lock is left. Of a worker: its file is
    read by another, and the import succeeds. Of all: whole files only, and the next import ends as if nothing had been.
    """
    ordeal, turn, with_two = WorkerOrdeal(imports, shared, SEED, "kills"), 0, 0

    def hit(process):
        nonlocal turn, with_two
        victim = VICTIMS[turn % len(VICTIMS)]
        turn += 1
        workers = workers_of(process)
        with_two += len(workers) == 2
        if victim == "a worker":
            for worker in ordeal.chance.sample(workers, min(len(workers), 1)):
                signal_to(worker.pid, signal.SIGKILL)
            return (0,)
        signal_to(process, signal.SIGKILL)
        for worker in workers if victim == "all" else ():
            signal_to(worker.pid, signal.SIGKILL)
        nobody_is_left(workers, shared)
        return (0, -signal.SIGKILL)

    ordeal.suffer(KILLS, hit, Clock(share=4))
    assert ordeal.in_mid_work >= ordeal.hits // 10
    told(
        f"{ordeal.hits} imports in processes killed (by turns {', '.join(VICTIMS)}), {ordeal.in_mid_work} in mid-work,"
        f" {with_two} with two workers, {ordeal.cycles} archives compared"
    )


def workers_of(process):
    """The processes that an import has started."""
    try:
        return psutil.Process(process).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def nobody_is_left(workers, connection):
    """Wait until workers without a command have ended, and their sessions, too."""
    psutil.wait_procs(workers, timeout=ENDS_WITHIN)
    assert [worker for worker in workers if is_alive(worker.pid)] == []
    wait_until_nobody_is_there(connection)
