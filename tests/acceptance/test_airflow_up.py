"""`make up` and `make down` as a user types them: a real Airflow, a real run, its report, no orphans."""

import http.client
import os
import signal
import subprocess
from pathlib import Path
from urllib.parse import quote

import httpx
import psutil
import pytest
from native.canary import find_in_database, find_in_files

from discord_airflow import embedded
from discord_airflow.collectors.importer import import_paths
from discord_airflow.database import apply_schema, connect
from discord_airflow.local_airflow.sessions import members
from discord_airflow.settings import load_settings
from tests.local_up import UP, Up, wait_for

CANARY = "canary-token-that-nobody-may-see"
PASSWORD = "canary-pässword-of 'the' mail"
SECRETS = (CANARY, PASSWORD)
SAMPLE = sorted(Path("sample/exports").glob("Tidewatch*.json"))

pytestmark = [pytest.mark.airflow, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def home(reachable_folder, tmp_path_factory):
    """A home that PostgreSQL's user can enter, with a secret in `.env`; a test finds it as the one before left it."""
    home = reachable_folder / tmp_path_factory.mktemp("home").name
    home.mkdir(mode=0o711)
    (home / ".env").write_text(f'DISCORD_TOKEN={CANARY}\nNOTIFY_EMAIL_PASSWORD="{PASSWORD}"\n')
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
    started.end()


@pytest.fixture
def client(up):
    """Who has logged in as the README says."""
    up.read_until("Airflow is ready", 180)
    with httpx.Client(base_url=f"http://127.0.0.1:{up.port}", timeout=100, trust_env=False) as client:
        answer = client.post("/auth/token", json={"username": "airflow", "password": "airflow"})
        client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        yield client


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

    # Of a run that fails the page tells, too; its tracebacks are among the logs that are searched below.
    assert run_weekly(client, {"servers": ["1"]}) == "failed"
    assert "failed and wrote no report" in client.get("/reports/").text

    leaders = up.services()
    up.process.send_signal(signal.SIGTERM)
    assert up.process.wait(60) == 0
    check_nothing_is_left(up, leaders)
    check_no_secret_was_written(up)


def check_no_secret_was_written(up):
    """Not by any process, into no log, report or table, in none of the forms that secrets take."""
    assert not any(secret in line for line in up.lines for secret in SECRETS)
    logs = {path.name for path in up.place.logs.iterdir()}
    assert logs >= {"scheduler.log", "api-server.log", "dag-processor.log", "migrate.log"}
    assert len(list(up.place.airflow.rglob("attempt=*.log"))) > 10
    for folder in (up.place.logs, up.place.airflow, up.place.home / "reports"):
        assert find_in_files(SECRETS, folder) == []
    settings = load_settings(environ={"DISCORD_AIRFLOW_HOME": str(up.place.home)}).database
    for name in ("airflow", settings.name):
        with connect(settings.model_copy(update={"name": name})) as connection:
            assert find_in_database(SECRETS, connection) == []
    embedded.stop(settings)


def check_reports_page(up, client, day):
    """The page is there for who is logged in, and opens reports only."""
    root = f"http://127.0.0.1:{up.port}/reports"
    for path in ("/", f"/{day}/", f"/{day}/report.html", f"/{day}/report.json", "/elsewhere/"):
        assert httpx.get(root + path, trust_env=False).status_code == 401
        # A browser is led to the login, and from there back to where it wanted to go; nowhere else.
        led = httpx.get(root + path, headers={"accept": "text/html"}, trust_env=False)
        assert (led.status_code, led.content) == (303, b"")
        assert led.headers["location"] == "/api/v2/auth/login?next=" + quote("/reports" + path, safe="")
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
        f"{day}/report.json/../../../.env",
        "..%252f..%252f.env/",
        "%252e%252e/.env",
        "..%5c..%5c.env/",
        "%ef%bc%92026-11-22/",  # a full-width digit, as some parsers take it
        "%d9%a2026-11-22/report.md",  # an Arabic one
        f"{day}/report.m%64%00",
        f"{day}/report.html.md",
        "2026-02-30/",
        ".env/",
        "secret/report.md",
    ):
        assert asked_as_it_stands(up.port, f"/reports/{path}", client.headers["authorization"]) == 404, path
    answer = client.get("/reports/", params={"before": "../../.env"})
    assert (answer.status_code, f'href="{day}/"' in answer.text) == (200, True)


def asked_as_it_stands(port, path, authorization):
    """Ask for *path* without tidying it up; return the status. The answer must not hold the secret."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", path, headers={"Authorization": authorization})
    answer = connection.getresponse()
    assert CANARY.encode() not in answer.read()
    connection.close()
    return answer.status


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
