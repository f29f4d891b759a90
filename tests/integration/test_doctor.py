"""`discord-airflow doctor`: one line a check, with the fix; it works when nothing else does."""

import json
import time

import pytest

from discord_airflow.cli import main
from discord_airflow.doctor import examine as examining
from discord_airflow.doctor.examine import examine
from discord_airflow.doctor.finding import Level, ok
from discord_airflow.settings import load_settings


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A project of its own, with nothing in it."""
    monkeypatch.setenv("DISCORD_AIRFLOW_HOME", str(tmp_path))
    return tmp_path


def by_check(findings):
    """Return the findings by the name of their check; of several the worst."""
    order = [Level.OK, Level.WARN, Level.FAIL]
    found = {}
    for finding in findings:
        if finding.check not in found or order.index(finding.level) > order.index(found[finding.check].level):
            found[finding.check] = finding
    return found


def test_a_fresh_project_has_no_failure_and_every_warning_says_what_to_do(home):
    """Nothing is started, nothing is made."""
    findings = examine(load_settings())
    assert not [finding for finding in findings if finding.level is Level.FAIL]
    assert all(finding.fix for finding in findings if finding.level is not Level.OK)
    assert list(home.iterdir()) == []


def test_a_database_that_is_down_is_one_failure_among_the_other_lines(home, monkeypatch, capsys):
    """The rest is still looked at; the exit status says that something fails."""
    for name, value in {"DB_HOST": "127.0.0.1", "DB_PORT": "1", "DB_PASSWORD": "canary secret"}.items():
        monkeypatch.setenv(name, value)
    assert main(["doctor", "--json"]) == 1
    told = capsys.readouterr()
    assert "canary" not in told.out + told.err
    findings = {finding["check"]: finding for finding in json.loads(told.out)}
    assert findings["database"]["level"] == "fail"
    assert findings["clock"]["level"] in ("ok", "warn")


def test_a_broken_configuration_is_a_finding_and_not_an_end(home, capsys):
    """Doctor is for people whose configuration is broken."""
    (home / "config.yaml").write_text("reprot: {}\n")
    assert main(["doctor"]) == 1
    assert "reprot" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("mode", "level"),
    [(0o600, Level.OK), (0o400, Level.OK), (0o640, Level.FAIL), (0o604, Level.FAIL), (0o660, Level.FAIL),
     (0o644, Level.FAIL), (0o777, Level.FAIL), (0o601, Level.FAIL)],
)  # fmt: skip
def test_secret_files_are_for_their_owner_only(home, mode, level):
    """Eight modes of .env, each decided right."""
    path = home / ".env"
    path.write_text("")
    path.chmod(mode)
    assert by_check(examine(load_settings()))["secret files"].level is level


def test_a_database_with_data_is_described(home, database, database_settings):
    """Contents, schema and freshness; a channel that was not collected whole is counted."""
    settings = load_settings().model_copy(update={"database": database_settings})
    database.execute(
        "INSERT INTO ledger (sha256, file_name, byte_size, status, importer_version) VALUES ('a', 'a', 1, 'whole', '0')"
    )
    database.execute(
        "INSERT INTO coverage (channel_id, after_id, before_id, observed_at, state)"
        " VALUES (1, 0, 5, now(), 'complete'), (2, 0, 5, now(), 'forbidden')"
    )
    database.commit()
    found = by_check(examine(settings))
    assert found["schema"].level is Level.OK
    assert found["contents"].text.startswith("1 files")
    assert found["freshness"].level is Level.OK
    assert found["coverage"].text.startswith("1 channels")


def test_an_older_schema_is_a_failure_with_the_command_that_mends_it(home, database, database_settings):
    """The mark in the database is not this version's."""
    settings = load_settings().model_copy(update={"database": database_settings})
    database.execute("COMMENT ON TABLE schema_version IS 'another'")
    database.commit()
    found = by_check(examine(settings))["schema"]
    assert (found.level, found.fix) == (Level.FAIL, "discord-airflow db migrate")


def test_a_check_that_hangs_costs_five_seconds_and_a_warning(home, monkeypatch):
    """Whatever hangs, the answer comes."""
    monkeypatch.setattr(examining, "_SECONDS", 0.2)

    def check_hanging(_settings):
        time.sleep(1)
        yield ok("hanging", "never")

    monkeypatch.setattr(examining, "CHECKS", (check_hanging,))
    begun = time.monotonic()
    (finding,) = examine(load_settings())
    assert time.monotonic() - begun < 0.9
    assert (finding.check, finding.level) == ("hanging", Level.WARN)
