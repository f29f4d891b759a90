"""Every .sql file of the query layer meets the real schema."""

import re
from pathlib import Path

import pytest
from psycopg import sql

import discord_airflow.queries

PACKAGE = Path(discord_airflow.queries.__file__).parent
FILES = sorted(PACKAGE.rglob("*.sql"))
PARAMETER = re.compile(r"%\((\w+)\)s")


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parent.parent.name}-{path.stem}")
def test_statement_is_accepted_by_the_schema(database, path):
    """Every .sql file names only what exists, and opens with its question or purpose."""
    text = path.read_text(encoding="utf-8")
    assert re.match(r"-- .+[.?]\n", text)
    # An index is made by its name and for ids that stand in the statement: PostgreSQL takes no parameters there.
    text = text.replace("{name}", "messages_search_0_9").replace("{first_id}", "0").replace("{end_id}", "9")
    parameters = dict.fromkeys(PARAMETER.findall(text))
    if re.search(r"^(CREATE|DROP) ", text, re.MULTILINE):
        database.autocommit = True
        database.execute(text, parameters)
    else:
        database.execute(sql.SQL("EXPLAIN ") + sql.SQL(text), parameters)


def test_every_statement_is_used_by_the_code():
    """A file that nothing reads is one that nobody keeps right."""
    code = "".join(path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py"))
    assert [path.stem for path in FILES if f'"{path.stem}"' not in code] == []
