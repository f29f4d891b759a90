"""Documents with random damage: bytes cut, doubled and strewn in, and JSON with values of another kind."""

import json

import msgspec
from export_documents import OTTO_BLOCK, THUMB, document, in_layout, message, minified, reaction, tabbed, user

SCRAPS = (
    *(b"\0", b"\xff\xfe", b"\xed\xa0\x80", b"\\u0000", b"\\ud800", b'"', b"\\", b"{", b"}", b"[", b"]", b",", b":"),
    *(b"null", b"true", b"-1", b"1e400", b"NaN", b"9" * 400, b'""', b"[[[[", b"\n    },\n    {\n", b"\n  ],\n"),
    *(b"0001-01-01T00:00:00", b"9999-12-31T23:59:60+99:99", b"\t", b"\r\n", b'"messages": [', b'"id": "1",'),
    *(b"9" * 5000, b"[" * 700 + b"]" * 700, b'{"a":' * 700 + b"1" + b"}" * 700, b"\n  " + b'"messages": [', b"\\\\"),
    *(b'"embeds": [{}],', b'"roles": [],', b'"residue": 1,', b"\xef\xbb\xbf", b"\xe2\x80\xae", b"456226577798135808"),
)
ODD = (None, True, -1, 0, 2**31, 2**63, 2**70, 1.5, 1e300, "", "\0", "\ud800", "\\N", "\t", [], {}, [None], {"id": {}})
TEXTS = ("x" * 300, "1", "0", "9223372036854775807", "2026-03-01T09:00:00.5+15:59", "0001-01-01T00:00:00+00:00", "+1")


def a_document():
    """A document with a bit of everything."""
    link = {"messageId": "5", "channelId": "6", "guildId": None}
    never = "0001-01-01T00:00:00+00:00"
    empty = {"attachments": [], "embeds": [], "stickers": []}
    forwarded = {"timestamp": never, "timestampEdited": None, "content": "far", **empty}
    command = {"id": "9", "name": "poll", "user": user()}
    return document(
        message(
            0, "one", attachments=[{"id": "7", "url": "u", "fileName": "f", "fileSizeBytes": 1}], inlineEmojis=[THUMB]
        ),
        message(1, "two", author=OTTO_BLOCK, reactions=[reaction(user(), OTTO_BLOCK)], mentions=[user()]),
        message(
            2, "three", type="Reply", reference=link, embeds=[{"title": "t", "fields": []}], forwardedMessage=forwarded
        ),
        message(3, "four", interaction=command, stickers=[{"id": "8", "name": "s", "format": "Png", "sourceUrl": "u"}]),
    )


def seeds():
    """The documents that fuzzing begins with: small ones, every key, every layout."""
    whole = a_document()
    single = [{**whole, "messages": [one], "messageCount": 1} for one in whole["messages"]]
    bare = document(message(author={"id": "1", "name": "m", "isBot": False}), message(1, author={"id": "2"}))
    yield from (tabbed(single[0]), in_layout(bare), minified(bare), b"{}", b"[]", b"")
    yield from (in_layout(one) for one in single)
    yield from (minified(one) for one in single)


def mutated(chance, data):
    """*data* with a few pieces cut out, doubled, changed or strewn in."""
    data = bytearray(data)
    for _ in range(chance.randrange(1, 5)):
        at = chance.randrange(len(data) + 1)
        end = min(at + chance.choice((1, 1, 5, 40)), len(data))
        match chance.randrange(5):
            case 0:
                data[at:end] = b""
            case 1:
                data[at:at] = data[at:end] * 2
            case 2:
                data[at:at] = chance.choice(SCRAPS)
            case 3:
                data[at:end] = chance.choice(SCRAPS)
            case 4:
                del data[at:]
    return bytes(data)


def changed(chance, value):
    """A JSON value with one part replaced by something of another kind, left out, or given again."""
    if chance.random() < 0.15 or not isinstance(value, (dict, list)) or not value:
        return chance.choice(ODD + TEXTS)
    if isinstance(value, list):
        at = chance.randrange(len(value))
        if chance.random() < 0.1:
            return value + [value[at]] * chance.choice((1, 2, 20))
        return [changed(chance, item) if n == at else item for n, item in enumerate(value)]
    at = chance.choice(list(value))
    if chance.random() < 0.1:
        return {key: item for key, item in value.items() if key != at}
    if chance.random() < 0.1:
        return {**value, chance.choice(("zzz", "a\0b", "\ud800", "id", "messages", "guild")): chance.choice(ODD)}
    return {key: changed(chance, item) if key == at else item for key, item in value.items()}


def spelled(chance, value):
    """The bytes of a JSON value in one of the layouts."""
    text = json.dumps(value, ensure_ascii=chance.random() < 0.5).encode("utf-8", "surrogatepass")
    try:
        return text if chance.random() < 0.3 else msgspec.json.format(text, indent=2)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return text


def next_of(chance, data):
    """One step of damage to *data*, by value where it is JSON."""
    if chance.random() < 0.5:
        return mutated(chance, data)
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return mutated(chance, data)
    return spelled(chance, changed(chance, value))
