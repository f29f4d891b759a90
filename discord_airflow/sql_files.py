"""SQL lives in files: one question, one file, read like code."""

from functools import cache
from importlib import resources
from typing import LiteralString, cast


@cache
def statement(package: str, name: str) -> LiteralString:
    """
    Return the SQL of ``sql/<name>.sql`` in *package*, such as ``statement("discord_airflow.queries", "servers")``.

    The files ship with the package and are reviewed like code, so they may pass for literals.
    """
    path = resources.files(package) / "sql" / f"{name}.sql"
    return cast(LiteralString, path.read_text(encoding="utf-8"))
