"""JSON of any layout, read value by value through a window that slides over the file."""

import re
from typing import BinaryIO, NamedTuple

from discord_airflow.collectors.export_lines import LONGEST_SIGN, begins_or_leaves
from discord_airflow.collectors.json_ends import BrokenJsonError, count_values, end_by_line, end_in_file, find_end
from discord_airflow.collectors.memory_limit import HOW_TO_READ_MORE, largest_message
from discord_airflow.collectors.plain_json import parse_json
from discord_airflow.collectors.values import BadValueError

LARGE = 1 << 20
"""From here on a value is measured before it is read; no key beside the messages may be larger."""

_STEP = 256 << 10
_BYTES_FOR_A_VALUE = 24
_ID_SEEN = 4096

_RUN = 64 << 10
_BETWEEN = b'},{"id":"'

_space = re.compile(rb"[ \t\r\n]*").match
_begins_with_id = re.compile(rb'\s*\{\s*"id"\s*:\s*"?([1-9][0-9]{0,18})[",\s}]').match
_begins_message = re.compile(rb'\{"id":"[0-9]{1,20}","type":"').match


class Skipped(NamedTuple):
    """A value that was passed over, because no memory should hold it or because it has no end of its own."""

    message_id: int | None
    reason: str
    detail: str


class JsonWindow:
    """
    A file of which only a part is in memory, a few megabytes at most.

    *beginning* is what was read of it last. In the exporter's own layout (*in_lines*) the lines tell where a large
    message ends that is broken.
    """

    def __init__(self, file: BinaryIO, beginning: bytes = b"", *, in_lines: bool = False) -> None:
        self._file = file
        self._text = beginning
        self._at = 0
        self._ended = False
        self._in_lines = in_lines

    def rest(self) -> bytes:
        """Return what was read of the file and not used."""
        return self._text[self._at :]

    @property
    def position(self) -> int:
        """How many bytes of the file are behind."""
        return self._file.tell() - len(self._text) + self._at

    def peek(self) -> str:
        """Return the next character that is not white space, or nothing at the end of the file."""
        while True:
            match = _space(self._text, self._at)
            self._at = match.end() if match else self._at
            if self._at < len(self._text):
                return chr(self._text[self._at])
            if not self._more():
                return ""

    def take(self, character: str) -> bool:
        """Step over *character* when it comes next."""
        found = self.peek() == character
        self._at += found
        return found

    def key(self) -> str | Skipped:
        """Read an object's key and its colon."""
        if self.peek() not in ('"', ""):
            raise BrokenJsonError("not-json", f"{self.peek()!a} stands where a key belongs")
        text = self.element(LARGE)
        if not self.take(":"):
            raise self.surprise("a colon")
        try:
            return text if isinstance(text, Skipped) else str(parse_json(text)[0])
        except BadValueError as trouble:
            raise BrokenJsonError(trouble.reason, trouble.detail) from None

    def element(self, most: int | None = None) -> bytes | Skipped:
        """
        Read one whole value and return its text; pass over one that is larger than *most* (default: than any message).

        The text need not be good JSON, only balanced: whoever reads it finds out. When not even its end can be found,
        BrokenJsonError is raised.
        """
        if not self.peek():
            raise BrokenJsonError("cut-off", "the file ends where a value belongs")
        while (end := find_end(self._text, self._at, is_all=self._ended)) < 0 and len(self._text) - self._at <= LARGE:
            if not self._more():
                raise BrokenJsonError("cut-off", "the file ends inside a value")
        if end < 0 or end - self._at > LARGE:
            return self._large(most)
        begin, self._at = self._at, end
        return self._text[begin:end]

    def run_of_messages(self) -> bytes:
        """
        Return the text of the next messages, commas included, where they follow each other on one line.

        They look like messages and no more: whoever reads them and finds them good steps over them with `step_over`.
        """
        if len(self._text) - self._at < _RUN:
            self._more()
        end = self._at + _RUN
        while (cut := self._text.rfind(_BETWEEN, self._at, end)) >= 0:
            if _begins_message(self._text, cut + 2):
                return self._text[self._at : cut + 1]
            end = cut
        return b""

    def step_over(self, run: bytes) -> None:
        """Step over what `run_of_messages` has returned, and the comma behind it."""
        self._at += len(run) + 1

    def goes_on(self) -> bool:
        """Step over what follows a message, and return whether that is another one, with or without a comma."""
        if self.take("]"):
            return False
        if self.take(",") or self.peek() == "{":
            return True
        raise self.surprise("a comma or the end of the messages")

    def go_to_next_message(self) -> bool | None:
        """
        Go to where the exporter's lines let the next message begin or the list end, past what cannot be read.

        Return whether there was anything; None when no line tells where to go on: then this window is of no more use.
        """
        if not self._in_lines:
            return None
        if self.peek() == "]":
            return False
        passed = False
        while (found := begins_or_leaves(self._text, self._at)) is None:
            passed = True
            self._at = max(self._at, len(self._text) - LONGEST_SIGN)
            if not self._more():
                return None
        passed = passed or bool(self._text[self._at : found.start()].strip())
        self._at = found.start()
        return passed if found[0].endswith(b'"') or self.peek() == "]" else None

    def _large(self, most: int | None) -> bytes | Skipped:
        """Measure the value in the file, then read it, or pass over it."""
        begin, read_to = self.position, self._file.tell()
        message_id = told_id(self._text, self._at)
        try:
            end, trouble = self._end_of_large(begin)
        except BrokenJsonError:
            self._file.seek(read_to)
            raise
        size = end - begin
        limit = most or largest_message()
        text = b"" if trouble else self._text_of(begin, size) if size <= limit else None
        self._file.seek(end)
        self._text, self._at, self._ended = b"", 0, False
        if trouble is not None:
            detail = f"from byte {begin:,} to {end:,} it cannot be read as JSON: {trouble.detail}"
            return Skipped(message_id, trouble.reason, detail)
        if text is None:
            return Skipped(message_id, "too-large", _too_large(begin, size, most))
        values = count_values(text, limit // _BYTES_FOR_A_VALUE)
        if values > limit // _BYTES_FOR_A_VALUE:
            return Skipped(message_id, "too-large", _too_large(begin, size, most, values))
        return text

    def _end_of_large(self, begin: int) -> tuple[int, BrokenJsonError | None]:
        """Return where the value ends, and why only its lines could tell if so."""
        try:
            return end_in_file(self._file, begin, one_line_strings=self._in_lines), None
        except BrokenJsonError as trouble:
            end = end_by_line(self._file, begin) if self._in_lines else None
            if end is None:
                raise
            return end, trouble

    def _text_of(self, begin: int, size: int) -> bytes:
        self._file.seek(begin)
        pieces = []
        while size and (data := self._file.read(size)):
            pieces.append(data)
            size -= len(data)
        return b"".join(pieces)

    def _more(self) -> bool:
        """Read on, forgetting what was stepped over; return whether there was more."""
        if self._ended:
            return False
        data = self._file.read(_STEP)
        self._ended = not data
        self._text = self._text[self._at :] + data
        self._at = 0
        return bool(data)

    def surprise(self, wanted: str) -> BrokenJsonError:
        """Return the error that says what stands here in place of *wanted*."""
        found = self.peek()
        if not found:
            return BrokenJsonError("cut-off", f"the file ends where {wanted} belongs")
        return BrokenJsonError("not-json", f"{found!a} stands where {wanted} belongs")


def told_id(text: bytes, begin: int = 0) -> int | None:
    """Return the id that a message tells first, as the exporter writes it, also where the rest of it cannot be read."""
    told = _begins_with_id(text, begin, begin + _ID_SEEN)
    return number if told and (number := int(told[1])) < 2**63 else None


def _too_large(begin: int, size: int, most: int | None, values: int = 0) -> str:
    """Return the sentence about a value, by its bytes or, with *values*, by their number."""
    limit = largest_message() if most is None else most
    told = f"from byte {begin:,} on it has {size:,} bytes"
    told += f" with {values:,} values; {limit // _BYTES_FOR_A_VALUE:,} are" if values else f"; {limit:,} are"
    told += " the most that is read"
    return told if most else f"{told} ({HOW_TO_READ_MORE})"
