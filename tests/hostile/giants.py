"""
Exports with one thing in them that no memory should hold, written piece by piece, in both layouts.

The giant is the middle one of three messages, or a key beside them; the other messages are good.
"""

import json
from itertools import cycle

from export_documents import document, in_layout, message, minified, reaction, snowflake, user

HERE = b'"@@here@@"'
PIECE = 1 << 20
FORMS = {"in-layout": in_layout, "minified": minified}


def middle_id(channel):
    """The id of the middle message of a channel's export."""
    return snowflake(5, channel)


def _repeated(text):
    """Endless copies of *text*, in pieces of about a megabyte."""
    return cycle([text * (PIECE // len(text) + 1)])


def _indented(value, form):
    text = json.dumps(value, indent=2).replace("\n", "\n        ") if form is in_layout else json.dumps(value)
    return text.encode()


def _text(form):
    return b'"', _repeated(b"moss and fern, "), b'"'


def _escapes(form):
    return b'"', _repeated(b'\\"\\\\\\n\\u0000'), b'"'


def _number(form):
    return b"1", _repeated(b"7"), b""


def _brackets(form):
    return b"[", _repeated(b"["), None


def _values(form):
    return b"[", _repeated(b"[],"), b"0]"


def _reactions(form):
    one = _indented(reaction(user(), user(7, 'a "quoted" name')), form)
    return b"[", _repeated(one + b","), one + b"]"


def _open_text(form):
    """A text whose quote is missing: in the exporter's layout the next line shows it."""
    return b'"', _repeated(b"moss and fern, "), b""


GIANTS = {
    "text": _text,
    "escapes": _escapes,
    "number": _number,
    "brackets": _brackets,
    "values": _values,
    "reactions": _reactions,
}
"""How each begins, what it repeats, and how it ends; None: with as many closing brackets."""


def write_giant(path, kind, form, byte_size, *, channel, key="zzz", beside=False):
    """Write an export with a giant of a kind under *key* of its middle message, or *beside* the messages."""
    marked = {key: "@@here@@"}
    middle = {"content": "middle"} if beside else {"content": "middle", **marked}
    messages = [
        message(minute, **changes, sequence=channel)
        for minute, changes in ((0, {"content": "before"}), (5, middle), (9, {"content": "after"}))
    ]
    before, after = form(document(*messages, channel=channel, **(marked if beside else {}))).split(HERE)
    begin, repeated, end = (GIANTS | {"open-text": _open_text})[kind](form)
    with path.open("wb") as file:
        file.write(before + begin)
        for piece in repeated:
            file.write(piece)
            if file.tell() >= byte_size:
                break
        if end is None:
            brackets = file.tell() - len(before)
            while brackets > 0:
                file.write(b"]" * min(PIECE, brackets))
                brackets -= PIECE
        else:
            file.write(end)
        file.write(after)
