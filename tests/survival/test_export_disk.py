"""A disk that fails under a running collection: what lies there is proven, and the next run brings the rest."""

import errno
import hashlib
import json
import shutil
from datetime import UTC, datetime

import pytest
from empty_database import Nothing
from standin.launching import install
from standin.population import populate
from standin.truth import Truth
from survival.disk import sweep
from survival.tiers import LONG, SEED, told

from discord_airflow.collectors import exporter
from discord_airflow.collectors.export_session import export_session
from discord_airflow.collectors.exporter import ExportRequest
from discord_airflow.collectors.find_exporter import find_exporter
from discord_airflow.collectors.staging import PROOF_SUFFIX, STAGING, read_note
from discord_airflow.errors import FileTroubleError
from discord_airflow.settings import ExportSettings

ERRORS = (errno.ENOSPC, errno.EIO, errno.EROFS, errno.EDQUOT)
TOKEN = "canary-disk-token"
STEP = 8 if LONG else 30
"""Of the hundreds of changes of a session every so manieth fails, others with each seed: all take half an hour."""

pytestmark = pytest.mark.timeout(3600 if LONG else 180)


class Collector:
    """One channel of a world, an exporter that writes it, and the folder on the failing disk."""

    def __init__(self, folder, monkeypatch):
        world = populate(5, people=4, channels=1, messages=12, days=5)
        world.add_token(TOKEN, kind="bot", user=next(user for user, facts in world.users.items() if facts["bot"]))
        world.save(folder / "world.json")
        monkeypatch.setenv("STANDIN_WORLD", str(folder / "world.json"))
        monkeypatch.setenv("STANDIN_NOW", world.now)
        self.folder, self.exports = folder, folder / "exports"
        self.guild = next(iter(world.guilds))
        self.truth = Truth(folder / "world.json")
        self.channel = max(self.truth.channel_ids(self.guild), key=lambda one: len(self.truth.message_ids(one)))
        self.program = find_exporter(install(folder), folder / "installed")
        self.summary = None

    def run(self):
        """Collect the channel; the result is what the summary says, or what was raised."""
        settings = ExportSettings(directory=self.exports, token_kind="bot")
        self.summary = None
        with export_session(self.program, settings, TOKEN, self.folder / "locks") as session:
            request = ExportRequest((self.guild,), (self.channel,))
            plan = exporter.make_plan(session, Nothing(), request, settings, datetime.now(UTC))
            self.summary = exporter.run_plan(session, Nothing(), plan)

    def lying(self):
        """The exports in their places."""
        return [path for path in self.exports.rglob("*.json") if STAGING not in path.parts]

    def is_proven(self, path):
        """Whether an export lies beside its proof and holds the channel."""
        data = path.read_bytes()
        note = read_note(path.with_name(path.name + PROOF_SUFFIX))
        shown = [int(message["id"]) for message in json.loads(data)["messages"]]
        return note.sha256 == hashlib.sha256(data).hexdigest() and shown == self.truth.message_ids(int(path.parts[-2]))


@pytest.mark.parametrize("bytes_written", range(0, 6000, 500) if LONG else [1500])
def test_a_disk_that_fills_up_while_the_exporter_writes(tmp_path, monkeypatch, bytes_written):
    """
    The exporter is refused the N-th bytes: nothing of its file reaches its place, and the run says why it ended.
    """
    collector = Collector(tmp_path, monkeypatch)
    monkeypatch.setenv("STANDIN_FAULTS", json.dumps([{"name": "disk-full", "bytes": bytes_written}]))
    collector.run()
    assert collector.lying() == []
    assert collector.summary.exit_code == FileTroubleError.exit_code
    assert "disk of the exports folder is full" in collector.summary.stopped
    monkeypatch.delenv("STANDIN_FAULTS")
    collector.run()
    assert all(map(collector.is_proven, collector.lying()))
    assert len(collector.lying()) >= 1


def test_a_collection_whose_disk_fails_keeps_what_is_proven(tmp_path, monkeypatch):
    """
    The first, the second ... change of the disk fails in a whole session: an export lies in its place with its proof
    or not at all, the failure names the folder, and the next session leaves the whole channel and no leftovers.
    """
    collector = Collector(tmp_path, monkeypatch)
    collector.exports.mkdir()
    first = SEED % STEP if LONG else 6

    def look(raised, disk):
        if raised is not None:
            assert isinstance(raised, FileTroubleError), repr(raised)
            assert str(collector.exports) in str(raised)
        elif disk.struck not in {"", "unlink", "rmdir"}:  # what could not be removed now is removed by the next run
            assert collector.summary.exit_code == FileTroubleError.exit_code, disk.struck
        assert all(map(collector.is_proven, collector.lying()))
        collector.run()
        assert collector.summary.exit_code == 0
        assert all(map(collector.is_proven, collector.lying()))
        assert len(collector.lying()) >= 1
        assert [path for path in (collector.exports / STAGING).rglob("*") if path.is_file()] == []
        shutil.rmtree(collector.exports)
        collector.exports.mkdir()

    failed = sweep(collector.exports, collector.run, look, ERRORS, only=lambda n: n % STEP == first)
    assert failed >= (12 if LONG else 2)
    told(f"{failed} disk faults of collections")
