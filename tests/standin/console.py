"""The two output streams: UTF-8, LF, every line sent at once."""

from __future__ import annotations

import sys
import time
from typing import TextIO


class Console:
    """stdout and stderr of the program; a reader that has gone away is no error."""

    def __init__(self) -> None:
        self.drip = 0.0  # seconds between characters
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(encoding="utf-8", errors="replace", newline="\n")  # type: ignore[union-attr]

    def out(self, text: str = "") -> None:
        """Print a line to stdout."""
        self._put(sys.stdout, text + "\n")

    def err(self, text: str = "") -> None:
        """Print a line to stderr."""
        self._put(sys.stderr, text + "\n")

    def _put(self, stream: TextIO, text: str) -> None:
        try:
            for part in text if self.drip else [text]:
                stream.write(part)
                stream.flush()
                time.sleep(self.drip)
        except BrokenPipeError:
            pass
