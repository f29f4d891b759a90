"""Checks of the database server itself: reach, version, encoding, clock, extensions, roles."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import psycopg

from discord_airflow import roles
from discord_airflow.database_errors import address
from discord_airflow.doctor.finding import Finding, fail, ok, warn
from discord_airflow.errors import AccessDeniedError, DiscordAirflowError
from discord_airflow.settings import DatabaseSettings

_SKEW_SECONDS = 5


def way_out(error: DiscordAirflowError, settings: DatabaseSettings) -> str:
    """Return what to do about *error*, with which a connection was refused."""
    said = str(error)
    if settings.host is None:
        return "discord-airflow db start"
    if "version" in said and "newer is needed" in said:
        return "upgrade that PostgreSQL, or remove DB_HOST from .env to use the embedded one"
    if "has the encoding" in said:
        return _createdb(settings, f"{settings.name}_utf8", "--template=template0") + " (and set DB_NAME to it)"
    if "has no database" in said:
        return _createdb(settings, settings.name)
    if isinstance(error, AccessDeniedError):
        return "set the right DB_USER and DB_PASSWORD in .env"
    return f"start PostgreSQL at {address(settings)}, or set the right DB_HOST and DB_PORT in .env"


def _createdb(settings: DatabaseSettings, name: str, *options: str) -> str:
    place = (f"--host={settings.host}", f"--port={settings.port}", f"--username={settings.user}")
    return " ".join(("createdb", *place, "--encoding=UTF8", *options, name))


def look_at(connection: psycopg.Connection[Any]) -> Iterator[Finding]:
    """Look at what the server offers."""
    row = connection.execute("SELECT clock_timestamp()").fetchone()
    assert row is not None  # one row by its nature
    skew = (row[0] - datetime.now(UTC)).total_seconds()
    if abs(skew) > _SKEW_SECONDS:
        way = "behind" if skew > 0 else "ahead of"
        fix = "set both clocks by the network: timedatectl set-ntp true"
        yield fail("clock", f"this machine is {abs(skew):,.0f} seconds {way} the database's", fix)
    else:
        yield ok("clock", "agrees with the database's")
    if connection.execute("SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm'").fetchone():
        yield ok("extensions", "pg_trgm")
    else:
        fix = "discord-airflow db psql -- -c 'CREATE EXTENSION pg_trgm'"
        yield warn("extensions", "pg_trgm is missing: searches read every message", fix)
    found = connection.execute(
        "SELECT count(*) FROM pg_roles WHERE rolname = ANY (%s)", (list(roles.ROLES),)
    ).fetchone()
    made = found[0] if found else 0
    if made in (0, len(roles.ROLES)):
        yield ok("roles", f"{made} of the {len(roles.ROLES)} separate roles" if made else "one role does everything")
    else:
        yield warn(
            "roles", f"only {made} of the {len(roles.ROLES)} separate roles are there", "discord-airflow db roles"
        )
