"""A PostgreSQL as the compose set meets it: on TCP, with passwords. Loopback only; gone when the test is over."""

import os
import socket
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
from psycopg import sql

from discord_airflow.embedded.cluster import make_cluster
from discord_airflow.embedded.place import SUPERUSER, make_place
from discord_airflow.embedded.programs import find_programs, reachable

ACCESS = "local all all trust\nhost all all 127.0.0.1/32 scram-sha-256\n"
SETTINGS = "shared_buffers = 128MB\nfsync = off\ntimezone = 'UTC'\n"


@dataclass(frozen=True)
class Postgres:
    """A running server; `connect` is the superuser's way in."""

    sockets: str
    port: int

    def connect(self, database="postgres"):
        return psycopg.connect(host=self.sockets, port=self.port, user=SUPERUSER, dbname=database, autocommit=True)

    def make_database(self, name, owner, password):
        """Make a role with a password, and a database that is its own."""
        role = sql.Identifier(owner)
        with self.connect() as connection:
            connection.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(role, sql.Literal(password)))
            connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(name), role))


@contextmanager
def running_postgres(folder):
    """Yield a server whose cluster lies in *folder*, which its user must be able to enter."""
    place = make_place(folder)
    programs = reachable(find_programs(None, None), place)
    port = free_port()
    lock = os.open(place.lock_file, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    place.give(place.lock_file)
    try:
        make_cluster(place, programs, lock)
    finally:
        os.close(lock)
    place.make_private(place.sockets)
    (place.data / "pg_hba.conf").write_text(ACCESS)
    (place.data / "postgresql.conf").write_text(SETTINGS)
    control = (programs.path("pg_ctl"), "-D", place.data, "-w", "-s", "-t", "60")
    listening = f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories={place.sockets}"
    started = place.run((*control, "-l", place.log_file, "-o", listening, "start"))
    assert started.returncode == 0, place.log_file.read_text()
    try:
        yield Postgres(str(place.sockets), port)
    finally:
        place.run((*control, "-m", "immediate", "stop"))


def free_port():
    """Return a port of this machine that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]
