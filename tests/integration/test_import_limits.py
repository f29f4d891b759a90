"""What an import remembers of people is limited, and what it had to forget makes no difference."""

import pytest
from shared_database import emptied, shared_database
from table_contents import contents

from bench.generator import Plan, write_exports
from discord_airflow.checking.consistency import check_consistency
from discord_airflow.collectors import export_reader, file_import, message_rows, people
from discord_airflow.collectors.importer import import_file


@pytest.fixture(scope="module")
def shared(server, template):
    """A database for all tests of this module."""
    with shared_database(server, template) as connection:
        yield connection


def test_memory_for_few_people_is_enough_for_many(shared, tmp_path, monkeypatch):
    """
    A file of many people, for whom there is hardly any memory, ends in the same rows as with plenty.
    """
    (path,) = write_exports(tmp_path, Plan(messages=300, users=60))
    with_plenty = contents(imported(shared, path))
    monkeypatch.setattr(export_reader, "_BLOCK", 4000)
    monkeypatch.setattr(file_import, "_BATCH_BYTES", 1)
    monkeypatch.setattr(message_rows, "_MOST_AUTHORS", 2)
    monkeypatch.setattr(people, "_MOST_USERS", 3)
    monkeypatch.setattr(people, "_SEEN_LIMIT", 3)
    monkeypatch.setattr(people, "_MOST_EMOJIS", 1)
    assert contents(imported(shared, path)) == with_plenty
    assert {finding.outcome for finding in check_consistency(shared)} == {"ok"}


def imported(connection, path):
    """The database, empty but for what *path* holds."""
    emptied(connection)
    assert import_file(connection, path).counts.new == 300
    return connection
