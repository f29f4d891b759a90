"""One database for many tests, emptied before each: making one takes longer than most tests."""

import os
from contextlib import contextmanager

from psycopg import sql
from table_contents import empty

from discord_airflow import database as door


@contextmanager
def shared_database(server, template):
    """Make a database with the schema applied, yield a connection in autocommit mode, and drop the database."""
    name = f"test_{os.urandom(6).hex()}"
    with door.connect(server, autocommit=True) as maintenance:
        copy = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY")
        maintenance.execute(copy.format(sql.Identifier(name), sql.Identifier(template)))
        with door.connect(server.model_copy(update={"name": name}), autocommit=True) as connection:
            yield connection
        maintenance.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def never_wait_for_the_disk(server):
    """Let a server not wait until its disk has what was written: only a power cut could tell, and no test plays one."""
    with door.connect(server.model_copy(update={"name": "postgres"}), autocommit=True) as connection:
        connection.execute("ALTER SYSTEM SET fsync = off")
        connection.execute("SELECT pg_reload_conf()")


def emptied(connection):
    """Return *connection* with all tables of its database empty."""
    empty(connection)
    return connection
