"""A database that several tests share: making one for each would take longer than the tests themselves."""

import os
from contextlib import contextmanager

from psycopg import sql

from discord_airflow import database


@contextmanager
def shared_database(server, template):
    """Give the settings of a database copied from *template*; it is dropped afterwards."""
    name = f"shared_{os.urandom(6).hex()}"
    with database.connect(server, autocommit=True) as maintenance:
        copy = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY")
        maintenance.execute(copy.format(sql.Identifier(name), sql.Identifier(template)))
        try:
            yield server.model_copy(update={"name": name})
        finally:
            maintenance.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
