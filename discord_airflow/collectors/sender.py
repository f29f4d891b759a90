"""Sends one batch of rows while the next is being built: the server's work and ours overlap."""

from collections.abc import Callable
from concurrent.futures import Future
from queue import Queue
from threading import Thread
from typing import Generic, TypeVar

Batch = TypeVar("Batch")
Answer = TypeVar("Answer")

Work = Callable[[BaseException | None], None]
"""Is done in the thread, in order, and told of the first error that was met there before."""


class Sender(Generic[Batch]):
    """
    Hands batches to *send*, in order, from a thread of its own.

    Use it as a context manager; between its first batch and `finish` nobody else may use what *send* uses, but for a
    question through `ask`. A single batch is sent without a thread: most files are small.
    """

    def __init__(self, send: Callable[[Batch], None]) -> None:
        self._send = send
        self._first: Batch | None = None
        self._queue: Queue[Work | None] = Queue(maxsize=1)
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
            self._put(self._first)
        self._put(batch)
        self._raise()

    def ask(self, question: Callable[[], Answer]) -> Callable[[], Answer]:
        """
        Ask *question* of what *send* uses, behind the batches before it, and return what waits for the answer.

        That raises what the question or an earlier batch met with. Without a thread it is asked when the answer is
        waited for.
        """
        if self._thread is None:
            return lambda: self._ask_now(question)
        future: Future[Answer] = Future()

        def work(error: BaseException | None) -> None:
            if error is not None:
                future.set_exception(error)
                return
            try:
                future.set_result(question())
            except BaseException as met:  # noqa: BLE001 (raised again by whoever waits)
                future.set_exception(met)

        self._queue.put(work)
        return future.result

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

    def _put(self, batch: Batch) -> None:
        def work(error: BaseException | None) -> None:
            if error is None:  # after an error the rest is only taken off the queue, so that nobody waits
                self._send(batch)

        self._queue.put(work)

    def _ask_now(self, question: Callable[[], Answer]) -> Answer:
        if self._thread is not None:  # it came to be since then, and must be done with what it has
            self._queue.join()
        self._raise()
        return question()

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
        while (work := self._queue.get()) is not None:
            try:
                work(self._error)
            except BaseException as error:  # noqa: BLE001 (raised again by whoever waits)
                self._error = error
            self._queue.task_done()
