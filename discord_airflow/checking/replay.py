"""
The surest check: all files of the ledger are imported again, beside the tables, and every row is compared.

Any order of the same files gives the same tables; so whatever differs was changed, lost or added by somebody else.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, LiteralString

import psycopg
from psycopg import sql

from discord_airflow.checking.consistency import REMEDY, Finding
from discord_airflow.collectors.coverage import Proof
from discord_airflow.collectors.importer import import_file
from discord_airflow.database import apply_schema
from discord_airflow.errors import AccessDeniedError
from discord_airflow.sql_files import statement

Connection = psycopg.Connection[Any]

SCHEMA: LiteralString = "check_replay"
NOT_IMPORTED = (
    "schema_version",
    "personal_data",
    "report_runs",
    "report_sections",
    "digest_chunks",
    "posted_pieces",
    "runs",
)
"""Tables that no import fills."""

EXCUSED: Mapping[str, tuple[str, ...]] = {
    "ledger": (
        "file_name",  # a kept file may be renamed
        "imported_at",  # when it was, nothing else tells
        "importer_version",  # likewise
        # How a file's messages divide among these depends on which files came before it; their sum is compared.
        *("messages_new", "messages_edited", "messages_changed", "messages_unchanged", "messages_older"),
    ),
    # When each message was last observed is compared through the view; where that is noted depends on the way there.
    "messages": ("observed_at", "source_digest", "confirmed_after"),
    "confirmations": ("channel_id", "from_id", "to_id", "number", "observed_at"),
}
"""Columns that importing again need not give again."""

_PACKAGE = "discord_airflow.checking"
_MOST_EXAMPLES = 5
_BRING = (
    "name the folders in which these files lie as they were imported: discord-airflow check --replay FOLDER ...; a file"
    " that is gone or was changed has to come from a backup"
)


def check_by_replay(connection: Connection, files: Mapping[str, Path]) -> Finding:
    """Import *files* (by their hash) again and compare every row; who may not make a schema is told so."""
    try:
        with replayed(connection, files) as replay:
            return replay.compare()
    except psycopg.errors.InsufficientPrivilege as error:
        raise AccessDeniedError(
            f"{connection.info.user} may not make a schema to import into ({error.diag.message_primary}); let the owner"
            " of the database run this check."
        ) from None


@contextmanager
def replayed(connection: Connection, files: Mapping[str, Path]) -> Iterator["Replay"]:
    """
    Import *files* (by their hash) into a schema of its own, and drop it in the end; *connection* is in autocommit mode.

    It needs the right to make a schema, and about as much room as the tables have.
    """
    names = {"main": connection.execute("SELECT current_schema()").fetchone(), "own": (SCHEMA,)}
    assert names["main"] is not None
    replay = Replay(connection, names["main"][0], files)
    replay.drop()
    try:
        replay.make()
        yield replay
    finally:
        replay.drop()


class Replay:
    """The tables as importing all files again makes them."""

    def __init__(self, connection: Connection, main: str, files: Mapping[str, Path]) -> None:
        self.missing: list[str] = []
        """Names of the ledger's files that are not kept as they were imported."""

        self._connection = connection
        self._main = main
        self._files = files

    def make(self) -> None:
        """Import again what the ledger has and what is kept, with what was proven of it, in the order of then."""
        connection = self._connection
        imported = connection.execute(statement(_PACKAGE, "replay_files")).fetchall()
        self.missing = [name for sha256, name, *_ in imported if sha256 not in self._files]
        if self.missing:
            return
        connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(SCHEMA)))
        self._look_into(SCHEMA)
        try:
            apply_schema(connection)
            copy = sql.SQL("INSERT INTO coverage SELECT * FROM {} WHERE sha256 IS NULL")
            connection.execute(copy.format(sql.Identifier(self._main, "coverage")))
            for sha256, _, state, after_id, before_id in imported:
                proof = None if state is None else Proof(state, after_id, before_id)
                import_file(connection, self._files[sha256], proof=proof)
            # The view's functions look for their tables in the search path, which is another one when it is compared.
            connection.execute("CREATE TABLE observations_again AS SELECT * FROM observations")
        finally:
            self._look_into(self._main)

    def compare(self) -> Finding:
        """Compare every row of every table that an import fills."""
        looked_at, wrong, examples = 0, 0, [f"{name}: not found as it was imported" for name in self.missing]
        for table, columns in self._tables() if not self.missing else ():
            rows, differing, some = self._compare(table, columns)
            looked_at, wrong, examples = looked_at + rows, wrong + differing, [*examples, *some]
        wrong += len(self.missing)
        return Finding(
            name="replay",
            question="importing all files again gives the same rows",
            outcome="fail" if wrong else "ok",
            looked_at=looked_at,
            wrong=wrong,
            examples=tuple(examples[:_MOST_EXAMPLES]),
            advice=_BRING if self.missing else REMEDY if wrong else "",
        )

    def drop(self) -> None:
        """Remove the schema, also one that a killed check has left."""
        self._connection.execute(sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(sql.Identifier(SCHEMA)))
        self._connection.execute("DISCARD TEMPORARY")

    def _look_into(self, schema: str) -> None:
        self._connection.execute(sql.SQL("SET search_path = {}").format(sql.Identifier(schema)))
        self._connection.execute("DISCARD PLANS")

    def _tables(self) -> list[tuple[str, list[str]]]:
        found = self._connection.execute(statement(_PACKAGE, "replay_columns"), {"schema": self._main}).fetchall()
        imported = [(table, columns) for table, columns in found if table not in (*NOT_IMPORTED, "confirmations")]
        return [*imported, ("observations", ["id", "channel_id", "observed_at"])]

    def _compare(self, table: str, columns: list[str]) -> tuple[int, int, list[str]]:
        compared: list[sql.Composable] = [
            sql.Identifier(name) for name in columns if name not in EXCUSED.get(table, ())
        ]
        if table == "ledger":
            parts = [sql.Identifier(name) for name in EXCUSED["ledger"] if name.startswith("messages_")]
            compared.append(sql.SQL("{} AS messages_stored").format(sql.SQL(" + ").join(parts)))
        query = sql.SQL(statement(_PACKAGE, "replay_compare")).format(
            columns=sql.SQL(", ").join(compared),
            stored=sql.Identifier(self._main, table),
            again=sql.Identifier(SCHEMA, "observations_again" if table == "observations" else table),
            table=sql.Literal(table),
        )
        row = self._connection.execute(query).fetchone()
        assert row is not None
        return row
