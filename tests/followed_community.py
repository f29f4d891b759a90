"""A community that goes on, seen through the stand-in for the exporter, and a project that collects it."""

import os
import subprocess
import sys

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
        self.exporter = str(install(folder))
        self.configure()

    def configure(self, *, refresh_days=3650, **limits):
        """Write the project's settings."""
        (self.folder / "config.yaml").write_text(
            yaml.safe_dump(
                {
                    "servers": [self.guild],
                    "export": {"executable": self.exporter, "token_kind": "bot", "refresh_days": refresh_days},
                    "database": {"data_directory": str(self.settings.data_directory)},
                    "limits": limits,
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

    def check(self, connection, channels=None):
        """Compare the database with the world (or *channels* of it): every message once, the deleted marked."""
        truth = Truth(self.path)
        stored = connection.execute("SELECT channel_id, id, content, deleted_at IS NULL FROM messages").fetchall()
        connection.rollback()
        there = {}
        for channel, number, text, alive in stored:
            if alive:
                there.setdefault(channel, {})[number] = text
        for channel in channels or truth.channel_ids(self.guild):
            assert there.pop(channel, {}).keys() == set(truth.message_ids(channel)), channel
        assert there == {}
