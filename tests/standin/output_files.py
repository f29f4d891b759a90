"""The file, or the parts, that one channel's export leaves."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from typing import BinaryIO, Protocol

from standin.context import Context
from standin.failures import io_error
from standin.faults import Fault
from standin.json_stream import JsonStream
from standin.message_writer import MessageWriter
from standin.naming import Limit, part_path
from standin.timeline import Facts


class Writer(Protocol):
    """What an output format has to offer."""

    messages_written: int

    def write_opening(self, exported_at: int) -> None: ...
    def write_message(self, message: Facts, *, interrupt: Callable[[], None] | None = None) -> None: ...
    def write_closing(self, *, count_off_by: int = 0) -> None: ...


class TextWriter:
    """Stands for the formats other than JSON: one line a message, enough to see that a file came."""

    def __init__(self, stream: JsonStream, sink: Callable[[bytes], object]) -> None:
        self.messages_written = 0
        self._stream = stream
        self._sink = sink

    def _put(self, text: str) -> None:
        data = text.encode("utf-8", "replace")
        self._sink(data)
        self._stream.bytes_written += len(data)

    def write_opening(self, exported_at: int) -> None:
        """Write a heading."""
        self._put(f"The stand-in writes only Json in full ({exported_at}).\n")

    def write_message(self, message: Facts, *, interrupt: Callable[[], None] | None = None) -> None:
        """Write id and text."""
        self.messages_written += 1
        if interrupt:
            interrupt()
        self._put(f"{message['id']}\t{message['content']}\n")

    def write_closing(self, *, count_off_by: int = 0) -> None:
        """Write the count."""
        self._put(f"{self.messages_written + count_off_by} message(s)\n")


class OutputFiles:
    """
    Opens the target when the first message is to be written and empties it at once; there is no other file.

    A new part begins when the limit is reached. Closing is done in clean-up too, after errors and cancels,
    but not after the file system itself has failed.
    """

    def __init__(
        self,
        path: str,
        context: Context,
        *,
        exported_at: Callable[[], int],
        limit: Limit,
        newline: str = "\n",
        json: bool = True,
        disk: Fault | None = None,
        count_off_by: int = 0,
        future_keys: bool = False,
    ) -> None:
        self.path = path
        self.messages_written = 0
        self._context = context
        self._exported_at = exported_at
        self._limit = limit
        self._newline = newline
        self._json = json
        self._room = int(disk["bytes"]) if disk else None
        self._count_off_by = count_off_by
        self._future_keys = future_keys
        self._part = 0
        self._file: BinaryIO | None = None
        self._stream: JsonStream | None = None
        self._writer: Writer | None = None
        self._broken = False

    def write(self, message: Facts, *, interrupt: Callable[[], None] | None = None) -> None:
        """Write a message, into a new part if this one is full."""
        if self._full():
            self.close()
            self._part += 1
        try:
            writer = self._writer or self._open()
            writer.write_message(message, interrupt=interrupt)
        except OSError as error:
            raise self._fail(error) from error
        self.messages_written += 1

    def _full(self) -> bool:
        if self._writer is None or self._stream is None:
            return False
        return self._limit.reached(self._writer.messages_written, self._stream.bytes_written)

    def touch(self) -> None:
        """Make an empty export when there is no file yet."""
        if self._writer is None and self._part == 0 and not self._broken:
            try:
                self._open()
            except OSError as error:
                raise self._fail(error) from error

    def close(self) -> None:
        """Write the closing and close the file; its exceptions replace the one that led here."""
        writer, file = self._writer, self._file
        if writer is None or file is None:
            return
        try:
            if not self._broken:
                writer.write_closing(count_off_by=self._count_off_by)
        except OSError as error:
            raise self._fail(error) from error
        finally:
            self._writer = self._file = None
            file.close()

    def fill_the_disk(self) -> None:
        """Fail as a full disk does."""
        raise self._fail(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)))

    def _open(self) -> Writer:
        path = part_path(self.path, self._part)
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)  # noqa: PTH103, PTH120 - paths are .NET's text
        self._file = open(path, "wb", buffering=0)  # noqa: PTH123, SIM115 - closed in close()
        relaxed = self._context.version >= (2, 26, 0)
        self._stream = JsonStream(self._put, newline=self._newline, relaxed=relaxed)
        if self._json:
            self._writer = MessageWriter(self._stream, self._context, future_keys=self._future_keys)
        else:
            self._writer = TextWriter(self._stream, self._put)
        self._writer.write_opening(self._exported_at())
        return self._writer

    def _put(self, data: bytes) -> None:
        if self._file is None:
            return
        if self._room is not None:
            self._file.write(data[: self._room])
            self._room -= len(data)
            if self._room < 0:
                self._room = 0
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return
        view = memoryview(data)
        while view:  # an unbuffered file may take less than it is given
            view = view[self._file.write(view) :]

    def _fail(self, error: OSError) -> Exception:
        self._broken = True
        return io_error(error, part_path(self.path, self._part))
