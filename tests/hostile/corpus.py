"""
Files that mean harm, or met with an accident: each built here by code, so that nothing of size is kept.

Every case says how many good messages its file holds and what has to be said about the rest. In the middle of two good
messages stands the odd thing, unless the file as a whole is odd.
"""

import gzip
import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from export_documents import MIRA, document, in_layout, message, minified, reaction, user

CHANNEL = 700
HERE = "@@here@@"
ENDS_INSIDE = '[{"a": [{\n    },\n    {\n    },\n    {\n    }]}]'
"""Valid JSON whose lines look like those that end a message."""

EARLY, LATE = "0001-01-01T00:00:00+00:00", "9999-12-31T23:59:59.9999999+00:00"
ROLE = {"id": "5", "name": "gardener", "color": None, "position": 1}


@dataclass(frozen=True)
class Case:
    """A file. *stored* good messages are in it, and *troubles* are the places and reasons to be named, in order."""

    name: str
    make: Callable[[Path], None]
    stored: int
    troubles: tuple[tuple[str, str], ...] = ()
    holds: dict[str, Any] = field(default_factory=dict)
    """Columns of the middle message as they must be stored."""

    @property
    def status(self):
        """The exit status of an import of this file."""
        return 65 if self.troubles else 0


def as_bytes(data):
    """A maker of a file with these bytes; of a function that returns them, so that giants are built when needed."""
    return lambda path: path.write_bytes(data() if callable(data) else data)


def three(middle, raw=None, form=in_layout, **changes):
    """The bytes of a document with *middle* between two good messages; *raw* takes the place of HERE in it."""
    root = document(message(0, "before"), middle, message(9, "after"), channel=CHANNEL, **changes)
    data = form(root)
    return data if raw is None else data.replace(f'"{HERE}"'.encode(), raw if isinstance(raw, bytes) else raw.encode())


def odd(**changes):
    """A message with something odd in it."""
    return message(5, **{"content": "middle", **changes})


def without(key):
    """A message that lacks a key."""
    block = odd()
    del block[key]
    return block


def refused(name, place, reason, middle, raw=None):
    """A case whose middle message cannot be stored."""
    where = f"messages[1].{place}" if place else "messages[1]"
    return Case(name, as_bytes(lambda: three(middle, raw)), 2, ((where, reason),))


def kept(name, middle, raw=None, **holds):
    """A case whose middle message looks odd and is stored all the same."""
    return Case(name, as_bytes(lambda: three(middle, raw)), 3, (), holds)


def rejected(name, reason, data):
    """A case of which nothing can be stored."""
    return Case(name, as_bytes(data), 0, (("", reason),))


def whole(*messages, **changes):
    """The bytes of a document with these messages."""
    return in_layout(document(*messages, channel=CHANNEL, **changes))


GOOD = whole(message(0, "before"), odd(), message(9, "after"))


def nested(levels, inner=""):
    """Brackets in brackets, closed again."""
    return "[" * levels + inner + "]" * levels


def attachments(count):
    """So many attachments."""
    return [
        {"id": str(1000 + n), "url": "https://cdn.example/a", "fileName": "a", "fileSizeBytes": 1} for n in range(count)
    ]


def _cut(data, text):
    return data[: data.rindex(text)]


def many():
    """The bytes of a document of several blocks."""
    return whole(*(message(minutes) for minutes in range(900)))


def without_commas(form):
    """The bytes of three messages, with nothing between them."""
    return form(json.loads(GOOD)).replace(b'},{"id"', b'}{"id"')


def holed(begin, size, data=GOOD):
    """A document of which a disk has forgotten some bytes."""
    return data[:begin] + b"\0" * size + data[begin + size :]


ENDS = b"\n    },"
SECOND_NOT_JSON = (("messages[1]", "not-json"),)
END_NOT_JSON = (("messages[3]", "not-json"),)
TWO_TOO_LARGE = (("", "too-large"),) * 2
FIRST_TOO_LARGE = (("messages[0]", "too-large"),)


def giant(minutes):
    """A message that is larger than any that is read."""
    return message(minutes, "x" * 12_000_000)


def giants_between(form):
    """The bytes of a document in which every second message is a giant."""
    blocks = [message(minutes, "good") if minutes % 2 == 0 else giant(minutes) for minutes in range(7)]
    return form(document(*blocks, channel=CHANNEL))


IDS = [
    refused("id-of-2-to-the-63", "id", "id-out-of-range", odd(id=str(2**63))),
    refused("id-of-30-digits", "id", "id-out-of-range", odd(id="1" + "0" * 30)),
    refused("id-number-of-31-digits", "id", "id-out-of-range", odd(id=HERE), "1" + "0" * 30),
    refused("id-negative", "id", "id-out-of-range", odd(id="-5")),
    refused("id-zero", "id", "id-out-of-range", odd(id="0")),
    refused("id-empty", "id", "id-out-of-range", odd(id="")),
    refused("id-null", "id", "id-out-of-range", odd(id=None)),
    refused("id-true", "id", "id-out-of-range", odd(id=True)),
    refused("id-float", "id", "id-out-of-range", odd(id=1.5)),
    refused("id-list", "id", "id-out-of-range", odd(id=["1"])),
    refused("id-sql", "id", "id-out-of-range", odd(id="1); DROP TABLE messages; --")),
    refused("id-in-arabic-digits", "id", "id-out-of-range", odd(id="١٢٣")),
    refused("id-missing", "id", "id-out-of-range", without("id")),
    refused("author-missing", "author", "no-author", without("author")),
    refused("author-null", "author", "no-author", {**odd(), "author": None}),
    refused("author-text", "author", "no-author", odd(author="mira")),
    refused("author-id-too-large", "author.id", "id-out-of-range", odd(author=user(id=str(2**64)))),
    refused("author-id-missing", "author.id", "id-out-of-range", odd(author={"name": "x"})),
    kept("id-as-number", {**odd(), "id": int(odd()["id"])}, content="middle"),
    kept("mention-without-id", odd(mentions=[{"name": "nobody"}]), content="middle"),
    kept("reaction-user-id-too-large", odd(reactions=[reaction(user(id=str(2**63)))]), content="middle"),
    kept("reaction-count-of-2-to-the-40", odd(reactions=[reaction(user(), count=2**40)]), content="middle"),
    kept("author-id-as-number", odd(author={**user(), "id": MIRA}), author_id=MIRA),
    refused("author-id-true", "author.id", "id-out-of-range", odd(author=user(id=True))),
    refused("author-id-float", "author.id", "id-out-of-range", odd(author=user(id=1.5))),
    refused("author-id-negative", "author.id", "id-out-of-range", odd(author=user(id=-1))),
    refused("author-id-sql", "author.id", "id-out-of-range", odd(author=user(id="1 OR 1=1"))),
    kept("attachment-id-as-number", odd(attachments=[{**attachments(1)[0], "id": 5}]), content="middle"),
    kept("attachment-id-true", odd(attachments=[{**attachments(1)[0], "id": True}]), content="middle"),
    kept("reference-of-zeros", odd(reference={"messageId": "0", "channelId": "0", "guildId": "0"})),
    kept("reference-negative", odd(reference={"messageId": "-1", "channelId": None, "guildId": None})),
    kept("reaction-count-true", odd(reactions=[reaction(user(), count=True)]), content="middle"),
    kept("reaction-count-negative", odd(reactions=[reaction(user(), count=-1)]), content="middle"),
]

TIMES = [
    refused("time-missing", "timestamp", "bad-timestamp", without("timestamp")),
    refused("time-null", "timestamp", "bad-timestamp", odd(timestamp=None)),
    refused("time-number", "timestamp", "bad-timestamp", odd(timestamp=1767225600)),
    refused("time-words", "timestamp", "bad-timestamp", odd(timestamp="yesterday")),
    refused("time-without-offset", "timestamp", "bad-timestamp", odd(timestamp="2026-03-05T09:15:30")),
    refused("time-year-0001", "timestamp", "bad-timestamp", odd(timestamp="0001-01-01T00:00:00+00:00")),
    refused("time-year-9999", "timestamp", "bad-timestamp", odd(timestamp="9999-12-31T23:59:59.999+00:00")),
    refused("time-year-300000", "timestamp", "bad-timestamp", odd(timestamp="300000-01-01T00:00:00+00:00")),
    refused("time-30-february", "timestamp", "bad-timestamp", odd(timestamp="2026-02-30T00:00:00+00:00")),
    refused("time-leap-second", "timestamp", "bad-timestamp", odd(timestamp="2016-12-31T23:59:60+00:00")),
    refused("time-offset-of-99-hours", "timestamp", "bad-timestamp", odd(timestamp="2026-03-05T09:15:30+99:00")),
    kept("time-year-1970", odd(timestamp="1970-01-01T00:00:00+00:00"), off_clock=True),
    kept("time-year-9998", odd(timestamp="9998-01-01T00:00:00+00:00"), off_clock=True),
    kept("time-of-seven-digits", odd(timestamp="2026-03-05T23:59:59.9999999+00:00"), content="middle"),
    kept("time-with-z", odd(timestamp="2026-03-05T09:15:30Z"), content="middle"),
    kept("edit-time-nonsense", odd(timestampEdited="never"), content="middle", edited_at=None),
    kept("edit-time-year-300000", odd(timestampEdited="300000-01-01T00:00:00+00:00"), edited_at=None),
]

VALUES = [
    refused("message-null", "", "not-an-object", None),
    refused("message-number", "", "not-an-object", 5),
    refused("message-list", "", "not-an-object", []),
    refused("message-text", "", "not-an-object", "hello"),
    refused("nan", "", "not-json", odd(extra=HERE), "NaN"),
    refused("infinity", "", "not-json", odd(extra=HERE), "-Infinity"),
    refused("number-of-400-digits-exponent", "", "number-out-of-range", odd(extra=HERE), "1e400"),
    refused("number-of-5000-digits", "", "number-out-of-range", odd(extra=HERE), "7" * 5000),
    refused("brackets-100000", "", "nested-too-deeply", odd(extra=HERE), nested(100_000)),
    refused("objects-20000", "", "nested-too-deeply", odd(extra=HERE), '{"a":' * 20_000 + "1" + "}" * 20_000),
    refused("embed-brackets-100000", "", "nested-too-deeply", odd(embeds=HERE), nested(100_000)),
    kept("brackets-200", odd(extra=HERE), nested(200), content="middle"),
    kept("key-twice", odd(content=HERE), '"first", "content": "second"', content="second"),
    kept("key-unknown", odd(poll={"question": "?"}), content="middle"),
    kept("content-null", odd(content=None), content=""),
    kept("content-number", odd(content=5), content=""),
    kept("type-unknown", odd(type="FromTheFuture"), kind=None, type="FromTheFuture"),
    kept("attachment-size-true", odd(attachments=[{**attachments(1)[0], "fileSizeBytes": True}]), content="middle"),
    kept("role-position-true", odd(author=user(roles=[{**ROLE, "position": True}])), content="middle"),
    kept("role-position-of-2-to-the-40", odd(author=user(roles=[{**ROLE, "position": 2**40}])), content="middle"),
    kept("roles-of-nonsense", odd(author=user(roles=[1, None, "x", {}])), content="middle"),
    refused("brackets-600", "", "nested-too-deeply", odd(extra=HERE), nested(600)),
    refused("objects-600", "", "nested-too-deeply", odd(extra=HERE), '{"a":' * 600 + "1" + "}" * 600),
    refused("author-brackets-600", "", "nested-too-deeply", odd(author={**user(), "zzz": HERE}), nested(600)),
    kept("lists-null", odd(embeds=None, attachments=None, reactions=None), content="middle"),
    kept("lists-of-nonsense", odd(embeds=[1], attachments=["x"], reactions=[None], mentions=[[]]), content="middle"),
    kept("attachment-size-negative", odd(attachments=[{**attachments(1)[0], "fileSizeBytes": -1}]), content="middle"),
    kept("attachment-size-2-to-the-80", odd(attachments=[{**attachments(1)[0], "fileSizeBytes": 2**80}])),
    kept("attachments-30000", odd(attachments=attachments(30_000)), content="middle"),
    kept("attachments-34000", odd(attachments=attachments(34_000)), content="middle"),  # more than a column can count
    refused("attachments-100000", "", "too-large", odd(attachments=attachments(100_000))),
    kept("reference-nonsense", odd(type="Reply", reference={"messageId": {}, "channelId": 1.5}), kind=19),
    kept("interaction-nonsense", odd(interaction=["x"]), content="middle"),
]

TEXTS = [
    kept("nul", odd(content="a\0b"), content="a\ufffdb"),
    kept("lone-surrogate-escaped", odd(content=HERE), '"a\\ud800b"', content="a\ufffdb"),
    kept("lone-surrogate-bytes", odd(content=HERE), b'"a\xed\xa0\x80b"'),
    kept("not-utf-8", odd(content=HERE), b'"a\xff\xfeb"'),
    kept("nul-in-a-key", odd(**{"a\0b": 1}), content="middle"),
    kept("bidi-name", odd(author=user(name="\u202etxt.exe\u2066"))),
    kept("zero-width-name", odd(author=user(name="\u200b\u200d\ufeff"))),
    kept("4000-combining-marks", odd(content="e" + "\u0301" * 4000), content="e" + "\u0301" * 4000),
    kept("copy-end", odd(content="\\.\n\\N\t\\"), content="\\.\n\\N\t\\"),
    kept("copy-null", odd(content="\\N"), content="\\N"),
    kept("carriage-returns", odd(content="a\r\nb\rc\x0b\x0c\x85\u2028"), content="a\r\nb\rc\x0b\x0c\x85\u2028"),
    kept("sql", odd(content="'); DROP TABLE messages; --"), content="'); DROP TABLE messages; --"),
    kept("text-of-10-mb", odd(content=HERE), b'"' + b"x" * 10_000_000 + b'"', content="x" * 10_000_000),
    kept("name-of-100-kb", odd(author=user(name="n" * 100_000)), content="middle"),
    kept("unlike-json-inside", odd(content='},\n    {\n      "id": "9",\n'), content='},\n    {\n      "id": "9",\n'),
]

FILES = [
    rejected("empty", "empty-file", b""),
    rejected("blank", "empty-file", b" \n\t\n"),
    rejected("one-bracket", "cut-off", b"{"),
    rejected("binary", "not-json", bytes(range(200, 0, -1)) * 40),
    rejected("html", "html", b"<!DOCTYPE html><title>404</title>"),
    rejected("gzip", "compressed", gzip.compress(GOOD)),
    rejected("list-on-top", "list-on-top", lambda: b"[" + GOOD + b"]"),
    rejected("text-on-top", "not-json", b'"hello"'),
    rejected("brackets-on-top", "list-on-top", b"[" * 100_000),
    rejected("messages-null", "not-an-export", lambda: in_layout({**document(channel=CHANNEL), "messages": None})),
    rejected("messages-object", "not-an-export", lambda: in_layout({**document(channel=CHANNEL), "messages": {}})),
    rejected("guild-missing", "not-an-export", lambda: whole(odd(), guild=None)),
    rejected("channel-text", "not-an-export", lambda: in_layout({**document(odd()), "channel": "tips"})),
    rejected("guild-id-too-large", "bad-header", lambda: whole(odd(), guild={"id": str(2**63), "name": "x"})),
    rejected("utf-16", "utf-16", lambda: GOOD.decode().encode("utf-16")),
    rejected("utf-32", "utf-16", lambda: GOOD.decode().encode("utf-32")),
    rejected("utf-16-without-mark", "utf-16", lambda: GOOD.decode().encode("utf-16-le")),
    rejected("zip-renamed", "compressed", lambda: b"PK\x03\x04" + GOOD),
    rejected("header-of-600-brackets", "nested-too-deeply", lambda: three(odd(), nested(600), guild={"id": HERE})),
    rejected("guild-id-negative", "bad-header", lambda: whole(odd(), guild={"id": "-1", "name": "x"})),
    rejected("guild-id-true", "bad-header", lambda: whole(odd(), guild={"id": True, "name": "x"})),
    rejected("channel-id-zero", "bad-header", lambda: in_layout({**document(odd()), "channel": {"id": "0"}})),
    rejected("channel-id-float", "bad-header", lambda: in_layout({**document(odd()), "channel": {"id": 7.0}})),
    Case("guild-id-as-number", as_bytes(lambda: whole(odd(), guild={"id": 5, "name": "x"})), 1),
    Case("guild-name-of-controls", as_bytes(lambda: whole(odd(), guild={"id": "5", "name": "\x1b[31m\0\u202e\n"})), 1),
    Case("byte-order-mark", as_bytes(b"\xef\xbb\xbf" + GOOD), 3),
    Case("range-nonsense", as_bytes(lambda: whole(odd(), dateRange={"after": "soon", "before": 5})), 1),
    Case("range-backwards", as_bytes(lambda: whole(odd(), dateRange={"after": LATE, "before": EARLY})), 1),
    Case("range-of-another-week", as_bytes(lambda: whole(odd(), dateRange={"after": LATE, "before": None})), 1),
    Case("range-of-all-time", as_bytes(lambda: whole(odd(), dateRange={"after": EARLY, "before": LATE})), 1),
    Case("range-missing", as_bytes(lambda: whole(odd(), dateRange=None)), 1),
    Case("exported-at-nonsense", as_bytes(lambda: whole(odd(), exportedAt="now")), 1),
    Case("exported-at-year-9999", as_bytes(lambda: whole(odd(), exportedAt="9999-12-31T23:59:59-14:00")), 1),
    Case("count-off-by-one", as_bytes(lambda: whole(odd(), messageCount=2)), 1),
    Case("count-nonsense", as_bytes(lambda: whole(odd(), messageCount="many")), 1),
    Case(
        "count-of-5000-digits",
        as_bytes(lambda: three(odd(), "7" * 5000, messageCount=HERE)),
        3,
        (("", "number-out-of-range"),),
    ),
    Case(
        "header-of-100000-brackets",
        as_bytes(lambda: three(odd(), nested(100_000), zzz=HERE)),
        3,
        (("", "nested-too-deeply"),),
    ),
    Case("truncated-in-a-message", as_bytes(_cut(GOOD, b'"timestamp"')), 2, (("messages[2]", "cut-off"),)),
    Case("truncated-between-messages", as_bytes(_cut(GOOD, b"    {\n")), 2, (("messages[2]", "cut-off"),)),
    Case("truncated-after-the-list", as_bytes(_cut(GOOD, b'"messageCount"')), 3, (("messages[3]", "cut-off"),)),
    Case("trailing-garbage", as_bytes(GOOD + b"garbage"), 3, (("", "trailing-data"),)),
    Case("half-a-character-at-the-end", as_bytes(GOOD + b"\xe2\x82"), 3, (("", "trailing-data"),)),
    Case("two-documents", as_bytes(GOOD + GOOD), 3, (("", "trailing-data"),)),
    Case("garbage-for-a-message", as_bytes(lambda: three(HERE, b"@!")), 2, (("messages[1]", "not-json"),)),
    Case("garbage-for-a-message-on-one-line", as_bytes(lambda: three(HERE, b"@!", minified)), 1, SECOND_NOT_JSON),
    Case("garbage-behind-a-message", as_bytes(lambda: GOOD.replace(ENDS, b"\n    } @!,", 1)), 3, SECOND_NOT_JSON),
    Case("commas-missing", as_bytes(lambda: GOOD.replace(ENDS, b"\n    }")), 3, (("", "not-json"),)),
    Case("commas-missing-on-one-line", as_bytes(lambda: without_commas(minified)), 3, (("", "not-json"),)),
    Case("commas-missing-in-many", as_bytes(lambda: many().replace(ENDS, b"\n    }", 9)), 900, (("", "not-json"),)),
    Case("end-of-a-message-missing", as_bytes(lambda: GOOD.replace(ENDS, b"", 1)), 2, (("messages[0]", "not-json"),)),
    Case("hole", as_bytes(lambda: holed(len(GOOD) // 2, 60)), 2, SECOND_NOT_JSON),
    Case("hole-in-many", as_bytes(lambda: holed(200_000, 5_000, many())), 892, (("messages[288]", "not-json"),)),
    Case(
        "two-lists",
        as_bytes(lambda: three(odd(), "[]", zzz=HERE).replace(b'"zzz"', b'"messages"')),
        3,
        (("", "two-lists"),),
    ),
    Case("guild-twice", as_bytes(lambda: three(odd(), '{"id": "6"}', zzz=HERE).replace(b'"zzz"', b'"guild"')), 3),
    Case(
        "message-of-40-mb",  # more than any memory should hold at once; larger ones are in test_giants.py
        as_bytes(lambda: three(odd(content=HERE), b'"' + b"x" * 40_000_000 + b'"')),
        2,
        (("messages[1]", "too-large"),),
    ),
    Case(
        "message-of-40-mb-on-one-line",
        as_bytes(lambda: three(odd(content=HERE), b'"' + b"x" * 40_000_000 + b'"', minified)),
        2,
        (("messages[1]", "too-large"),),
    ),
    Case(
        "three-giants-among-good-ones",
        as_bytes(lambda: giants_between(in_layout)),
        4,
        tuple((f"messages[{place}]", "too-large") for place in (1, 3, 5)),
    ),
    Case(
        "three-giants-among-good-ones-on-one-line",
        as_bytes(lambda: giants_between(minified)),
        4,
        tuple((f"messages[{place}]", "too-large") for place in (1, 3, 5)),
    ),
    Case("giant-first", as_bytes(lambda: in_layout(document(giant(0), odd(), channel=CHANNEL))), 1, FIRST_TOO_LARGE),
    Case("giant-alone", as_bytes(lambda: in_layout(document(giant(0), channel=CHANNEL))), 0, FIRST_TOO_LARGE),
    Case(
        "giant-cut-off",
        as_bytes(lambda: _cut(in_layout(document(message(0), giant(5), channel=CHANNEL)), b'",\n      "author"')),
        1,
        (("messages[1]", "cut-off"),),
    ),
    Case("key-of-2-mb", as_bytes(lambda: three(odd(), zzz="y" * 2_000_000)), 3, (("", "too-large"),)),
    Case("keys-of-2-mb", as_bytes(lambda: three(odd(), yyy="y" * 2_000_000, zzz="z" * 2_000_000)), 3, TWO_TOO_LARGE),
    Case("name-of-a-key-of-2-mb", as_bytes(lambda: three(odd(), **{"z" * 2_000_000: 1})), 3, (("", "too-large"),)),
    Case("nul-bytes-behind-the-end", as_bytes(GOOD + b"\0" * 4096), 3, (("", "trailing-data"),)),
    Case("comma-behind-the-last-message", as_bytes(GOOD.replace(b"\n  ],", b",\n  ],")), 3, END_NOT_JSON),
    Case("ends-of-messages-inside-a-message", as_bytes(lambda: three(odd(extra=HERE), ENDS_INSIDE)), 3),
    Case("same-id-twice", as_bytes(lambda: whole(message(0), odd(), odd(content="again"), message(9))), 3),
    Case("same-message-9000-times", as_bytes(lambda: whole(*[odd()] * 9000)), 1),
    Case("minified-on-one-line", as_bytes(lambda: minified(json.loads(GOOD))), 3),
    Case("carriage-return-lines", as_bytes(lambda: in_layout(json.loads(GOOD), "\r\n")), 3),
]

PLACES = [
    Case("folder", lambda path: path.mkdir(), 0, (("", "folder"),)),
    Case("fifo", os.mkfifo, 0, (("", "not-a-file"),)),
    Case("link-to-nowhere", lambda path: path.symlink_to("nowhere"), 0, (("", "no-access"),)),
    Case("link-to-itself", lambda path: path.symlink_to(path.name), 0, (("", "no-access"),)),
    Case("link-to-a-device", lambda path: path.symlink_to("/dev/zero"), 0, (("", "not-a-file"),)),
]

CASES = [*IDS, *TIMES, *VALUES, *TEXTS, *FILES, *PLACES]


def good_file(path, channel):
    """Write a file of three good messages in a channel of its own; each channel has its own ids."""
    blocks = [message(minutes, f"good {minutes}", sequence=channel) for minutes in (20, 21, 22)]
    path.write_bytes(in_layout(document(*blocks, channel=channel)))
