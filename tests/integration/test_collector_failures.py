"""Every failure the exporter can play: none is taken for a whole export, and an earlier good file is never touched."""

import hashlib
import json
import subprocess
import sys
from datetime import UTC, datetime

import psutil
import pytest
from empty_database import Nothing
from standin.launching import install
from standin.population import populate
from standin.truth import Truth

from discord_airflow.collectors import exporter
from discord_airflow.collectors.export_session import export_session
from discord_airflow.collectors.exporter import ExportRequest
from discord_airflow.collectors.find_exporter import find_exporter
from discord_airflow.collectors.outcome import State
from discord_airflow.collectors.run_lock import exporter_lock
from discord_airflow.errors import AccessDeniedError, BusyError
from discord_airflow.settings import ExportSettings

CANARY = "canary-7f3a-token"


class Collector:
    """A world, an exporter and a folder for its exports."""

    def __init__(self, folder, monkeypatch, version="2.47"):
        self.folder = folder
        self.exports = folder / "exports"
        self.world = folder / "world.json"
        world = populate(5, people=6, channels=2, messages=40)
        world.add_token(CANARY, kind="bot", user=next(user for user, facts in world.users.items() if facts["bot"]))
        world.save(self.world)
        self.guild = next(iter(world.guilds))
        self.kinds = {number: facts["type"] for number, facts in world.channels.items()}
        self.truth = Truth(self.world)
        parents = {facts["parent"] for facts in world.channels.values()}  # of threads: one process is enough here
        alone = [number for number in self.truth.channel_ids(self.guild) if number not in parents]
        self.channel = max(alone, key=lambda number: len(self.truth.messages(number)))
        self.program = install(folder)
        self.monkeypatch = monkeypatch
        for name, value in {"WORLD": self.world, "VERSION": version, "LOG": folder / "log"}.items():
            monkeypatch.setenv(f"STANDIN_{name}", str(value))
        self.play()

    def is_thread(self, number):
        """Tell threads and forum posts from channels."""
        return self.kinds[number] in (10, 11, 12)

    def play(self, *faults):
        """Let the exporter fail in these ways from now on."""
        self.monkeypatch.setenv("STANDIN_FAULTS", json.dumps(list(faults)))

    def run(self, channel=None, *, after=None, minutes=1, state=None, token=CANARY):
        """Export one channel, or all of them, and return the summary."""
        settings = ExportSettings(directory=self.exports, channel_minutes=minutes, token_kind="bot")
        found = find_exporter(self.program, self.folder / "installed")
        request = ExportRequest((self.guild,), (channel,) if channel else (), after=after)
        with export_session(found, settings, token, self.folder / "locks") as session:
            state = state or Nothing()
            plan = exporter.make_plan(session, state, request, settings, datetime.now(UTC))
            return exporter.run_plan(session, state, plan)

    def calls(self):
        """Return how the exporter was started."""
        lines = map(json.loads, (self.folder / "log").read_text().splitlines())
        return [line for line in lines if line["event"] == "begin"]

    def files(self):
        """Return each export that lies in its place with the hash of its bytes."""
        found = self.exports.glob("*/*/*.json")
        return {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in found}


@pytest.fixture
def collector(tmp_path, monkeypatch):
    """A collector with everything in order."""
    return Collector(tmp_path, monkeypatch)


@pytest.mark.parametrize("version", ["2.26", "2.40", "2.42.8", "2.44", "2.45", "2.47", "2.48"])
def test_a_good_run_brings_every_message_of_every_channel(tmp_path, monkeypatch, version):
    """Channels, forum posts and threads, as far as the release lists them; each file holds exactly the truth."""
    collector = Collector(tmp_path, monkeypatch, version)
    summary = collector.run()
    assert {one.verdict.state for one in summary.exported} <= {State.COMPLETE, State.EMPTY}
    assert summary.exit_code == 0
    for one in summary.exported:
        ids = collector.truth.message_ids(one.channel_id)
        assert one.messages == len(ids)
    exported = {one.channel_id for one in summary.exported}
    there = collector.truth.channel_ids(collector.guild)
    if version in ("2.26", "2.40"):  # these list no threads
        there = {number for number in there if not collector.is_thread(number)}
    assert there <= exported


FAULTS = [
    {"name": "half-exit-1", "after": "half"},
    {"name": "half-exit-0", "after": "half"},
    {"name": "half-exit-0", "after": "half", "silent": True, "times": 1},
    {"name": "killed", "after": "half"},
    {"name": "killed", "after": "half", "inside": True},
    {"name": "killed", "after": "half", "signal": 15},
    {"name": "killed", "after": "end"},
    {"name": "cancelled", "after": "half"},
    {"name": "truncated-exit-0", "after": "half"},
    {"name": "malformed-close", "after": "half"},
    {"name": "unknown-sticker", "after": "half"},
    {"name": "disk-full", "after": "half"},
    {"name": "unauthorized"},
    {"name": "unauthorized", "after": "half"},
    {"name": "forbidden"},
    {"name": "forbidden", "after": "half"},
    {"name": "forbidden", "on": "channel"},
    {"name": "not-found", "on": "channel"},
    {"name": "bad-request"},
    {"name": "rate-refused", "after": "half"},
    {"name": "server-error"},
    {"name": "server-error", "after": "half"},
    {"name": "no-network", "after": "half"},
    {"name": "empty"},
    {"name": "other-channel"},
    {"name": "other-range"},
    {"name": "wrong-count"},
    {"name": "wrong-count", "by": -1},
    {"name": "duplicate"},
    {"name": "out-of-order"},
    {"name": "no-file"},
    {"name": "no-icu", "command": "export"},
    {"name": "no-icu", "code": 134, "command": "export"},
    {"name": "exit", "code": 1, "command": "export"},
    {"name": "exit", "code": 0, "command": "export", "stderr": "ERROR\nSystem.Exception: half\n"},
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: "-".join(str(value) for value in fault.values()))
def test_no_failure_is_taken_for_a_whole_export(collector, fault):
    """The window stays unproven with a reason, nothing moves into place, the earlier file keeps every bit."""
    assert collector.run(collector.channel).exit_code == 0
    before = collector.files()
    collector.play({**fault, "channel": collector.channel} if "command" not in fault else fault)
    try:
        summary = collector.run(collector.channel)
    except AccessDeniedError:
        summary = None
    if summary is not None:
        mine = [one for one in summary.exported if one.channel_id == collector.channel]
        assert not any(one.verdict.proven for one in mine)
        assert all(one.verdict.reason for one in summary.exported)
        assert summary.exit_code != 0
    assert {path: digest for path, digest in collector.files().items() if path in before} == before
    assert not [path for path in collector.files() if path not in before and str(collector.channel) in path.parts]
    assert not list(collector.exports.rglob("*.tmp"))
    collector.play()
    healed = collector.run(collector.channel)
    assert healed.exit_code == 0


def test_a_refused_token_ends_the_run_at_once(collector):
    """No second process knocks at Discord's door with it."""
    collector.play({"name": "unauthorized", "command": "export"})
    summary = collector.run()
    assert sum(not one.verdict.proven for one in summary.exported) == 1
    assert summary.exit_code == AccessDeniedError.exit_code
    assert summary.not_tried


def test_a_token_that_is_none_is_refused_at_the_listing(collector):
    """The first process tells; nothing is exported."""
    with pytest.raises(AccessDeniedError, match="DISCORD_TOKEN"):
        collector.run(token="no-such-token")
    assert collector.files() == {}


def test_a_bot_without_the_message_content_intent_brings_nothing(collector):
    """The exporter may end well with files full of empty messages; no such file is kept."""
    collector.play({"name": "no-content-intent", "command": "export"})
    summary = collector.run()
    for one in summary.exported:
        if one.verdict.proven and one.facts is not None:
            assert one.facts.by_people == one.facts.hollow < 3
    assert summary.exit_code != 0


def test_one_forbidden_channel_does_not_hide_the_others(collector):
    """It is named; all the rest is complete."""
    collector.play({"name": "forbidden", "channel": collector.channel})
    summary = collector.run()
    assert [one.channel_id for one in summary.exported if one.verdict.state is State.FORBIDDEN] == [collector.channel]
    assert all(one.verdict.proven for one in summary.exported if one.channel_id != collector.channel)
    assert summary.exit_code == 65


def test_a_hanging_exporter_is_stopped_at_its_deadline(collector, monkeypatch):
    """Even one that ignores the request to stop; nothing of it stays."""
    monkeypatch.setattr("discord_airflow.collectors.export_process._GRACE_SECONDS", 0.5)
    monkeypatch.setattr("discord_airflow.collectors.export_session._SECONDS_A_MINUTE", 2)
    for deaf in (False, True):
        collector.play({"name": "hang", "after": 3, "deaf": deaf, "channel": collector.channel})
        summary = collector.run(collector.channel)
        (mine,) = [one for one in summary.exported if one.channel_id == collector.channel]
        assert mine.verdict.state is State.FAILED
        assert "did not finish" in mine.verdict.reason
    assert collector.files() == {} or all(str(collector.channel) not in path.parts for path in collector.files())


def test_a_garbage_listing_is_a_failure_and_not_an_empty_server(collector):
    """Nothing can be said of the channels, so nothing is."""
    collector.play({"name": "garbage-listing"})
    summary = collector.run()
    assert summary.exit_code == 65
    assert summary.plan.listings[0].trouble is not None


def test_a_channel_that_is_no_longer_listed_is_reported(collector):
    """It may be gone, or the listing may be wrong: a person should know."""

    class Known(Nothing):
        """A database that has seen the channel."""

        def channels(self, _guild_id):
            known = type("Known", (), {"name": "gone", "proven": (), "newest_id": None})
            return {collector.channel: known, 42: known}

    summary = collector.run(collector.channel, state=Known())
    assert summary.plan.vanished == ((42, "gone"),)


def test_a_huge_stderr_costs_no_memory_and_hides_nothing(collector):
    """The end of it is what counts."""
    collector.play({"name": "huge-stderr"}, {"name": "forbidden", "channel": collector.channel})
    summary = collector.run(collector.channel)
    states = {one.channel_id: one.verdict.state for one in summary.exported}
    assert states[collector.channel] is State.FORBIDDEN


def test_the_silent_empty_file_is_believed_only_after_a_wider_question(collector):
    """A window whose newest message was deleted looks like a missing permission; an older message tells them apart."""
    ids = collector.truth.message_ids(collector.channel)
    last = ids[-1]

    class Witness(Nothing):
        """A database that has the messages before the window."""

        def witness(self, _channel_id, at_or_before):
            return max((number for number in ids if number <= at_or_before), default=None)

    collector.play({"name": "empty", "channel": collector.channel})
    summary = collector.run(collector.channel, after=last - 1, state=Witness())
    (mine,) = [one for one in summary.exported if one.channel_id == collector.channel]
    assert not mine.verdict.proven
    collector.play({"name": "empty", "channel": collector.channel, "times": 1})
    summary = collector.run(collector.channel, after=last - 1, state=Witness())
    (mine,) = [one for one in summary.exported if one.channel_id == collector.channel]
    assert mine.verdict.proven
    assert mine.window.after == ids[-2] - 1


def test_a_page_that_is_lost_once_is_found_by_asking_again(collector):
    """The database knows more messages than the export shows; two exports that differ are not believed."""
    ids = collector.truth.message_ids(collector.channel)

    class Stored(Nothing):
        """A database that has every message."""

        def stored(self, _channel_id, window):
            inside = [number for number in ids if window.after < number < window.before]
            return len(inside), max(inside, default=None)

    collector.play({"name": "gap", "count": 25, "channel": collector.channel, "times": 1})
    summary = collector.run(collector.channel, state=Stored())
    (mine,) = [one for one in summary.exported if one.channel_id == collector.channel]
    assert mine.verdict.state is State.PARTIAL
    collector.play()
    summary = collector.run(collector.channel, state=Stored())
    (mine,) = [one for one in summary.exported if one.channel_id == collector.channel]
    assert mine.messages == len(ids)


def test_the_token_is_nowhere_but_in_the_child(collector, capfd):
    """Not in the arguments, not in a file, not in what the exporter printed - even when that prints it itself."""
    collector.play({"name": "leak-token"}, {"name": "server-error", "channel": collector.channel})
    summary = collector.run()
    told = repr(summary) + "".join(capfd.readouterr())
    assert CANARY not in told
    for path in collector.folder.rglob("*"):
        if path.is_file() and path != collector.world and "world" not in path.name:
            assert CANARY.encode() not in path.read_bytes(), path
    assert all(CANARY not in json.dumps(call) for call in collector.calls())


def test_ids_and_never_dates_are_on_the_command_line(collector):
    """Also the window's end; so the machine's zone and language mean nothing."""
    collector.run(collector.channel, after=10**18)
    calls = [call["argv"] for call in collector.calls()]
    exports = [argv for argv in calls if "export" in argv]
    assert exports
    for argv in exports:
        assert argv[argv.index("--after") + 1].isdigit()
        assert argv[argv.index("--before") + 1].isdigit()
        assert not any("=" in argument for argument in argv)
        assert "--include-threads" not in argv


SECOND = """
import sys
from pathlib import Path
from discord_airflow.collectors.run_lock import exporter_lock
with exporter_lock(Path(sys.argv[1]), sys.argv[2]):
    print("held", flush=True)
    sys.stdin.readline()
"""


def test_a_second_run_is_told_who_is_at_work(tmp_path):
    """Exit status 75, the process and since when; after the first has ended the lock is free."""
    first = subprocess.Popen(
        [sys.executable, "-c", SECOND, str(tmp_path), CANARY], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert first.stdout.readline() == "held\n"
    with pytest.raises(BusyError, match=f"process {first.pid}"), exporter_lock(tmp_path, CANARY):
        pass
    with exporter_lock(tmp_path, "another token"):
        pass
    first.communicate("\n")
    with exporter_lock(tmp_path, CANARY):
        pass
    assert CANARY not in "".join(path.name + path.read_text() for path in tmp_path.iterdir())


ORPHANED = """
import os, sys, time
from pathlib import Path
from discord_airflow.collectors.run_lock import exporter_lock
from discord_airflow.collectors import export_process
with exporter_lock(Path(sys.argv[1]), sys.argv[2]) as lock:
    lock.allow_until(float(sys.argv[3]))
    print("ready", flush=True)
    export_process.run_exporter(["sleep", "60"], os.environ, seconds=60, secret="", inherited=[lock.descriptor])
"""


@pytest.mark.parametrize("allowed", [30, 0])
def test_an_orphan_keeps_the_lock_until_its_time_is_over(tmp_path, allowed):
    """A killed run leaves an exporter behind: no second one beside it, and an overdue one is ended."""
    wrapper = subprocess.Popen(
        [sys.executable, "-c", ORPHANED, str(tmp_path), CANARY, str(allowed)], stdout=subprocess.PIPE, text=True
    )
    assert wrapper.stdout.readline() == "ready\n"
    children = []
    while not children:
        children = psutil.Process(wrapper.pid).children()
    wrapper.kill()
    wrapper.communicate()
    try:
        if allowed:
            with pytest.raises(BusyError, match="left over"), exporter_lock(tmp_path, CANARY):
                pass
            assert children[0].is_running()
        else:
            with exporter_lock(tmp_path, CANARY):
                assert not children[0].is_running() or children[0].status() == psutil.STATUS_ZOMBIE
    finally:
        if children[0].is_running():
            children[0].kill()
