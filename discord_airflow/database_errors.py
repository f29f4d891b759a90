"""Why a connection failed, in a sentence that says what to do."""

from typing import Any

import psycopg

from discord_airflow.errors import (
    AccessDeniedError,
    BusyError,
    ConfigurationError,
    DiscordAirflowError,
    FileTroubleError,
    ServiceDownError,
)
from discord_airflow.settings import DatabaseSettings

SERVER_SPOKE = ":  "
"""What follows the severity in a server's message in every language, and nothing in libpq's own messages."""

REFUSALS = ("no pg_hba.conf entry", "authentication failed", "is not permitted to log in", "permission denied")


def explain(error: psycopg.Error, settings: DatabaseSettings, parameters: dict[str, Any]) -> DiscordAirflowError:
    """
    Return the error that a failed connection with *parameters* means.

    libpq gives no error code here, and a server may speak any language: where its English is not recognised, what
    happened is found out by connecting to a database that every server has.
    """
    where, said = address(settings), reason(error)
    if error.pgconn is not None and error.pgconn.needs_password:
        return AccessDeniedError(f"PostgreSQL at {where} asks for a password for {settings.user}; set DB_PASSWORD.")
    if "password authentication failed" in said:
        return _wrong_password(settings)
    if any(refusal in said for refusal in REFUSALS) or ("role" in said and "does not exist" in said):
        return AccessDeniedError(f"PostgreSQL at {where} refuses {settings.user}: {said}.")
    server_spoke = SERVER_SPOKE in str(error)
    if server_spoke and _lacks_database(settings, parameters):
        return ConfigurationError(
            f"PostgreSQL at {where} has no database {settings.name}; make it with: createdb"
            f" --host={settings.host} --port={settings.port} --username={settings.user} --encoding=UTF8 {settings.name}"
        )
    if server_spoke and error.pgconn is not None and error.pgconn.used_password:
        return _wrong_password(settings, said)
    return ServiceDownError(
        f"PostgreSQL at {where} does not answer ({said}); check that it runs, and DB_HOST and DB_PORT."
    )


def in_mid_work(error: psycopg.Error) -> DiscordAirflowError | None:
    """Return what an error on an open connection means for a user, or None when only a programmer can mend it."""
    said = (error.diag.message_primary or str(error)).partition("\n")[0].rstrip(".")
    match error:
        case psycopg.errors.InsufficientPrivilege():
            return AccessDeniedError(f"PostgreSQL refuses it: {said}.")
        case psycopg.errors.UndefinedTable() | psycopg.errors.UndefinedColumn() | psycopg.errors.UndefinedFunction():
            return ConfigurationError(f"The database lacks what is needed: {said}; run `discord-airflow db migrate`.")
        case psycopg.errors.QueryCanceled():
            return ServiceDownError(
                f"PostgreSQL stopped a query: {said}; limits.query_seconds in config.yaml sets how long."
            )
        case psycopg.errors.LockNotAvailable() | psycopg.errors.DeadlockDetected():
            return BusyError(f"Another run is in the way: {said}; try again when it has finished.")
        case psycopg.errors.DiskFull():
            return FileTroubleError(f"The database's disk is full: {said}; make room there and try again.")
        case psycopg.OperationalError():
            return ServiceDownError(f"PostgreSQL stopped answering: {said}; what was not committed was rolled back.")
    return None


def address(settings: DatabaseSettings) -> str:
    """Return host and port as people write them."""
    return f"{settings.host}:{settings.port}"


def reason(error: psycopg.Error) -> str:
    """Return the part of libpq's message that says why, without the address it tried."""
    line = next((line for line in reversed(str(error).splitlines()) if "failed: " in line), str(error))
    return " ".join(line.rpartition("failed: ")[2].split()).rstrip(".")


def _wrong_password(settings: DatabaseSettings, said: str = "") -> AccessDeniedError:
    words = f" ({said})" if said else ""
    return AccessDeniedError(
        f"PostgreSQL at {address(settings)} refuses the password of {settings.user}{words};"
        " check DB_USER and DB_PASSWORD."
    )


def _lacks_database(settings: DatabaseSettings, parameters: dict[str, Any]) -> bool:
    try:
        elsewhere: dict[str, Any] = {**parameters, "dbname": "postgres"}
        with psycopg.connect(**elsewhere, autocommit=True) as connection:
            found = connection.execute("SELECT FROM pg_database WHERE datname = %s", [settings.name]).fetchone()
    except psycopg.Error:
        return False
    return found is None
