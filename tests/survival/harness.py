"""Imports that are interrupted: start them, hit them, look at what is left, and let the next one heal it."""

import os
import random
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from survival.checker import faults
from table_contents import contents, empty

from discord_airflow import embedded

LAUNCHER = Path(__file__).with_name("launcher.py")
# The way there may differ: which of two files was first, and who was the last to show a profile unchanged.
HISTORY = ("ledger",)


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

    def __init__(self, imports, connection, seed):
        self.imports, self.connection = imports, connection
        self.chance = random.Random(seed)
        self.hits = self.landed = self.cycles = 0
        begun = time.monotonic()
        assert imports.run() == 0
        self.seconds = time.monotonic() - begun
        assert faults(connection, imports.folder) == []
        self.wanted = self.state()
        empty(connection)

    def state(self):
        """All tables, as they are after any import of all files."""
        return contents(self.connection, without=HISTORY)

    def suffer(self, hits, hit, clock):
        """Interrupt imports *hits* times with *hit(process)*, checking after each; after a whole one start anew."""
        for number in range(hits):
            if clock.over:
                break
            process = self.imports.start(self.chance.randrange(2**32))
            time.sleep(self.chance.uniform(0, self.seconds))
            hit(process)
            status = self.imports.wait(process)
            self.hits += 1
            self.landed += status != 0
            # The machine may be busier or idler than at first: aim where about two of three hits land.
            self.seconds *= 0.9 if status == 0 else 1.05
            assert status in (0, 69, -signal.SIGKILL), f"hit {number}: status {status}"
            self.look(number)
            if status == 0:
                self.cycle()
        self.cycle()

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


def kill(process):
    """End a process as no program can prevent."""
    with suppress(ProcessLookupError):
        os.kill(process, signal.SIGKILL)


def stop_at_once(settings):
    """Stop a server without letting it write anything, and wait until it is gone."""
    server = embedded.status(settings).process
    os.kill(server, signal.SIGQUIT)
    while embedded.status(settings).running:
        time.sleep(0.01)
