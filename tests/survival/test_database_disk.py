"""The disk of the database is full: nothing is half there, the message says so, and with room made all goes on."""

import json
import os
import subprocess

import psycopg
import pytest
from export_documents import document, message, stamp
from psycopg import sql
from survival.checker import faults
from survival.disk import mounted

from discord_airflow import database as door
from discord_airflow import embedded
from discord_airflow.collectors.importer import import_paths
from discord_airflow.database_errors import in_mid_work
from discord_airflow.errors import FileTroubleError

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
