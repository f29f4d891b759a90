"""JSON of any layout, read value by value through a window that slides over the file."""

import codecs
import json
import re
from typing import Any, BinaryIO

from discord_airflow.collectors.plain_json import DECODER, TOO_DEEP, is_too_deep

LARGEST_VALUE = 32 << 20
"""No message and no key beside the messages is read that has more characters."""

_STEP = 256 << 10
_space = re.compile(r"[ \t\r\n]*").match
_token = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[\[\]{}]|"', re.DOTALL).search
_LONGEST_WORD = len("-Infinity")
_CLOSING = {"[": "]", "{": "}"}


class BrokenJsonError(Exception):
    """From here on the text cannot be read as JSON; *reason* is a code."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason, self.detail = reason, detail


class JsonWindow:
    """
    A binary file as text, of which only a part is in memory.

    Bytes that are not UTF-8 pass as lone surrogates (`surrogateescape`), so that every slice can be turned back
    into the bytes it came from.
    """

    def __init__(self, file: BinaryIO, beginning: bytes = b"") -> None:
        self._file = file
        self._decode = codecs.getincrementaldecoder("utf-8")("surrogateescape").decode
        self._text = self._decode(beginning)
        self._at = 0
        self._ended = False

    def peek(self) -> str:
        """Return the next character that is not white space, or nothing at the end of the file."""
        while True:
            match = _space(self._text, self._at)
            self._at = match.end() if match else self._at
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                return ""

    def take(self, character: str) -> bool:
        """Step over *character* when it comes next."""
        found = self.peek() == character
        self._at += found
        return found

    def key(self) -> str:
        """Read an object's key and its colon."""
        if self.peek() not in ('"', ""):
            raise BrokenJsonError("not-json", f"{self._text[self._at]!r} stands where a key belongs")
        key = self.value()
        if not self.take(":"):
            raise self.surprise("a colon")
        return key

    def value(self) -> Any:
        """Read one whole value, which can be walked safely."""
        value, _, _ = self._value()
        if is_too_deep(value):
            raise BrokenJsonError("nested-too-deeply", TOO_DEEP)
        return value

    def element(self) -> bytes:
        """
        Read one whole value and return its text.

        The text need not be good JSON, only balanced: whoever reads it finds out. When not even its end can be found,
        BrokenJsonError is raised.
        """
        try:
            _, begin, end = self._value()
        except BrokenJsonError as error:
            if error.reason == "too-large":
                raise
            end = self._balanced_end()
            begin, self._at = self._at, end
        return self._text[begin:end].encode("utf-8", "surrogateescape")

    def _value(self) -> tuple[Any, int, int]:
        if not self.peek():
            raise BrokenJsonError("cut-off", "the file ends where a value belongs")
        while True:
            try:
                value, end = DECODER.raw_decode(self._text, self._at)
            except RecursionError:
                raise BrokenJsonError("nested-too-deeply", TOO_DEEP) from None
            except ValueError as error:
                if self._may_be_cut(error):
                    if self._more():
                        continue
                    raise BrokenJsonError("cut-off", "the file ends inside a value") from None
                detail = error.msg if isinstance(error, json.JSONDecodeError) else str(error).partition(";")[0]
                raise BrokenJsonError("not-json", detail) from None
            # A number at the very edge of the window may go on behind it.
            if end < len(self._text) or self._text[end - 1] in '"]}' or not self._more():
                begin, self._at = self._at, end
                return value, begin, end

    def _may_be_cut(self, error: ValueError) -> bool:
        if not isinstance(error, json.JSONDecodeError):
            return False
        return error.msg.startswith("Unterminated string") or error.pos > len(self._text) - _LONGEST_WORD

    def _balanced_end(self) -> int:
        """Return where the list or object that begins here ends, whatever it holds."""
        expected: list[str] = []
        done = 0  # characters since the beginning, which itself moves when more is read
        while True:
            match = _token(self._text, self._at + done)
            if match is None or match[0] == '"':  # no bracket left, or a string that does not end in the window
                done = (len(self._text) if match is None else match.start()) - self._at
                if not self._more():
                    raise BrokenJsonError("cut-off", "the file ends inside a message")
                continue
            bracket, done = match[0], match.end() - self._at
            if bracket in _CLOSING:
                expected.append(_CLOSING[bracket])
            elif bracket in "]}":
                if not expected or bracket != expected.pop():
                    raise BrokenJsonError("not-json", f"a {bracket} closes what was not opened with its like")
                if not expected:
                    return self._at + done

    def _more(self) -> bool:
        """Read on, forgetting what was stepped over; return whether there was more."""
        if self._ended:
            return False
        kept = len(self._text) - self._at
        if kept > LARGEST_VALUE:
            raise BrokenJsonError("too-large", f"one value has more than {LARGEST_VALUE >> 20} million characters")
        # Doubling keeps the cost of a large value in proportion to its size.
        data = self._file.read(max(_STEP, kept))
        self._ended = not data
        text = self._decode(data, final=self._ended)  # at the end: what began a character and broke off
        self._text = self._text[self._at :] + text
        self._at = 0
        return bool(data or text)

    def surprise(self, wanted: str) -> BrokenJsonError:
        """Return the error that says what stands here in place of *wanted*."""
        found = self.peek()
        if not found:
            return BrokenJsonError("cut-off", f"the file ends where {wanted} belongs")
        return BrokenJsonError("not-json", f"{found!r} stands where {wanted} belongs")
