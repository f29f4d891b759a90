"""`make report` as a user types it: the sample, exports of one's own, again, and everything that can go wrong."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

REPORT = (sys.executable, "-m", "discord_airflow.local_airflow", "report")
CANARY = "canary-token-that-nobody-may-see"
SAMPLE = Path("sample/exports")

pytestmark = [pytest.mark.airflow, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def home(reachable_folder):
    """A home that PostgreSQL's user can enter; its database outlives each test but not the module."""
    home = reachable_folder / "home-of-make-report"
    home.mkdir(mode=0o711)
    return home


def make_report(home, *options, **environment):
    """Run what `make report` runs."""
    variables = os.environ | {"DISCORD_AIRFLOW_HOME": str(home), "DISCORD_TOKEN": CANARY} | environment
    return subprocess.run((*REPORT, *options), env=variables, capture_output=True, text=True, check=False)


def reports(home):
    """The bytes of all reports, by name."""
    return {path.name: path.read_bytes() for path in (home / "reports").glob("*.*")}


def names_of_servers(home, day):
    return {server["name"] for server in json.loads(reports(home)[f"{day}.json"])["servers"]}


def test_the_first_report_is_one_command_away_and_the_second_changes_nothing(home):
    """The sample's last full week: where it is, how it begins; then the same bytes, and no row written."""
    first = make_report(home)
    assert first.returncode == 0, first.stderr
    assert "success" in first.stdout
    assert f"{home}/reports/2026-11-22.md" in first.stdout
    assert "# Weekly report" in first.stdout
    files = reports(home)
    assert set(files) == {"2026-11-22.md", "2026-11-22.html", "2026-11-22.json"}
    assert names_of_servers(home, "2026-11-22") == {"Harbour Makers", "Tidewatch"}

    second = make_report(home)
    assert second.returncode == 0, second.stderr
    assert "0 new, 0 edited, 0 changed" in second.stdout
    assert reports(home) == files

    check_nothing_runs_and_nothing_leaked(home, first, second)


def check_nothing_runs_and_nothing_leaked(home, *done):
    """A command that is over leaves no process; the token is in no output and no log."""
    leftovers = [process for process in psutil.process_iter(["cmdline"]) if str(home) in str(process.info["cmdline"])]
    assert leftovers == []
    texts = [output for one in done for output in (one.stdout, one.stderr)]
    texts += [path.read_text(errors="replace") for path in (home / ".data" / "logs").iterdir()]
    texts += [path.read_text(errors="replace") for path in (home / ".data" / "airflow").rglob("*") if path.is_file()]
    assert not [text for text in texts if CANARY in text]


def runs_of_a_dag(process):
    """The child of *process* that runs Airflow, once there is one."""
    found = []
    for child in psutil.Process(process.pid).children():
        # Others, such as the starter of the database, come and go.
        with contextlib.suppress(psutil.NoSuchProcess):
            found += [child] if "one_run" in str(child.cmdline()) else []
    return found


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_a_report_that_is_interrupted_leaves_nothing_running(home, sign):
    """Neither Airflow nor the database goes on after the command that started them."""
    variables = os.environ | {"DISCORD_AIRFLOW_HOME": str(home)}
    process = subprocess.Popen(REPORT, env=variables, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 100
        while not (running := runs_of_a_dag(process)):
            assert time.monotonic() < deadline, "the DAG was never run"
            time.sleep(0.05)
        process.send_signal(sign)
        assert process.wait(60) == 128 + sign
    finally:
        process.kill()
        process.wait()
    assert not running[0].is_running()
    check_nothing_runs_and_nothing_leaked(home)


def test_exports_of_ones_own_are_reported_apart_from_the_sample(home, tmp_path):
    """What cannot be imported is told with its file, and costs neither the report nor the exit status."""
    for export in SAMPLE.glob("Tidewatch*.json"):
        shutil.copy(export, tmp_path)
    (tmp_path / "torn.json").write_bytes(next(SAMPLE.glob("Tidewatch*.json")).read_bytes()[:200])
    done = make_report(home, "--exports", str(tmp_path), "--days", "14", "--until", "2026-11-15")
    assert done.returncode == 0, done.stderr
    assert "torn.json" in done.stdout
    assert "1 file was not imported whole" in done.stdout
    assert "# Report on 14 days" in done.stdout
    assert names_of_servers(home, "2026-11-15") == {"Tidewatch"}


def test_the_sample_never_takes_the_place_of_a_report_on_ones_own_servers(home):
    """A day names a report, and the sample ends on a day like any other."""
    files = reports(home)
    own = json.loads(files["2026-11-22.json"])
    own["servers"][0]["server_id"] = "42"
    path = home / "reports" / "2026-11-22.json"
    path.write_text(json.dumps(own))
    done = make_report(home)
    assert done.returncode == 64
    assert "servers of your own" in done.stderr
    assert json.loads(path.read_text()) == own
    path.unlink()


@pytest.mark.parametrize(
    ("options", "status", "word"),
    [
        (["--until", "yesterday"], 64, "such as 2026-11-22"),
        (["--until", "9999-01-01"], 64, "still to come"),
        (["--days", "0"], 64, "1 to 366"),
        (["--exports", "nowhere"], 74, "nowhere does not exist"),
    ],
)
def test_a_wish_that_cannot_be_met_ends_with_a_sentence(home, options, status, word):
    """Exit statuses as documented, one sentence, no stack trace."""
    done = make_report(home, *options)
    assert done.returncode == status
    assert word in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_mistake_in_the_settings_is_told_before_anything_starts(tmp_path):
    """78, and not a single file made."""
    (tmp_path / "config.yaml").write_text("report:\n  timezon: UTC\n")
    done = make_report(tmp_path)
    assert done.returncode == 78
    assert "report.timezone" in done.stderr
    assert not (tmp_path / ".data").exists()


def test_a_failed_run_tells_the_reason_and_where_the_log_is(home):
    """The folder of the reports is a file: the task's own sentence and its status reach the terminal."""
    (home / "config.yaml").write_text("report:\n  directory: in-the-way\n")
    (home / "in-the-way").touch()
    done = make_report(home)
    (home / "config.yaml").unlink()
    assert done.returncode == 74
    assert "discord_weekly failed in save_report" in done.stderr
    assert "could not be written" in done.stderr
    assert "discord_weekly.log" in done.stderr
    assert "# Weekly report" not in done.stdout
