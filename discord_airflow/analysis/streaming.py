"""
Lines of a streamed answer, with deadlines that hold whatever the server does.

A thread reads; the caller waits on a queue and never longer than its deadlines, even when a name is not resolved or a
connection neither speaks nor closes. When the caller gives up, the connection is shut down, which ends the work there.
"""

import queue
import re
import socket
import threading
import time
from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

import httpx

from discord_airflow.analysis.model import BrokenConnectionError, TooSlowError, UnreachableError, UnusableAnswerError

ONE_EACH = httpx.Limits(max_keepalive_connections=0)
"""A connection for each request: so the one to close when time is over is known."""

PARTING_SECONDS = 0.5
"""How long to wait for the reading thread to close its connection."""

LARGEST_ANSWER = 4_000_000
"""Bytes; an honest answer has a few thousand."""

_without_number = re.compile(r"^\[Errno -?\d+\] ").sub


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Seconds to wait: to connect, for the first byte (a model may have to be loaded), and between two pieces."""

    connect: float = 10.0
    first_byte: float = 300.0
    stall: float = 60.0


class _Reader(threading.Thread):
    """Sends the request and puts status, lines and the end into a queue."""

    def __init__(self, client: httpx.Client, request: httpx.Request) -> None:
        super().__init__(daemon=True)
        self.client = client
        self.request = request
        self.found: queue.SimpleQueue[tuple[str, Any]] = queue.SimpleQueue()
        self.given_up = threading.Event()
        self.connection: socket.socket | None = None
        request.extensions = {**request.extensions, "trace": self._trace}

    def _trace(self, event: str, details: dict[str, Any]) -> None:
        """Take note of the connection as soon as there is one."""
        if event == "connection.connect_tcp.complete":
            self.connection = details["return_value"].get_extra_info("socket")

    def run(self) -> None:
        try:
            response = self.client.send(self.request, stream=True)
            try:
                self.found.put(("status", response.status_code))
                self._read(response)
            finally:
                response.close()
            self.found.put(("end", None))
        except Exception as error:  # noqa: BLE001 (handed to the caller, who names it)
            self.found.put(("error", error))

    def _read(self, response: httpx.Response) -> None:
        pending, total = b"", 0
        for piece in response.iter_bytes():
            if self.given_up.is_set():
                return
            total += len(piece)
            if total > LARGEST_ANSWER:
                raise UnusableAnswerError(f"The server sent more than {LARGEST_ANSWER // 1_000_000} MB for one answer.")
            *lines, pending = (pending + piece).split(b"\n")
            self.found.put(("piece", [line for line in lines if line.strip()]))
        if pending.strip():
            self.found.put(("piece", [pending]))

    def give_up(self) -> None:
        """Close the connection from outside; a thread that is waiting for it wakes up."""
        self.given_up.set()
        if self.connection is not None and self.is_alive():
            try:
                self.connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                return


def stream_lines(
    client: httpx.Client, request: httpx.Request, deadlines: Deadlines, seconds: float
) -> Generator[int | bytes, None, None]:
    """
    Yield the status of the response, then its lines without line ends.

    The whole takes *seconds* at most. What goes wrong is a ModelError.
    """
    ends_at = time.monotonic() + seconds
    reader = _Reader(client, request)
    reader.start()
    patience = deadlines.first_byte
    try:
        while True:
            left = ends_at - time.monotonic()
            kind, value = _next(reader, min(patience, left), patience if patience < left else seconds)
            if kind == "end":
                return
            if kind == "error":
                raise _named(value, request.url) from value
            if kind == "status":
                yield value
            else:
                patience = deadlines.stall
                yield from value
    finally:
        reader.give_up()
        reader.join(timeout=PARTING_SECONDS)


def _next(reader: _Reader, wait: float, limit: float) -> tuple[str, Any]:
    try:
        return reader.found.get(timeout=max(0.0, wait))
    except queue.Empty:
        raise TooSlowError(f"The model did not answer within {limit:.0f} seconds.") from None


def _named(error: Exception, url: httpx.URL) -> Exception:
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout):
        why = _without_number("", str(error)).lower() or "the connection timed out"
        return UnreachableError(f"No language model was reachable at {url.copy_with(raw_path=b'')} ({why}).")
    if isinstance(error, httpx.TimeoutException):
        return TooSlowError("The model's server stopped answering.")
    if isinstance(error, httpx.HTTPError | httpx.StreamError | httpx.InvalidURL):
        return BrokenConnectionError(f"The connection to the model's server broke: {error or type(error).__name__}.")
    if isinstance(error, UnusableAnswerError):
        return error
    return BrokenConnectionError(f"The model's server could not be talked to: {type(error).__name__}: {error}.")
