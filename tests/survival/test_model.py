"""Imports of everything a community can do, in any order and again, against a model of what must come of it."""

import random
import shutil

import pytest
from shared_database import emptied, shared_database
from survival.community import Community
from survival.model import expected, stored
from survival.tiers import LONG, SEED, Clock, told

from discord_airflow.collectors.coverage import Coverage, record_coverage
from discord_airflow.collectors.importer import import_file

STEPS = 50_000 if LONG else 1_200
LIFE = 60
"""Steps of one community; small ones meet themselves more often."""

pytestmark = pytest.mark.timeout(3600 if LONG else 120)


@pytest.fixture(scope="module")
def shared(server, template):
    """A database for the tests of this module, which need not survive a power cut."""
    with shared_database(server, template) as connection:
        connection.execute("SET synchronous_commit = off")
        yield connection


def take_in(connection, export, *, with_proof):
    """Import a file, or the proof that there was nothing to write into one."""
    proof = export.proof if with_proof else None
    if export.path is not None:
        assert import_file(connection, export.path, proof=proof).status == "whole"
    elif proof is not None:
        coverage = Coverage(export.channel, proof.after_id, proof.before_id, export.observed_at, "empty", sha256=None)
        record_coverage(connection, coverage)


def differences(connection, history):
    """What the database holds and what it should, where they differ."""
    wanted, there = expected(history), stored(connection)
    return [
        f"{table} {key}: {there[table].get(key)}, not {wanted[table].get(key)}"
        for table in wanted
        if there[table] != wanted[table]
        for key in (_keyed(there[table]).keys() | _keyed(wanted[table]).keys())
        if _keyed(there[table]).get(key) != _keyed(wanted[table]).get(key)
    ]


def _keyed(table):
    return table if isinstance(table, dict) else dict.fromkeys(table, True)


def replayed(connection, history):
    """The differences after these imports into an empty database."""
    emptied(connection)
    for export, with_proof in history:
        take_in(connection, export, with_proof=with_proof)
    return differences(connection, history)


def smallest(connection, history):
    """Leave out what is not needed to differ."""
    for place in range(len(history) - 1, -1, -1):
        without = history[:place] + history[place + 1 :]
        if replayed(connection, without):
            history = without
    return history


def in_words(history):
    """A history as a person reads it."""
    return "\n".join(
        f"{export.observed_at:%d %H:%M} {export.channel % 10} proof={export.proof if with_proof else None} "
        + ", ".join(f"{one['id']} {one['content']!r} {one['timestampEdited']} {one['author']}" for one in export.shown)
        for export, with_proof in history
    )


def live(connection, chance, folder, steps):
    """Let a community live for some steps; import its exports as they come, late, again, with and without proofs."""
    emptied(connection)
    community, exports, waiting, history = Community(chance, folder), [], [], []
    for _ in range(steps):
        what = chance.random()
        if what < 0.35:
            community.go_on()
        elif what < 0.6 or not exports:
            exports.append(community.export())
            waiting.append(exports[-1])
        else:
            # As collectors do, or as people do with folders they find; and now and then the same again.
            again = not waiting or chance.random() < 0.2
            export = chance.choice(exports) if again else waiting.pop(chance.randrange(len(waiting)))
            history.append((export, chance.random() < 0.8))
            take_in(connection, export, with_proof=history[-1][1])
            if differences(connection, history):
                few = smallest(connection, history)
                pytest.fail(f"SEED={SEED}\n{in_words(few)}\n" + "\n".join(replayed(connection, few)))
    return len(history)


def test_the_tables_are_what_the_model_says_after_every_import(shared, tmp_path):
    """
    New messages, edits, deletions, renames, accounts that go; ranges that overlap; older files after newer ones; the
    same again: after each import every table holds what the newest observations say.
    """
    chance, clock, imports, steps = random.Random(SEED), Clock(share=1.5), 0, 0
    while steps < STEPS and not clock.over:
        folder = tmp_path / str(steps)
        folder.mkdir()
        imports += live(shared, chance, folder, LIFE)
        steps += LIFE
        shutil.rmtree(folder)
    told(f"{steps:,} steps of {steps // LIFE:,} communities, {imports:,} imports compared, {clock.spent:.0f} s")
