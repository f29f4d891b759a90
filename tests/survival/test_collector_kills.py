"""Collections that are killed: one exporter at a time, the lock held until it ends, and the next run makes it good."""

import json
import random
import signal
import threading
import time
from collections import Counter

import psutil
import pytest
from followed_community import Community
from standin.truth import Truth
from survival.commands import Commands, processes_of, signal_to
from survival.tiers import LONG, SEED, Clock, count, told

from discord_airflow import database as door

KILLS = 50 if LONG else 4
VICTIMS = ("wrapper", "exporter", "both", "asked to stop")
STOPS_WITHIN = 30
"""Seconds; ten are promised, on a machine that is not busy with other tests."""
SECONDS_A_MESSAGE = 0.005
# The exporter writes slowly, so that there is something to hit.
SLOWLY = {"STANDIN_FAULTS": json.dumps([{"name": "slow-drip", "seconds": SECONDS_A_MESSAGE}])}

pytestmark = pytest.mark.timeout(3600 if LONG else 400)


class Watch(threading.Thread):
    """Counts the exporters that live at the same time."""

    def __init__(self, program):
        super().__init__(daemon=True)
        self.program, self.most, self.over = program, 0, threading.Event()

    def run(self):
        while not self.over.wait(0.2):
            self.most = max(self.most, len(processes_of(self.program)))


class Collections:
    """A community, its project, and collections of it that are hit."""

    def __init__(self, folder, settings, chance):
        self.chance = chance
        self.community = Community(folder, settings)
        # Few of the channels: each costs the start of an exporter, and that is not what is hit. Threads go with theirs.
        *excluded, first, second = sorted(Truth(self.community.path).channel_ids(self.community.guild), key=self.size)
        self.kept, self.channel = {first, second}, second
        config = folder / "config.yaml"  # what was collected is not collected again
        excluded = f"\nexcluded_channels: {excluded}\n"
        config.write_text(config.read_text().replace("refresh_days: 3650", "refresh_days: 0") + excluded)
        self.program = folder / "DiscordChatExporter.Cli"
        self.commands = Commands(folder)
        self.author = next(user for user, facts in self.community.world.users.items() if not facts["bot"])

    def size(self, channel):
        """How many messages a channel has."""
        return len(Truth(self.community.path).message_ids(channel))

    def go_on(self):
        """Let somebody write, so that every collection has something to do."""
        self.community.world.advance(hours=1)
        self.community.world.post(self.channel, self.author, "still here")
        self.community.save()
        self.commands.environment |= {
            name: value
            for name, value in self.community.environment().items()
            if name.startswith(("DISCORD", "DB_", "STANDIN"))
        }

    def hit(self, victim, seconds):
        """Start a collection, hit it after some *seconds*, and return how it ended."""
        process = self.commands.start("collect", **SLOWLY)
        time.sleep(seconds)
        count("kills", in_mid_work=bool(_children(process)))
        if victim in ("exporter", "both"):
            for child in _children(process):
                signal_to(child.pid, signal.SIGKILL)
        if victim in ("wrapper", "both"):
            signal_to(process, signal.SIGKILL)
        asked = time.monotonic()
        if victim == "asked to stop":
            signal_to(process, signal.SIGTERM)
        status = self.commands.wait(process)
        if victim == "asked to stop":
            assert time.monotonic() - asked < STOPS_WITHIN
            _, alive = psutil.wait_procs(processes_of(self.program), timeout=1)  # one that was asked for its version
            assert alive == []
        return status

    def wait_for_orphan(self):
        """Let an exporter that lost its wrapper come to its end."""
        psutil.wait_procs(processes_of(self.program), timeout=60)

    def leftovers(self):
        """What lies in the exports folder and is neither an export nor a proof."""
        exports = self.community.folder / "collectors" / "exports"
        return [path for path in exports.rglob("*") if path.is_file() and path.suffix not in (".json", ".proof")]


def _children(process):
    try:
        return psutil.Process(process).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


@pytest.fixture
def collections(tmp_path, database_settings):
    """A community that was collected once."""
    made = Collections(tmp_path, database_settings, random.Random(SEED))
    yield made
    made.commands.close()
    for process in processes_of(made.program):
        process.kill()


def test_an_exporter_that_hangs_is_stopped_on_request(collections):
    """
    Asked to stop, a collection ends its exporter in whatever thread it runs, and then itself.
    """
    collections.go_on()
    faults = json.dumps([{"name": "hang", "after": "half"}])
    process = collections.commands.start("collect", STANDIN_FAULTS=faults)
    while not any("export" in one.cmdline() for one in processes_of(collections.program)):
        time.sleep(0.01)
    asked = time.monotonic()
    signal_to(process, signal.SIGTERM)
    assert collections.commands.wait(process) == 130, collections.commands.said()
    assert time.monotonic() - asked < STOPS_WITHIN
    assert processes_of(collections.program) == []


def test_an_import_that_takes_long_is_stopped_on_request(collections, database, database_settings):
    """
    Asked to stop in the middle of a file, a collection ends at once: nothing of the file is stored, and the next run
    stores it.
    """
    stored = "SELECT count(*) FROM messages"
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    database.autocommit = True
    collections.go_on()
    with door.connect(database_settings) as holder:
        holder.execute("LOCK TABLE messages IN EXCLUSIVE MODE")
        process = collections.commands.start("collect")
        while database.execute(waiting).fetchone() == (0,):
            time.sleep(0.01)
        asked = time.monotonic()
        signal_to(process, signal.SIGTERM)
        assert collections.commands.wait(process) == 130, collections.commands.said()
        assert time.monotonic() - asked < STOPS_WITHIN
        holder.rollback()
    assert database.execute(stored).fetchone() == (0,)
    assert collections.commands.wait(collections.commands.start("collect")) == 0, collections.commands.said()
    assert database.execute(stored).fetchone() == (sum(map(collections.size, collections.kept)),)


def test_killed_collections_leave_one_exporter_and_a_whole_archive(collections, database):
    """
    The wrapper, the exporter, both, or a polite end, at random moments: never two exporters at once, a second run
    waits its turn, and a plain one afterwards ends with the world in the database, no orphan and nothing left over.
    """
    watch, clock, ends, busy = Watch(collections.program), Clock(share=0.8), Counter(), 0
    collections.go_on()
    begun = time.monotonic()
    assert collections.commands.run("collect", **SLOWLY) == 0, collections.commands.said()
    seconds = time.monotonic() - begun
    watch.start()
    for number in range(KILLS):
        if clock.over:
            break
        collections.go_on()
        victim = VICTIMS[number % len(VICTIMS)]
        status = collections.hit(victim, collections.chance.uniform(0, seconds))
        ends[victim] += 1
        orphaned = bool(processes_of(collections.program))
        second = collections.commands.run("collect")
        assert second in ((0, 75) if orphaned else (0,)), (number, victim, status, collections.commands.said())
        if second == 75:
            busy += 1
            assert "left over" in collections.commands.said() or "Another export" in collections.commands.said()
            collections.wait_for_orphan()
            assert collections.commands.run("collect") == 0, collections.commands.said()
        collections.community.check(database, collections.kept)
        assert processes_of(collections.program) == [], number
        assert collections.leftovers() == [], number
    watch.over.set()
    assert watch.most <= 1
    hit = ", ".join(f"{count} × {victim}" for victim, count in sorted(ends.items()))
    told(f"{ends.total()} collections hit ({hit}), {busy} second runs turned away, {clock.spent:.0f} s")
