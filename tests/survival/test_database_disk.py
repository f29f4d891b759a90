"""The disk of the database is full: nothing is half there, the message says so, and with room made all goes on."""

import json
import os
import shutil
import subprocess
from contextlib import suppress

import psycopg
import pytest
from export_documents import document, message, stamp
from psycopg import sql
from survival.checker import faults
from survival.disk import mounted
from survival.tiers import LONG
from table_contents import empty

from discord_airflow import database as door
from discord_airflow import embedded
from discord_airflow.collectors.importer import import_paths
from discord_airflow.database_errors import in_mid_work
from discord_airflow.errors import DiscordAirflowError, FileTroubleError, ServiceDownError
from discord_airflow.settings import DatabaseSettings

MEGABYTE = 1 << 20


@pytest.fixture
def small_database(server, template, reachable_folder):
    """The settings of a database that lies on a small disk of its own, and that disk."""
    name = f"small_{os.urandom(4).hex()}"
    with mounted(reachable_folder, "64m") as disk, door.connect(server, autocommit=True) as maintenance:
        place = disk / "space"
        place.mkdir(mode=0o700)
        embedded.place_of(server).give(place)
        identifiers = {"name": sql.Identifier(name), "template": sql.Identifier(template)}
        maintenance.execute(
            sql.SQL("CREATE TABLESPACE {name} LOCATION {place}").format(place=sql.Literal(str(place)), **identifiers)
        )
        create = "CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY TABLESPACE {name}"
        maintenance.execute(sql.SQL(create).format(**identifiers))
        try:
            yield server.model_copy(update={"name": name}), disk
        finally:
            maintenance.execute(sql.SQL("DROP DATABASE {name} WITH (FORCE)").format(**identifiers))
            maintenance.execute(sql.SQL("DROP TABLESPACE {name}").format(**identifiers))


def resize(disk, megabytes):
    """Make the disk larger or smaller."""
    subprocess.run(("mount", "-o", f"remount,size={megabytes}m", disk), check=True)


@pytest.fixture
def folder(tmp_path):
    """Six exports of about a megabyte of text each."""
    for number in range(6):
        shown = [message(one, f"{number}-{one} " * 90, sequence=number) for one in range(1200)]
        root = document(*shown, channel=900 + number, exported_at=stamp(10_000 + number))
        (tmp_path / f"{number}.json").write_text(json.dumps(root), encoding="utf-8")
    return tmp_path


def test_a_full_disk_of_the_database_costs_the_file_at_hand_only(small_database, folder):
    """
    The import says that the database's disk is full and ends with 74; the files before are whole, and with room made
    the rest comes.
    """
    settings, disk = small_database
    with door.connect(settings, autocommit=True) as connection:
        used = connection.execute("SELECT pg_database_size(current_database())").fetchone()[0]
        resize(disk, used // MEGABYTE + 6)
        with pytest.raises(FileTroubleError, match="The database's disk is full"):
            import_paths([folder], lambda: door.connect(settings))
        assert faults(connection, folder) == []
        assert connection.execute("SELECT count(*) FROM ledger").fetchone()[0] in range(1, 6)
        with pytest.raises(psycopg.errors.DiskFull) as caught:
            connection.execute("CREATE TABLE large AS SELECT repeat(n::text, 500) FROM generate_series(1, 50000) n")
        told = in_mid_work(caught.value)
        assert isinstance(told, FileTroubleError)
        assert "The database's disk is full: could not" in str(told)
        resize(disk, used // MEGABYTE + 60)
        assert import_paths([folder], lambda: door.connect(settings)).exit_code == 0
        assert faults(connection, folder) == []
        assert connection.execute("SELECT count(*) FROM ledger").fetchone() == (6,)


@pytest.fixture
def small_cluster(reachable_folder):
    """A server that has all it writes on one small disk, its write-ahead log too, and that disk."""
    with mounted(reachable_folder, "300m") as disk:
        disk.chmod(0o711)
        settings = DatabaseSettings(data_directory=disk / "postgres", name="full")
        with door.connect(settings) as connection:
            door.apply_schema(connection)
        try:
            yield settings, disk
        finally:
            embedded.stop(settings)


def test_a_full_disk_of_the_whole_server_loses_nothing(small_cluster, folder):
    """
    No room even for the write-ahead log: the server breaks down, in the midst of an import or before it, and the import
    says so; with room made it comes back with all that was committed, and the rest comes.
    """
    settings, disk = small_cluster
    assert import_paths([folder / "0.json", folder / "1.json"], lambda: door.connect(settings)).exit_code == 0
    for megabytes in (0, 2, 8, 20) if LONG else (2,):
        ballast = disk / "ballast"
        with ballast.open("wb") as file:
            file.write(bytes(max(0, shutil.disk_usage(disk).free - megabytes * MEGABYTE)))
        try:
            status = import_paths([folder], lambda: door.connect(settings)).exit_code
            fill_the_log(settings)
            status = import_paths([folder], lambda: door.connect(settings)).exit_code
        except DiscordAirflowError as error:
            status = error.exit_code
        assert status in (FileTroubleError.exit_code, ServiceDownError.exit_code), megabytes
        ballast.unlink()
        embedded.start(settings)
        with door.connect(settings, autocommit=True) as connection:
            assert faults(connection, folder) == []
            (there,) = connection.execute("SELECT count(*) FROM ledger").fetchone()
            assert there in range(2, 7)
            assert import_paths([folder], lambda: door.connect(settings)).exit_code == 0
            assert faults(connection, folder) == []
            empty(connection)
            connection.execute("VACUUM")
            connection.execute("CHECKPOINT")
        assert import_paths([folder / "0.json", folder / "1.json"], lambda: door.connect(settings)).exit_code == 0


def fill_the_log(settings):
    """Write into the server's log until there is no room for more."""
    with suppress(psycopg.Error), door.connect(settings, autocommit=True) as connection:
        while True:
            connection.execute("SELECT pg_logical_emit_message(true, 'filling', repeat('x', 1000000))")
