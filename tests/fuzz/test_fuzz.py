"""The corpus that fuzzing left, and exports with random damage: rows that PostgreSQL takes, or a named trouble."""

import os
import random
import sys
from pathlib import Path

import psycopg
import pytest
from fuzz.mutate import a_document, changed, next_of, seeds, spelled
from fuzz.normalise import Outcome
from fuzz.oracles import WAYS, check, check_rows, check_ways, column_types, same
from hostile.corpus import FILES, TEXTS, VALUES
from shared_database import shared_database

from discord_airflow.checking.consistency import check_consistency
from discord_airflow.collectors import message_rows
from discord_airflow.collectors.importer import import_paths
from discord_airflow.collectors.tables import MESSAGE_TABLES, PEOPLE_TABLES

CORPUS = sorted((Path(__file__).parent / "corpus").iterdir())
ROUNDS = int(os.environ.get("FUZZ") or 3000)
SEED = int(os.environ.get("SEED") or 1)


def test_the_corpus_is_worth_keeping():
    """
    Small files, each of which once reached something that no other did.
    """
    assert 100 < len(CORPUS) < 1000
    assert max(path.stat().st_size for path in CORPUS) < 10_000


def test_no_file_of_the_corpus_surprises():
    """
    Every file, read in every way: rows that fit their columns, the same rows each time, or a named trouble.
    """
    for path in CORPUS:
        try:
            check(path.read_bytes())
        except Exception:
            sys.stderr.write(f"{path}\n")
            raise


@pytest.mark.parametrize("case", [*VALUES, *TEXTS, *FILES], ids=lambda case: case.name)
def test_hostile_files_give_the_same_rows_in_every_way(case, tmp_path):
    """
    The files that were written by hand are held against the same rules.
    """
    case.make(tmp_path / "m.json")
    if (tmp_path / "m.json").stat().st_size < 1 << 20:
        check((tmp_path / "m.json").read_bytes())


def test_damage_at_random_never_surprises():
    """
    Cut, doubled, strewn with scraps, values of another kind: what the corpus is held against holds here.
    """
    chance = random.Random(SEED)
    forms = [seed for seed in seeds() if len(seed) > 2]
    taken = 0
    for number in range(ROUNDS):
        data = next_of(chance, chance.choice(forms))
        try:
            taken += check(data, chance.sample(WAYS, 1)).stored
        except Exception:
            sys.stderr.write(f"SEED={SEED}, round {number}: {data!r}\n")
            raise
    assert taken > ROUNDS / 4


def test_what_is_normalised_can_be_stored(server, template, tmp_path):
    """
    Documents with a value of another kind into the tables: no file stops another, the tables stay sound.

    All but one check pass: files that put the same message into different channels take it from each other.
    """
    chance = random.Random(SEED)
    for number in range(ROUNDS // 40):
        (tmp_path / f"{number}.json").write_bytes(spelled(chance, changed(chance, changed(chance, a_document()))))
    with shared_database(server, template) as connection:
        dsn = connection.info.dsn
        summary = import_paths([tmp_path], lambda: psycopg.connect(dsn, autocommit=True))
        assert summary.exit_code in (0, 65)
        failed = [(each.name, each.examples) for each in check_consistency(connection) if each.outcome == "fail"]
        assert [found for found in failed if found[0] != "ledger_counts"] == []


def test_the_types_of_all_columns_are_known():
    """
    What the rows are held against is the schema, whole.
    """
    for table, columns in {**MESSAGE_TABLES, **PEOPLE_TABLES}.items():
        assert set(columns) <= column_types()[table].keys(), table


@pytest.mark.parametrize(
    ("table", "line"),
    [
        ("mentions", b"1\t0\t5"),
        ("mentions", b"1\t40000\t5\t6"),
        ("mentions", b"9223372036854775808\t0\t5\t6"),
        ("mentions", b"\\N\t0\t5\t6"),
        ("interactions", b"1\t2\ta\0b\t5\t6"),
        ("interactions", b"1\t2\ta\xffb\t5\t6"),
        ("interactions", b"1\t2\ta\\b\t5\t6"),
        ("embeds", b'1\t0\t\\N\t\\N\t\\N\t{"a":"\\\\u0000"}'),
        ("embeds", b'1\t0\t\\N\t\\N\t\\N\t{"a":NaN}'),
        ("reactions", b"1\t0\t5\t6\tyes"),
    ],
)
def test_rows_that_the_server_would_refuse_are_seen(table, line):
    """
    The oracle works: a field too few, numbers out of range, NUL, bad UTF-8, bad escapes, bad JSON.
    """
    with pytest.raises((AssertionError, UnicodeDecodeError)):
        check_rows(Outcome(lines={table: [line]}))


def test_ways_that_differ_are_seen(monkeypatch):
    """
    The other oracle works: a lenient way that loses something is told from the typed one.
    """
    data = next(iter(seeds()))
    outcome = check(data)
    monkeypatch.setattr(message_rows, "is_off_clock", lambda *_: True)
    with pytest.raises(AssertionError):
        check_ways(data, outcome)
    with pytest.raises(AssertionError):
        same(outcome, Outcome(refused="not-an-export"), "other")
