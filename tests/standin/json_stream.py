"""The exporter's JSON writer: streaming, indented, with its escape classes, and without checks."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

Scalar = str | int | bool | None

_SHORT = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}
#: control, surrogate, private use, unassigned, line and paragraph separator, space separator
_ESCAPED_CATEGORIES = frozenset({"Cc", "Cs", "Co", "Cn", "Zl", "Zp", "Zs"})


def _units(character: str) -> str:
    code = ord(character)
    if 0xD800 <= code <= 0xDFFF:
        return "\\uFFFD"  # a lone surrogate is replaced, and the replacement written as an escape
    if code > 0xFFFF:
        high, low = divmod(code - 0x10000, 0x400)
        return f"\\u{0xD800 + high:04X}\\u{0xDC00 + low:04X}"
    return f"\\u{code:04X}"


class _Escapes(dict[str, str]):
    """How each character is written; filled as characters are met."""

    def __init__(self, *, relaxed: bool) -> None:
        super().__init__()
        self._relaxed = relaxed

    def __missing__(self, character: str) -> str:
        written = self._write(character)
        self[character] = written
        return written

    def _write(self, character: str) -> str:
        if not self._relaxed and (character in "<>&'+\"`" or ord(character) > 126):
            return _units(character)
        if character in _SHORT:
            return _SHORT[character]
        if character == " ":
            return character
        if ord(character) > 0xFFFF or unicodedata.category(character) in _ESCAPED_CATEGORIES:
            return _units(character)
        return character


_ESCAPES = {relaxed: _Escapes(relaxed=relaxed) for relaxed in (True, False)}


def escape(text: str, *, relaxed: bool = True) -> str:
    """Return *text* as it stands between quotes; *relaxed* is the way of 2.26 and later."""
    return "".join(map(_ESCAPES[relaxed].__getitem__, text))


class JsonStream:
    """
    Writes token after token; what is open is only counted, so a wrong closing goes out as it is.

    That is how the real program leaves a malformed file when an error strikes inside a message.
    """

    def __init__(self, sink: Callable[[bytes], object], *, newline: str = "\n", relaxed: bool = True) -> None:
        self._sink = sink
        self._newline = newline
        self._relaxed = relaxed
        self._pending: list[str] = []
        self.depth = 0
        self._glue = ""  # nothing written, after an opening, after a name
        self.bytes_written = 0

    def flush(self) -> None:
        """Hand everything to the file."""
        data = "".join(self._pending).encode("utf-8")
        self._pending.clear()
        if data:
            self._sink(data)
            self.bytes_written += len(data)

    def name(self, key: str) -> None:
        """Write a key; its value must follow."""
        self._line()
        self._pending.append(f'"{escape(key, relaxed=self._relaxed)}": ')
        self._glue = "name"

    def begin(self, bracket: str, key: str | None = None) -> None:
        """Open an object `{` or an array `[`."""
        if key is not None:
            self.name(key)
        self._line()
        self._pending.append(bracket)
        self.depth += 1
        self._glue = "open"

    def end(self, bracket: str) -> None:
        """Close with `}` or `]`, whatever is open."""
        self.depth -= 1
        if self._glue != "open":
            self._pending.append(self._newline + "  " * max(self.depth, 0))
        self._pending.append(bracket)
        self._glue = "value"

    def value(self, value: Scalar) -> None:
        """Write a value."""
        self._line()
        if isinstance(value, str):
            self._pending.append(f'"{escape(value, relaxed=self._relaxed)}"')
        elif value is None:
            self._pending.append("null")
        else:
            self._pending.append(str(value).lower())
        self._glue = "value"

    def field(self, key: str, value: Scalar) -> None:
        """Write a key and its value."""
        self.name(key)
        self.value(value)

    def _line(self) -> None:
        if self._glue == "value":
            self._pending.append(f",{self._newline}{'  ' * self.depth}")
        elif self._glue == "open":
            self._pending.append(f"{self._newline}{'  ' * self.depth}")
