"""What all tests share: a clean environment, and a PostgreSQL server of their own."""

import os
import shutil
import signal
import tempfile
from pathlib import Path

import psycopg
import pytest

OURS = ("DB_", "DISCORD_", "OLLAMA_", "AIRFLOW_", "PG")
TEMPLATE = "template_of_tests"

# A shell that starts the tests in the background has them ignore Ctrl-C, and so would every command they start.
signal.signal(signal.SIGINT, signal.default_int_handler)

# Before any of our modules, or Airflow, is imported: a developer's shell must not change what a test sees.
for name in [name for name in os.environ if name.startswith(OURS)]:
    del os.environ[name]
os.environ["DISCORD_AIRFLOW_HOME"] = tempfile.mkdtemp(prefix="discord_airflow-home-")


def pytest_collection_modifyitems(items):
    """Let tests that import Airflow warn: it warns about its own dependencies."""
    for item in items:
        if item.get_closest_marker("airflow"):
            item.add_marker(pytest.mark.filterwarnings("default"))


def pytest_unconfigure():
    """Remove the home that stood in for the project's."""
    shutil.rmtree(os.environ["DISCORD_AIRFLOW_HOME"], ignore_errors=True)


@pytest.fixture(scope="session")
def reachable_folder():
    """A folder that the server's user can enter also when root runs the tests; pytest's own it cannot."""
    folder = Path(tempfile.mkdtemp(prefix="discord_airflow-tests-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def server(reachable_folder):
    """The settings of an embedded PostgreSQL for this run of the tests; its database `postgres` is nobody's."""
    from shared_database import never_wait_for_the_disk

    from discord_airflow import embedded
    from discord_airflow.settings import DatabaseSettings

    settings = DatabaseSettings(data_directory=reachable_folder / "postgres", name="postgres")
    embedded.start(settings)
    never_wait_for_the_disk(settings)
    yield settings
    embedded.stop(settings)


@pytest.fixture(scope="session")
def template(server):
    """The name of an empty database with the schema applied, to copy from."""
    from discord_airflow import database

    settings = server.model_copy(update={"name": TEMPLATE})
    with database.connect(settings) as connection:
        database.apply_schema(connection)
    return TEMPLATE


@pytest.fixture
def database_settings(server, template):
    """The settings of a fresh, empty database with the schema applied; it is dropped after the test."""
    from shared_database import database_copy

    with database_copy(server, template) as settings:
        yield settings


@pytest.fixture
def database(database_settings):
    """A connection to that database."""
    from discord_airflow import database

    connection: psycopg.Connection = database.connect(database_settings)
    yield connection
    connection.close()


@pytest.fixture(scope="module")
def shared(server, template):
    """A connection in autocommit mode to a database for all tests of a module."""
    from shared_database import shared_database

    with shared_database(server, template) as connection:
        yield connection


@pytest.fixture
def connection(shared):
    """That database, empty."""
    from shared_database import emptied

    return emptied(shared)


@pytest.fixture
def run(connection, server):
    """A function that imports paths into that database."""
    from discord_airflow import database
    from discord_airflow.collectors.importer import import_paths

    settings = server.model_copy(update={"name": connection.info.dbname})

    def run(*paths, **options):
        return import_paths(paths, lambda: database.connect(settings), **options)

    return run
