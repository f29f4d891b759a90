"""The roles of the database hold by GRANT: what a role must not do it cannot do, whatever it sets in its session."""

import os

import psycopg
import pytest
from export_documents import document, message, write
from older_server import older_server
from psycopg import sql

from discord_airflow import cli
from discord_airflow import database as door
from discord_airflow.checking.consistency import check_consistency
from discord_airflow.collectors.importer import import_paths
from discord_airflow.roles import ROLES, apply_roles

REPORTS = {"report_runs", "report_sections", "digest_chunks", "posted_pieces"}
FIXED = {"schema_version", "personal_data", "runs"}
VERBS = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")


@pytest.fixture(scope="module", params=["the embedded server", "an older one"])
def server(request, server, reachable_folder):
    """Both servers in turn: rights changed from version to version."""
    if request.param == "the embedded server":
        yield server
        return
    with older_server(reachable_folder) as settings:
        yield settings


@pytest.fixture(scope="module")
def template(server):
    """The name of an empty database with the schema, on the server whose turn it is."""
    name = "template_of_roles"
    with door.connect(server.model_copy(update={"name": name})) as connection:
        door.apply_schema(connection)
    return name


@pytest.fixture
def login(database):
    """A function that returns a connection as a new login in a role; *database* has the roles."""
    apply_roles(database)
    database.commit()
    opened, names = [], []

    def login(role):
        name = f"login_{os.urandom(4).hex()}"
        database.execute(sql.SQL("CREATE ROLE {} LOGIN IN ROLE {}").format(sql.Identifier(name), sql.Identifier(role)))
        database.commit()
        opened.append(psycopg.connect(database.info.dsn, user=name, autocommit=True))
        names.append(name)
        return opened[-1]

    yield login
    for connection in opened:
        connection.close()
    for name in names:
        database.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(name)))
    database.commit()


def tables(connection):
    """The names of all tables."""
    query = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    return {name for (name,) in connection.execute(query).fetchall()}


def allowed(role, table):
    """What a role may do to a table."""
    if table == "runs":
        return {"SELECT", "INSERT", "UPDATE"} | ({"DELETE"} if role != "discord_reporter" else set())
    if role == "discord_importer" and table not in REPORTS | FIXED:
        return {"SELECT", "INSERT", "UPDATE", "DELETE"}
    if role == "discord_publisher" and table in REPORTS:
        return {"SELECT", "INSERT", "UPDATE", "DELETE"}
    return {"SELECT"}


@pytest.mark.parametrize("role", ROLES[1:])
def test_every_cell_of_the_matrix_is_as_it_is_written(login, role):
    """
    Role by table by verb: the server allows what is listed and nothing else, also in tables that come later.
    """
    connection = login(role)
    query = "SELECT array_agg(verb) FROM unnest(%s::text[]) AS verb WHERE has_table_privilege(%s, verb)"
    found = {table: set(connection.execute(query, [list(VERBS), table]).fetchone()[0]) for table in tables(connection)}
    assert len(found) > 25
    assert found == {table: allowed(role, table) for table in found}


ATTACKS = (
    "INSERT INTO guilds VALUES (1, 'x', NULL, '{}', now())",
    "UPDATE messages SET content = ''",
    "DELETE FROM ledger",
    "TRUNCATE messages",
    "DROP TABLE messages",
    "ALTER TABLE messages ADD COLUMN x int",
    "CREATE TABLE mine (x int)",
    "CREATE TEMP TABLE mine (x int)",
    "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "COPY messages TO '/tmp/stolen'",
    "COPY messages TO PROGRAM 'true'",
    "SELECT pg_read_file('/etc/passwd')",
    "SELECT rolpassword FROM pg_authid",
    "CREATE ROLE mine LOGIN",
    "GRANT discord_owner TO current_user",
    "SET ROLE discord_owner",
    "SET ROLE postgres",
    "ALTER ROLE discord_reporter SUPERUSER",
    "CREATE DATABASE mine",
    "CREATE SCHEMA mine",
    "CREATE EXTENSION dblink",
    "ALTER SYSTEM SET log_statement = 'all'",
    "SET SESSION AUTHORIZATION postgres",
    "SELECT pg_ls_dir('/')",
    "SELECT pg_read_binary_file('/etc/passwd')",
    "SELECT lo_import('/etc/passwd')",
    "SELECT pg_reload_conf()",
    "COPY (SELECT 1) TO PROGRAM 'true'",
    "SELECT stavalues1 FROM pg_statistic",
    "SET session_replication_role = replica",
)


ONES_OWN = ("INSERT", "UPDATE", "DELETE", "CREATE TEMP", "TRUNCATE")


def refused(connection, attack):
    """Try an attack, and tell whether it failed for want of rights."""
    try:
        connection.execute(attack)
    except psycopg.errors.InsufficientPrivilege:
        return True
    return False


@pytest.mark.parametrize("role", ["discord_importer", "discord_publisher"])
def test_those_who_write_get_no_further(login, role):
    """
    Roles that write rows can neither change the schema, nor reach files and programs, nor become somebody else.
    """
    connection = login(role)
    attacks = [attack for attack in ATTACKS if not attack.startswith(ONES_OWN)]
    assert [attack for attack in attacks if not refused(connection, attack)] == []


def test_a_reporter_cannot_write_however_it_tries(login):
    """
    A session may lift its own settings; the rights stay what they are.
    """
    reporter = login("discord_reporter")
    reporter.execute("SET default_transaction_read_only = off")
    assert [attack for attack in ATTACKS if not refused(reporter, attack)] == []


def test_each_role_can_do_its_work(login, tmp_path):
    """
    The importer imports with its own rights alone, and the reporter's check reads all of it.
    """
    write(tmp_path, document(message(0), message(1)))
    importer = login("discord_importer")
    dsn, user = importer.info.dsn, importer.info.user
    summary = import_paths([tmp_path], lambda: psycopg.connect(dsn, user=user, autocommit=True))
    assert (summary.exit_code, summary.counts.new) == (0, 2)
    findings = check_consistency(login("discord_reporter"))
    assert {finding.outcome for finding in findings} == {"ok"}


def test_a_publisher_makes_the_report(login, tmp_path, monkeypatch, capsys):
    """
    Reports need no right to the messages but to read them.
    """
    publisher = login("discord_publisher")
    info = publisher.info
    told = {"DB_HOST": info.host, "DB_PORT": str(info.port), "DB_NAME": info.dbname, "DB_USER": info.user}
    for name, value in {**told, "DISCORD_AIRFLOW_HOME": str(tmp_path)}.items():
        monkeypatch.setenv(name, value)
    assert cli.main(["report", "--until", "2026-03-08"]) == 0, capsys.readouterr().err
    assert publisher.execute("SELECT count(*) FROM report_runs").fetchone() == (1,)


def test_strangers_are_not_let_in(database, login):
    """
    A login without a role cannot even connect.
    """
    reporter = login("discord_reporter")
    name = reporter.info.user
    database.execute(sql.SQL("REVOKE discord_reporter FROM {}").format(sql.Identifier(name)))
    database.commit()
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(database.info.dsn, user=name)


def test_roles_can_be_set_again_and_the_owner_can_migrate(database, login):
    """
    The command may be repeated, and a login of the owner brings the schema up to date.
    """
    apply_roles(database)
    database.execute("COMMENT ON TABLE schema_version IS 'an older one'")
    database.commit()
    owner = login("discord_owner")
    owner.execute("SET ROLE discord_owner")
    assert door.apply_schema(owner)
