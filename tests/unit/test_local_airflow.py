"""Airflow on this machine: the environment of its processes, its logs, and who belongs to what was started."""

import json
import os
import signal
import socket
import stat
import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from discord_airflow.errors import BusyError
from discord_airflow.local_airflow import __main__ as command
from discord_airflow.local_airflow import report
from discord_airflow.local_airflow.lock import only_one
from discord_airflow.local_airflow.log_files import LARGEST_LOG, last_words, open_log
from discord_airflow.local_airflow.place import AirflowPlace, airflow_environment
from discord_airflow.local_airflow.serve import refuse_taken
from discord_airflow.local_airflow.server import SERVICES, service_environment, service_variables
from discord_airflow.local_airflow.sessions import Leader, Running, end, members, read_running
from discord_airflow.settings import DatabaseSettings, Settings

OWN_SERVER = DatabaseSettings(host="db.example", password="geheim # $x")  # type: ignore[arg-type]

FAMILY = """
import os, signal, subprocess, sys, time
if {deaf}:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
code = "import os, time; os.setpgid(0, 0); print(1, flush=True); time.sleep(60)"
child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
child.stdout.readline()
print(child.pid, flush=True)
time.sleep(60)
"""


def lives(process):
    """Say whether *process* runs; the dead whom nobody has buried yet do not."""
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE


@pytest.fixture
def place(tmp_path):
    place = AirflowPlace(tmp_path)
    place.make_folders()
    return place


@pytest.fixture
def family():
    """A function that starts a leader with a child in a process group of its own; returns the leader and the child."""
    started = []

    def start(*, deaf=False):
        process = subprocess.Popen(
            [sys.executable, "-c", FAMILY.format(deaf=deaf)], stdout=subprocess.PIPE, start_new_session=True
        )
        child = psutil.Process(int(process.stdout.readline()))
        started.extend([process, child])
        return Leader.of(process.pid), child

    yield start
    for process in started:
        if isinstance(process, subprocess.Popen):
            process.kill()
            process.communicate()
        elif process.is_running():
            process.kill()


def test_make_report_hands_its_end_on_as_it_was_written(tmp_path, monkeypatch):
    """In UTC a time over which the clock jumps would be an hour later, and the week an hour short."""
    asked = {}
    monkeypatch.setattr(report, "in_use", nullcontext)
    monkeypatch.setattr(report, "bring_in", lambda *_: None)
    monkeypatch.setattr(report, "_configuration", lambda *_, **__: {"until": "2025-03-30T01:30:00+00:00"})
    monkeypatch.setattr(report, "_show", lambda *_: None)
    outcome = SimpleNamespace(handover={"report": "2025-03-30"})
    monkeypatch.setattr(report, "run_dag", lambda _, __, configuration, ___: asked.update(configuration) or outcome)
    settings = Settings(home=tmp_path, report={"timezone": "Europe/Helsinki"})
    report.report(settings, None, None, " 2025-03-30T03:30 ", lambda _: None)
    assert asked["until"] == "2025-03-30T03:30"


def test_another_airflow_of_the_shell_changes_nothing(place):
    """A developer's AIRFLOW__ variables would lead to other DAGs, other metadata and other logins."""
    shell = {
        "AIRFLOW__CORE__EXECUTOR": "CeleryExecutor",
        "AIRFLOW_HOME": "/elsewhere",
        "AIRFLOW_CONN_X": "y",
        "LANG": "C",
    }
    environment = airflow_environment(place, "sqlite:////x.db", shell)
    assert "AIRFLOW__CORE__EXECUTOR" not in environment
    assert "AIRFLOW_CONN_X" not in environment
    assert environment["AIRFLOW_HOME"] == str(place.airflow)
    assert environment["LANG"] == "C"


def test_the_services_listen_on_this_machine_only(place):
    """Nobody in the same network reaches an Airflow whose password is written in the README."""
    environment = service_environment(place, OWN_SERVER, 8080, {})
    assert environment["AIRFLOW__API__HOST"] == "127.0.0.1"
    assert "--skip-serve-logs" in SERVICES["scheduler"]
    assert "127.0.0.1" in environment["AIRFLOW__CORE__EXECUTION_API_SERVER_URL"]


def test_a_server_of_the_users_own_does_not_get_airflows_tables(place):
    """With DB_HOST nothing embedded starts, and Airflow's metadata goes into a file; no password is in its address."""
    environment = service_environment(place, OWN_SERVER, 8080, {})
    assert environment["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"] == f"sqlite:///{place.airflow / 'metadata.db'}"
    assert not any("geheim" in value for value in environment.values())


def test_secrets_are_made_once_and_for_the_owner_only(place):
    """A restart keeps logins; another user of the machine reads nothing."""
    first = service_environment(place, OWN_SERVER, 8080, {})
    second = service_environment(place, OWN_SERVER, 8080, {})
    name = "AIRFLOW__API_AUTH__JWT_SECRET"
    assert first[name] == second[name]
    assert len(first[name]) >= 64
    assert stat.S_IMODE((place.airflow / "secrets.json").stat().st_mode) == 0o600
    assert stat.S_IMODE(place.airflow.stat().st_mode) == stat.S_IMODE(place.logs.stat().st_mode) == 0o700


def test_the_token_goes_only_where_tasks_run(place):
    """The server that draws pages and the one that reads DAG files have no business with Discord."""
    environment = service_environment(place, OWN_SERVER, 8080, {"DISCORD_TOKEN": "canary"})
    holders = [name for name in SERVICES if "canary" in service_variables(name, environment).values()]
    assert holders == ["scheduler"]


def test_tasks_reach_the_server_past_any_proxy(place):
    """A company's proxy cannot reach this machine's own address, so it must not be asked."""
    environment = service_environment(place, OWN_SERVER, 8080, {"NO_PROXY": "intranet.example"})
    assert environment["NO_PROXY"] == "intranet.example,127.0.0.1,localhost"


def test_a_family_is_found_and_ended_down_to_the_last_child(family):
    """A child in a process group of its own (as each task of Airflow is) belongs to the session all the same."""
    leader, child = family()
    assert {process.pid for process in members([leader])} == {leader.pid, child.pid}
    end([leader], grace=0.5)
    assert members([leader]) == []
    assert not lives(child)


def test_children_of_a_killed_leader_are_found(family):
    """The session outlives its leader."""
    leader, child = family()
    os.kill(leader.pid, signal.SIGKILL)
    end([leader], grace=0)
    assert not lives(child)


def test_who_does_not_listen_is_killed(family):
    """Politeness ends after the grace."""
    leader, child = family(deaf=True)
    assert end([leader], grace=0.2) >= 1
    assert members([leader]) == []
    assert not lives(child)


def test_a_number_that_belongs_to_somebody_else_by_now_is_left_alone(family):
    """Process numbers come round again; the start time tells."""
    leader, child = family()
    stale = Leader(leader.pid, leader.started - 3600)
    assert not stale.lives()
    assert members([stale]) == []
    end([stale], grace=0)
    assert lives(child)
    assert leader.lives()


def test_what_runs_is_written_down_and_read_again(tmp_path):
    """For `make down` and for the watchdog; a file from before the last boot, or a damaged one, says nothing."""
    path = tmp_path / "running.json"
    running = Running(Leader(1, 2.5), (Leader(3, 4.5),), psutil.boot_time(), stops_database=True)
    running.write(path)
    assert read_running(path) == running
    path.write_text(json.dumps(json.loads(path.read_text()) | {"booted": 1.0}))
    assert read_running(path) is None
    path.write_text("{")
    assert read_running(path) is None
    assert read_running(tmp_path / "nothing") is None


def test_the_last_words_of_a_log_are_the_sentence_of_the_error(tmp_path):
    """Of a traceback and what follows, a person needs the line that names the error."""
    log = tmp_path / "x.log"
    log.write_text(
        'Traceback (most recent call last):\n  File "x"\n'
        "\x1b[31mdiscord_airflow.errors.ServiceDownError: PostgreSQL does not answer.\x1b[0m\n\nbye\n"
    )
    assert last_words(log) == "discord_airflow.errors.ServiceDownError: PostgreSQL does not answer"
    assert last_words(tmp_path / "nothing") == "it gave no reason"


def test_a_log_does_not_grow_for_ever(tmp_path):
    """One older part is kept; both are for the owner only."""
    log = tmp_path / "x.log"
    with log.open("wb") as file:
        file.truncate(LARGEST_LOG + 1)
    with open_log(log) as file:
        file.write(b"new")
    assert log.read_bytes() == b"new"
    assert (tmp_path / "x.log.1").stat().st_size == LARGEST_LOG + 1
    assert stat.S_IMODE(log.stat().st_mode) == 0o600


def test_only_one_holds_a_lock(tmp_path):
    """The second one is told so at once, and may come when the first has gone."""
    with (
        only_one(tmp_path / "lock", "busy"),
        pytest.raises(BusyError, match="busy"),
        only_one(tmp_path / "lock", "busy"),
    ):
        pass
    with only_one(tmp_path / "lock", "busy"):
        pass


def test_a_taken_port_is_told_with_the_next_step():
    """Instead of a page of Airflow's log."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(BusyError, match=f"PORT={port + 1}"):
            refuse_taken(port)


@pytest.mark.parametrize(
    "line", [[], ["fly"], ["up", "--port", "0"], ["up", "--port", "65536"], ["report", "--days", "week"], ["down", "x"]]
)
def test_a_wrong_command_line_ends_with_64_and_a_sentence(line, capsys):
    """No stack trace, no work begun."""
    assert command.main(line) == 64
    assert "--help" in capsys.readouterr().err


def test_the_folders_follow_the_projects_home(tmp_path):
    """All that a local Airflow writes is below .data, which git ignores."""
    place = AirflowPlace(tmp_path)
    for path in (place.airflow, place.logs, place.running_file, place.up_lock, place.report_lock):
        assert path.is_relative_to(tmp_path / ".data")
    assert "/.data/" in Path(".gitignore").read_text()
