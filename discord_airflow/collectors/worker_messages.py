"""
What an import and its worker processes tell each other: one line of ASCII JSON for each message.

Lines go through pipes: nobody else can read or write them, and the end of a pipe tells of the end of the process at its
other side.
"""

import json
from pathlib import Path
from typing import Any

import msgspec
from psycopg.conninfo import conninfo_to_dict

from discord_airflow.collectors.import_summary import FileResult
from discord_airflow.database import conninfo
from discord_airflow.settings import DatabaseSettings


class Start(msgspec.Struct, tag=True):
    """The first message to a worker: where the database is (the password is in it) and how much memory it may use."""

    database: dict[str, str | int | None]
    memory_bytes: int

    @classmethod
    def of(cls, settings: DatabaseSettings, memory_bytes: int) -> "Start":
        """
        Return the message with these settings.

        The embedded server is told of like one of the user's own: a worker must never start it, for it would live
        under the worker's limit of memory.
        """
        told = conninfo_to_dict(conninfo(settings))
        names = {"host": "host", "port": "port", "name": "dbname", "user": "user", "password": "password"}
        return cls({name: told.get(key) for name, key in names.items()}, memory_bytes)


class Ready(msgspec.Struct, tag=True):
    """The worker has loaded everything; what happens from now on is a file's doing."""


class Began(msgspec.Struct, tag=True):
    """The bytes of the file were hashed, and what follows is the work on its content."""

    sha256: str


class Read(msgspec.Struct, tag=True):
    """So many more bytes were read."""

    byte_size: int


class Done(msgspec.Struct, tag=True):
    """This became of the file."""

    result: FileResult


class Lost(msgspec.Struct, tag=True):
    """The connection to the database was lost, or there is none to be had."""

    said: str


class Failed(msgspec.Struct, tag=True):
    """The import cannot go on: *error* is the name of a class of ours, or "" when *said* is a traceback."""

    error: str
    said: str


Reply = Ready | Began | Read | Done | Lost | Failed


def encode(message: object) -> bytes:
    """Return *message* as a line. Names of files may be no UTF-8; as escapes in ASCII they arrive as they are."""
    return json.dumps(msgspec.to_builtins(message, enc_hook=str)).encode("ascii") + b"\n"


def decode(line: bytes, kind: Any) -> Any:
    """Return the message of type *kind* in *line*."""
    return msgspec.convert(json.loads(line), kind, dec_hook=lambda _, value: Path(value))
