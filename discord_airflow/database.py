"""The one door to PostgreSQL: the user's own server when a host is set, else the embedded one."""

import hashlib
import sys
from contextlib import suppress
from functools import cache
from importlib import resources
from pathlib import Path
from types import ModuleType
from typing import Any, LiteralString, cast

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from discord_airflow.database_errors import address, explain, reason
from discord_airflow.errors import AccessDeniedError, ConfigurationError, ServiceDownError
from discord_airflow.settings import DatabaseSettings
from discord_airflow.silence import KEEPALIVES, SERVER_KEEPALIVES, WatchedConnection

OLDEST_VERSION = 13
CONNECT_SECONDS = 10

Connection = psycopg.Connection[tuple[Any, ...]]


def connect(
    settings: DatabaseSettings,
    *,
    autocommit: bool = False,
    read_only: bool = False,
    query_seconds: int | None = None,
) -> Connection:
    """
    Return a connection to the database of *settings*, or raise an error that says what to do.

    Its time zone is UTC. The embedded server is started, and its database made, when they are needed. With *read_only*
    the server refuses changes; a query that takes longer than *query_seconds* is stopped.
    """
    session = _session(settings, read_only=read_only, query_seconds=query_seconds)
    parameters = {**_parameters(settings), "options": " ".join(f"-c {option}" for option in session)}
    open_door = _connect_embedded if settings.host is None else _connect_own
    connection = open_door(settings, parameters)
    if connection.info.parameter_status("TimeZone") != "UTC":  # PGTZ in the environment outdoes our options
        connection.execute("SET TIME ZONE 'UTC'")
    connection.autocommit = autocommit
    return connection


def conninfo(settings: DatabaseSettings) -> str:
    """Return a libpq connection string for other programs; the password is in it, so never print or log it."""
    return make_conninfo("", **_parameters(settings))


def client_environment(settings: DatabaseSettings) -> dict[str, str]:
    """Return the variables by which psql and pg_dump find the database; the password is among them."""
    variables = {
        "host": "PGHOST",
        "hostaddr": "PGHOSTADDR",
        "port": "PGPORT",
        "dbname": "PGDATABASE",
        "user": "PGUSER",
        "password": "PGPASSWORD",
        "connect_timeout": "PGCONNECT_TIMEOUT",
        "client_encoding": "PGCLIENTENCODING",
        "application_name": "PGAPPNAME",
    }
    parameters = _parameters(settings)
    told = {variable: parameters.get(name) for name, variable in variables.items()}
    return {variable: str(value) for variable, value in told.items() if value is not None}


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
        if schema_is_current(connection):
            return False
        connection.execute(schema())
        mark = sql.Literal(_mark_of(schema()))
        connection.execute(sql.SQL("COMMENT ON TABLE schema_version IS {}").format(mark))
    except psycopg.errors.InsufficientPrivilege as error:
        connection.rollback()
        name, user = connection.info.dbname, connection.info.user
        raise AccessDeniedError(
            f"{user} may not make tables in the database {name} ({error.diag.message_primary}); let its owner"
            " run `discord-airflow db migrate`."
        ) from None
    else:
        return True
    finally:
        if not connection.closed:
            connection.rollback()
            connection.autocommit = autocommit


def schema_is_current(connection: psycopg.Connection[Any]) -> bool:
    """Tell whether the database was brought to exactly this version's `db_schema.sql`."""
    return _schema_mark(connection) == _mark_of(schema())


@cache
def schema() -> LiteralString:
    """Return `db_schema.sql`: from the installed package, or from the root of the checkout."""
    packaged = resources.files("discord_airflow") / "db_schema.sql"
    path = packaged if packaged.is_file() else Path(__file__).resolve().parents[1] / "db_schema.sql"
    return cast(LiteralString, path.read_text(encoding="utf-8"))


def embedded() -> ModuleType:
    """Return discord_airflow.embedded, whose code needs a Unix system and which most servers never need."""
    if sys.platform == "win32":
        raise ConfigurationError(
            "The embedded PostgreSQL does not run on Windows yet; set DB_HOST to use your own PostgreSQL."
        )
    from discord_airflow import embedded

    return embedded


def _mark_of(text: str) -> str:
    return f"db_schema.sql {hashlib.sha256(text.encode()).hexdigest()}"


def _schema_mark(connection: psycopg.Connection[Any]) -> str | None:
    """Return what tells which text of the schema the database was brought to."""
    row = connection.execute("SELECT obj_description(to_regclass('schema_version'), 'pg_class')").fetchone()
    return row[0] if row else None


def _check_server(connection: Connection, settings: DatabaseSettings) -> None:
    version = connection.info.server_version // 10_000
    if version < OLDEST_VERSION:
        raise ConfigurationError(
            f"PostgreSQL at {address(settings)} is version {version}; version {OLDEST_VERSION} or newer is needed."
        )
    encoding = connection.info.parameter_status("server_encoding")
    if encoding != "UTF8":
        raise ConfigurationError(
            f"The database {settings.name} at {address(settings)} has the encoding {encoding}, which cannot hold every"
            f" message; make one with: createdb --encoding=UTF8 --template=template0 ..."
        )


def _connect_own(settings: DatabaseSettings, parameters: dict[str, Any]) -> Connection:
    try:
        connection = WatchedConnection.connect(**parameters, autocommit=True)
    except psycopg.Error as error:
        raise explain(error, settings, parameters) from None
    try:
        _check_server(connection, settings)
    except ConfigurationError:
        connection.close()
        raise
    return connection


def _connect_embedded(settings: DatabaseSettings, parameters: dict[str, Any]) -> Connection:
    server = embedded()
    server.ensure_running(settings)
    try:
        return psycopg.connect(**parameters, autocommit=True)
    except psycopg.OperationalError as error:
        if "does not exist" not in str(error):
            raise ServiceDownError(f"The embedded PostgreSQL refused a connection: {reason(error)}.") from None
    _create_database(settings.name, parameters)
    return psycopg.connect(**parameters, autocommit=True)


def _create_database(name: str, parameters: dict[str, Any]) -> None:
    maintenance: dict[str, Any] = {**parameters, "dbname": "postgres", "options": ""}
    statement = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name))
    another_was_quicker = suppress(psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation)
    with another_was_quicker, psycopg.connect(**maintenance, autocommit=True) as connection:
        connection.execute(statement)


def _parameters(settings: DatabaseSettings) -> dict[str, Any]:
    """Return what libpq needs to know, each value by itself: no text is ever put together from them."""
    common: dict[str, Any] = {
        "dbname": settings.name,
        "client_encoding": "UTF8",
        "application_name": "discord_airflow",
        "connect_timeout": CONNECT_SECONDS,
    }
    if settings.host is None:
        server = embedded()
        sockets = server.place_of(settings).sockets
        # An empty hostaddr keeps PGHOSTADDR in the environment from leading elsewhere.
        return {**common, "host": str(sockets), "hostaddr": "", "port": server.PORT, "user": server.SUPERUSER}
    password = settings.password.get_secret_value() if settings.password else None
    own = {"host": settings.host, "port": settings.port, "user": settings.user, "password": password}
    return {**common, **KEEPALIVES, **own}


def _session(settings: DatabaseSettings, *, read_only: bool, query_seconds: int | None) -> list[str]:
    """Return what the server is told of a session at its start."""
    options = ["TimeZone=UTC"]
    if settings.host is not None:
        options += SERVER_KEEPALIVES
    if read_only:
        options.append("default_transaction_read_only=on")
    if query_seconds is not None:
        options.append(f"statement_timeout={query_seconds}s")
    return options
