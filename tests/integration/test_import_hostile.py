"""Bad input is normal input: the good rows are stored, the bad ones named, and no file harms another."""

import json
import os

import pytest
from export_documents import (
    CHANNEL,
    document,
    in_layout,
    message,
    messages_first,
    minified,
    reaction,
    snowflake,
    tabbed,
    user,
    write,
)

from discord_airflow.collectors import importer
from discord_airflow.errors import FileTroubleError, ServiceDownError

GOOD = (message(0, "good"), message(90, "good too"))
BOTH = in_layout(document(*GOOD))


def spoilt(root, old, new, form=in_layout):
    """The bytes of a document in which one text is replaced by another."""
    data = form(root)
    assert data.count(old) == 1, data.count(old)
    return data.replace(old, new)


def replaced(new, form=in_layout):
    """A file whose middle message holds *new* in place of a marked value."""
    return spoilt(document(GOOD[0], message(50, "MARK"), GOOD[1]), b'"MARK"', new, form)


REJECTED = {
    "empty": (b"", "empty-file"),
    "white space": (b" \r\n\t ", "empty-file"),
    "only a byte order mark": (b"\xef\xbb\xbf", "empty-file"),
    "gzip": (b"\x1f\x8b\x08\x00abc", "compressed"),
    "UTF-16": (json.dumps(document()).encode("utf-16"), "utf-16"),
    "HTML": (b"<!DOCTYPE html><html></html>", "html"),
    "plain text": (b"hello world", "not-json"),
    "a list on top": (b'[{"guild": 1}]', "list-on-top"),
    "a text on top": (b'"guild"', "not-json"),
    "a number on top": (b"42", "not-json"),
    "another program's settings": (b'{"name": "x", "version": "1.0.0"}', "not-an-export"),
    "no messages": (b'{"guild": {"id": "1"}, "channel": {"id": "2"}}', "not-an-export"),
    "messages that are null": (minified(document(messages=None)), "not-an-export"),
    "messages that are an object": (minified(document(messages={})), "not-an-export"),
    "no guild": (minified({"messages": [], "channel": {"id": "2"}}), "not-an-export"),
    "a channel without an id": (minified(document() | {"channel": {"name": "x"}}), "bad-header"),
    "a channel id out of range": (minified(document() | {"channel": {"id": str(2**63)}}), "bad-header"),
    "a channel id that is no number": (minified(document() | {"channel": {"id": "12a"}}), "bad-header"),
    "a fork's lookup tables": (minified(document() | {"mod": "x"}), "foreign-format"),
    "another schema": (minified({"schemaVersion": 3} | document()), "foreign-format"),
    "a converter's": (in_layout({"conversionData": {}} | document()), "foreign-format"),
    "nested brackets": (b"[" * 100_000, "list-on-top"),
    "nested objects": (b'{"a":' * 100_000, "cut-off"),
    "cut in the header": (in_layout(document(*GOOD))[:150], "cut-off"),
    "binary": (bytes(range(1, 256)) * 20, "not-json"),
    "NUL": (b"\x00" * 100, "utf-16"),
}


@pytest.mark.parametrize("case", REJECTED)
def test_what_is_no_export_is_rejected_with_a_reason(connection, run, tmp_path, case):
    """
    A file of which nothing can be used is named with the reason, also on the next run, and the files beside it are
    imported.
    """
    data, reason = REJECTED[case]
    write(tmp_path, document(message(1)), "a.json")
    bad = write(tmp_path, data, "b.json")
    write(tmp_path, document(message(2)), "c.json")
    for known in (False, True):
        summary = run(tmp_path)
        assert [(one.path, one.status, one.known, one.troubles[0].reason) for one in summary.troubled] == [
            (bad, "rejected", known, reason)
        ]
        assert summary.exit_code == 65
    assert connection.execute("SELECT count(*) FROM messages").fetchone() == (2,)
    assert connection.execute("SELECT status, quarantined FROM ledger WHERE guild_id IS NULL").fetchall() == [
        ("rejected", 1)
    ]


DIGITS = b"1" * 5000
DAMAGED = {
    "broken brackets": (replaced(b"{]"), "not-json", 2),
    "a quote too few": (replaced(b'"x'), "not-json", 2),
    "a raw line feed in a text": (replaced(b'"x\ny"'), "not-json", 2),
    "5,000 digits": (replaced(DIGITS), "number-out-of-range", 2),
    "5,000 digits in a known key": (
        spoilt(document(GOOD[0], message(50, isPinned="MARK"), GOOD[1]), b'"MARK"', DIGITS), "number-out-of-range", 2),
    "1e400": (replaced(b"1e400"), "number-out-of-range", 2),
    "NaN": (replaced(b"NaN"), "not-json", 2),
    "100,000 nested brackets": (replaced(b"[" * 100_000 + b"]" * 100_000), "nested-too-deeply", 2),
    "a message that is a number": (in_layout(document(GOOD[0], 5, GOOD[1])), "not-an-object", 2),
    "a message that is null": (in_layout(document(GOOD[0], None, GOOD[1])), "not-an-object", 2),
    "an empty message": (in_layout(document(GOOD[0], {}, GOOD[1])), "id-out-of-range", 2),
    "an id of zero": (in_layout(document(GOOD[0], message(id="0"), GOOD[1])), "id-out-of-range", 2),
    "a negative id": (in_layout(document(GOOD[0], message(id="-5"), GOOD[1])), "id-out-of-range", 2),
    "an id over 2^63": (in_layout(document(GOOD[0], message(id=str(2**63)), GOOD[1])), "id-out-of-range", 2),
    "an id that is true": (in_layout(document(GOOD[0], message(id=True), GOOD[1])), "id-out-of-range", 2),
    "an id that is a fraction": (in_layout(document(GOOD[0], message(id=1.5), GOOD[1])), "id-out-of-range", 2),
    "an author's id out of range": (
        in_layout(document(GOOD[0], message(author=user(id="x")), GOOD[1])), "id-out-of-range", 2),
    "no author": (in_layout(document(GOOD[0], {**message(), "author": None}, GOOD[1])), "no-author", 2),
    "no time": (in_layout(document(GOOD[0], message(timestamp=None), GOOD[1])), "bad-timestamp", 2),
    "a time without an offset": (
        in_layout(document(GOOD[0], message(timestamp="2026-03-01T09:00:00"), GOOD[1])), "bad-timestamp", 2),
    "the year 1": (
        in_layout(document(GOOD[0], message(timestamp="0001-01-01T00:00:00+00:00"), GOOD[1])), "bad-timestamp", 2),
    "the year 300000": (
        in_layout(document(GOOD[0], message(timestamp="300000-01-01T00:00:00+00:00"), GOOD[1])), "bad-timestamp", 2),
    "February 30": (
        in_layout(document(GOOD[0], message(timestamp="2026-02-30T00:00:00+00:00"), GOOD[1])), "bad-timestamp", 2),
    "an offset of a day": (
        in_layout(document(GOOD[0], message(timestamp="2026-02-20T00:00:00+23:00"), GOOD[1])), "bad-timestamp", 2),
    "trailing text": (BOTH + b"garbage", "trailing-data", 2),
    "two documents": (BOTH + in_layout(document(message(7), channel=CHANNEL + 1)), "trailing-data", 2),
    "two documents on two lines": (
        minified(document(*GOOD)) + b"\n" + minified(document(message(7))), "trailing-data", 2),
    "cut inside a message": (in_layout(document(*GOOD, message(99)))[:-400], "cut-off", 2),
    "cut after a message": (BOTH[: BOTH.rfind(b"\n    }") + 6], "cut-off", 2),
    "cut inside a message, on one line": (minified(document(*GOOD, message(99)))[:-300], "cut-off", 2),
    "closed at the wrong level": (
        in_layout(document(*GOOD, message(99))).partition(b'"callEndedTimestamp": null,\n      "isPinned": false,\n'
                                                         b'      "content": "hello"')[0]
        + b'"callEndedTimestamp": null\n      ],\n      "messageCount": 3\n    }', "not-json", 2),
    "a list that never ends": (BOTH.partition(b"\n  ]")[0] + b",", "cut-off", 2),
    "one line with a broken message": (replaced(b"{]", minified), "not-json", 2),
    "one line with 5,000 digits": (replaced(DIGITS, minified), "number-out-of-range", 2),
    "one line with nested brackets": (replaced(b"[" * 100_000 + b"]" * 100_000, minified), "nested-too-deeply", 2),
    "more attachments than positions": (
        in_layout(document(GOOD[0], message(50, embeds=[{}] * 40_000), GOOD[1])), None, 3),
}  # fmt: skip


@pytest.mark.parametrize("case", DAMAGED)
def test_the_good_rows_of_a_damaged_file_are_stored(connection, run, tmp_path, case):
    """
    The bad message is named with its place and reason, every good one of the file and of its neighbours is stored.
    """
    data, reason, stored = DAMAGED[case]
    write(tmp_path, document(message(1), channel=CHANNEL + 5), "a.json")
    bad = write(tmp_path, data, "b.json")
    write(tmp_path, document(message(2), channel=CHANNEL + 6), "c.json")
    summary = run(tmp_path)
    assert connection.execute("SELECT count(*) FROM messages").fetchone() == (2 + stored,)
    if reason is None:
        assert summary.exit_code == 0
        return
    assert [(one.path, one.status, [each.reason for each in one.troubles]) for one in summary.troubled] == [
        (bad, "damaged", [reason])
    ]
    assert summary.exit_code == 65
    rows = connection.execute("SELECT reason, place FROM quarantine").fetchall()
    assert rows == [(reason, summary.troubled[0].troubles[0].place)]
    assert connection.execute("SELECT state FROM coverage WHERE channel_id = %s", [CHANNEL]).fetchall() == [
        ("partial",)
    ]


def test_a_bad_value_is_named_with_its_place(run, tmp_path):
    """
    The trouble says which message and which key, and the id where it can be read.
    """
    write(tmp_path, document(GOOD[0], message(50, author=user(id="x")), GOOD[1]))
    (trouble,) = run(tmp_path).troubled[0].troubles
    assert (trouble.position, trouble.place, trouble.message_id) == (1, "messages[1].author.id", snowflake(50))
    assert "'x' is not an id" in trouble.detail


@pytest.mark.parametrize("form", [in_layout, minified, tabbed, messages_first])
def test_what_postgresql_cannot_store_is_replaced_and_counted(connection, run, tmp_path, form):
    """
    NUL and lone surrogates become U+FFFD wherever they stand, in every layout, and the file says how many.
    """
    odd = user(name="a\0b", nickname="\ud800")
    embed = {"title": "\0", "description": "x", "\udfff": 1}
    root = document(message(0, "x\0y\udc00z", author=odd, embeds=[embed], reactions=[reaction(odd)]))
    data = json.dumps(root, indent=2).encode() if form is in_layout else form(root)
    if form is minified:
        data = json.dumps(root, separators=(",", ":")).encode()
    summary = run(write(tmp_path, data))
    assert (summary.exit_code, summary.counts.new) == (0, 1)
    assert connection.execute("SELECT content FROM messages").fetchone() == ("x\ufffdy\ufffdz",)
    assert connection.execute("SELECT DISTINCT name, nickname FROM profiles").fetchall() == [("a\ufffdb", "\ufffd")]
    assert connection.execute("SELECT replaced_characters FROM ledger").fetchone() == (8,)
    assert "8 characters" in summary.noted[0].notes[0]


def test_bytes_that_are_no_utf8_are_replaced(connection, run, tmp_path):
    """
    A file that a broken program touched keeps its messages; the bytes that are no text become U+FFFD.
    """
    assert run(write(tmp_path, replaced(b'"a\xffb"'))).counts.new == 3
    assert connection.execute("SELECT content FROM messages ORDER BY id").fetchall()[1] == ("a\ufffdb",)


def test_a_giant_text_is_stored(connection, run, tmp_path):
    """
    Ten million characters in one message cost time and memory, and nothing else.
    """
    summary = run(write(tmp_path, replaced(b'"' + b"x" * 10_000_000 + b'"')))
    assert (summary.exit_code, summary.counts.new) == (0, 3)


def test_what_is_no_file_is_named(run, tmp_path):
    """
    A folder, a pipe, links in a circle and into nothing, named like exports, are told; their neighbours are imported.
    """
    (tmp_path / "folder.json").mkdir()
    write(tmp_path / "folder.json", document(message(3)))
    os.mkfifo(tmp_path / "pipe.json")
    (tmp_path / "circle.json").symlink_to("circle.json")
    (tmp_path / "nothing.json").symlink_to("nowhere")
    (tmp_path / "around").symlink_to(tmp_path)
    write(tmp_path, document(message(1)))
    summary = run(tmp_path)
    troubled = {one.path.name: (one.status, one.troubles[0].reason) for one in summary.troubled}
    assert troubled == {
        "folder.json": ("unreadable", "folder"),
        "pipe.json": ("unreadable", "not-a-file"),
        "circle.json": ("unreadable", "no-access"),
        "nothing.json": ("unreadable", "no-access"),
    }
    assert (summary.counts.new, summary.exit_code) == (2, 65)


def test_hidden_and_media_folders_are_passed_over(run, tmp_path):
    """
    What the exporter downloads beside an export, and what waits in hidden folders, is not looked at.
    """
    for folder in ("tips.json_Files", ".staging", "below"):
        (tmp_path / folder).mkdir()
        write(tmp_path / folder, b"{", "x.json")
    write(tmp_path, b"{", ".hidden.json")
    write(tmp_path, b"{", "notes.txt")
    summary = run(tmp_path)
    assert [one.path for one in summary.troubled] == [tmp_path / "below" / "x.json"]


def test_a_path_that_does_not_exist_is_an_error_of_its_own(run, tmp_path):
    """
    A mistyped path is told before anything is imported.
    """
    write(tmp_path, document(message(1)))
    with pytest.raises(FileTroubleError, match="cannot be read: no such file or directory"):
        run(tmp_path, tmp_path / "typo")


def test_retry_reads_again_what_could_not_be_stored(connection, run, tmp_path):
    """
    After an importer has learnt better, --retry reads damaged and rejected files again, and only those.
    """
    write(tmp_path, replaced(b"{]"), "damaged.json")
    write(tmp_path, b"{}", "rejected.json")
    write(tmp_path, document(message(70), channel=CHANNEL + 1), "whole.json")
    run(tmp_path)
    again = run(tmp_path, retry=True)
    assert (again.imported, again.known, again.counts.unchanged, len(again.troubled)) == (1, 1, 2, 2)
    assert connection.execute("SELECT count(*) FROM ledger").fetchone() == (3,)
    assert connection.execute("SELECT count(*) FROM quarantine").fetchone() == (2,)


def test_a_server_that_is_gone_is_told_in_a_sentence(tmp_path):
    """
    A database that cannot be reached ends the import with the error that says so.
    """

    def connect():
        raise ServiceDownError("PostgreSQL does not answer.")

    path = write(tmp_path, document(message(1)))
    with pytest.raises(ServiceDownError):
        importer.import_paths([path], connect)
