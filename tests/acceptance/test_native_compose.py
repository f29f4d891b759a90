"""
docker-compose.yml without containers: its four services as processes, with its very environment, on PostgreSQL.

Takes minutes and the packages of the image, so it runs with `make test-native`, and in continuous integration.
"""

import json
import os
import shutil

import httpx
import psutil
import pytest
from native.airflow_set import IMAGE, AirflowSet
from native.canary import find_in_database, find_in_files, forms
from native.compose_file import ROOT, read_service
from native.postgres import running_postgres
from native.rest import Rest
from native.scale_out import UNTIL, WAITING, reports, show
from native.services import wait_until
from psycopg import sql

from tests.browser.conftest import CHROMIUM

TOKEN = "Canary.T0ken-that/nobody+may=see"
PASSWORD = 'Canary pässword "7%"\\/'
WEBHOOK = "https://discord.com/api/webhooks/42/Canary-w3bhook_of-nobody"
POST = "https://discord.com/api/webhooks/42/Canary-p0st_of-nobody"
MAIL = "Canary 'mail' pässword"
SERVICES = ("airflow-apiserver", "airflow-scheduler", "airflow-dag-processor", "airflow-triggerer")
# Of the webhook's address only the last part is secret.
SECRETS = (TOKEN, PASSWORD, MAIL, WEBHOOK.rpartition("/")[2], POST.rpartition("/")[2])
HELD = ("DISCORD_TOKEN", "DB_PASSWORD", "NOTIFY_WEBHOOK", "NOTIFY_EMAIL_PASSWORD", "POST_WEBHOOK")
SOONER = {
    # A lost task is noticed after a quarter of a minute, that the test may be short.
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "15",
    "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL": "2",
}

pytestmark = [
    pytest.mark.airflow,
    pytest.mark.timeout(1500),
    pytest.mark.skipif("NATIVE" not in os.environ, reason="takes minutes; run it with: make test-native"),
]


@pytest.fixture(scope="module")
def project(reachable_folder):
    """The compose project, started as the quick start says, with canaries for secrets and the sample imported."""
    assert (IMAGE / "bin" / "airflow").exists(), "run: make setup-image"
    folder = reachable_folder / "compose"
    folder.mkdir(mode=0o711)
    home = folder / "home"
    home.mkdir()
    with running_postgres(folder / "postgres") as postgres:
        postgres.make_database("airflow", "airflow", "airflow")
        postgres.make_database("discord_data", "discord", PASSWORD)
        variables = {"DB_HOST": "127.0.0.1", "DB_PORT": str(postgres.port), "DB_USER": "discord"}
        variables |= {
            "DB_PASSWORD": PASSWORD,
            "DISCORD_TOKEN": TOKEN,
            "NOTIFY_WEBHOOK": WEBHOOK,
            "NOTIFY_EMAIL_PASSWORD": MAIL,
            "POST_WEBHOOK": POST,
            "OLLAMA_HOST": "http://127.0.0.1:9",
        }
        started = AirflowSet(home, postgres, variables, SOONER)
        try:
            started.initialise()
            started.run("discord-airflow", "import", str(ROOT / "sample" / "exports"))
            for name in SERVICES:
                started.add(name)
            yield started
        finally:
            started.stop()


@pytest.fixture(scope="module")
def rest(project):
    """Who has logged in as the quick start says, to an Airflow that is whole."""
    client = project.rest()
    client.wait_for_dag()
    return client


def in_the_middle(project):
    """Say whether a task waits for the lock that the test holds."""
    with project.postgres.connect("discord_data") as look:
        return bool(look.execute(WAITING).fetchall())


def hold_up(project):
    """Return a connection whose transaction keeps every task in the middle of its first query until it is closed."""
    connection = project.postgres.connect("discord_data")
    connection.autocommit = False
    connection.execute("LOCK TABLE messages IN ACCESS EXCLUSIVE MODE")
    return connection


def check_whole(project, expected=None):
    """No draft, no half of a report; the same bytes as *expected*."""
    found = reports(project.home)
    assert {name.split(".", 1)[1] for name in found} == {"md", "html", "json"}
    for name, content in found.items():
        if name.endswith(".json"):
            json.loads(content)
    if expected is not None:
        assert found == expected
    return found


def test_the_quick_start_leads_to_a_report_behind_a_login(project, rest):
    """Log in as airflow / airflow, trigger with days=14, the run succeeds, three files, and a page for them."""
    assert rest.wait_for_run(rest.trigger({"days": 14})) == "success"
    files = check_whole(project)
    day = next(iter(files)).split(".")[0]
    assert b"14 days" in files[f"{day}.md"]
    for path in ("/reports/", f"/reports/{day}/", f"/reports/{day}/report.html"):
        assert httpx.get(rest.root + path, trust_env=False).status_code == 401
        assert rest.client.get(path).status_code == 200
    assert rest.client.get("/api/v2/importErrors").json()["total_entries"] == 0
    assert rest.client.get("/api/v2/plugins/importErrors").json()["total_entries"] == 0


def test_only_the_scheduler_has_the_secrets_and_no_command_line_shows_one(project, rest):
    """Token and password go as far as the compose file sends them, and not one process further."""
    leaders = {service.leader.pid: name for name, service in project.services.items()}
    holders, seen = set(), set()
    for process in psutil.process_iter(["pid"]):
        try:
            name = leaders.get(os.getsid(process.pid))
            environment, words = process.environ(), " ".join(process.cmdline())
        except (psutil.Error, ProcessLookupError):
            continue
        assert not any(secret in words for secret in SECRETS)
        if name:
            seen.add(name)
            holders |= {
                (name, key) for key, value in environment.items() if value.rpartition("webhooks/42/")[2] in SECRETS
            }
    assert seen == set(SERVICES)
    assert holders == {("airflow-scheduler", name) for name in HELD}


def test_each_process_can_be_killed_in_the_middle_of_a_run(project, rest):
    """`kill -9`, then what the restart policy does: the run goes on, and the report has the same bytes as ever."""
    assert all(read_service(name, project.variables).restart == "unless-stopped" for name in SERVICES)
    shutil.rmtree(project.home / "reports")
    assert rest.wait_for_run(rest.trigger({"until": UNTIL})) == "success"
    undisturbed = check_whole(project)

    for victims in (("airflow-dag-processor", "airflow-triggerer", "airflow-apiserver"), ("airflow-scheduler",)):
        shutil.rmtree(project.home / "reports")
        lock = hold_up(project)
        run = rest.trigger({"until": UNTIL})
        wait_until(lambda: in_the_middle(project), 60, "a task is in the middle of a query")
        for name in victims:
            project.services[name].restart()
        rest.wait_for_dag()
        lock.close()
        assert rest.wait_for_run(run, 200) == "success", rest.tasks(run)
        check_whole(project, undisturbed)
    assert all(service.lives() for service in project.services.values())


def test_the_sweep_finds_a_secret_in_each_form(tmp_path):
    """Plain, cut short, backwards, percent, JSON, hexadecimal, and base64 wherever it begins."""
    for number, form in enumerate(sorted(set().union(*map(forms, SECRETS)))):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "log").write_bytes(b"2026-11-22 info " + form + b" end")
        assert find_in_files(SECRETS, folder), form


def test_no_secret_is_in_any_log_report_or_database(project, rest):
    """After all of the above: process output, task logs, XCom, rendered fields, metadata, our own data, reports."""
    logs = list((project.home / "airflow" / "logs").rglob("*.log"))
    assert len(logs) > 10, "there are no task logs to look into"
    assert find_in_files(SECRETS, project.home) == []
    for name in ("airflow", "discord_data"):
        with project.postgres.connect(name) as connection:
            assert find_in_database(SECRETS, connection) == []
    with project.postgres.connect("airflow") as connection:
        # It would have been found: these tables are not empty.
        for table in ("xcom", "rendered_task_instance_fields", "task_instance"):
            rows = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))
            assert connection.execute(rows).fetchone() != (0,)


@pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium on this machine")
def test_the_login_of_the_containers_leads_a_browser_to_the_reports(project, rest):
    """FAB's own form, then the page that was asked for, and a report in it."""
    from tests.browser.person import Person, open_browser

    with open_browser() as browser:
        person = Person(browser, rest.root)
        person.go("/reports/")
        assert "/auth/login" in person.page.url
        person.log_in()
        assert person.page.url == rest.root + "/reports/"
        person.page.locator("a.day").first.click()
        assert "Harbour Makers" in person.report().locator("body").inner_text()
        person.go("/plugin/reports")
        person.page.frame_locator("iframe").locator("a.day").first.wait_for()
        assert (person.dialogs, person.popups, person.strange_requests()) == ([], [], [])


def test_a_reader_sees_the_reports_and_starts_nothing(project, rest):
    """An account with the role Viewer: the pages, no trigger; without an account, the login."""
    names = ("--firstname", "R", "--lastname", "R", "--email", "reader@example.com", "--role", "Viewer")
    project.run("airflow", "users", "create", "--username", "reader", "--password", "reader", *names)
    reader = Rest(project.port, "reader", "reader")
    project.clients.append(reader)
    wait_until(reader.log_in, 30, "the reader is logged in")
    assert reader.client.get("/reports/").status_code == 200
    asked = {"logical_date": None, "conf": {}}
    assert reader.client.post("/api/v2/dags/discord_weekly/dagRuns", json=asked).status_code == 403
    led = httpx.get(rest.root + "/reports/", headers={"accept": "text/html"}, follow_redirects=True, trust_env=False)
    assert "/auth/login" in str(led.url)
    assert led.status_code == 200
    assert 'name="password"' in led.text


def test_two_workers_and_one_that_dies_give_the_same_report(reachable_folder, capsys):
    """The same DAG on CeleryExecutor; needs redis-server, and says so where there is none."""
    if shutil.which("redis-server") is None:
        pytest.skip("redis-server is not installed; on Debian and Ubuntu: apt-get install redis-server")
    folder = reachable_folder / "scale-out"
    folder.mkdir(mode=0o711)
    with capsys.disabled():
        assert show(folder, print) == 0
