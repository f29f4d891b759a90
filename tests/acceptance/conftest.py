"""A project to type commands in: its own folder, its own database, and nothing of this shell."""

import io
import json
import os
import subprocess
import sys
from contextlib import redirect_stdout
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

ROOT = Path(__file__).parents[2]
PROGRAM = Path(sys.executable).with_name("discord-airflow")


class Terminal:
    """Where a person types. *home* is the project's folder, *database* the settings of its database."""

    def __init__(self, home, database):
        self.home, self.database = home, database

    def run(self, *command, status=0):
        """Run a command in the project's folder, check its exit status and return what it printed."""
        environment = {**os.environ, "DISCORD_AIRFLOW_HOME": str(self.home), "COLUMNS": "100"}
        done = subprocess.run(
            command, cwd=self.home, env=environment, capture_output=True, text=True, timeout=100, check=False
        )
        assert done.returncode == status, f"{command} ended with {done.returncode}:\n{done.stdout}{done.stderr}"
        return done

    def discord_airflow(self, *arguments, status=0):
        """Run `discord-airflow` with *arguments*."""
        return self.run(PROGRAM, *arguments, status=status)

    def importer(self, *folders, status=0):
        """Run the importer's launcher, as the README shows it."""
        inputs = [word for folder in folders for word in ("--input", str(folder))]
        return self.run(sys.executable, str(ROOT / "collectors" / "importer.py"), *inputs, status=status)

    def query(self, name, *arguments):
        """Return the rows that `discord-airflow query NAME --json` prints; in this process, as it is asked often."""
        from discord_airflow import cli

        with pytest.MonkeyPatch.context() as patch, io.StringIO() as printed, redirect_stdout(printed):
            patch.setenv("DISCORD_AIRFLOW_HOME", str(self.home))
            assert cli.main(["query", name.replace("_", "-"), *arguments, "--json"]) == 0
            return json.loads(printed.getvalue())


@pytest.fixture(scope="module")
def new_terminal(server, template, reachable_folder, tmp_path_factory):
    """A function that makes a project with an empty database; the databases are dropped in the end."""
    from discord_airflow import database

    made = []

    def new_terminal(config=""):
        name = f"test_{os.urandom(6).hex()}"
        with database.connect(server, autocommit=True) as maintenance:
            copy = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY")
            maintenance.execute(copy.format(sql.Identifier(name), sql.Identifier(template)))
        made.append(name)
        home = tmp_path_factory.mktemp("project")
        (home / "config.yaml").write_text(f"database:\n  data_directory: {server.data_directory}\n{config}")
        (home / ".env").write_text(f"DB_NAME={name}\n")
        return Terminal(home, server.model_copy(update={"name": name}))

    yield new_terminal
    with database.connect(server, autocommit=True) as maintenance:
        for name in made:
            maintenance.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def look():
    """A function that looks into a terminal's database: rows of a statement."""
    from discord_airflow import database

    def look(terminal, statement):
        connection: psycopg.Connection = database.connect(terminal.database, read_only=True)
        with connection:
            return connection.execute(statement).fetchall()

    return look
