"""The server stops at once in the midst of a copy, a merge, a commit or a migration: all of it, or nothing."""

import threading
import time
from contextlib import suppress

import psycopg
import pytest
from shared_database import never_wait_for_the_disk
from survival.archive import build
from survival.checker import faults
from survival.harness import HISTORY, Imports, stop_at_once
from survival.structures import broken
from survival.tiers import LONG, SEED, Clock, count, told
from table_contents import contents, empty

from discord_airflow import database as door
from discord_airflow import embedded
from discord_airflow.errors import DiscordAirflowError
from discord_airflow.settings import DatabaseSettings

ROUNDS = 20 if LONG else 1
# Stretches a phase for as long as the test holds a lock, and leaves everything else as it is.
HOLD = """
CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_lock_shared(4711);
    PERFORM pg_advisory_unlock_shared(4711);
    RETURN NULL;
END $$;
"""
TRIGGERS = {
    # The first rows go straight into the table, by COPY; what hangs on a message comes later, by INSERT ... SELECT.
    "mid-copy": "CREATE TRIGGER hold AFTER INSERT ON messages FOR EACH STATEMENT EXECUTE FUNCTION hold()",
    "mid-merge": "CREATE TRIGGER hold AFTER INSERT OR UPDATE ON users FOR EACH STATEMENT EXECUTE FUNCTION hold()",
    "mid-commit": "CREATE CONSTRAINT TRIGGER hold AFTER INSERT ON ledger DEFERRABLE INITIALLY DEFERRED"
    " FOR EACH ROW EXECUTE FUNCTION hold()",
}
EVENT = "CREATE EVENT TRIGGER hold ON ddl_command_end WHEN TAG IN ('{}') EXECUTE FUNCTION hold()"
WAITING = """
SELECT query FROM pg_stat_activity
 WHERE datname = current_database() AND wait_event = 'advisory' AND pid <> pg_backend_pid()
"""

pytestmark = pytest.mark.timeout(3600 if LONG else 300)


@pytest.fixture(scope="module")
def settings(reachable_folder):
    """A server of its own, which the tests crash."""
    made = DatabaseSettings(data_directory=reachable_folder / f"aimed-{SEED}", name="aimed")
    with door.connect(made) as connection:
        door.apply_schema(connection)
    never_wait_for_the_disk(made)
    yield made
    embedded.stop(made)


@pytest.fixture(scope="module")
def imports(settings, tmp_path_factory):
    """Imports of four exports into it."""
    folder = tmp_path_factory.mktemp("exports")
    build(folder, SEED, channels=2, exports=2, messages=60)
    made = Imports(folder, door.conninfo(settings))
    yield made
    made.close()


def crash(settings):
    """Stop the server as a power cut would, and start it again, which recovers what was committed."""
    stop_at_once(settings)
    embedded.start(settings)


def wait_until_held(connection):
    """Return the statement of the session that waits for our lock."""
    while not (row := connection.execute(WAITING).fetchone()):
        time.sleep(0.005)
    return row[0]


def held(connection):
    """Take the lock that holds a phase."""
    connection.execute("SELECT pg_advisory_lock(4711)")


@pytest.mark.parametrize("phase", TRIGGERS)
def test_a_server_that_stops_in_a_phase_of_an_import_keeps_whole_files(settings, imports, phase):
    """
    The crash comes exactly in that phase of the first, the second ... file; after the recovery the ledger's files are
    whole, the one at hand is not there, and the next import ends as if nothing had been.
    """
    clock, crashes, statement = Clock(share=0.3), 0, "nowhere"
    with door.connect(settings, autocommit=True) as connection:
        assert imports.run() == 0
        wanted = contents(connection, without=HISTORY)
    for number in range(ROUNDS):
        if clock.over:
            break
        with door.connect(settings, autocommit=True) as connection:
            empty(connection)
            connection.execute(HOLD)
            connection.execute(TRIGGERS[phase])
            held(connection)
            process = imports.start(SEED + number)
            statement = wait_until_held(connection)
            for _ in range(number % 4):  # the next file, perhaps
                connection.execute("SELECT pg_advisory_unlock(4711)")
                held(connection)
            there = connection.execute("SELECT count(*) FROM ledger").fetchone()
            crash(settings)  # before our session ends, and with it the lock
            count("crashes of the server")
        assert imports.wait(process) in (0, 69)
        with door.connect(settings, autocommit=True) as connection:
            connection.execute("DROP FUNCTION hold CASCADE")
            assert faults(connection, imports.folder) == [], (phase, number, statement)
            assert broken(connection) == [], (phase, number, statement)
            assert connection.execute("SELECT count(*) FROM ledger").fetchone() >= there
            assert imports.run() == 0
            assert contents(connection, without=HISTORY) == wanted, (phase, number)
        crashes += 1
    told(f"{crashes} crashes {phase}, at: {' '.join(statement.split())[:60]}")


@pytest.mark.parametrize("made", ["CREATE TABLE", "CREATE INDEX", "CREATE FUNCTION", "CREATE VIEW"])
def test_a_server_that_stops_in_a_migration_is_as_before(settings, made):
    """
    `db migrate` is one transaction: crashed in its midst it has done nothing, and run again it does everything.
    """
    fresh = settings.model_copy(update={"name": f"migrated_{made[7:].lower()}"})
    with door.connect(fresh, autocommit=True) as connection:
        connection.execute(HOLD.replace("RETURNS trigger", "RETURNS event_trigger").replace("RETURN NULL;", ""))
        connection.execute(EVENT.format(made))
        held(connection)
        migration = threading.Thread(target=_migrate, args=(fresh,), daemon=True)
        migration.start()
        assert "The whole schema of discord_data" in wait_until_held(connection)
        crash(settings)  # before our session ends, and with it the lock
        count("crashes of the server")
    migration.join()
    with door.connect(fresh, autocommit=True) as connection:
        connection.execute("DROP FUNCTION hold CASCADE")
        assert connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (0,)
        assert door.apply_schema(connection)
        assert door.schema_is_current(connection)


def _migrate(settings):
    with suppress(psycopg.Error, DiscordAirflowError), door.connect(settings) as connection:
        door.apply_schema(connection)
