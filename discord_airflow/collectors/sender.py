"""Sends one batch of rows while the next is being built: the server's work and ours overlap."""

from collections.abc import Callable
from queue import Queue
from threading import Thread
from typing import Generic, TypeVar

Batch = TypeVar("Batch")


class Sender(Generic[Batch]):
    """
    Hands batches to *send*, in order, from a thread of its own.

    Use it as a context manager; between its first batch and `finish` nobody else may use what *send* uses, but right
    after `wait`. A single batch is sent without a thread: most files are small.
    """

    def __init__(self, send: Callable[[Batch], None]) -> None:
        self._send = send
        self._first: Batch | None = None
        self._queue: Queue[Batch | None] = Queue(maxsize=1)
        self._thread: Thread | None = None
        self._error: BaseException | None = None

    def put(self, batch: Batch) -> None:
        """Send *batch* soon; raise what an earlier one met with."""
        if self._thread is None:
            if self._first is None:
                self._first = batch
                return
            self._thread = Thread(target=self._work, name="sender", daemon=True)
            self._thread.start()
            self._queue.put(self._first)
        self._queue.put(batch)
        self._raise()

    def wait(self) -> None:
        """Return when what was put so far is sent, or not yet begun; raise what a batch met with."""
        if self._thread is not None:
            self._queue.join()
        self._raise()

    def finish(self) -> None:
        """Return when everything is sent; raise what any batch met with."""
        if self._thread is None and self._first is not None:
            self._send(self._first)
        self._stop()
        self._raise()

    def __enter__(self) -> "Sender[Batch]":
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()

    def _stop(self) -> None:
        self._first = None
        if self._thread is not None:
            self._queue.put(None)
            self._thread.join()
            self._thread = None

    def _raise(self) -> None:
        if self._error is not None:
            raise self._error

    def _work(self) -> None:
        while (batch := self._queue.get()) is not None:
            if self._error is None:  # after an error the rest is only taken off the queue, so that nobody waits
                try:
                    self._send(batch)
                except BaseException as error:  # noqa: BLE001 (raised again by whoever waits)
                    self._error = error
            self._queue.task_done()
