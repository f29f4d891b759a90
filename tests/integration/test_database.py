"""The door to PostgreSQL opens to the right database, or says in one sentence why not."""

import concurrent.futures
import os
import secrets
import shutil
import socket
import subprocess
import sys
from datetime import UTC, datetime

import psutil
import psycopg
import pytest
from pydantic import SecretStr

from discord_airflow import backups, database, embedded
from discord_airflow.embedded.place import Place
from discord_airflow.embedded.programs import find_client, find_programs
from discord_airflow.errors import AccessDeniedError, ConfigurationError, ServiceDownError
from discord_airflow.settings import DatabaseSettings
from discord_airflow.silence import WatchedConnection
from discord_airflow.snowflake import snowflake_at

PASSWORD = "p w'\"#$\\ä密"


@pytest.fixture(scope="module")
def own(server, reachable_folder):
    """The settings of somebody's own server: on TCP, with a password, with a database in another encoding."""
    place = Place(reachable_folder / "own", embedded.place_of(server).owner)
    place.make_private(place.home)
    secret = place.home / "secret"
    secret.write_text(PASSWORD, encoding="utf-8")
    place.give(secret)
    programs, data = find_programs(None, None), place.home / "data"
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    initdb = (
        programs.path("initdb"),
        "-D",
        data,
        "-U",
        "owner",
        "-A",
        "scram-sha-256",
        "--pwfile",
        secret,
        "-E",
        "UTF8",
    )
    assert place.run((*initdb, "--no-sync", "--locale", "C")).returncode == 0
    pg_ctl = (programs.path("pg_ctl"), "-D", data, "-w", "-s")
    options = f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories= -c fsync=off"
    assert place.run((*pg_ctl, "-l", place.log_file, "-o", options, "start")).returncode == 0
    settings = DatabaseSettings(
        host="127.0.0.1",
        port=port,
        name="postgres",
        user="owner",
        password=SecretStr(PASSWORD),
        data_directory=place.home,
    )
    with database.connect(settings, autocommit=True) as connection:
        connection.execute("CREATE DATABASE discord_data")
        connection.execute("CREATE DATABASE old LOCALE 'C' ENCODING 'LATIN1' TEMPLATE template0")
        connection.execute("CREATE ROLE reader LOGIN PASSWORD 'reads'")
        connection.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    yield settings.model_copy(update={"name": "discord_data"})
    place.run((*pg_ctl, "-m", "immediate", "stop"))
    shutil.rmtree(place.home)


def changed(settings, **values):
    """Return *settings* with *values* in place of the old ones."""
    return settings.model_copy(update=values)


def test_a_password_with_everything_in_it_opens_the_door(own):
    """
    Spaces, quotes, #, $, backslashes and letters of any alphabet reach the server as they are.
    """
    with database.connect(own) as connection:
        assert connection.execute("SELECT current_user, current_database()").fetchone() == ("owner", "discord_data")


def test_a_session_speaks_utf8_and_utc(own, database_settings, monkeypatch):
    """
    Both kinds of server give times in UTC and text in UTF-8, whatever the client's environment says.
    """
    monkeypatch.setenv("PGTZ", "Asia/Kathmandu")
    monkeypatch.setenv("PGCLIENTENCODING", "LATIN1")
    monkeypatch.setenv("PGHOSTADDR", "127.0.0.1")
    for settings in (own, database_settings):
        with database.connect(settings) as connection:
            row = connection.execute("SELECT now(), current_setting('client_encoding'), 'ä密🔑'").fetchone()
            assert (row[0].utcoffset().total_seconds(), row[1], row[2]) == (0, "UTF8", "ä密🔑")
            assert connection.info.parameter_status("application_name") == "discord_airflow"


def test_a_read_only_connection_changes_nothing(database_settings):
    """
    With read_only the server itself refuses changes, with and without a transaction.
    """
    for autocommit in (False, True):
        connection = database.connect(database_settings, read_only=True, autocommit=autocommit)
        with connection, pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            connection.execute("DELETE FROM messages")


def test_a_query_that_takes_too_long_is_stopped(database_settings):
    """
    The limit is the server's, so it holds for every statement of the session.
    """
    connection = database.connect(database_settings, query_seconds=1)
    with connection, pytest.raises(psycopg.errors.QueryCanceled):
        connection.execute("SELECT pg_sleep(30)")


def test_a_server_that_does_not_answer(own):
    """
    The sentence names host and port; the exit status is 69.
    """
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(
        ServiceDownError, match=rf"PostgreSQL at 127\.0\.0\.1:{port} does not answer \(Connection refused\)"
    ):
        database.connect(changed(own, port=port))


def test_a_host_that_does_not_exist(own):
    """
    A name that no resolver knows is a service that is down; the sentence says which name.
    """
    with pytest.raises(ServiceDownError, match=r"PostgreSQL at nowhere\.invalid:\d+ does not answer"):
        database.connect(changed(own, host="nowhere.invalid"))


def test_something_else_on_the_port(own):
    """
    A program that is no PostgreSQL and hangs up gives a sentence, not a trace.
    """
    with socket.create_server(("127.0.0.1", 0)) as stranger, concurrent.futures.ThreadPoolExecutor() as pool:
        hanging_up = pool.submit(hang_up, stranger)
        with pytest.raises(ServiceDownError, match="does not answer"):
            database.connect(changed(own, port=stranger.getsockname()[1]))
        hanging_up.result()


def hang_up(stranger):
    """Take one connection and close it."""
    stranger.accept()[0].close()


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"password": SecretStr("hunter2-canary")}, "refuses the password of owner; check DB_USER and DB_PASSWORD"),
        ({"password": None}, "asks for a password for owner; set DB_PASSWORD"),
        ({"user": "nobody else"}, "refuses the password of nobody else"),
    ],
)
def test_a_wrong_or_missing_password(own, values, words):
    """
    The sentence says what to set; the exit status is 77, and the password is not in it.
    """
    with pytest.raises(AccessDeniedError, match=words) as caught:
        database.connect(changed(own, **values))
    assert "hunter2" not in str(caught.value)
    assert caught.value.exit_code == 77


def test_a_database_that_does_not_exist(own):
    """
    The sentence holds the command that makes it, and running that command is enough.
    """
    settings = changed(own, name=f"made_{secrets.token_hex(4)}")
    with pytest.raises(ConfigurationError, match=f"has no database {settings.name}; make it with: createdb") as caught:
        database.connect(settings)
    command = str(caught.value).partition("make it with: ")[2].split()
    programs = find_programs(None, None)
    environment = {**os.environ, "PGPASSWORD": PASSWORD}
    subprocess.run([programs.path(command[0]), *command[1:]], check=True, env=environment)
    database.connect(settings).close()


def test_a_server_that_speaks_another_language(own, monkeypatch):
    """
    Where the server's words are not known, what is wrong is found out by trying.
    """
    connect = WatchedConnection.connect

    def connect_in_german(**parameters):
        try:
            return connect(**parameters)
        except psycopg.OperationalError as error:
            words = {
                'password authentication failed for user "owner"': "Passwort-Authentifizierung fehlgeschlagen",
                'database "missing" does not exist': "Datenbank »missing« existiert nicht",
            }
            text = str(error)
            for english, german in words.items():
                text = text.replace(english, german)
            raise psycopg.OperationalError(text, pgconn=error.pgconn) from None

    monkeypatch.setattr(WatchedConnection, "connect", connect_in_german)
    with pytest.raises(ConfigurationError, match="has no database missing"):
        database.connect(changed(own, name="missing"))
    with pytest.raises(AccessDeniedError, match=r"refuses the password of owner \(FATAL: Passwort-Auth"):
        database.connect(changed(own, password=SecretStr("wrong")))


def test_a_server_that_is_too_old_is_refused(own, monkeypatch):
    """
    The sentence names its version and the oldest that will do; the exit status is 78.
    """
    monkeypatch.setattr(database, "OLDEST_VERSION", 99)
    with pytest.raises(ConfigurationError, match="is version 18; version 99 or newer is needed"):
        database.connect(own)


def test_a_database_that_cannot_hold_every_letter_is_refused(own):
    """
    Messages come in every alphabet; a database in LATIN1 would fail in the middle of an import.
    """
    with pytest.raises(ConfigurationError, match="has the encoding LATIN1, which cannot hold every message"):
        database.connect(changed(own, name="old"))


def test_with_a_host_nothing_embedded_starts(own, tmp_path):
    """
    When the user's own server is used, no embedded server is started, and not even its folder is made.
    """
    settings = changed(own, data_directory=tmp_path / "embedded")
    code = "import sys, discord_airflow.database as d; from discord_airflow.settings import load_settings as l\n"
    code += "d.connect(l().database).close(); print('discord_airflow.embedded' in sys.modules)"
    environment = {
        **os.environ,
        "DB_HOST": settings.host,
        "DB_PORT": str(settings.port),
        "DB_USER": settings.user,
        "DB_PASSWORD": PASSWORD,
        "DISCORD_AIRFLOW_HOME": str(tmp_path),
    }
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
    assert servers_below(tmp_path) == []
    assert list(tmp_path.iterdir()) == []


def servers_below(folder):
    """Return the numbers of the PostgreSQL servers whose files lie below *folder*."""
    return [process.pid for process in psutil.process_iter(["cmdline"]) if runs_below(folder, process.info["cmdline"])]


def runs_below(folder, words):
    """Return whether these are the words of a server's command that names *folder*."""
    return bool(words) and "/postgres" in words[0] and any(str(folder) in word for word in words)


def test_an_embedded_database_is_made_on_first_use(server):
    """
    Nobody has to run createdb for the embedded server, not even for a name that needs quoting; eight at once are fine.
    """
    settings = changed(server, name='odd "name" Ä')
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        connections = list(pool.map(lambda _: database.connect(settings), range(8)))
    assert {connection.info.dbname for connection in connections} == {settings.name}
    for connection in connections:
        connection.close()
    with database.connect(server, autocommit=True) as maintenance:
        maintenance.execute('DROP DATABASE "odd ""name"" Ä" WITH (FORCE)')


def test_the_schema_is_applied_once(server, own):
    """
    The first application makes the tables, the second sees from one comment that there is nothing to do.
    """
    settings = changed(server, name=f"schema_{secrets.token_hex(4)}")
    with database.connect(settings) as connection:
        assert database.apply_schema(connection) is True
        assert database.apply_schema(connection) is False
        assert connection.autocommit is False
        connection.execute("COMMENT ON TABLE schema_version IS 'an older text'")
        connection.commit()
        assert database.apply_schema(connection) is True


def test_the_schema_is_applied_by_several_processes_at_once(server):
    """
    Tasks that start together wait for each other, and none of them fails.
    """
    settings = changed(server, name=f"schema_{secrets.token_hex(4)}")
    database.connect(settings).close()

    def apply(_):
        with database.connect(settings) as connection:
            return database.apply_schema(connection)

    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        assert any(pool.map(apply, range(6)))


def test_plain_psql_makes_the_same_schema(server, database_settings, request):
    """
    `psql -f db_schema.sql`, run twice, ends in the tables, columns and indexes that the program makes.
    """
    settings = changed(server, name=f"psql_{secrets.token_hex(4)}")
    database.connect(settings).close()
    psql, environment = find_client(None, "psql"), {**os.environ, **database.client_environment(settings)}
    script = request.config.rootpath / "db_schema.sql"
    for _ in range(2):
        command = (psql, "--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1", "-f", script)
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        assert done.stdout + done.stderr == ""
    assert shape(settings) == shape(database_settings)


def shape(settings):
    """Return all columns and indexes of a database."""
    with database.connect(settings) as connection:
        columns = connection.execute(
            "SELECT table_name, ordinal_position, column_name, data_type, is_nullable, column_default"
            " FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 2"
        ).fetchall()
        return columns, connection.execute(
            "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1"
        ).fetchall()


def test_someone_who_may_not_make_tables_is_told_who_may(own):
    """
    Without the right to make tables the sentence says whose task it is; the exit status is 77.
    """
    reader = changed(own, user="reader", password=SecretStr("reads"))
    with database.connect(reader) as connection:
        with pytest.raises(AccessDeniedError, match="reader may not make tables in the database discord_data"):
            database.apply_schema(connection)
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_the_schema_is_not_applied_inside_a_transaction(database):
    """
    The script commits, so it must not run in the middle of somebody's transaction.
    """
    from discord_airflow.database import apply_schema

    database.execute("SELECT 1")
    with pytest.raises(ValueError, match="without an open transaction"):
        apply_schema(database)


@pytest.mark.parametrize(
    "instant",
    [
        datetime(2015, 1, 1, tzinfo=UTC),
        datetime(2026, 11, 22, 7, tzinfo=UTC),
        datetime(2026, 3, 29, 1, 0, 0, 7000, UTC),
    ],
)
def test_the_database_counts_ids_as_we_do(database, instant):
    """
    The function in SQL and the one in Python give the same smallest id of an instant.
    """
    assert database.execute("SELECT snowflake_at(%s)", [instant]).fetchone() == (snowflake_at(instant),)


def test_a_connection_string_opens_the_same_database(own, database_settings):
    """
    What is handed to other programs leads where we go, password and all.
    """
    for settings in (own, database_settings):
        with psycopg.connect(database.conninfo(settings)) as connection:
            assert connection.info.dbname == settings.name


@pytest.mark.parametrize("kind", ["own", "database_settings"])
def test_a_backup_brings_everything_back(kind, request, tmp_path, server):
    """
    A backup of either kind of database restores into an empty one, and is readable by its owner only.
    """
    settings = request.getfixturevalue(kind)
    with database.connect(settings) as connection:
        database.apply_schema(connection)
        connection.execute("CREATE TABLE kept AS SELECT 'ä密' AS word")
    file = tmp_path / "backup.dump"
    assert backups.write_backup(settings, file) == file.stat().st_size > 1000
    assert (oct(file.stat().st_mode & 0o777), [path.name for path in tmp_path.iterdir()]) == ("0o600", ["backup.dump"])
    target = changed(server, name=f"restored_{secrets.token_hex(4)}")
    database.connect(target).close()
    restore = (find_client(None, "pg_restore"), "--no-owner", "--exit-on-error", "--dbname", target.name, file)
    subprocess.run(restore, env={**os.environ, **database.client_environment(target)}, check=True)
    with database.connect(target) as connection:
        assert connection.execute("SELECT word FROM kept").fetchone() == ("ä密",)


def test_a_backup_that_fails_leaves_nothing(own, tmp_path):
    """
    Without the right to read, the backup says so, and neither a file nor half of one is left.
    """
    with database.connect(own) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS secrets (word text)")
    reader = changed(own, user="reader", password=SecretStr("reads"))
    with pytest.raises(ServiceDownError, match="permission denied"):
        backups.write_backup(reader, tmp_path / "backup.dump")
    assert list(tmp_path.iterdir()) == []
