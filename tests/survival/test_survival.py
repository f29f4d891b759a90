"""Imports survive what computers do to them: nothing is lost or doubled, and the next plain run heals everything."""

import psycopg
import pytest
from psycopg import sql
from shared_database import never_wait_for_the_disk
from survival.archive import build
from survival.checker import faults
from survival.harness import Imports, Ordeal, kill, stop_at_once
from survival.structures import broken
from survival.tiers import LONG, SEED, Clock, told

from discord_airflow import database as door
from discord_airflow import embedded
from discord_airflow.errors import ServiceDownError
from discord_airflow.settings import DatabaseSettings

KILLS, ENDED_SESSIONS, CRASHES, ROUNDS = (660, 150, 45, 20) if LONG else (20, 6, 3, 1)

pytestmark = pytest.mark.timeout(3600 if LONG else 120)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Twelve overlapping exports."""
    made = tmp_path_factory.mktemp("exports")
    build(made, SEED)
    return made


@pytest.fixture
def imports(shared, folder):
    """Imports of the folder into that database."""
    made = Imports(folder, shared.info.dsn)
    yield made
    made.close()


def test_a_killed_import_leaves_whole_files_only(imports, shared):
    """
    Kill -9 at random moments: whatever stands in the ledger is whole, and the end is that of a run nobody killed.
    """
    ordeal = Ordeal(imports, shared, SEED, "kills")
    ordeal.suffer(KILLS, kill, Clock(share=1.7))
    assert ordeal.in_mid_work >= ordeal.hits // 10
    told(f"{ordeal.hits} imports killed, {ordeal.in_mid_work} in mid-work, {ordeal.cycles} archives compared")


def test_an_import_that_loses_its_session_loses_nothing_else(imports, shared):
    """
    The server ends the session in mid-import: the import connects again, or says that the service is down.
    """
    ordeal = Ordeal(imports, shared, SEED + 1)
    query = """
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND pid <> pg_backend_pid()
    """

    def end_sessions(process):
        shared.execute(query)
        return (0, ServiceDownError.exit_code)

    ordeal.suffer(ENDED_SESSIONS, end_sessions, Clock(0.6))
    told(f"{ordeal.hits} sessions ended, {ordeal.in_mid_work} in mid-work, {ordeal.cycles} archives compared")


def test_eight_imports_at_once_are_one(imports, shared):
    """
    Eight imports of the same files, each in an order of its own: all succeed, and the tables are as after one.
    """
    ordeal, clock = Ordeal(imports, shared, SEED + 2), Clock(0.6)
    for round_number in range(ROUNDS):
        if clock.over:
            break
        statuses = [imports.wait(process) for process in [imports.start(SEED + n + round_number * 8) for n in range(8)]]
        assert statuses == [0] * 8
        assert faults(shared, imports.folder) == []
        ordeal.cycle()
    told(f"{ordeal.cycles} rounds of eight imports at once")


def test_a_server_that_stops_at_once_keeps_what_was_committed(reachable_folder, folder):
    """
    The server is stopped in immediate mode in mid-import, as by a power cut: after its recovery everything is whole.
    """
    settings = DatabaseSettings(data_directory=reachable_folder / f"crashes-{SEED}", name="crashes")
    with door.connect(settings) as connection:
        door.apply_schema(connection)
        dsn = connection.info.dsn
    never_wait_for_the_disk(settings)
    imports = Imports(folder, dsn)
    try:
        _crash_again_and_again(settings, imports)
    finally:
        imports.close()
        embedded.stop(settings)


def _crash_again_and_again(settings, imports):
    clock = Clock()
    with psycopg.connect(imports.dsn, autocommit=True) as connection:
        ordeal = Ordeal(imports, connection, SEED, "crashes of the server")

    def crash(process):
        stop_at_once(settings)
        return (0, ServiceDownError.exit_code)

    for number in range(CRASHES):
        if clock.over:
            break
        with psycopg.connect(imports.dsn, autocommit=True) as ordeal.connection:
            process = ordeal.aim()
            allowed = ordeal.strike(process, crash)
        assert imports.wait(process) in allowed
        embedded.start(settings)
        with psycopg.connect(imports.dsn, autocommit=True) as ordeal.connection:
            ordeal.look(number)
            assert broken(ordeal.connection) == [], f"after crash {number}"
            if number % 3 == 2:  # and else the next crash comes where this one left it
                ordeal.cycle()
    told(f"{ordeal.hits} crashes of the server at random moments, {ordeal.in_mid_work} in mid-work")


def test_the_checker_sees_what_it_should(imports, shared):
    """
    A checker that finds nothing proves nothing: it notices a lost message, a changed, a foreign one, loose parts.
    """
    assert imports.run() == 0
    for damage in (
        "DELETE FROM messages WHERE id = (SELECT min(id) FROM messages)",
        "UPDATE messages SET content = content || '!' WHERE id = (SELECT min(id) FROM messages)",
        "DELETE FROM attachments WHERE message_id = (SELECT min(message_id) FROM attachments)",
        "DELETE FROM ledger WHERE sha256 = (SELECT min(sha256) FROM ledger)",
        "UPDATE attachments SET message_id = 1 WHERE message_id = (SELECT min(message_id) FROM attachments)",
    ):
        with shared.transaction(force_rollback=True):
            shared.execute(sql.SQL(damage))
            assert faults(shared, imports.folder) != [], damage


def test_a_row_that_an_index_lacks_is_noticed(shared):
    """
    What looks for broken structures finds one: an index whose function was changed behind its back.
    """
    times = (
        "CREATE OR REPLACE FUNCTION times(x int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN x * {}; END'"
    )
    shared.execute(times.format(2))
    shared.execute(
        "CREATE TABLE leaves AS SELECT x FROM generate_series(1, 9) x; CREATE INDEX found ON leaves (times(x))"
    )
    try:
        assert broken(shared) == []
        shared.execute(times.format(3))
        assert [told.partition(":")[0] for told in broken(shared)] == ["found"]
    finally:
        shared.execute("DROP TABLE leaves; DROP FUNCTION times; DROP EXTENSION IF EXISTS amcheck")
