"""Waiting, and being told to stop while waiting."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable

from standin.failures import CancelledRunError


def _nothing() -> None:
    """Stand for a heartbeat nobody listens to."""


class Pauses:
    """
    Sleeps that SIGINT ends at once, and the places between where it is noticed.

    The real program turns SIGINT into a cancellation that takes effect at its next wait or write.
    """

    def __init__(self, heartbeat: float = 30.0) -> None:
        self.on_idle: Callable[[], None] = _nothing
        self._heartbeat = heartbeat
        self._requested = False
        self._waiting = False

    def listen(self) -> None:
        """Take SIGINT as a wish to cancel, unless it is ignored by inheritance."""
        if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
            signal.signal(signal.SIGINT, self._cancel)

    def _cancel(self, _number: int, _frame: object) -> None:
        self._requested = True
        if self._waiting:
            raise CancelledRunError

    def cancel(self) -> None:
        """Stop here, as if SIGINT had arrived."""
        raise CancelledRunError

    def check(self) -> None:
        """Stop here when asked to."""
        if self._requested:
            raise CancelledRunError

    def sleep(self, seconds: float) -> None:
        """Wait; a wish to stop ends it, and after each span without progress the heartbeat is printed."""
        while seconds > 0:
            span = min(seconds, self._heartbeat)
            self._wait(span)
            seconds -= span
            if span == self._heartbeat:
                self.on_idle()

    def _wait(self, seconds: float) -> None:
        self._waiting = True
        try:
            self.check()
            time.sleep(seconds)
        finally:
            self._waiting = False

    def hang(self, *, deaf: bool) -> None:
        """Wait until killed, or until SIGINT unless *deaf*."""
        if deaf:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
        while True:
            self.sleep(self._heartbeat)
