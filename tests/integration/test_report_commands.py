"""`discord-airflow report` and `discord-airflow verify` as a person types them."""

import json
from pathlib import Path

import pytest

from discord_airflow.cli import main
from tests.reports.community import imported, stored


@pytest.fixture
def home(database, database_settings, tmp_path, monkeypatch):
    """A folder with settings, over a database that holds the community."""
    from discord_airflow import embedded
    from discord_airflow.embedded import PORT, SUPERUSER

    place = embedded.place_of(database_settings)
    monkeypatch.setenv("DB_HOST", str(place.sockets))
    monkeypatch.setenv("DB_PORT", str(PORT))
    monkeypatch.setenv("DB_USER", SUPERUSER)
    monkeypatch.setenv("DB_NAME", database_settings.name)
    monkeypatch.setenv("DISCORD_AIRFLOW_HOME", str(tmp_path))
    (tmp_path / "config.yaml").write_text("report:\n  timezone: Europe/Helsinki\n")
    stored(database)
    return tmp_path


def test_report_writes_three_files_and_prints_the_first_lines(home, capsys):
    """Without options it is about the last week that the exports reach, and says where it lies."""
    assert main(["report"]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("# Weekly report\n")
    for suffix in (".md", ".html", ".json"):
        path = home / "reports" / f"2026-11-22{suffix}"
        assert path.is_file()
        assert str(path) in printed


def test_report_takes_length_end_and_server(home, capsys):
    """The window is counted on the wall clock of the zone, and only the named server is in it."""
    assert main(["report", "--days", "14", "--until", "2026-11-15", "--server", "2", "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert (printed["since"], printed["until"]) == ("2026-11-01T07:00:00+00:00", "2026-11-15T07:00:00+00:00")
    report = json.loads(Path(printed["json"]).read_text())
    assert [server["name"] for server in report["servers"]] == ["Orchard"]
    assert report["title"] == "Report on 14 days"


def test_a_report_made_twice_is_the_same_to_the_byte(home):
    """Nothing of the second run shows."""
    assert main(["report"]) == 0
    first = {path.name: path.read_bytes() for path in (home / "reports").iterdir()}
    assert main(["report"]) == 0
    assert {path.name: path.read_bytes() for path in (home / "reports").iterdir()} == first


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (["report", "--until", "yesterday"], 64, "until is 'yesterday'"),
        (["report", "--days", "0"], 64, "--days"),
        (["report", "--server", "Harbor"], 64, "no server is called 'Harbor'"),
        (["report", "--server", "77"], 64, "no server is called '77'"),
        (["verify", "nothing.md"], 74, "nothing.json cannot be read"),
        (["report", "--config", "missing.yaml"], 78, "missing.yaml"),
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_a_status(home, capsys, arguments, status, says):
    """No traceback, no half report."""
    assert main(arguments) == status
    error = capsys.readouterr().err
    assert says in error
    assert error.count("\n") == 1
    assert not (home / "reports").exists()


def test_a_folder_that_cannot_be_written_is_status_74(home, capsys):
    """A file stands where the folder of the reports should be."""
    (home / "reports").write_text("in the way")
    assert main(["report"]) == 74
    assert str(home / "reports") in capsys.readouterr().err


def test_verify_prints_what_holds_and_ends_with_0(home, capsys):
    """A line for each figure and sentence, one for each table, and a summary."""
    main(["report"])
    capsys.readouterr()
    assert main(["verify", str(home / "reports" / "2026-11-22.md")]) == 0
    printed = capsys.readouterr().out
    assert "holds          Harbour, headline messages: 14\n" in printed
    assert "holds          Harbour, hours of the week: " in printed
    assert printed.rstrip().endswith("hold; 0 do not hold.")
    assert main(["verify", "--all", str(home / "reports" / "2026-11-22.html")]) == 0
    assert capsys.readouterr().out.count("Harbour, hours of the week") > 100


def test_verify_ends_with_65_when_something_does_not_hold(home, capsys):
    """A page that was edited is named."""
    main(["report"])
    page = home / "reports" / "2026-11-22.md"
    page.write_text(page.read_text().replace("Harbour", "Marina", 1))
    capsys.readouterr()
    assert main(["verify", str(page)]) == 65
    assert "does not hold  2026-11-22.md (the file was changed: line" in capsys.readouterr().out


def test_verify_tells_programs_everything(home, capsys, database):
    """As JSON: every check, and what happened to the data since."""
    main(["report"])
    imported(database, "second", "2026-11-29")
    database.execute("DELETE FROM reactions")
    database.commit()
    capsys.readouterr()
    assert main(["verify", "--json", str(home / "reports" / "2026-11-22.json")]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["changed_since"] > 0
    assert printed["does_not_hold"] == 0
    assert printed["since_then"] == "1 file imported since"
    assert len(printed["checks"]) == printed["holds"] + printed["changed_since"]
