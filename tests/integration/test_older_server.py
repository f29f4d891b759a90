"""On the oldest PostgreSQL at hand the schema, an import, the report and its verification are the same, to the byte."""

from pathlib import Path

import pytest
from older_server import older_server

from discord_airflow import cli, database

SAMPLE = Path(__file__).parents[2] / "sample" / "exports"


@pytest.fixture(scope="module")
def older(reachable_folder):
    with older_server(reachable_folder) as settings:
        yield settings


def reported(settings, home, monkeypatch):
    """Import the sample, make the report and verify it; return its files by name."""
    home.mkdir()
    with database.connect(settings) as connection:
        database.apply_schema(connection)
        where = {"DB_HOST": connection.info.host, "DB_PORT": str(connection.info.port), "DB_NAME": settings.name}
    for name, value in {**where, "DB_USER": settings.user, "DISCORD_AIRFLOW_HOME": str(home)}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("OLLAMA_HOST", "http://127.0.0.1:9")
    assert cli.main(["import", str(SAMPLE)]) == 0
    assert cli.main(["report", "--until", "2026-11-22"]) == 0
    assert cli.main(["verify", str(home / "reports" / "2026-11-22.json")]) == 0
    assert cli.main(["check", "--read-data", str(SAMPLE)]) == 0
    return {path.name: path.read_bytes() for path in (home / "reports").iterdir()}


def test_an_older_server_makes_the_same_report(older, database_settings, tmp_path, monkeypatch):
    """
    The whole sample there and on the embedded server: Markdown, HTML and JSON are equal.
    """
    new = reported(database_settings, tmp_path / "new", monkeypatch)
    old = reported(older, tmp_path / "old", monkeypatch)
    assert len(new) == 3
    assert {name: old[name] == content for name, content in new.items()} == dict.fromkeys(new, True)
