"""Backups with pg_dump, and the other client programs that come with PostgreSQL."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from discord_airflow import database
from discord_airflow.errors import ConfigurationError, DiscordAirflowError, FileTroubleError, ServiceDownError
from discord_airflow.settings import DatabaseSettings
from discord_airflow.whole_files import draft_of, flush_folder, remove_leftovers, room


def write_backup(settings: DatabaseSettings, file: Path) -> int:
    """Write the whole database to *file*, which appears whole or not at all, and return its size in bytes."""
    database.connect(settings).close()
    program, environment = client(settings, "pg_dump")
    remove_leftovers(file.parent)
    try:
        with draft_of(file, mode=0o600) as draft:
            dumped = subprocess.run(
                (program, "--format=custom", "--no-password"),
                check=False,
                stdin=subprocess.DEVNULL,
                stdout=draft.file,
                stderr=subprocess.PIPE,
                env={**environment, "LC_ALL": "C"},  # so that _failure can read what it says
            )
            if dumped.returncode != 0:
                raise _failure(settings, file, dumped.stderr.decode(errors="replace"))
            draft.flush()
            draft.take_place()
        flush_folder(file.parent)
    except OSError as error:
        raise FileTroubleError(f"{file} cannot be written: {error.strerror}{room(file.parent)}.") from None
    return file.stat().st_size


def _failure(settings: DatabaseSettings, file: Path, said: str) -> DiscordAirflowError:
    said = " ".join(said.split())
    if "could not write" in said:
        return FileTroubleError(f"{file} cannot be written{room(file.parent)}: {said}")
    return ServiceDownError(f"The backup of {settings.name} failed: {said}")


def client(settings: DatabaseSettings, name: str) -> tuple[Path, dict[str, str]]:
    """Return the path of the client program *name* and an environment in which it finds the database."""
    program = shutil.which(name)
    if sys.platform != "win32":
        from discord_airflow.embedded.programs import find_client

        # Ours first: pg_dump refuses a server that is newer than itself.
        program = find_client(settings.programs_directory, name) or program
    if program is None:
        raise ConfigurationError(f"There is no {name} here; run `make setup` or install PostgreSQL's client programs.")
    return Path(program), {**os.environ, **database.client_environment(settings)}
