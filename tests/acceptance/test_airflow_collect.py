"""The DAG `discord_collect`, run by a real Airflow with the stand-in for the exporter and a real PostgreSQL."""

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from standin.launching import install
from standin.population import populate
from standin.truth import Truth

from discord_airflow import database as door
from discord_airflow.local_airflow.place import AirflowPlace, airflow_environment, sqlite_address

pytestmark = [pytest.mark.airflow, pytest.mark.timeout(240)]
CANARY = "canary-airflow-collect-token"


@pytest.fixture
def home(tmp_path, database_settings):
    """A project whose servers, exporter and database are those of the test."""
    world = populate(4, people=6, channels=1, messages=25, days=10)
    world.add_token(CANARY, kind="bot", user=next(user for user, facts in world.users.items() if facts["bot"]))
    world.save(tmp_path / "world.json")
    settings = {
        "servers": [next(iter(world.guilds))],
        "export": {"executable": str(install(tmp_path)), "token_kind": "bot"},
        "database": {"data_directory": str(database_settings.data_directory)},
    }
    (tmp_path / "config.yaml").write_text(yaml.safe_dump(settings))
    return tmp_path


def collect(home, name, *faults):
    """Run the DAG once; return what became of its tasks and everything that was printed."""
    place = AirflowPlace(home)
    place.make_folders()
    given = {
        "DISCORD_AIRFLOW_HOME": str(home),
        "DISCORD_TOKEN": CANARY,
        "DB_NAME": name,
        "STANDIN_WORLD": str(home / "world.json"),
        "STANDIN_LOG": str(home / "calls"),
        "STANDIN_FAULTS": json.dumps(faults),
    }
    environment = airflow_environment(place, sqlite_address(place.airflow / "airflow.db"), os.environ | given)
    result = home / "result.json"
    command = (sys.executable, "-m", "discord_airflow.local_airflow.one_run", "discord_collect", "{}", str(result))
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert result.exists(), done.stderr[-3000:]
    return json.loads(result.read_text()), done.stdout + done.stderr


def mapped_states(home):
    """Return how often each state stands among the mapped export tasks of the last run."""
    with sqlite3.connect(home / ".data" / "airflow" / "airflow.db") as metadata:
        rows = metadata.execute(
            "SELECT state, count(*) FROM task_instance WHERE task_id = 'export_channel' AND run_id ="
            " (SELECT run_id FROM dag_run WHERE dag_id = 'discord_collect' ORDER BY id DESC LIMIT 1) GROUP BY state"
        )
        return dict(rows.fetchall())


def test_a_collection_stores_the_world_and_one_forbidden_channel_fails_alone(home, database_settings):
    """First a channel is forbidden: its task fails, all others are stored; then a plain run completes the rest."""
    truth = Truth(home / "world.json")
    guild = yaml.safe_load((home / "config.yaml").read_text())["servers"][0]
    channels = truth.channel_ids(guild)
    closed = max(channels, key=lambda number: len(truth.message_ids(number)))
    outcome, said = collect(home, database_settings.name, {"name": "forbidden", "channel": closed})
    assert outcome["tasks"]["import_exports"] == "success", (outcome, said[-3000:])
    assert mapped_states(home)["failed"] == 1
    assert "does not let this token read" in said
    stored = stored_ids(database_settings)
    assert closed not in stored
    assert all(set(truth.message_ids(number)) == stored.get(number, set()) for number in channels - {closed})

    outcome, healed = collect(home, database_settings.name)
    assert outcome["state"] == "success", (outcome, healed[-3000:])
    stored = stored_ids(database_settings)
    assert all(set(truth.message_ids(number)) == stored.get(number, set()) for number in channels)
    check_no_leak(home, said + healed)


def test_a_refused_token_is_tried_once(home, database_settings):
    """The listing finds out; no export is started."""
    outcome, _ = collect(home, database_settings.name, {"name": "unauthorized", "on": "token"})
    assert outcome["tasks"]["list_channels"] == "failed"
    assert outcome["errors"]["list_channels"]["exit_code"] == 77
    calls = [json.loads(line) for line in (home / "calls").read_text().splitlines()]
    assert not [call for call in calls if "export" in call.get("argv", ())]


def stored_ids(settings):
    """Return the ids of the stored messages by channel."""
    found = {}
    with door.connect(settings) as connection:
        for channel, number in connection.execute("SELECT channel_id, id FROM messages"):
            found.setdefault(channel, set()).add(number)
    return found


def check_no_leak(home, said):
    """The token is in no output, no log, no file and not in Airflow's database."""
    assert CANARY not in said
    for path in Path(home).rglob("*"):
        if path.is_file() and path.name != "world.json":
            assert CANARY.encode() not in path.read_bytes(), path
