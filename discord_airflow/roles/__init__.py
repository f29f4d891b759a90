"""Who may do what in the database: four roles, held apart by GRANT."""

from typing import Any

import psycopg

from discord_airflow.errors import AccessDeniedError
from discord_airflow.sql_files import statement

ROLES = ("discord_owner", "discord_importer", "discord_publisher", "discord_reporter")


def apply_roles(connection: psycopg.Connection[Any]) -> None:
    """Make the four roles and grant them what they need, and nothing else; again after each change of the schema."""
    try:
        with connection.transaction():
            connection.execute(statement("discord_airflow.roles", "roles"))
    except psycopg.errors.InsufficientPrivilege as error:
        raise AccessDeniedError(
            f"{connection.info.user} may not make roles ({error.diag.message_primary}); run this as a superuser, or as"
            " the owner of the database with CREATEROLE."
        ) from None
