"""
A process that imports files for another one: orders come as lines on stdin, replies go as lines to stdout.

It holds what hostile JSON can do: it has a limit of memory, and when it dies only the file dies with it. When whoever
started it is gone, however that ended, stdin ends, and so does this process, in the middle of a file if need be.
"""

import os
import sys
import traceback
from errno import ENOMEM
from queue import SimpleQueue
from threading import Lock, Thread

import psycopg

from discord_airflow import database
from discord_airflow.collectors.memory_limit import limit_memory, offer_to_be_ended
from discord_airflow.collectors.one_file import Door, Job, do_job, explained
from discord_airflow.collectors.people import ProfileMemory
from discord_airflow.collectors.worker_messages import (
    Began,
    Done,
    Failed,
    Lost,
    Read,
    Ready,
    Reply,
    Start,
    decode,
    encode,
)
from discord_airflow.errors import DiscordAirflowError
from discord_airflow.settings import DatabaseSettings

OUT_OF_MEMORY = ENOMEM
"""The exit status of a worker that reached its limit."""


def main() -> None:
    """Import what is ordered until stdin ends."""
    replies = _take_over_stdout()
    start = decode(sys.stdin.buffer.readline(), Start)
    offer_to_be_ended()
    limit_memory(start.memory_bytes)
    try:
        settings = DatabaseSettings.model_validate(start.database)
        if str(settings.host).startswith("/"):  # libpq must not go elsewhere from a socket that we were told of
            os.environ.pop("PGHOSTADDR", None)
        with Door(lambda: database.connect(settings)) as door:
            _Worker(door, replies).run()
        os._exit(0)  # or Python would free, one by one, what it remembers of tens of thousands of people
    except MemoryError:
        os._exit(OUT_OF_MEMORY)


def _take_over_stdout() -> int:
    """Return a descriptor that leads where stdout led; what a library may print goes nowhere."""
    replies = os.dup(sys.stdout.fileno())
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, sys.stdout.fileno())
    os.close(null)
    return replies


class _Worker:
    def __init__(self, door: Door, replies: int) -> None:
        self._door = door
        self._replies = replies
        self._orders: SimpleQueue[Job | None] = SimpleQueue()
        self._memory = ProfileMemory()
        self._waiting = 0
        self._lock = Lock()

    def run(self) -> None:
        Thread(target=self._listen, name="orders", daemon=True).start()
        self._say(Ready())
        while (job := self._orders.get()) is not None:
            self._say(self._reply_to(job))
            with self._lock:
                self._waiting -= 1

    def _listen(self) -> None:
        try:
            for line in sys.stdin.buffer:
                with self._lock:
                    self._waiting += 1
                self._orders.put(decode(line, Job))
        except MemoryError:  # the file at hand took all of it, and without this thread nobody would ever be heard
            os._exit(OUT_OF_MEMORY)
        with self._lock:
            if self._waiting:
                os._exit(1)  # nobody wants the result any more; the server rolls back
        self._orders.put(None)

    def _reply_to(self, job: Job) -> Reply:
        try:
            connection = self._door.connection
        except (DiscordAirflowError, psycopg.Error) as error:
            return Lost(" ".join(str(error).split()))
        try:
            return Done(do_job(connection, job, advance=self._advance, hashed=self._hashed, memory=self._memory))
        except psycopg.Error as error:
            if error.sqlstate is None and "memory" in str(error):  # libpq could not get any
                raise MemoryError from error
            if connection.closed:
                return Lost(" ".join(str(error).split()))
            wrapped = explained(error, job.path)
            return Failed(type(wrapped).__name__, str(wrapped))
        except MemoryError:
            raise
        except Exception as error:
            if "can't start new thread" in str(error):  # there was no memory for its stack
                raise MemoryError from error
            return Failed("", traceback.format_exc())

    def _advance(self, byte_size: int) -> None:
        self._say(Read(byte_size))

    def _hashed(self, sha256: str) -> None:
        self._say(Began(sha256))

    def _say(self, reply: Reply) -> None:
        rest = memoryview(encode(reply))
        try:
            while rest:
                rest = rest[os.write(self._replies, rest) :]
        except BrokenPipeError:
            os._exit(1)
