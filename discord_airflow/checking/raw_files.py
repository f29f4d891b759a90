"""
A second reader of exports, for the check: the json module, a window that moves over the file, nothing of the import.

It knows one thing about an export: an object with a list "messages". Memory follows neither the file nor what is in
it: a value above a limit, or that no parser takes, is passed over.
"""

import codecs
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

LARGEST = 11 << 20
"""The most characters of a message that are compared, unless asked for more."""

_PIECE = 1 << 16
_BLANK = " \t\r\n"
_OPENING = ("[", "{", '"')

# Possessive: no text makes these try again what they have passed over.
_in_string = re.compile(r'(?:[^"\\]++|\\.)*+', re.DOTALL).match
_next_sign = re.compile(r'["\[\]{}]').search
_word_ends = re.compile(r"[,\]}\s]").search


class UnreadableExportError(Exception):
    """The file cannot be read from here on."""


class PassedOver(NamedTuple):
    """Stands for a value that was not read."""

    reason: str


class RawExport:
    """One export; messages of more than *largest* characters are passed over."""

    def __init__(self, path: Path, largest: int = LARGEST) -> None:
        self.path = path
        self._largest = largest

    def messages(self) -> Iterator[tuple[int, Any]]:
        """Yield each message with its position; UnreadableExportError when the file breaks off or is no export."""
        with self.path.open("rb") as file:
            yield from self._members(_Window(file, self._largest))

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
                window.pass_over()
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
        if not window.take_if(",") and not window.stands_at("{"):  # a comma may be missing
            window.expect("]")
            return


class _Window:
    """The part of a file's text that was read and not used yet."""

    def __init__(self, file: BinaryIO, largest: int) -> None:
        self._file = file
        self._largest = largest
        self._decode = codecs.getincrementaldecoder("utf-8-sig")("surrogateescape").decode
        self._parse = json.JSONDecoder().raw_decode
        self._text = ""
        self._at = 0
        self._ended = False

    def stands_at(self, sign: str) -> bool:
        """Whether *sign* comes next."""
        self._skip_blank()
        return self._text.startswith(sign, self._at)

    def take_if(self, sign: str) -> bool:
        """Go past *sign* when it comes next."""
        found = self.stands_at(sign)
        self._at += found
        return found

    def expect(self, sign: str) -> None:
        """Go past *sign*, which must come next."""
        if not self.take_if(sign):
            raise UnreadableExportError(f"a {sign} is missing")

    def value(self) -> Any:
        """Return the next value, or PassedOver when it is too large or no parser takes it."""
        self._skip_blank()
        wanted = _PIECE
        while True:
            try:
                value, end = self._parse(self._text, self._at)
            except json.JSONDecodeError as error:
                if self._ended and not self._text.startswith(_OPENING, self._at):
                    raise UnreadableExportError(error.msg) from None
                if self._ended:
                    return self._passed_over("not JSON")
            except RecursionError:
                return self._passed_over("nested too deeply")
            except ValueError as error:
                return self._passed_over(str(error).partition(";")[0])
            else:
                # A number at the very end may go on in the next piece.
                if end < len(self._text) or self._ended:
                    self._at = end
                    return value
            if len(self._text) - self._at > self._largest:
                return self._passed_over("too large")
            self._more(wanted)
            wanted *= 2

    def _passed_over(self, reason: str) -> PassedOver:
        self.pass_over()
        return PassedOver(reason)

    def pass_over(self) -> None:
        """Go past the next value; whatever its size, no more than a piece of it is held."""
        self._skip_blank()
        if not self._text.startswith(_OPENING, self._at):
            self._go_to(_word_ends)
            return
        depth = 0
        while True:
            sign = self._go_to(_next_sign)
            self._at += 1
            if sign == '"':
                self._leave_string()
            else:
                depth += 1 if sign in "[{" else -1
            if depth == 0:
                return

    def _go_to(self, search: Any) -> str:
        """Go to what is searched for, and return it; at the end of the file nothing, where a word may end."""
        while (found := search(self._text, self._at)) is None:
            self._at = len(self._text)
            if self._ended:
                if search is _word_ends:
                    return ""
                raise UnreadableExportError("it ends inside a value")
            self._more(_PIECE)
        self._at = found.start()
        return found[0]

    def _leave_string(self) -> None:
        """Go past the rest of a string and its last quote."""
        while True:
            found = _in_string(self._text, self._at)
            self._at = found.end() if found else self._at
            if self._text.startswith('"', self._at):
                self._at += 1
                return
            # A backslash may be the last of it, whose other half comes with the next piece.
            if self._ended:
                raise UnreadableExportError("it ends inside a text")
            self._more(_PIECE)

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
