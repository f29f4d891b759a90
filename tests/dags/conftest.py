"""What tests of DAGs share: an Airflow of their own, loaded once, after everything else."""

import os
import tempfile
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]


def pytest_collection_modifyitems(items):
    """Run tests that load Airflow last: it sets up logging for its whole process."""
    items.sort(key=lambda item: bool(item.get_closest_marker("airflow")))


@pytest.fixture(scope="session")
def airflow_home():
    """Airflow's environment and its metadata in SQLite; nothing may import Airflow before."""
    with tempfile.TemporaryDirectory(prefix="discord_airflow-airflow-") as home:
        os.environ.update(
            AIRFLOW_HOME=home,
            AIRFLOW__CORE__DAGS_FOLDER=str(CHECKOUT / "dags"),
            AIRFLOW__CORE__PLUGINS_FOLDER=str(CHECKOUT / "plugins"),
            AIRFLOW__CORE__LOAD_EXAMPLES="False",
            AIRFLOW__DATABASE__SQL_ALCHEMY_CONN=f"sqlite:///{home}/airflow.db",
            AIRFLOW__LOGGING__LOGGING_LEVEL="WARNING",
        )
        from airflow.utils.db import initdb

        initdb()
        yield Path(home)


@pytest.fixture(scope="session")
def load_dags(airflow_home):
    """A function that reads all DAG files anew, as a DAG processor does."""
    from airflow.dag_processing.dagbag import DagBag

    return lambda: DagBag(dag_folder=str(CHECKOUT / "dags"))


@pytest.fixture(scope="session")
def discord_weekly(load_dags):
    """The DAG itself."""
    bag = load_dags()
    assert bag.import_errors == {}
    return bag.dags["discord_weekly"]
