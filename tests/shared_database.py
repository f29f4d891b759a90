"""Databases for tests; many share one, emptied before each, for making one takes longer than most tests."""

import os
from contextlib import contextmanager

from psycopg import sql
from table_contents import empty

from discord_airflow import database as door


@contextmanager
def database_copy(server, template):
    """Give the settings of a database that is a copy of *template*; it is dropped afterwards."""
    name = f"test_{os.urandom(6).hex()}"
    with door.connect(server, autocommit=True) as maintenance:
        strategy = " STRATEGY FILE_COPY" if maintenance.info.server_version >= 150_000 else ""  # new in 15
        copy = sql.SQL("CREATE DATABASE {} TEMPLATE {}" + strategy)
        maintenance.execute(copy.format(sql.Identifier(name), sql.Identifier(template)))
        try:
            yield server.model_copy(update={"name": name})
        finally:
            maintenance.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


@contextmanager
def shared_database(server, template):
    """Give a connection in autocommit mode to such a database."""
    with database_copy(server, template) as settings, door.connect(settings, autocommit=True) as connection:
        yield connection


def never_wait_for_the_disk(server):
    """Let a server not wait until its disk has what was written: only a power cut could tell, and no test plays one."""
    with door.connect(server.model_copy(update={"name": "postgres"}), autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET fsync = off")
        connection.execute("SELECT pg_reload_conf()")


def emptied(connection):
    """Return *connection* with all tables of its database empty."""
    empty(connection)
    return connection
