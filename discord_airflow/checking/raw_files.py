"""
A second reader of exports, for the check: the json module, a window that moves over the file, nothing of the import.

It knows one thing about an export: an object with a list "messages". Memory follows the largest value, not the file.
"""

import codecs
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

_PIECE = 1 << 16
_BLANK = " \t\r\n"


class UnreadableExportError(Exception):
    """The file cannot be read from here on."""


class RawExport:
    """One export: iterate over `messages()`, then `header` holds all other keys."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.header: dict[str, Any] = {}

    def messages(self) -> Iterator[tuple[int, Any]]:
        """Yield each message with its position; UnreadableExportError when the file breaks off or is no export."""
        with self.path.open("rb") as file:
            try:
                yield from self._members(_Window(file))
            except RecursionError:
                raise UnreadableExportError("it is nested too deeply") from None

    def _members(self, window: "_Window") -> Iterator[tuple[int, Any]]:
        window.expect("{")
        if window.take_if("}"):
            return
        while True:
            key = window.value()
            window.expect(":")
            if key == "messages" and window.take_if("["):
                yield from _entries(window)
            else:
                self.header[key] = window.value()
            if not window.take_if(","):
                window.expect("}")
                return


def _entries(window: "_Window") -> Iterator[tuple[int, Any]]:
    position = 0
    if window.take_if("]"):
        return
    while True:
        yield position, window.value()
        position += 1
        if not window.take_if(","):
            window.expect("]")
            return


class _Window:
    """The part of a file's text that was read and not used yet."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._decode = codecs.getincrementaldecoder("utf-8-sig")("surrogateescape").decode
        self._parse = json.JSONDecoder().raw_decode
        self._text = ""
        self._at = 0
        self._ended = False

    def take_if(self, sign: str) -> bool:
        """Go past *sign* when it comes next."""
        self._skip_blank()
        if not self._text.startswith(sign, self._at):
            return False
        self._at += 1
        return True

    def expect(self, sign: str) -> None:
        """Go past *sign*, which must come next."""
        if not self.take_if(sign):
            raise UnreadableExportError(f"a {sign} is missing")

    def value(self) -> Any:
        """Return the next value, whole."""
        self._skip_blank()
        wanted = _PIECE
        while True:
            try:
                value, end = self._parse(self._text, self._at)
            except json.JSONDecodeError as error:
                if self._ended:
                    raise UnreadableExportError(error.msg) from None
            except ValueError as error:
                raise UnreadableExportError(str(error).partition(";")[0]) from None
            else:
                # A number at the very end may go on in the next piece.
                if end < len(self._text) or self._ended:
                    self._at = end
                    return value
            self._more(wanted)
            wanted *= 2

    def _skip_blank(self) -> None:
        while True:
            while self._at < len(self._text) and self._text[self._at] in _BLANK:
                self._at += 1
            if self._at < len(self._text) or self._ended:
                return
            self._more(_PIECE)

    def _more(self, wanted: int) -> None:
        piece = self._file.read(wanted)
        self._ended = len(piece) < wanted
        self._text = self._text[self._at :] + self._decode(piece, final=self._ended)
        self._at = 0
