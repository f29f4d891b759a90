"""An import over a bad network: nothing is lost or doubled, and it ends."""

import math
import random
import threading
import time
from collections import Counter
from pathlib import Path

import pytest
from shared_database import emptied
from survival.archive import build
from survival.checker import faults
from survival.harness import HISTORY
from survival.proxy import Fault, Proxy, every_boundary
from survival.tiers import LONG, SEED, Clock, count, told
from table_contents import contents

from discord_airflow import database as door
from discord_airflow import embedded, silence
from discord_airflow.collectors.importer import import_paths
from discord_airflow.errors import DiscordAirflowError, ServiceDownError
from discord_airflow.settings import DatabaseSettings

FAULTS = 500 if LONG else 20
# What costs long waits comes less often: "dead" five seconds, a reset half of one.
KINDS = ("reset", "reset", "reset", "close", "close", "close", "stall", "stall", "drip", "drip", "dead")
# A fault costs two short waits at most; only an import that hangs takes so long.
HANGS_AFTER = 90

pytestmark = pytest.mark.timeout(3600 if LONG else 180)


@pytest.fixture
def proxy(server):
    """A network to that database's server."""
    made = Proxy(Path(embedded.status(server).sockets) / f".s.PGSQL.{embedded.PORT}")
    yield made
    made.close()


@pytest.fixture
def settings(proxy, shared, monkeypatch):
    """Settings that lead over that network, with little patience, more on a machine that is busy with other work."""
    emptied(shared)
    made = DatabaseSettings(host="127.0.0.1", port=proxy.port, name=shared.info.dbname, user="postgres")
    begun = time.monotonic()
    door.connect(made).close()
    slowness = max(1, math.ceil(20 * (time.monotonic() - begun)))
    monkeypatch.setattr(door, "CONNECT_SECONDS", 2 * slowness)
    for name, seconds in {"PATIENCE_SECONDS": 0.5, "ANSWER_SECONDS": 2, "JUST_NOW_SECONDS": 0.1}.items():
        monkeypatch.setattr(silence, name, seconds * slowness)
    return made


class Attempt(threading.Thread):
    """An import that may hang."""

    def __init__(self, files, settings):
        super().__init__(daemon=True)
        self.files, self.settings, self.status, self.said = files, settings, None, ""

    def run(self):
        try:
            self.status = import_paths(self.files, lambda: door.connect(self.settings)).exit_code
        except DiscordAirflowError as error:
            self.status, self.said = error.exit_code, str(error)

    def outcome(self):
        """Import and return the exit status; None when it hangs or breaks."""
        self.start()
        self.join(HANGS_AFTER)
        return self.status


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Four small exports that overlap."""
    folder = tmp_path_factory.mktemp("exports")
    build(folder, SEED, channels=2, exports=2, messages=40)
    return sorted(folder.glob("*.json"))


def faults_to_try(seen, chance):
    """By turns an ending of the connection at a boundary, each at most once, and anything anywhere."""
    boundaries = list(every_boundary(seen, ["reset", "close"]))
    chance.shuffle(boundaries)
    while True:
        if boundaries:
            yield boundaries.pop()
        side = chance.choice(["client", "server"])
        share = chance.choice([0, 0.5, 1, chance.random()])
        yield Fault(chance.choice(KINDS), side, chance.randint(1, seen[side]), share)


def test_a_bad_network_loses_and_doubles_nothing(proxy, shared, settings, files):
    """
    Resets, ends, stalls and drips at the boundaries of the protocol and within: each import ends, whole files only,
    and the next one over a good network heals the rest.
    """
    assert Attempt(files, settings).outcome() == 0
    wanted, seen = contents(shared, without=HISTORY), dict(proxy.seen)
    chance, clock, met = random.Random(SEED), Clock(share=1.6), Counter()
    for fault in faults_to_try(seen, chance):
        if clock.over or met.total() == FAULTS:
            break
        emptied(shared)
        proxy.arm(fault)
        attempt = Attempt(files, settings)
        status = attempt.outcome()
        assert status in (0, ServiceDownError.exit_code), (fault, status, attempt.said)
        if proxy.struck:
            met[fault.kind, status] += 1
            count("faults of the network")
        proxy.arm(None)
        assert faults(shared, files[0].parent) == [], fault
        if status != 0:
            assert Attempt(files, settings).outcome() == 0, fault
        assert contents(shared, without=HISTORY) == wanted, fault
    assert met.total() >= min(FAULTS, 5)
    counted = ", ".join(f"{count} × {kind} → {status}" for (kind, status), count in sorted(met.items()))
    told(f"{met.total()} faults of the network over {sum(seen.values())} messages, {clock.spent:.0f} s: {counted}")


def test_a_long_silence_is_no_stall(proxy, shared, settings):
    """
    A statement that takes longer than our patience is left to its work.
    """
    with door.connect(settings, autocommit=True) as connection:
        assert connection.execute("SELECT pg_sleep(%s)", [5 * silence.PATIENCE_SECONDS]).fetchone() == ("",)


def test_a_stalled_session_is_ended_on_the_server_too(proxy, shared, settings):
    """
    An answer that never comes closes the connection, and its session does not keep its locks.
    """
    with door.connect(settings) as connection:
        connection.execute("SELECT pg_advisory_xact_lock(1)")
        proxy.fault, proxy.seen = Fault("stall", "server", 1), {"client": 0, "server": 0}
        with pytest.raises(door.psycopg.OperationalError, match="nobody works on one"):
            connection.execute("SELECT 1")
        assert connection.closed
    with shared.transaction():
        shared.execute("SET LOCAL lock_timeout = '30s'")
        shared.execute("SELECT pg_advisory_xact_lock(1)")
