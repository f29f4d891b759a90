"""`make up` and `make down` as a user types them: a real Airflow, a real run, its report, no orphans."""

import os
import select
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import psutil
import pytest

from discord_airflow import embedded
from discord_airflow.collectors.importer import import_paths
from discord_airflow.database import apply_schema, connect
from discord_airflow.local_airflow.place import AirflowPlace
from discord_airflow.local_airflow.sessions import members, read_running
from discord_airflow.settings import load_settings

CANARY = "canary-token-that-nobody-may-see"
SAMPLE = sorted(Path("sample/exports").glob("Tidewatch*.json"))
UP = (sys.executable, "-m", "discord_airflow.local_airflow", "up", "--port")
DOWN = (sys.executable, "-m", "discord_airflow.local_airflow", "down")

pytestmark = [pytest.mark.airflow, pytest.mark.timeout(300)]


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


class Up:
    """A running `make up`."""

    def __init__(self, home):
        self.place = AirflowPlace(home)
        self.port = free_port()
        self.lines = []
        self.environment = os.environ | {"DISCORD_AIRFLOW_HOME": str(home)}
        self.process = subprocess.Popen(
            (*UP, str(self.port)), env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )

    def read_until(self, text, seconds=120):
        """Wait until a line with *text* is printed."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            ready, _, _ = select.select([self.process.stdout], [], [], 1)
            if ready:
                self.lines.append(self.process.stdout.readline())
                if text in self.lines[-1]:
                    return
                if not self.lines[-1]:
                    break
        raise AssertionError(f"no {text!r} in {self.lines}")

    def services(self):
        """The leaders of all services."""
        running = read_running(self.place.running_file)
        return running.services if running else ()

    def down(self):
        return subprocess.run(DOWN, env=self.environment, capture_output=True, text=True, check=False)


@pytest.fixture
def home(reachable_folder, tmp_path_factory):
    """A home that PostgreSQL's user can enter, with a secret in `.env`."""
    home = reachable_folder / tmp_path_factory.mktemp("home").name
    home.mkdir(mode=0o711)
    (home / ".env").write_text(f"DISCORD_TOKEN={CANARY}\n")
    settings = load_settings(environ={"DISCORD_AIRFLOW_HOME": str(home)})
    with connect(settings.database) as connection:
        apply_schema(connection)
    assert not import_paths(SAMPLE, lambda: connect(settings.database)).troubled
    embedded.stop(settings.database)
    return home


@pytest.fixture
def up(home):
    """`make up` in *home*; whatever the test does, nothing of it goes on running."""
    started = Up(home)
    yield started
    started.down()
    started.process.kill()
    started.process.communicate()


@pytest.fixture
def client(up):
    """Who has logged in as the README says."""
    up.read_until("Airflow is ready")
    with httpx.Client(base_url=f"http://127.0.0.1:{up.port}", timeout=30, trust_env=False) as client:
        answer = client.post("/auth/token", json={"username": "airflow", "password": "airflow"})
        client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        yield client


def wait_for(what, seconds=90):
    """Return the first true answer of *what*."""
    deadline = time.monotonic() + seconds
    while not (answer := what()):
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.2)
    return answer


def run_weekly(client, configuration):
    """Trigger the weekly DAG as the form does; return the state of the run when it is over."""
    answer = client.post("/api/v2/dags/discord_weekly/dagRuns", json={"logical_date": None, "conf": configuration})
    assert answer.status_code == 200, answer.text
    address = f"/api/v2/dags/discord_weekly/dagRuns/{answer.json()['dag_run_id']}"
    return wait_for(lambda: (state := client.get(address).json()["state"]) in ("success", "failed") and state)


def test_a_person_starts_airflow_triggers_the_report_and_reads_it(up, client, home):
    """One visit: log in, trigger with days, the run turns green, the report is there, all of it ends on one signal."""
    # Nothing listens where another machine could reach it.
    listening = [
        connection.laddr.ip
        for process in members(up.services())
        for connection in process.net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    ]
    assert set(listening) == {"127.0.0.1"}
    assert httpx.get(f"http://127.0.0.1:{up.port}/api/v2/dags", trust_env=False).status_code == 401

    asked = {"days": 14, "until": "2026-11-22"}
    assert run_weekly(client, asked) == "success"
    files = {path.name: path.read_bytes() for path in (home / "reports").iterdir()}
    assert set(files) == {"2026-11-22.md", "2026-11-22.html", "2026-11-22.json"}
    assert b"# Report on 14 days" in files["2026-11-22.md"]
    assert b"Tidewatch" in files["2026-11-22.md"]
    assert run_weekly(client, asked) == "success"
    assert {path.name: path.read_bytes() for path in (home / "reports").iterdir()} == files

    check_reports_page(up, client, "2026-11-22")

    # A second copy, and another program on the port, are told so.
    second = subprocess.run((*UP, str(up.port)), env=up.environment, capture_output=True, text=True, check=False)
    assert second.returncode == 75
    assert "make down" in second.stderr

    # A service that is killed comes back.
    scheduler = next(leader for leader in up.services() if "scheduler" in command_line(leader))
    os.kill(scheduler.pid, signal.SIGKILL)
    up.read_until("starting it again")
    wait_for(lambda: len([leader for leader in up.services() if leader.lives()]) == 3)
    assert run_weekly(client, {"days": 7}) == "success"

    leaders = up.services()
    up.process.send_signal(signal.SIGTERM)
    assert up.process.wait(60) == 0
    check_nothing_is_left(up, leaders)
    for log in [*up.place.logs.iterdir(), *up.place.airflow.rglob("*.log")]:
        assert CANARY not in log.read_text(errors="replace"), log


def check_reports_page(up, client, day):
    """The page is there for who is logged in, and opens reports only."""
    root = f"http://127.0.0.1:{up.port}/reports"
    for path in ("/", f"/{day}/", f"/{day}/report.html", f"/{day}/report.json", "/elsewhere/"):
        assert httpx.get(root + path, trust_env=False).status_code == 401
    assert client.get("/api/v2/plugins/importErrors").json()["total_entries"] == 0
    page = client.get("/reports/")
    assert page.status_code == 200
    assert f'href="{day}/"' in page.text
    for path, kind in {"": "text/html", "report.html": "text/html", "report.md": "text/markdown"}.items():
        answer = client.get(f"/reports/{day}/{path}")
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith(kind)
        assert "sandbox" in answer.headers["content-security-policy"]
        assert "allow-scripts" not in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
    assert client.get(f"/reports/{day}/report.json").json()["format"] == 1
    for path in (
        "..%2f..%2fetc%2fpasswd/",
        "%2e%2e/%2e%2e/.env",
        f"{day}/..%2f..%2f.env",
        f"{day}/report.env",
        f"{day}%00/report.md",
        f"{day}/report.md%2f..%2f..%2f.env",
        "2026-02-30/",
        ".env/",
    ):
        answer = client.get(f"/reports/{path}")
        assert answer.status_code == 404
        assert CANARY not in answer.text


def command_line(leader):
    return " ".join(psutil.Process(leader.pid).cmdline())


def check_nothing_is_left(up, leaders):
    """No process of any session, no note of them, and the database that was started for it is stopped."""
    assert len(leaders) == 3
    assert members(leaders) == []
    assert not up.place.running_file.exists()
    settings = load_settings(environ={"DISCORD_AIRFLOW_HOME": str(up.place.home)})
    assert not embedded.status(settings.database).running


def test_when_make_up_is_killed_nothing_goes_on_running(up):
    """`kill -9` leaves no time to clean up; the watchdog does it."""
    leaders = wait_for(lambda: len(leaders := up.services()) == 3 and leaders)
    up.process.kill()
    wait_for(lambda: not up.place.running_file.exists(), 60)
    check_nothing_is_left(up, leaders)


def test_make_down_ends_what_even_the_watchdog_could_not(up):
    """After both were killed the services go on by themselves, until somebody says down."""
    leaders = wait_for(lambda: len(leaders := up.services()) == 3 and leaders)
    [watchdog] = [
        child for child in psutil.Process(up.process.pid).children() if "watchdog" in " ".join(child.cmdline())
    ]
    watchdog.kill()
    up.process.kill()
    up.process.wait()
    assert members(leaders)
    done = up.down()
    assert (done.returncode, done.stdout) == (0, "Airflow is stopped.\n")
    check_nothing_is_left(up, leaders)
    assert up.down().stdout == "Airflow was not running.\n"
