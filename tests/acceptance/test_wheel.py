"""What is installed without the checkout holds everything it needs."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A folder with the contents of the wheel that the checkout builds."""
    built, unpacked = tmp_path_factory.mktemp("built"), tmp_path_factory.mktemp("installed")
    command = (sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", built)
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    with zipfile.ZipFile(next(built.glob("*.whl"))) as wheel:
        wheel.extractall(unpacked)
    return unpacked


def test_every_file_of_the_package_is_in_the_wheel(installed):
    """
    SQL, templates and prompts ship with the code, and so does the schema from the root of the checkout.
    """
    listed = subprocess.run(
        ["git", "ls-files", "discord_airflow"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    tracked = {name for name in listed.stdout.splitlines() if (ROOT / name).is_file()}
    assert tracked | {"discord_airflow/db_schema.sql"} <= {
        str(path.relative_to(installed)) for path in installed.rglob("*") if path.is_file()
    }
    assert (installed / "discord_airflow" / "db_schema.sql").read_bytes() == (ROOT / "db_schema.sql").read_bytes()


def test_an_installed_package_finds_its_schema_and_its_home(installed, tmp_path):
    """
    Away from a checkout the schema comes from the package, and the project's home is the current directory.
    """
    code = (
        "import discord_airflow; from discord_airflow import database, settings;"
        "print(discord_airflow.__file__); print(len(database.schema())); print(settings.load_settings().home)"
    )
    environment = {name: value for name, value in os.environ.items() if name != "DISCORD_AIRFLOW_HOME"}
    environment["PYTHONPATH"] = str(installed)
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )
    where, length, home = done.stdout.splitlines()
    assert Path(where).is_relative_to(installed)
    assert int(length) == len((ROOT / "db_schema.sql").read_text())
    assert Path(home) == tmp_path
