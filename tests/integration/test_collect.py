"""Collecting over time: only what is new, edits and deletions seen, and kills that the next plain run heals."""

import json
import os
import random
import signal
import subprocess
import sys
import time

import pytest
import yaml
from standin.launching import install
from standin.population import populate
from standin.truth import Truth

CANARY = "canary-collect-token"
COMMAND = (sys.executable, "-m", "discord_airflow")


class Community:
    """A world that goes on, and a project that collects it."""

    def __init__(self, folder, settings):
        self.folder, self.settings = folder, settings
        self.path = folder / "world.json"
        self.world = populate(11, people=6, channels=2, messages=30, days=10)
        self.world.add_token(CANARY, kind="bot", user=next(u for u, facts in self.world.users.items() if facts["bot"]))
        self.guild = next(iter(self.world.guilds))
        self.save()
        (folder / "config.yaml").write_text(
            yaml.safe_dump(
                {
                    "servers": [self.guild],
                    "export": {"executable": str(install(folder)), "token_kind": "bot", "refresh_days": 3650},
                    "database": {"data_directory": str(settings.data_directory)},
                }
            )
        )

    def save(self):
        """Let the exporter see the world as it is now."""
        self.world.save(self.path)

    def environment(self, **faults):
        """Return the environment of a command."""
        return os.environ | {
            "DISCORD_AIRFLOW_HOME": str(self.folder),
            "DB_NAME": self.settings.name,
            "DISCORD_TOKEN": CANARY,
            "STANDIN_WORLD": str(self.path),
            "STANDIN_LOG": str(self.folder / "log"),
            "STANDIN_NOW": self.world.now,
        } | faults  # fmt: skip

    def start(self, *arguments, **faults):
        """Start a command."""
        return subprocess.Popen(
            (*COMMAND, *arguments),
            env=self.environment(**faults),
            cwd=self.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def run(self, *arguments, **faults):
        """Run a command and return its status and what it said."""
        process = self.start(*arguments, **faults)
        said, _ = process.communicate(timeout=100)
        return process.returncode, said

    def check(self, connection):
        """Compare the database with the world: every message once, texts as they are, the deleted marked."""
        truth = Truth(self.path)
        stored = connection.execute("SELECT channel_id, id, content, deleted_at IS NULL FROM messages").fetchall()
        connection.rollback()
        there = {}
        for channel, number, text, alive in stored:
            if alive:
                there.setdefault(channel, {})[number] = text
        for channel in truth.channel_ids(self.guild):
            assert there.pop(channel, {}).keys() == set(truth.message_ids(channel)), channel
        assert there == {}


@pytest.fixture
def community(tmp_path, database_settings):
    """A community that was never collected."""
    return Community(tmp_path, database_settings)


def test_a_community_is_followed_through_time(community, database):
    """New messages, edits, deletions, a new channel and a removed one: after each run the database is the world."""
    status, said = community.run("collect")
    assert status == 0, said
    community.check(database)
    world, truth = community.world, Truth(community.path)
    channel = max(truth.channel_ids(community.guild), key=lambda number: len(truth.message_ids(number)))
    ids = truth.message_ids(channel)
    author = next(user for user, facts in world.users.items() if not facts["bot"])
    world.advance(days=1)
    world.edit(ids[0], "an edited text")
    world.delete(ids[1])
    world.post(channel, author, "a new one")
    fresh = world.add_channel(community.guild, "fresh")
    world.post(fresh, author, "the first here")
    community.save()
    status, said = community.run("collect", "--json")
    assert status == 0, said
    assert json.loads(said)["new"] == [str(fresh)]
    community.check(database)
    rows = database.execute("SELECT content FROM messages WHERE id = %s", (ids[0],)).fetchall()
    earlier = database.execute("SELECT count(*) FROM message_revisions WHERE message_id = %s", (ids[0],)).fetchone()
    gone = database.execute("SELECT deleted_at IS NOT NULL FROM messages WHERE id = %s", (ids[1],)).fetchone()
    database.rollback()
    assert (rows, earlier, gone) == ([("an edited text",)], (1,), (True,))
    world.advance(days=1)
    world.remove_channel(fresh)
    community.save()
    status, said = community.run("collect", "--json")
    assert json.loads(said)["vanished"] == [str(fresh)]


def test_a_failed_stretch_is_a_gap_until_the_next_run_fills_it(community, database):
    """The cursor stays; `coverage` names what is missing and why; a plain run closes it."""
    truth = Truth(community.path)
    channel = max(truth.channel_ids(community.guild), key=lambda number: len(truth.message_ids(number)))
    fault = json.dumps([{"name": "half-exit-1", "after": "half", "channel": channel}])
    status, said = community.run("collect", STANDIN_FAULTS=fault)
    assert status == 65, said
    count = database.execute("SELECT count(*) FROM messages WHERE channel_id = %s", (channel,)).fetchone()
    states = database.execute("SELECT state FROM coverage WHERE channel_id = %s", (channel,)).fetchall()
    database.rollback()
    assert (count, states) == ((0,), [("partial",)])
    assert community.run("collect")[0] == 0
    community.check(database)
    status, said = community.run("coverage", "--json")
    assert json.loads(said)[0]["gaps"] == []


def test_export_then_import_is_the_same_as_collect(community, database):
    """The two commands of the documentation, one after the other; the second import has nothing to do."""
    assert community.run("export")[0] == 0
    assert database.execute("SELECT count(*) FROM messages").fetchone() == (0,)
    database.rollback()
    status, said = community.run("import", "collectors/exports")
    assert status == 0, said
    community.check(database)
    proven = database.execute("SELECT DISTINCT state FROM coverage ORDER BY 1").fetchall()
    database.rollback()
    assert proven == [("complete",), ("empty",)]
    status, said = community.run("import", "collectors/exports")
    assert (status, "0 rows" in said) == (0, True), said


def test_kills_at_any_moment_lose_and_double_nothing(community, database):
    """The wrapper, the exporter or both are killed; the next plain run goes on, and the end is the world."""
    seed = random.SystemRandom().randrange(10**6)
    chance = random.Random(seed)
    drip = json.dumps([{"name": "slow-drip", "seconds": 0.004}])
    author = next(user for user, facts in community.world.users.items() if not facts["bot"])
    channel = max(Truth(community.path).channel_ids(community.guild))
    for _ in range(8):
        community.world.advance(hours=1)
        community.world.post(channel, author, "still here")
        community.save()
        process = community.start("collect", STANDIN_FAULTS=drip)
        time.sleep(chance.uniform(0.3, 3.5))  # the moment of a kill, not a wait for something
        whom = chance.choice(["wrapper", "both", "exporter"])
        if whom == "exporter":
            subprocess.run(["pkill", "-9", "-f", str(community.folder / "Discord")], check=False)
        else:
            os.kill(process.pid, signal.SIGKILL)
            if whom == "both":
                subprocess.run(["pkill", "-9", "-f", str(community.folder / "Discord")], check=False)
        process.communicate()
        orphans = database.execute(
            "SELECT count(*) FROM messages m WHERE NOT EXISTS (SELECT FROM ledger l WHERE l.channel_id = m.channel_id)"
        ).fetchone()
        database.rollback()
        assert orphans == (0,), seed
    subprocess.run(["pkill", "-9", "-f", str(community.folder / "Discord")], check=False)
    status, said = community.run("collect")
    assert status == 0, (seed, said)
    community.check(database)
    assert not list((community.folder / "collectors" / "exports").rglob("*.tmp"))
    assert CANARY not in said
