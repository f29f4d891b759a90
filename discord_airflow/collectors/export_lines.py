"""
What the lines of the exporter's own layout tell: where a message begins and ends, also where its JSON is broken.

A raw line feed cannot occur inside a string, so all of these are structure wherever they stand.
"""

import re
from itertools import pairwise

import msgspec
from msgspec import Raw

from discord_airflow.collectors.json_ends import BrokenJsonError, find_end

MESSAGE_ENDS = b"\n    }"
SEPARATOR = MESSAGE_ENDS + b","

_BEGINS = rb'\n    \{\r?\n      "id": "'
_LEAVES = rb"\n {0,2}[^ \r\n]"

list_begins = re.compile(rb'\n  "messages": \[').search
leaves_the_list = re.compile(_LEAVES).search
begins_or_leaves = re.compile(rb"%b|%b" % (_BEGINS, _LEAVES)).search
LONGEST_SIGN = len(b'\n    {\r\n      "id": "')
"""So many bytes must be seen to know what a line is."""

_message_begins = re.compile(_BEGINS).finditer
_decode_any = msgspec.json.Decoder(Raw).decode


def without_commas(text: bytes) -> list[bytes]:
    """Return what stands in *text* without the commas that belong there: messages, good or broken, and other things."""
    begins = [found.start() for found in _message_begins(text) if text[: found.start()].strip()]
    parts = (text[begin:end] for begin, end in pairwise((0, *begins, len(text))))
    return [piece for part in parts for piece in _apart(part)]


def _apart(part: bytes) -> list[bytes]:
    """Cut off what stands on the line that ends a message, where that is the end of its JSON, too."""
    try:
        end = find_end(part, len(part) - len(part.lstrip()), is_all=True)
    except BrokenJsonError:
        end = -1
    is_message = end >= 0 and part[:end].endswith(MESSAGE_ENDS)
    return [part[:end], part[end:]] if is_message and part[end:].strip() else [part]


def is_one_value(text: bytes) -> bool:
    """Return whether *text* is something that ends where the text does, good or not."""
    if is_json(text):
        return True
    begin = len(text) - len(text.lstrip())
    try:
        end = find_end(text, begin, is_all=True)
    except BrokenJsonError:
        return False
    return end >= 0 and not text[end:].strip()


def is_json(text: bytes) -> bool:
    """Return whether *text* is good JSON."""
    try:
        _decode_any(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return True
