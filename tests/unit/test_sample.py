"""The sample: made by its script to the byte, in the exporter's layout, and small."""

import json
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

SAMPLE = Path(__file__).parents[2] / "sample"
EXPORTS = sorted((SAMPLE / "exports").glob("*.json"))
OLD_COPY = [path for path in EXPORTS if "(before " in path.name]
LAST_WEEK_ENDS = datetime(2026, 11, 22, 9, tzinfo=UTC)

MESSAGE_KEYS = [
    *("id", "type", "timestamp", "timestampEdited", "callEndedTimestamp", "isPinned", "content", "author"),
    *("attachments", "embeds", "stickers", "reactions", "mentions"),
    *("reference", "forwardedMessage", "interaction", "inlineEmojis"),
]
MAY_BE_ABSENT = {"reference", "forwardedMessage", "interaction"}
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{0,6}[1-9])?\+00:00")


def read(path):
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def documents():
    """Every export, but not the older copy of one channel."""
    return {path: read(path) for path in EXPORTS if path not in OLD_COPY}


def test_the_script_writes_the_committed_files_byte_for_byte(tmp_path):
    """The sample is what its script makes: nobody edits an export by hand, and the same seed gives the same bytes."""
    script = [sys.executable, "-B", str(SAMPLE / "make_sample.py"), "--output", str(tmp_path)]
    subprocess.run(script, check=True, stdout=subprocess.DEVNULL)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {
        path.name: path.read_bytes() for path in EXPORTS
    }


def test_the_sample_is_small():
    """Everybody who clones the repository carries the sample, so it stays below 2 MB."""
    assert sum(path.stat().st_size for path in EXPORTS) < 2_000_000


def test_the_sample_covers_two_servers_over_twelve_full_weeks(documents):
    """A report on the last full week has a week before it, eight weeks of trend, and nothing of it is missing."""
    for name in ("Harbour Makers", "Tidewatch"):
        parts = [document for document in documents.values() if document["guild"]["name"] == name]
        times = sorted(message["timestamp"] for document in parts for message in document["messages"])
        assert datetime.fromisoformat(times[0]) < LAST_WEEK_ENDS - timedelta(weeks=12)
        for document in parts:
            assert datetime.fromisoformat(document["exportedAt"]) >= LAST_WEEK_ENDS
            assert document["dateRange"] == {"after": None, "before": None}


def test_people_of_both_servers_meet_under_one_id(documents):
    """The report on connectors has somebody to show."""
    authors = {}
    for document in documents.values():
        people = {message["author"]["id"] for message in document["messages"] if not message["author"]["isBot"]}
        authors.setdefault(document["guild"]["id"], set()).update(people)
    first, second = authors.values()
    assert len(first & second) >= 5


def test_messages_have_the_keys_of_the_exporter_in_its_order(documents):
    """A message holds every key that version 2.47 always writes, in writing order, and no other."""
    for document in documents.values():
        for message in document["messages"]:
            keys = list(message)
            assert keys == [key for key in MESSAGE_KEYS if key in message]
            assert set(MESSAGE_KEYS) - set(keys) <= MAY_BE_ABSENT


def test_the_older_copy_lacks_what_its_version_did_not_write():
    """The copy of one channel has 2.40.4's keys: users of reactions, but no inline emoji and no kinds of references."""
    (path,) = OLD_COPY
    document = read(path)
    assert document["messages"]
    for message in document["messages"]:
        assert "inlineEmojis" not in message
        assert "type" not in message.get("reference", {})
        assert all("color" not in user for reaction in message["reactions"] for user in reaction["users"])
    assert any(reaction["users"] for message in document["messages"] for reaction in message["reactions"])


def test_files_are_written_as_the_exporter_writes_them():
    """No byte order mark, no carriage return, no line break at the end; what it escapes is escaped in upper case."""
    for path in EXPORTS:
        data = path.read_bytes()
        assert data.startswith(b'{\n  "guild": {')
        assert data.endswith(b"\n}")
        assert b"\r" not in data
        text = data.decode()
        assert max(map(ord, text)) < 0x10000
        assert "\u00a0" not in text
        assert all(escape == escape.upper() for escape in re.findall(r"(?<!\\)\\u([0-9A-Fa-f]{4})", text))


def test_ids_and_times_agree_and_rise(documents):
    """Messages stand in the order of their ids, and each id holds the millisecond of its message."""
    for path, document in documents.items():
        ids = [int(message["id"]) for message in document["messages"]]
        assert ids == sorted(set(ids)), path.name
        assert document["messageCount"] == len(ids)
        for message in document["messages"]:
            assert TIME.fullmatch(message["timestamp"])
            sent_at = datetime.fromisoformat(message["timestamp"])
            milliseconds = (sent_at - datetime(2015, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
            assert int(message["id"]) >> 22 == milliseconds


def test_every_kind_of_thing_occurs(documents):
    """A new user sees threads, forum posts, replies, joins, pins, edits, forwards, commands, and all their parts."""
    messages = [message for document in documents.values() for message in document["messages"]]
    types = {document["channel"]["type"] for document in documents.values()}
    assert types == {"GuildTextChat", "GuildNews", "GuildPublicThread", "GuildPrivateThread"}
    assert {"Default", "Reply", "GuildMemberJoin", "ChannelPinnedMessage", "ThreadCreated", "20", "21", "8"} == {
        message["type"] for message in messages
    }
    for key in ("attachments", "embeds", "stickers", "reactions", "mentions", "inlineEmojis", "timestampEdited"):
        assert any(message[key] for message in messages), key
    for key in MAY_BE_ABSENT:
        assert any(key in message for message in messages), key
    assert any(document["messageCount"] == 0 for document in documents.values())
    emoji = [reaction["emoji"] for message in messages for reaction in message["reactions"]]
    assert {bool(each["id"]) for each in emoji} == {True, False}
    assert any(reaction["count"] > len(reaction["users"]) for message in messages for reaction in message["reactions"])


def test_the_sample_is_hostile_where_a_report_must_not_be(documents):
    """Markup, a ping, a table's pipe and a change of text direction come in a nickname of the last week."""
    authors = [message["author"]["nickname"] for document in documents.values() for message in document["messages"]]
    for mark in ("<b>", "@everyone", "|", "\u202e"):
        assert any(mark in name for name in authors)


def test_nobody_says_the_same_twice(documents):
    """The sample reads like people, not like a generator: hardly a text of a person stands twice."""
    texts = [
        message["content"]
        for document in documents.values()
        for message in document["messages"]
        if message["type"] in ("Default", "Reply") and not message["author"]["isBot"] and message["content"]
    ]
    assert len(texts) > 1000
    assert len(set(texts)) >= len(texts) - 5
