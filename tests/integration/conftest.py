"""What integration tests share beside the databases of their own."""

import pytest
from shared_database import database_copy

from discord_airflow import database


@pytest.fixture(scope="module")
def shared_connection(server, template):
    """A connection to an empty database of one test module."""
    with database_copy(server, template) as settings, database.connect(settings) as connection:
        yield connection


@pytest.fixture
def scratch(shared_connection):
    """The same, in a transaction that is rolled back: faster than a database for each test, where none commits."""
    with shared_connection.transaction(force_rollback=True):
        yield shared_connection
