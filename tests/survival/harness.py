"""Imports that are interrupted: start them, hit them, look at what is left, and let the next one heal it."""

import os
import random
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import psutil
from survival.checker import faults
from survival.tiers import count
from table_contents import contents, empty

from discord_airflow import embedded

LAUNCHER = Path(__file__).with_name("launcher.py")
# The way there may differ: which of two files was first, who was the last to show a profile unchanged, and what ran.
HISTORY = ("ledger", "runs")
ANYWHERE = 0.1
"""This share of the hits comes at any moment from the start of the process on; the rest when it has begun its work."""


class Imports:
    """Starts imports of one folder into one database."""

    def __init__(self, folder, dsn):
        self.folder, self.dsn = folder, dsn
        self._process = subprocess.Popen(
            (sys.executable, str(LAUNCHER)), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def start(self, seed):
        """Start an import and return its process id."""
        return self._ask(f"{self.folder}\t{self.dsn}\t{seed}")

    def wait(self, process):
        """Wait for an import and return its exit status, or minus the signal that ended it."""
        return self._ask(f"wait\t{process}")

    def run(self, seed=0):
        """Import to the end and return the exit status."""
        return self.wait(self.start(seed))

    def close(self):
        """End the launcher."""
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait()

    def _ask(self, line):
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())


class Ordeal:
    """Hits imports at random moments until enough hits were taken; everything follows from the seed but the timing."""

    def __init__(self, imports, connection, seed, kind="hits"):
        self.imports, self.connection, self.kind = imports, connection, kind
        self.chance = random.Random(seed)
        self.files = len(list(imports.folder.glob("*.json")))
        self.hits = self.in_mid_work = self.cycles = 0
        process = imports.start(0)
        self.wait_for_work(process)
        begun = time.monotonic()
        assert imports.wait(process) == 0
        self.seconds = time.monotonic() - begun
        assert faults(connection, imports.folder) == []
        self.wanted = self.state()
        empty(connection)

    def state(self):
        """All tables, as they are after any import of all files."""
        return contents(self.connection, without=HISTORY)

    def suffer(self, hits, hit, clock):
        """
        Interrupt imports *hits* times, checking after each; after a whole one start anew.

        *hit(process)* hits and returns how the import may end then.
        """
        for number in range(hits):
            if clock.over:
                break
            process = self.aim()
            allowed = self.strike(process, hit)
            status = self.imports.wait(process)
            assert status in allowed, f"hit {number}: status {status}"
            self.look(number)
            if status == 0:
                self.cycle()
        self.cycle()

    def aim(self):
        """Start an import and return its process at a random moment of its work."""
        process = self.imports.start(self.chance.randrange(2**32))
        if self.chance.random() >= ANYWHERE:
            self.wait_for_work(process)
        (done,) = self.connection.execute("SELECT count(*) FROM ledger").fetchone()
        time.sleep(self.chance.uniform(0, self.seconds * max(self.files - done, 1) / self.files))
        return process

    def strike(self, process, hit):
        """Hit, count it, and return what *hit* returns."""
        # The machine may be busier or idler than at first.
        self.seconds *= 1.02 if is_alive(process) else 0.85
        in_mid_work = at_work(self.connection)
        allowed = hit(process)
        count(self.kind, in_mid_work=in_mid_work)
        self.hits += 1
        self.in_mid_work += in_mid_work
        return allowed

    def wait_for_work(self, process):
        """Wait until an import is in a transaction, or at its end."""
        while not at_work(self.connection) and is_alive(process):
            time.sleep(0.001)

    def look(self, number):
        """The invariants hold at any moment."""
        with self.connection.transaction():
            self.connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            assert faults(self.connection, self.imports.folder) == [], f"after hit {number}"

    def cycle(self):
        """A plain run heals everything, and the result is that of a run without faults."""
        assert self.imports.run(self.chance.randrange(2**32)) == 0
        self.look("healed")
        assert self.state() == self.wanted
        empty(self.connection)
        self.cycles += 1


def at_work(connection):
    """Whether another session of the database is in a transaction that has written something."""
    query = """
        SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
                                                      AND backend_type = 'client backend' AND backend_xid IS NOT NULL)
    """
    return connection.execute(query).fetchone()[0]


def sessions(connection):
    """What the other sessions of the database do."""
    query = """
        SELECT query FROM pg_stat_activity
         WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
    """
    return [query for (query,) in connection.execute(query).fetchall()]


def wait_until_nobody_is_there(connection, seconds=30):
    """Wait until no other session of the database is left, and with it no lock; fail when one stays."""
    deadline = time.monotonic() + seconds
    while left := sessions(connection):
        assert time.monotonic() < deadline, left
        time.sleep(0.005)


def is_alive(process):
    """Whether a process has not ended yet."""
    with suppress(psutil.NoSuchProcess):
        return psutil.Process(process).status() != psutil.STATUS_ZOMBIE
    return False


def kill(process):
    """End a process as no program can prevent."""
    with suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)
    return (0, -signal.SIGKILL)


def stop_at_once(settings):
    """Stop a server without letting it write anything, and wait until it is gone."""
    server = embedded.status(settings).process
    os.kill(server, signal.SIGQUIT)
    while embedded.status(settings).running:
        time.sleep(0.01)
