"""`discord-airflow db`: the database and, where we run it ourselves, its server."""

import json
import os
from pathlib import Path
from typing import Annotated

import typer

from discord_airflow import backups, database
from discord_airflow.commands import db_roles, query_index
from discord_airflow.commands.options import AsJson, Config
from discord_airflow.errors import ConfigurationError
from discord_airflow.settings import DatabaseSettings, load_settings
from discord_airflow.terminal import say

db = typer.Typer(help="Start, stop, look after and look into the database.")


def register(app: typer.Typer) -> None:
    """Add the group `db` to *app*."""
    query_index.register(db)
    db_roles.register(db)
    app.add_typer(db, name="db")


@db.command(epilog="Example: discord-airflow db start")
def start(config: Config = None) -> None:
    """
    Start the embedded PostgreSQL, unless it runs.

    Other commands do so by themselves.
    """
    found = database.embedded().start(_own(config))
    say(f"PostgreSQL {found.version} runs in {found.home}.")


@db.command(epilog="Example: discord-airflow db stop")
def stop(config: Config = None) -> None:
    """Stop the embedded PostgreSQL; the data stay."""
    say("Stopped." if database.embedded().stop(_own(config)) else "It was not running.")


@db.command(epilog="Example: discord-airflow db status --json")
def status(config: Config = None, *, as_json: AsJson = False) -> None:
    """Tell where the database is and whether it runs."""
    found = _status(load_settings(config).database)
    if as_json:
        say(json.dumps(found))
        return
    for name, value in found.items():
        if value is not None:
            say(f"{name:<10} {str(value).lower() if isinstance(value, bool) else value}")


@db.command(epilog="Example: discord-airflow db migrate")
def migrate(config: Config = None) -> None:
    """Bring the database to this version's schema; safe to repeat."""
    settings = load_settings(config).database
    with database.connect(settings) as connection:
        changed = database.apply_schema(connection)
    say(f"{settings.name}: the schema {'was brought up to date' if changed else 'is up to date'}.")


@db.command(epilog="Example: discord-airflow db backup discord_data.dump")
def backup(
    file: Annotated[Path, typer.Argument(help="Where to write it, in pg_dump's custom format.", metavar="FILE")],
    config: Config = None,
) -> None:
    """Write the whole database to a file for pg_restore."""
    size = backups.write_backup(load_settings(config).database, file)
    say(f"{file}: {size:,} bytes; restore with pg_restore --dbname=... {file}")


@db.command(epilog="Example: discord-airflow db psql -- -c 'SELECT count(*) FROM messages'")
def psql(
    arguments: Annotated[
        list[str] | None, typer.Argument(help="Arguments for psql, after --.", metavar="ARGUMENTS")
    ] = None,
    config: Config = None,
) -> None:
    """Open psql on the database."""
    settings = load_settings(config).database
    database.connect(settings).close()
    program, environment = backups.client(settings, "psql")
    os.execve(program, (str(program), *(arguments or ())), environment)  # noqa: S606 (no shell is wanted)


def _own(config: Path | None) -> DatabaseSettings:
    settings = load_settings(config).database
    if settings.host is not None:
        raise ConfigurationError(f"DB_HOST is {settings.host}: that PostgreSQL is yours to start and stop, not ours.")
    return settings


def _status(settings: DatabaseSettings) -> dict[str, object]:
    if settings.host is None:
        found = database.embedded().status(settings)
        return {
            "embedded": True,
            "running": found.running,
            "version": found.version,
            "process": found.process,
            "database": settings.name,
            "folder": str(found.home),
            "socket": str(found.sockets),
            "log": str(found.log_file),
        }
    with database.connect(settings) as connection:
        version = connection.info.parameter_status("server_version")
    own = {"host": settings.host, "port": settings.port, "user": settings.user, "database": settings.name}
    return {"embedded": False, "running": True, "version": version, **own}
