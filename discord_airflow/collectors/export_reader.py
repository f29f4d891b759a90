"""
From a file to its messages, in memory that does not follow the file's size.

The exporter's own layout is cut into blocks at the line that ends a message and decoded with types, at several hundred
megabytes a second. What that decoder refuses, and every other layout, is read value by value; both ways end in the same
messages, because the slow one hands each message as text to the same decoder.
"""

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, BinaryIO, NamedTuple, TypeVar

import msgspec
from msgspec import Raw

from discord_airflow.collectors.export_format import Message
from discord_airflow.collectors.export_keys import read_root
from discord_airflow.collectors.export_lines import (
    MESSAGE_ENDS,
    SEPARATOR,
    is_json,
    is_one_value,
    leaves_the_list,
    list_begins,
    without_commas,
)
from discord_airflow.collectors.foreign_files import NotAnExportError, refuse_other_formats
from discord_airflow.collectors.json_ends import BrokenJsonError
from discord_airflow.collectors.json_window import LARGE, JsonWindow, Skipped
from discord_airflow.collectors.plain_json import parse_json
from discord_airflow.collectors.values import BadValueError


class Block(NamedTuple):
    """Messages of the exporter's layout."""

    text: bytes  # a JSON list of them
    messages: list[Message]


class CutBlock(NamedTuple):
    """The same, but nothing was decoded: it was only cut into the texts of messages."""

    texts: list[Raw]
    byte_size: int


Piece = Block | bytes | Skipped
"""Messages that were decoded, the text of one that must be read with care, or one that was passed over."""

T = TypeVar("T")

_BLOCK = 64 << 10
_BOM = b"\xef\xbb\xbf"

_decode_messages = msgspec.json.Decoder(list[Message]).decode
decode_raws = msgspec.json.Decoder(list[Raw]).decode

_REFUSED = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)  # DecodeError includes ValidationError


@dataclass
class ExportReader:
    """An open export: the keys beside the messages, and the messages as they are read."""

    file: BinaryIO
    layout: str
    root: dict[str, Any]
    window: JsonWindow | None = None
    beginning: bytes = b""
    troubles: list[BrokenJsonError] = field(default_factory=list)
    """Keys that could not be read, and why reading ended early; known when the pieces are exhausted, as `root` is."""
    cutting: bool = field(default=False, init=False)

    _lines_are_trusted: bool = field(default=False, init=False)
    _missing_commas: int = field(default=0, init=False)

    def pieces(self) -> Iterator[Piece]:
        """Yield the messages in the order of the file. Can be used once."""
        return self._pieces(_whole_block)

    def cut_pieces(self) -> Iterator[Piece | CutBlock]:
        """Yield the same, while `cutting` as CutBlock instead of Block. Can be used once."""
        self.cutting = True
        return self._pieces(lambda text: _cut_block(text) if self.cutting else _whole_block(text))

    def _pieces(self, decode: Callable[[bytes], T]) -> Iterator[T | bytes | Skipped]:
        try:
            if self.window is None:
                yield from self._blocks(self.beginning, decode)
            else:
                yield from self._elements(self.window, decode)
        except BrokenJsonError as trouble:
            self.troubles.append(trouble)
        if self._missing_commas:
            detail = (
                f"no comma stands between two messages ({self._missing_commas:,} times); something may be lost there"
            )
            self.troubles.append(BrokenJsonError("not-json", detail, beside_messages=True))

    def _blocks(self, tail: bytes, decode: Callable[[bytes], T]) -> Iterator[T | bytes | Skipped]:
        behind_comma = False
        while True:
            cut = tail.rfind(SEPARATOR)
            behind_comma = behind_comma or cut >= 0
            if cut >= 0:
                block, tail = tail[: cut + len(MESSAGE_ENDS)], tail[cut + len(SEPARATOR) :]
                try:
                    decoded = decode(b"[%b]" % block)
                except _REFUSED:
                    broken = yield from self._one_by_one(block, tail)
                    if broken:
                        tail = broken + b"," + tail
                        break
                else:
                    yield decoded
            elif len(tail) > LARGE:
                window = JsonWindow(self.file, tail, in_lines=True)
                if not (yield from self._element(window)):
                    self._read_rest(window)
                    return
                tail, behind_comma = window.rest(), True
            data = self.file.read(_BLOCK)
            if not data:
                break
            tail += data
        # The last message and what follows the list; after an accident, all the rest.
        yield from self._elements(JsonWindow(self.file, tail, in_lines=True), decode, behind_comma=behind_comma)

    def _one_by_one(self, block: bytes, behind: bytes) -> Generator[bytes, None, bytes]:
        """
        Yield the messages of *block*, good or bad; where the list itself ends or breaks, return the rest.

        A broken message whose lines stay indented below the list is one bad message. A line further left shows that
        the list is over, and what follows may belong to another document: it must be read in order. So must be what
        only looks like the end of a message, inside a value that somebody indented in their own way.
        """
        texts = block.split(SEPARATOR)
        for number, text in enumerate(texts, 1):
            whole = text if number == len(texts) else text + MESSAGE_ENDS
            if is_one_value(whole):
                yield whole
                continue
            rest = SEPARATOR.join(texts[number - 1 :])
            if leaves_the_list(whole) or self._reaches_beyond(whole, rest + b"," + behind):
                return rest
            parts = without_commas(whole)
            good_before = (is_one_value(one) and other.lstrip().startswith(b"{") for one, other in pairwise(parts))
            self._missing_commas += sum(good_before)
            yield from parts
        return b""

    def _reaches_beyond(self, text: bytes, rest: bytes) -> bool:
        """Return whether *rest* and the file begin with a value longer than *text*; asked once: it may read on."""
        if self._lines_are_trusted:
            return False
        self._lines_are_trusted = True
        place = self.file.tell()
        try:
            value = JsonWindow(self.file, rest, in_lines=True).element()
        except BrokenJsonError:
            return False
        finally:
            self.file.seek(place)
        if isinstance(value, Skipped):
            return value.reason == "too-large"
        return len(value) > len(text.strip()) and is_json(value)

    def _elements(
        self, window: JsonWindow, decode: Callable[[bytes], T], *, behind_comma: bool = False
    ) -> Iterator[T | bytes | Skipped]:
        if behind_comma or not window.take("]"):
            yield from self._runs(window, decode)
        self._read_rest(window)

    def _runs(self, window: JsonWindow, decode: Callable[[bytes], T]) -> Iterator[T | bytes | Skipped]:
        """Yield the messages of the list: many at once while they stand on one line and are good, else one by one."""
        alone = 0  # so many bytes are read one by one before the next run is tried
        while True:
            run = b"" if alone > 0 else window.run_of_messages()
            if run:
                try:
                    decoded = decode(b"[%b]" % run)
                except _REFUSED:
                    alone = len(run)
                else:
                    yield decoded
                    window.step_over(run)
                    continue
            before = window.position
            goes_on = yield from self._element(window)
            alone -= window.position - before
            if not goes_on:
                return

    def _element(self, window: JsonWindow) -> Generator[bytes | Skipped, None, bool]:
        """Yield the next message and return whether another one follows; behind what is broken, lines may tell that."""
        try:
            yield window.element()
            self._missing_commas += window.peek() == "{"
            return window.goes_on()
        except BrokenJsonError as trouble:
            passed = window.go_to_next_message()
            if passed is None:
                raise
            if passed:
                yield Skipped(None, trouble.reason, trouble.detail)
            else:
                self.troubles.append(trouble)
            return not window.take("]")

    def _read_rest(self, window: JsonWindow) -> None:
        read_root(window, self.root, self.troubles)
        if window.peek():
            detail = "more text follows the end of the export; only the export was read"
            raise BrokenJsonError("trailing-data", detail, beside_messages=True)


def _whole_block(text: bytes) -> Block:
    return Block(text, _decode_messages(text))


def _cut_block(text: bytes) -> CutBlock:
    return CutBlock(decode_raws(text), len(text))


def _list_elements(window: JsonWindow) -> Iterator[bytes | Skipped]:
    if window.take("]"):
        return
    yield window.element()
    while window.goes_on():
        yield window.element()


def open_export(file: BinaryIO) -> ExportReader:
    """
    Return a reader of *file*, which is read from its beginning; raise NotAnExportError when it is nothing we know.
    """
    file.seek(0)
    head = file.read(_BLOCK)
    while len(head) < LARGE and not list_begins(head) and (data := file.read(_BLOCK)):
        head += data
    refuse_other_formats(head)
    head = head.removeprefix(_BOM)
    match = list_begins(head)
    root = None if match is None else _header(head[: match.start()])
    if match is not None and root is not None:
        return ExportReader(file, "exporter", root, beginning=head[match.end() :])
    return _open_generic(file, head)


def _header(text: bytes) -> dict[str, Any] | None:
    try:
        root, _ = parse_json(text.rstrip().removesuffix(b",") + b"}")
    except BadValueError:
        return None
    if not isinstance(root, dict) or not {"guild", "channel"} <= root.keys():
        return None
    return {**root, "messages": []}


def _open_generic(file: BinaryIO, head: bytes) -> ExportReader:
    root: dict[str, Any] = {}
    odd: list[BrokenJsonError] = []
    try:
        window = _window(file, head)
        if read_root(window, root, odd) and not {"guild", "channel"} <= root.keys():
            # The keys that say whose messages these are come later: read everything twice.
            for _ in _list_elements(window):
                pass
            read_root(window, root, odd)
            file.seek(0)
            window = _window(file, file.read(_BLOCK).removeprefix(_BOM))
            read_root(window, {}, [])
    except BrokenJsonError as trouble:
        raise NotAnExportError(trouble.reason, f"it cannot be read as JSON: {trouble.detail}") from None
    if odd and not {"guild", "channel", "messages"} <= root.keys():
        raise NotAnExportError(odd[0].reason, f"it cannot be used: {odd[0].detail}")
    if not isinstance(root.get("messages"), list):
        raise NotAnExportError("not-an-export", f"it is JSON, but has {_named(root)} and no list of messages")
    return ExportReader(file, "generic", root, window, troubles=odd)


def _window(file: BinaryIO, head: bytes) -> JsonWindow:
    window = JsonWindow(file, head)
    if window.take("{"):
        return window
    if window.peek() == "[":
        raise NotAnExportError(
            "list-on-top", "it is a JSON list; an export is one object with guild, channel and messages"
        )
    raise BrokenJsonError("not-json", "it does not begin with {")


def _named(root: dict[str, Any]) -> str:
    names = ", ".join(repr(key) for key in sorted(root)[:5])
    return f"the keys {names}" if names else "no keys"
