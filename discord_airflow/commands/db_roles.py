"""`discord-airflow db roles`: the roles of the database, held apart by GRANT."""

import typer

from discord_airflow import database
from discord_airflow.commands.options import Config
from discord_airflow.roles import ROLES, apply_roles
from discord_airflow.settings import load_settings
from discord_airflow.terminal import say


def register(db: typer.Typer) -> None:
    """Add `roles` to the group *db*."""
    db.command("roles", epilog="Example: discord-airflow db roles")(roles)


def roles(
    config: Config = None,
) -> None:
    """
    Make separate roles: owner, importer, publisher, reporter.

    The publisher writes reports, the reporter only reads, and everybody else has no rights. Logins are yours to make:
    CREATE ROLE dashboard LOGIN PASSWORD '...' IN ROLE discord_reporter;
    """
    settings = load_settings(config).database
    with database.connect(settings) as connection:
        database.apply_schema(connection)
        apply_roles(connection)
    say(f"{settings.name}: {', '.join(ROLES)} are set.")
