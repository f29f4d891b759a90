"""Backups with pg_dump, and the other client programs that come with PostgreSQL."""

import os
import secrets
import shutil
import subprocess
import sys
from pathlib import Path

from discord_airflow import database
from discord_airflow.errors import ConfigurationError, FileTroubleError, ServiceDownError
from discord_airflow.settings import DatabaseSettings


def write_backup(settings: DatabaseSettings, file: Path) -> int:
    """Write the whole database to *file*, which appears whole or not at all, and return its size in bytes."""
    database.connect(settings).close()
    program, environment = client(settings, "pg_dump")
    draft = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as output:
            dumped = subprocess.run(
                (program, "--format=custom", "--no-password"),
                check=False,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.PIPE,
                env=environment,
            )
            output.flush()
            os.fsync(output.fileno())
        if dumped.returncode != 0:
            said = " ".join(dumped.stderr.decode(errors="replace").split())
            raise ServiceDownError(f"The backup of {settings.name} failed: {said}")
        draft.replace(file)
    except OSError as error:
        raise FileTroubleError(f"{file} cannot be written: {error.strerror}.") from None
    finally:
        draft.unlink(missing_ok=True)
    return file.stat().st_size


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
