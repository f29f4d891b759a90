"""The import is lossless: the export's JSON comes back from the tables."""

import json
from contextlib import suppress
from datetime import datetime

import pytest
from export_documents import (
    DELETED,
    OTTO_BLOCK,
    document,
    in_layout,
    message,
    minified,
    reaction,
    stamp,
    user,
    write,
)
from rebuild import rebuild_export
from standin.example import example_world
from standin.failures import DotNetError
from standin.population import populate
from standin.writing import write_export

from discord_airflow.collectors.importer import import_file

RELEASES = (
    "2.26", "2.27", "2.28", "2.31", "2.33", "2.35", "2.36", "2.38", "2.40", "2.40.1", "2.40.4", "2.41", "2.42.3",
    "2.42.6", "2.44", "2.45", "2.46", "2.46.1", "2.47", "2.48",
)  # fmt: skip
TIMES = ("timestamp", "timestampEdited", "callEndedTimestamp")


def meant(value, key=None):
    """What a JSON value means: times are an instant and an offset, and no database of ours holds NUL."""
    if isinstance(value, dict):
        return {name: meant(item, name) for name, item in value.items()}
    if isinstance(value, list):
        return [meant(item) for item in value]
    if key in TIMES and isinstance(value, str) and not value.startswith("0001"):
        with suppress(ValueError):
            instant = datetime.fromisoformat(value)
            return instant, instant.utcoffset()
    return value.replace("\0", "\ufffd") if isinstance(value, str) else value


def rebuilt(connection, path):
    """What comes back of a file after its import."""
    result = import_file(connection, path)
    assert result.status == "whole", result
    return rebuild_export(connection, result.sha256)


@pytest.mark.parametrize("release", RELEASES)
def test_the_example_comes_back(connection, tmp_path, release):
    """
    Every key of the format, as each release wrote it, comes back: present or absent, null or not, in the same order.
    """
    path = write_export(example_world(), 812345678901234571, path=tmp_path / "x.json", version=release)
    assert meant(rebuilt(connection, path)) == meant(json.loads(path.read_bytes()))
    fast = connection.execute("SELECT layout, count(residue) FROM ledger, messages GROUP BY 1").fetchone()
    assert fast == ("exporter", 0)


@pytest.mark.parametrize("release", ["2.26", "2.40.4", "2.47"])
def test_a_whole_server_comes_back(connection, tmp_path, release):
    """
    A synthetic server with threads, forums, bots, webhooks, deleted accounts and local times comes back channel by
    channel.
    """
    world = populate(3, guilds=1, channels=5, messages=120)
    for number, channel in enumerate(world.channels):
        path = tmp_path / f"{number}.json"
        with suppress(DotNetError):  # a category or a forum has no file
            write_export(world, channel, path=path, version=release)
        if not path.exists():
            continue
        assert meant(rebuilt(connection, path)) == meant(json.loads(path.read_bytes()))


ODD = {
    "a key nobody knows": message(flags=64),
    "a key nobody knows in the author": message(author=user(badges=["a", {"b": 1.5}])),
    "a key nobody knows in a role": message(
        author=user(roles=[{"id": "9", "name": "x", "color": None, "position": 1, "icon": 2}])),
    "a key nobody knows in an embed": message(embeds=[{"title": "t", "poll": {"votes": [1, 2]}, "description": ""}]),
    "a key nobody knows in an emoji": message(
        inlineEmojis=[{"id": "5", "name": "a", "isAnimated": False, "imageUrl": "u", "x": 1}]),
    "a key nobody knows in a reaction": message(reactions=[{**reaction(OTTO_BLOCK), "burst": True}]),
    "an id that is a number": message(id=1214501535875072001),
    "a missing list": {key: value for key, value in message().items() if key not in ("embeds", "reactions")},
    "content that is null": message(content=None),
    "seven digits of fraction": message(timestamp="2026-03-01T09:00:00.1234567+00:00"),
    "a time in Z": message(timestamp="2026-03-01T09:00:00Z"),
    "an edit that is no time": message(timestampEdited="yesterday"),
    "a reference to nothing": message(reference={"messageId": None, "channelId": None, "guildId": None}),
    "a huge number": message(attachments=[{"id": "4", "url": "u", "fileName": "f", "fileSizeBytes": 10**30}]),
    "an attachment without an id": message(attachments=[{"url": "u", "fileName": "f", "fileSizeBytes": 1}]),
    "a call that ended in another zone": message(callEndedTimestamp=stamp(5, "+02:00")),
    "a deleted author": message(author=DELETED, reactions=[reaction(OTTO_BLOCK)]),
    "an author without the usual keys": message(author={"id": "77", "name": "x"}),
    "a type nobody knows": message(type="Teleport"),
    "an empty type": message(type=""),
    "null nickname": message(author=user(nickname=None)),
    "an empty colour": message(author=user(color="")),
    "the escape of NUL, typed out": message(
        content="\\u0000 \\\\u0000", embeds=[{"title": "\\u0000", "description": ""}], author=user(name="\\u0000")
    ),
    "naughty text": message(content="\\N \\. \t\r\n\u2028 \u202e ' \" \\\\ {} %s \x7f\x1f \U0001f33f é"),
}  # fmt: skip


@pytest.mark.parametrize("case", ODD)
@pytest.mark.parametrize("form", [in_layout, minified])
def test_what_the_exporter_never_wrote_comes_back(connection, tmp_path, case, form):
    """
    A message in a shape that no release wrote is stored as far as tables can hold it, and comes back whole.
    """
    root = document(ODD[case])
    assert meant(rebuilt(connection, write(tmp_path, root, form=form))) == meant(root)


def test_a_falling_export_comes_back_falling(connection, tmp_path):
    """
    The order of the messages in the file is kept.
    """
    root = document(message(9), message(5), message(1))
    assert rebuilt(connection, write(tmp_path, root)) == root
