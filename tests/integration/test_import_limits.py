"""What an import remembers of people is limited, and what it had to forget makes no difference."""

import psycopg
import pytest
from shared_database import emptied
from table_contents import contents

from bench.generator import Plan, write_exports
from discord_airflow.checking.consistency import check_consistency
from discord_airflow.collectors import export_reader, file_import, message_rows, people
from discord_airflow.collectors.importer import import_file, import_paths


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


@pytest.mark.parametrize("room", [0, 3000, 1 << 20])
def test_people_of_earlier_files_are_the_same_in_later_ones(shared, tmp_path, monkeypatch, room):
    """
    Files of two guilds end in the same rows, whether people are remembered from file to file or each is read alone.
    """
    paths = write_exports(tmp_path, Plan(messages=300, guilds=2, channels=6, users=40))
    emptied(shared)
    for path in paths:
        import_file(shared, path)
    alone = contents(shared)
    emptied(shared)
    monkeypatch.setattr(people, "_REMEMBERED_BYTES", room)
    assert import_paths(paths, lambda: psycopg.connect(shared.info.dsn)).counts.new == 300
    assert contents(shared) == alone


def imported(connection, path):
    """The database, empty but for what *path* holds."""
    emptied(connection)
    assert import_file(connection, path).counts.new == 300
    return connection
