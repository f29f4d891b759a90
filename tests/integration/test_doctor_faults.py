"""Every fault that doctor knows, injected: it is named, and what the line says to do makes it go away."""

import json
import os
import shutil
import socket
import sqlite3
import stat
import subprocess
import sys
import threading
from contextlib import contextmanager
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from discord_airflow import database as db
from discord_airflow.collectors import install
from discord_airflow.commands import doctor as command
from discord_airflow.doctor import examine as examining
from discord_airflow.doctor import machine
from discord_airflow.doctor import server as server_checks
from discord_airflow.doctor.finding import Level
from tests.fakes.discord_webhooks import discord_on_loopback

STANDIN = Path("tests/standin/DiscordChatExporter.Cli").resolve()
SAMPLE = next(Path("sample/exports").glob("Tidewatch*general*.json"), None) or next(
    Path("sample/exports").glob("*.json")
)
PROGRAMS = Path(sys.executable).parent


class Home:
    """A project where all is well, and a database with data; faults are put into it one at a time."""

    def __init__(self, folder, database, settings, monkeypatch):
        self.folder, self.database, self.settings, self.monkeypatch = folder, database, settings, monkeypatch
        self.config = {
            "report": {"timezone": "Europe/Helsinki"},
            "database": {"data_directory": str(settings.data_directory)},
            "analysis": {"enabled": False},
            "export": {"token_kind": "bot", "executable": str(STANDIN)},
        }
        self.env = {
            "DB_NAME": settings.name,
            "DISCORD_TOKEN": "canary",
            "NOTIFY_WEBHOOK": "https://discord.com/api/webhooks/42/one",
        }
        self.write()

    def write(self, **changes):
        """Write config.yaml and .env, with *changes* to variables of .env."""
        self.env = {**self.env, **changes}
        (self.folder / "config.yaml").write_text(json.dumps(self.config))
        path = self.folder / ".env"
        path.touch(mode=0o600)
        path.write_text("".join(f"{name}='{value}'\n" for name, value in self.env.items()))

    def set(self, section, **values):
        """Change options of config.yaml."""
        self.config[section] = {**self.config.get(section, {}), **values}
        self.write()

    def sql(self, *statements):
        """Change the database."""
        for text in statements:
            self.database.execute(text)
        self.database.commit()

    def look(self, *, online=False):
        """Return what doctor finds, as the command would print it."""
        settings, findings = command._settings(None)
        return findings + (examining.examine(settings, ask_discord=online) if settings else [])

    def worst(self, check, **how):
        """Return the worst finding of *check*."""
        order = [Level.OK, Level.WARN, Level.FAIL]
        found = [finding for finding in self.look(**how) if finding.check == check]
        return max(found, key=lambda finding: order.index(finding.level)) if found else None

    def run(self, fix):
        """Type the command *fix* in the project's folder, as it stands."""
        environment = {**os.environ, "PATH": f"{PROGRAMS}:{os.environ['PATH']}", "PYTHONPATH": str(Path.cwd())}
        done = subprocess.run(
            ["/bin/sh", "-ec", fix], cwd=self.folder, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode in (0, 65), done.stdout + done.stderr


@pytest.fixture
def home(tmp_path, database, database_settings, monkeypatch):
    monkeypatch.setenv("DISCORD_AIRFLOW_HOME", str(tmp_path))
    monkeypatch.setattr(examining, "_SECONDS", 60)  # this machine may be busy
    home = Home(tmp_path, database, database_settings, monkeypatch)
    home.sql(
        "INSERT INTO ledger (sha256, file_name, byte_size, status, importer_version)"
        " VALUES ('a', 'a', 1, 'whole', '0')",
        "INSERT INTO coverage (channel_id, after_id, before_id, observed_at, state)"
        " VALUES (1, 0, 5, now(), 'complete')",
    )
    return home


def settle(home, check, level, said, mend=None, **how):
    """See the fault named, follow the fix (literally where *mend* is not given), and see it gone."""
    found = home.worst(check, **how)
    assert found is not None
    assert (found.level, said in found.text) == (level, True), found
    assert found.fix
    if mend is None:
        home.run(found.fix)
    else:
        mend()
    after = home.worst(check, **how)
    assert after is None or after.level is Level.OK, after


WARN, FAIL = Level.WARN, Level.FAIL


def test_a_project_where_all_is_well_has_no_warning(home):
    """The starting point of all below."""
    assert [finding for finding in home.look() if finding.level is not Level.OK and finding.check != "airflow"] == []


def test_faults_of_settings_and_files(home):
    """config.yaml, .env, modes, the zone, what killed runs leave."""
    (home.folder / "config.yaml").write_text("reprot: {}\n")
    settle(home, "settings", FAIL, "reprot is not an option", home.write)
    (home.folder / ".env").write_text("DB_PORT=five\nDB_HOST=x\n")
    settle(home, "settings", FAIL, "DB_PORT", home.write)
    (home.folder / ".env").chmod(0o644)
    settle(home, "secret files", FAIL, "others may read")
    assert stat.S_IMODE((home.folder / ".env").stat().st_mode) == 0o600
    generated = home.folder / ".data" / "airflow" / "secrets.json"
    generated.parent.mkdir(parents=True)
    generated.write_text("{}")
    settle(home, "secret files", FAIL, "secrets.json")
    home.set("report", timezone="UTC")
    settle(home, "clock", WARN, "UTC", lambda: home.set("report", timezone="Europe/Helsinki"))
    half = home.folder / "reports" / ".2026-11-22.md.x"
    half.parent.mkdir()
    half.touch()
    os.utime(half, (0, 0))
    settle(home, "reports", WARN, "1 temporary files")
    staged = home.folder / "collectors" / "exports" / ".staging" / "run" / "channel"
    staged.mkdir(parents=True)
    settle(home, "left behind", WARN, "staging folders", lambda: shutil.rmtree(staged.parents[1]))
    usage = shutil.disk_usage(home.folder)
    with home.monkeypatch.context() as patch:
        patch.setattr(machine.shutil, "disk_usage", lambda _: usage._replace(free=100_000_000))
        settle(home, "disk", FAIL, "0.1 GB free", patch.undo)


def test_faults_of_the_token_and_the_exporter(home, tmp_path):
    """No token, nobody's token, a personal one; no exporter, and one that was changed after it was installed."""
    home.write(DISCORD_TOKEN="")
    settle(home, "token", WARN, "DISCORD_TOKEN is not set", lambda: home.write(DISCORD_TOKEN="canary"))
    home.set("export", token_kind="auto")
    settle(home, "token", WARN, "nobody has said whose", lambda: home.set("export", token_kind="bot"))
    home.set("export", token_kind="personal")
    settle(home, "token", WARN, "a personal token", lambda: home.set("export", token_kind="bot"))
    home.set("export", executable=str(tmp_path / "nothing"))
    settle(home, "exporter", WARN, "no such program", lambda: home.set("export", executable=str(STANDIN)))

    folder = home.folder / ".data" / "exporter"
    program = folder / install.PINNED / STANDIN.name
    program.parent.mkdir(parents=True)
    program.write_text(f"#!/bin/sh\nexec '{STANDIN}' \"$@\"\n")
    program.chmod(0o755)
    install._remember(folder / "exporter.lock", install._INSTALLED, install._digest_of_all(program.parent))
    del home.config["export"]["executable"]
    home.write()
    assert home.worst("exporter").level is Level.OK
    content = program.read_text()
    program.write_text(content + "# changed\n")
    settle(home, "exporter", FAIL, "not what was installed", lambda: program.write_text(content))


def test_faults_of_what_the_database_holds(home):
    """An older schema, no search index, nothing imported, old data, gaps, items set aside, runs that never ended."""
    home.sql("COMMENT ON TABLE schema_version IS 'another'")
    settle(home, "schema", FAIL, "not at this version's schema")
    home.sql("DROP EXTENSION IF EXISTS pg_trgm CASCADE")
    settle(home, "extensions", WARN, "pg_trgm is missing")
    home.sql(
        "INSERT INTO coverage (channel_id, after_id, before_id, observed_at, state) VALUES (2, 0, 5, now(), 'failed')"
    )
    settle(
        home,
        "coverage",
        WARN,
        "1 channels were not collected whole",
        lambda: home.sql(
            "INSERT INTO coverage (channel_id, after_id, before_id, observed_at, state) "
            "VALUES (2, 0, 5, clock_timestamp() + interval '1 second', 'complete')"
        ),
    )
    home.sql("UPDATE coverage SET observed_at = now() - interval '9 days'")
    settle(
        home, "freshness", WARN, "the newest export is of", lambda: home.sql("UPDATE coverage SET observed_at = now()")
    )
    home.sql(
        "INSERT INTO report_runs VALUES ('old', now() - interval '9 days', now() - interval '2 days', 'UTC', '{}',"
        " now() - interval '2 days')"
    )
    settle(
        home,
        "runs",
        WARN,
        "1 unfinished report runs",
        lambda: home.sql(
            "INSERT INTO report_runs VALUES ('new', now() - interval '9 days', now(), 'UTC', '{}')",
            "INSERT INTO report_sections SELECT 'new', name, '{}' FROM unnest('{a,b,c,d,e}'::text[]) AS name",
        ),
    )
    home.sql("DELETE FROM ledger")
    exports = home.folder / "collectors" / "exports"
    exports.mkdir(parents=True)
    shutil.copy(SAMPLE, exports)
    settle(home, "contents", WARN, "nothing was imported yet")


def test_faults_of_the_way_to_the_database(home, server):
    """Nobody listens, a user whom nobody knows, no such database, one that cannot hold every message, a superuser."""
    sockets = str(db.embedded().place_of(home.settings).sockets)
    port = str(db.embedded().PORT)
    own = {"DB_HOST": sockets, "DB_PORT": port, "DB_USER": "postgres"}
    home.sql(
        "CREATE ROLE doctor_test LOGIN",
        f"ALTER DATABASE {home.settings.name} OWNER TO doctor_test",
        "GRANT SELECT ON ALL TABLES IN SCHEMA public TO doctor_test",
    )
    try:
        home.write(**own)
        settle(home, "role", WARN, "superuser", lambda: home.write(DB_USER="doctor_test"))
        home.write(DB_HOST="127.0.0.1", DB_PORT="1")
        settle(home, "database", FAIL, "does not answer", lambda: home.write(**own))
        home.write(DB_USER="nobody_of_that_name")
        settle(home, "database", FAIL, "refuses nobody_of_that_name", lambda: home.write(**own))
        with home.monkeypatch.context() as patch:
            patch.setattr(db, "OLDEST_VERSION", 99)
            settle(
                home, "database", FAIL, "99 or newer is needed", lambda: home.write(DB_HOST="", DB_PORT="", DB_USER="")
            )
        with home.monkeypatch.context() as patch:

            class Fast(datetime):
                @classmethod
                def now(cls, zone=None):
                    return datetime.now(zone) + timedelta(minutes=3)

            patch.setattr(server_checks, "datetime", Fast)
            settle(home, "clock", FAIL, "180 seconds ahead", patch.undo)
    finally:
        home.sql(
            f"ALTER DATABASE {home.settings.name} OWNER TO postgres",
            "DROP OWNED BY doctor_test",
            "DROP ROLE doctor_test",
        )


def test_commands_that_make_a_database_are_complete(home):
    """`createdb` with all that it needs, for a missing database and for one with another encoding."""
    settings = home.settings.model_copy(update={"host": "db.test", "port": 5433, "user": "us", "name": "data"})
    missing = db.ConfigurationError("PostgreSQL at db.test:5433 has no database data; make it with: createdb")
    assert server_checks.way_out(missing, settings) == (
        "createdb --host=db.test --port=5433 --username=us --encoding=UTF8 data"
    )
    narrow = db.ConfigurationError("The database data at db.test:5433 has the encoding SQL_ASCII, which cannot ...")
    assert "--template=template0 data_utf8" in server_checks.way_out(narrow, settings)


@contextmanager
def ollama(address, *models):
    """An Ollama that only says which models it has."""

    class Tags(BaseHTTPRequestHandler):
        def log_message(self, *_):
            """Say nothing on stderr."""

        def do_GET(self):
            content = json.dumps({"models": [{"name": name} for name in models]}).encode()
            self.send_response(200)
            self.send_header("content-length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    with ThreadingHTTPServer((address, 0), Tags) as serving:
        thread = threading.Thread(target=serving.serve_forever, args=(0.05,))
        thread.start()
        yield serving.server_port
        serving.shutdown()
        thread.join()


def test_faults_of_ollama(home):
    """Away, without the model, open to other machines, on another machine."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        nobody = closed.getsockname()[1]
    home.set("analysis", enabled=True)
    with ollama("127.0.0.1", "mistral:latest") as good, ollama("127.0.0.1", "llama") as without:

        def use(port):
            home.write(OLLAMA_HOST=f"http://127.0.0.1:{port}")

        use(nobody)
        settle(home, "ollama", WARN, "no Ollama answers", lambda: use(good))
        use(without)
        assert home.worst("ollama").fix == "ollama pull mistral"
        settle(home, "ollama", WARN, "has no mistral", lambda: use(good))
        with ollama("0.0.0.0", "mistral:latest") as everybody:
            use(everybody)
            settle(home, "ollama", WARN, "for other machines", lambda: use(good))
        home.write(OLLAMA_HOST="http://models.example.org:11434")
        settle(home, "ollama", WARN, "is another machine", lambda: use(good))


def test_faults_of_airflow(home):
    """A DAG that cannot be imported, the weekly one switched off, a database of its own that is away."""
    metadata = home.folder / "airflow.db"
    with sqlite3.connect(metadata) as connection:
        connection.execute("CREATE TABLE import_error (filename TEXT)")
        connection.execute("CREATE TABLE dag (dag_id TEXT, is_paused BOOLEAN, is_stale BOOLEAN)")
        connection.execute("INSERT INTO dag VALUES ('discord_weekly', 0, 0)")

    def change(statement):
        with sqlite3.connect(metadata) as connection:
            connection.execute(statement)
        connection.close()

    connection.close()
    home.monkeypatch.setenv("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", f"sqlite:///{metadata}")
    change("INSERT INTO import_error VALUES ('dags/mine.py')")
    settle(home, "dags", FAIL, "dags/mine.py cannot be imported", lambda: change("DELETE FROM import_error"))
    change("UPDATE dag SET is_paused = 1")
    settle(home, "dags", WARN, "switched off", lambda: change("UPDATE dag SET is_paused = 0"))
    home.monkeypatch.setenv("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", "postgresql+psycopg2://a:canary@127.0.0.1:1/airflow")
    settle(
        home,
        "airflow db",
        FAIL,
        "does not answer",
        lambda: home.monkeypatch.setenv("AIRFLOW__DATABASE__SQL_ALCHEMY_CONN", f"sqlite:///{metadata}"),
    )


def test_faults_of_the_ways_out(home):
    """Nobody is told, an address that is none, half an account, one webhook for two purposes."""
    home.write(NOTIFY_WEBHOOK="")
    settle(
        home,
        "notices",
        WARN,
        "nobody is told",
        lambda: home.write(NOTIFY_WEBHOOK="https://discord.com/api/webhooks/42/one"),
    )
    home.write(NOTIFY_WEBHOOK="https://example.org/canary")
    settle(
        home,
        "notices",
        WARN,
        "NOTIFY_WEBHOOK cannot be used",
        lambda: home.write(NOTIFY_WEBHOOK="https://discord.com/api/webhooks/42/one"),
    )
    home.write(NOTIFY_EMAIL_HOST="mail.example.org")
    settle(home, "notices", WARN, "NOTIFY_EMAIL_TO is not set", lambda: home.write(NOTIFY_EMAIL_TO="a@example.org"))
    home.write(POST_WEBHOOK="https://discord.com/api/webhooks/42/one")
    settle(
        home,
        "posting",
        WARN,
        "the same as NOTIFY_WEBHOOK",
        lambda: home.write(POST_WEBHOOK="https://discord.com/api/webhooks/43/two"),
    )
    home.write(POST_WEBHOOK="https://example.org/canary")
    settle(
        home,
        "posting",
        WARN,
        "POST_WEBHOOK cannot be used",
        lambda: home.write(POST_WEBHOOK="https://discord.com/api/webhooks/43/two"),
    )


def test_discord_is_asked_about_the_token_on_request_only(home, tmp_path):
    """Without --online nothing goes out; with it a refused token fails, and its value is nowhere."""
    with discord_on_loopback(tmp_path) as discord:
        for name, value in discord.variables.items():
            home.monkeypatch.setenv(name, value)
        discord.token = "Bot good"
        assert home.worst("discord") is None
        assert discord.asked == 0
        found = home.worst("discord", online=True)
        assert "canary" not in f"{found}"
        settle(home, "discord", FAIL, "does not take the token", lambda: home.write(DISCORD_TOKEN="good"), online=True)


def test_the_lines_fit_a_terminal_and_commands_stay_whole(home, monkeypatch, capsys):
    """Eighty columns: words are folded, the exit status says whether something fails."""
    from discord_airflow.cli import main

    monkeypatch.setenv("COLUMNS", "80")
    home.sql("COMMENT ON TABLE schema_version IS 'another'")
    assert main(["doctor"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert all(len(line) <= 80 or "/" in line for line in lines)
    assert any("-> discord-airflow db migrate" in line for line in lines)
    assert main(["doctor", "--json"]) == 1
    assert {tuple(finding) for finding in json.loads(capsys.readouterr().out)} == {("check", "level", "text", "fix")}


def test_a_home_that_is_not_there_is_a_finding(monkeypatch, capsys):
    """Doctor is for people whose installation is broken."""
    from discord_airflow.cli import main

    monkeypatch.setenv("DISCORD_AIRFLOW_HOME", "/nowhere/at/all")
    assert main(["doctor"]) == 1
    assert "which is not a directory" in " ".join(capsys.readouterr().out.split())


def test_a_hanging_check_does_not_keep_the_program_from_ending(tmp_path):
    """A host that swallows everything: the answer comes, and the process ends although a connection is still tried."""
    with socket.socket() as swallowing:
        swallowing.bind(("127.0.0.1", 0))
        swallowing.listen(1)
        code = (
            "import sys; from discord_airflow.doctor import examine; examine._SECONDS = 0.5;"
            "from discord_airflow.cli import main; sys.exit(main(['doctor', '--json']))"
        )
        environment = {
            **os.environ,
            "DISCORD_AIRFLOW_HOME": str(tmp_path),
            "DB_HOST": "127.0.0.1",
            "DB_PORT": str(swallowing.getsockname()[1]),
        }
        done = subprocess.run(
            [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False
        )
    assert done.returncode == 1
    found = {finding["check"]: finding for finding in json.loads(done.stdout)}
    assert found["database"]["level"] == "fail"
    assert "no answer" in found["database"]["text"]
