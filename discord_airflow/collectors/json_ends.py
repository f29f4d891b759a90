"""Where does a JSON value end? Asked of bytes in memory, and of a file of which only a little is held."""

import re
from itertools import accumulate
from typing import BinaryIO

_STEP = 256 << 10
_LONGEST_WORD = len("-Infinity")

# Possessive throughout: no text makes these try again what they have passed over.
_STRING = rb'"(?:[^"\\]++|\\.)*+"'
_STRING_IN_LINE = rb'"(?:[^"\\\n]++|\\[^\n])*+"'
_string = re.compile(_STRING, re.DOTALL).match
_without_strings = re.compile(_STRING, re.DOTALL).sub
_strings_and_between = re.compile(rb'(?:[^"]++|' + _STRING + rb")*+", re.DOTALL).match
_word = re.compile(rb"-?[0-9][0-9.eE+-]*+|true|false|null|NaN|-?Infinity").match
_word_ends = re.compile(rb"[,\]}\s]").search


def _passing_over(string: bytes) -> bytes:
    """Return what passes over everything up to the next bracket; what holds no list or object itself counts as none."""
    flat = rb'(?:[^"\[\]{}]++|' + string + rb")*+"
    return rb'(?:[^"\[\]{}]++|' + string + rb"|[\[{]" + flat + rb"[\]}])*+"


_pass_over = re.compile(_passing_over(_STRING), re.DOTALL).match
_pass_over_in_lines = re.compile(_passing_over(_STRING_IN_LINE)).match
_next_bracket = re.compile(_passing_over(_STRING) + rb"[\[\]{}]", re.DOTALL).match
_next_bracket_in_lines = re.compile(_passing_over(_STRING_IN_LINE) + rb"[\[\]{}]").match
_rest_of_string = re.compile(rb"(?:[^\"\\]++|\\.)*+", re.DOTALL).match
_rest_of_line = re.compile(rb"(?:[^\"\\\n]++|\\[^\n])*+").match
_OTHER_THAN_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_PAIRS = {b"[": b"]", b"{": b"}", b'"': b'"'}
_DEEPER = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}

_LINE_ENDS_MESSAGE = re.compile(rb"\n    \}(?=,?\r?\n)").search
_OVERLAP = len(b"\n    },\r\n")


class BrokenJsonError(Exception):
    """From here on the text cannot be read as JSON; *reason* is a code."""

    def __init__(self, reason: str, detail: str, *, beside_messages: bool = False) -> None:
        super().__init__(detail)
        self.reason, self.detail, self.beside_messages = reason, detail, beside_messages


def find_end(text: bytes, begin: int, *, is_all: bool) -> int:
    """
    Return where the value ends that begins at *begin*, or -1 when more of the text must be seen to tell.

    Whatever stands between its brackets: whoever reads it finds out whether that is good. *is_all*: no more follows.
    """
    first = text[begin : begin + 1]
    if first in (b"[", b"{"):
        end = _closing(text, begin + 1, 1)
        _check_pair(first, text[end - 1 : end] if end >= 0 else b"")
        return end
    match = _string(text, begin) if first == b'"' else _word(text, begin)
    if match is not None:
        # A number at the edge may go on behind it.
        return match.end() if first == b'"' or match.end() < len(text) or is_all else -1
    if first != b'"' and (is_all or len(text) - begin > _LONGEST_WORD):
        raise BrokenJsonError("not-json", f"{chr(text[begin])!a} stands where a value belongs")
    return -1


def _closing(text: bytes, place: int, depth: int) -> int:
    while (match := _next_bracket(text, place)) is not None:
        place = match.end()
        depth += _DEEPER[text[place - 1]]
        if not depth:
            return place
    return -1


def _check_pair(opening: bytes, closing: bytes) -> None:
    if closing and _PAIRS[opening] != closing:
        raise BrokenJsonError("not-json", f"a {closing.decode()} closes what {opening.decode()} opened")


def end_in_file(file: BinaryIO, begin: int, *, one_line_strings: bool = False) -> int:
    """
    Return where the value ends that begins at *begin* of a file, however large it is; raise BrokenJsonError if nowhere.

    With *one_line_strings* a string that a line feed interrupts is broken, so a missing quote is noticed at once.
    """
    file.seek(begin)
    first = file.read(1)
    if first not in (b"[", b"{", b'"'):
        return _end_of_word(file)
    scan = _Scan(first, one_line_strings=one_line_strings)
    while data := file.read(_STEP):
        end = scan.feed(data)
        if end >= 0:
            _check_pair(first, data[end - 1 : end])
            return file.tell() - len(data) + end
    raise BrokenJsonError("cut-off", "the file ends inside a message")


def _end_of_word(file: BinaryIO) -> int:
    while data := file.read(_STEP):
        if found := _word_ends(data):
            return file.tell() - len(data) + found.start()
    return file.tell()


def count_values(text: bytes, enough: int) -> int:
    """Return about how many values *text* holds, those in its lists and objects too; *enough*: so many count as few."""
    count = _separators(text)
    if count <= enough:
        return count
    # Those inside strings do not count; in pieces, for what is left between strings is held bit by bit.
    count = place = 0
    while place < len(text):
        match = _strings_and_between(text, place, place + _STEP)
        end = match.end() if match else place
        if end > place:
            count += _separators(_without_strings(b"", text[place:end]))
        else:
            string = _string(text, place)
            end = string.end() if string else len(text)
        place = end
    return count


def _separators(text: bytes) -> int:
    return sum(map(text.count, (b",", b"[", b"{")))


class _Scan:
    """Follows one list, object or string through the pieces of a file, and keeps nothing of them."""

    def __init__(self, first: bytes, *, one_line_strings: bool) -> None:
        self._in_string = first == b'"'
        self._escaped = False  # the last piece ended with a backslash, whose other half comes next
        self._depth = 0 if self._in_string else 1
        self._one_line_strings = one_line_strings
        self._pass_over = _pass_over_in_lines if one_line_strings else _pass_over
        self._next_bracket = _next_bracket_in_lines if one_line_strings else _next_bracket
        self._rest_of_string = _rest_of_line if one_line_strings else _rest_of_string

    def feed(self, data: bytes) -> int:
        """Return where in *data* the value ends, or -1."""
        place = self._leave_string(data) if self._in_string else 0
        if place < 0 or not self._depth:
            return place
        if data.find(b'"', place) < 0 and self._stays_open(data[place:]):
            return -1
        next_bracket, depth = self._next_bracket, self._depth
        while (match := next_bracket(data, place)) is not None:
            place = match.end()
            depth += _DEEPER[data[place - 1]]
            if not depth:
                return place
        self._depth = depth
        match = self._pass_over(data, place)
        if match is not None and match.end() < len(data):
            self._enter_string(data[match.end() :])
        return -1

    def _stays_open(self, data: bytes) -> bool:
        """Go past *data*, which holds no string, unless the value ends in it: many brackets cost little this way."""
        closing = data.count(b"]") + data.count(b"}")
        if closing < self._depth:
            self._depth += data.count(b"[") + data.count(b"{") - closing
            return True
        steps = map(_DEEPER.__getitem__, data.translate(None, _OTHER_THAN_BRACKETS))
        depths = list(accumulate(steps, initial=self._depth))
        if min(depths) <= 0:
            return False
        self._depth = depths[-1]
        return True

    def _leave_string(self, data: bytes) -> int:
        """Return where the string ends in which *data* begins, or -1."""
        match = self._rest_of_string(data, int(self._escaped))
        assert match is not None
        end = match.end()
        self._escaped = False
        if end >= len(data):
            return -1
        if data[end : end + 1] == b'"':
            self._in_string = False
            return end + 1
        self._check_line(data[end:])
        self._escaped = True  # a backslash is the last of it
        return -1

    def _enter_string(self, text: bytes) -> None:
        self._check_line(text)
        self._in_string = True
        self._escaped = (len(text) - len(text.rstrip(b"\\"))) % 2 == 1

    def _check_line(self, text: bytes) -> None:
        if self._one_line_strings and b"\n" in text:
            raise BrokenJsonError("not-json", "a line feed stands inside a string")


def end_by_line(file: BinaryIO, begin: int) -> int | None:
    """Return where in the exporter's own layout the next line ends a message, read from *begin*; None if none does."""
    file.seek(begin)
    text = b""
    while data := file.read(_STEP):
        text = text[-_OVERLAP:] + data
        if found := _LINE_ENDS_MESSAGE(text):
            return file.tell() - len(text) + found.end()
    return None
