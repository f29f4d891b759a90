"""The one door to PostgreSQL: the user's own server when a host is set, else the embedded one."""

import hashlib
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, LiteralString, cast

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from discord_airflow import embedded
from discord_airflow.database_errors import address, explain, reason
from discord_airflow.errors import ConfigurationError, ServiceDownError
from discord_airflow.settings import DatabaseSettings

OLDEST_VERSION = 13
CONNECT_SECONDS = 10


def connect(
    settings: DatabaseSettings, *, autocommit: bool = False, read_only: bool = False
) -> psycopg.Connection[tuple[Any, ...]]:
    """
    Return a connection to the database of *settings*, or raise an error that says what to do.

    Its time zone is UTC. The embedded server is started and its database made when needed; with *read_only* the
    server refuses every change.
    """
    if settings.host is None:
        return _connect_embedded(settings, autocommit=autocommit, read_only=read_only)
    parameters = _parameters(settings, read_only=read_only)
    try:
        connection = psycopg.connect(**parameters, autocommit=autocommit)
    except psycopg.Error as error:
        raise explain(error, settings, parameters) from None
    version = connection.info.server_version // 10_000
    if version < OLDEST_VERSION:
        connection.close()
        raise ConfigurationError(
            f"PostgreSQL at {address(settings)} is version {version}; version {OLDEST_VERSION} or newer is needed."
        )
    return connection


def conninfo(settings: DatabaseSettings) -> str:
    """Return a libpq connection string for other programs, with the password in it: never print or log it."""
    return make_conninfo(**_parameters(settings, read_only=False))


def client_environment(settings: DatabaseSettings) -> dict[str, str]:
    """Return the variables by which psql and pg_dump find the database; the password is among them."""
    parameters = _parameters(settings, read_only=False)
    names = {"host": "PGHOST", "hostaddr": "PGHOSTADDR", "port": "PGPORT", "dbname": "PGDATABASE", "user": "PGUSER"}
    names |= {"password": "PGPASSWORD", "connect_timeout": "PGCONNECT_TIMEOUT", "application_name": "PGAPPNAME"}
    return {variable: str(parameters[key]) for key, variable in names.items() if parameters.get(key) is not None}


def apply_schema(connection: psycopg.Connection[Any]) -> bool:
    """
    Bring the database to the schema of `db_schema.sql`; return False when it was there already.

    Several processes may do so at once: the script itself makes them wait for each other.
    """
    if connection.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
        raise ValueError("apply_schema needs a connection without an open transaction")
    autocommit = connection.autocommit
    connection.autocommit = True
    try:
        if _applied(connection) == schema_digest():
            return False
        connection.execute(schema())
        mark = sql.SQL("COMMENT ON TABLE schema_version IS {}").format(schema_digest())
        connection.execute(mark)
        return True
    finally:
        if not connection.closed:
            connection.rollback()
            connection.autocommit = autocommit


@cache
def schema() -> LiteralString:
    """Return `db_schema.sql`: from the installed package, or from the root of the checkout."""
    packaged = resources.files("discord_airflow") / "db_schema.sql"
    path = packaged if packaged.is_file() else Path(__file__).resolve().parents[1] / "db_schema.sql"
    return cast(LiteralString, path.read_text(encoding="utf-8"))


@cache
def schema_digest() -> str:
    """Return what tells one text of the schema from another."""
    return f"db_schema.sql {hashlib.sha256(schema().encode()).hexdigest()}"


def _applied(connection: psycopg.Connection[Any]) -> str | None:
    row = connection.execute("SELECT obj_description(to_regclass('schema_version'), 'pg_class')").fetchone()
    return row[0] if row else None


def _connect_embedded(
    settings: DatabaseSettings, *, autocommit: bool, read_only: bool
) -> psycopg.Connection[tuple[Any, ...]]:
    embedded.ensure_running(settings)
    parameters = _parameters(settings, read_only=read_only)
    try:
        return psycopg.connect(**parameters, autocommit=autocommit)
    except psycopg.OperationalError as error:
        if "does not exist" not in str(error):
            raise ServiceDownError(f"The embedded PostgreSQL refused a connection: {reason(error)}.") from None
    _create_database(settings, parameters)
    return psycopg.connect(**parameters, autocommit=autocommit)


def _create_database(settings: DatabaseSettings, parameters: dict[str, Any]) -> None:
    with psycopg.connect(**{**parameters, "dbname": "postgres", "options": ""}, autocommit=True) as connection:
        try:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(settings.name)))
        except (psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
            pass  # another process was quicker


def _parameters(settings: DatabaseSettings, *, read_only: bool) -> dict[str, Any]:
    options = "-c TimeZone=UTC" + (" -c default_transaction_read_only=on" if read_only else "")
    common = {
        "dbname": settings.name,
        "client_encoding": "utf8",
        "application_name": "discord_airflow",
        "connect_timeout": CONNECT_SECONDS,
        "options": options,
    }
    if settings.host is None:
        place = embedded.place_of(settings)
        # An empty hostaddr keeps PGHOSTADDR in the environment from leading elsewhere.
        socket = {"host": str(place.sockets), "hostaddr": "", "port": embedded.PORT, "user": embedded.SUPERUSER}
        return common | socket
    password = settings.password.get_secret_value() if settings.password else None
    return common | {"host": settings.host, "port": settings.port, "user": settings.user, "password": password}
