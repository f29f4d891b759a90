"""Exports with random damage go through reading and normalising: whatever comes is either rows or a named trouble."""

import io
import json
import os
import random
import sys

import psycopg
from export_documents import OTTO_BLOCK, document, in_layout, message, minified, reaction, user
from shared_database import shared_database

from discord_airflow.checking.consistency import check_consistency
from discord_airflow.collectors.export_header import parse_header
from discord_airflow.collectors.export_reader import NotAnExportError, open_export
from discord_airflow.collectors.importer import import_paths
from discord_airflow.collectors.intake import Intake
from discord_airflow.collectors.message_rows import MessageRows
from discord_airflow.collectors.people import People

ROUNDS = int(os.environ.get("FUZZ") or 1500)
SEED = int(os.environ.get("SEED") or random.randrange(2**32))
SCRAPS = (
    *(b"\0", b"\xff\xfe", b"\xed\xa0\x80", b"\\u0000", b"\\ud800", b'"', b"\\", b"{", b"}", b"[", b"]", b",", b":"),
    *(b"null", b"true", b"-1", b"1e400", b"NaN", b"9" * 400, b'""', b"[[[[", b"\n    },\n    {\n", b"\n  ],\n"),
    *(b"0001-01-01T00:00:00", b"9999-12-31T23:59:60+99:99", b"\t", b"\r\n", b'"messages": [', b'"id": "1",'),
)


def a_document():
    """A document with a bit of everything."""
    link = {"messageId": "5", "channelId": "6", "guildId": None}
    return document(
        message(0, "one", attachments=[{"id": "7", "url": "u", "fileName": "f", "fileSizeBytes": 1}]),
        message(1, "two", author=OTTO_BLOCK, reactions=[reaction(user(), OTTO_BLOCK)], mentions=[user()]),
        message(2, "three", type="Reply", reference=link, embeds=[{"title": "t", "fields": []}]),
    )


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
    """A JSON value with one part replaced by something of another kind."""
    if chance.random() < 0.15 or not isinstance(value, (dict, list)) or not value:
        return chance.choice((None, True, -1, 2**70, 1.5, "", "\0", "\ud800", [], {}, [None], {"id": {}}, "x" * 300))
    if isinstance(value, list):
        at = chance.randrange(len(value))
        return [changed(chance, item) if n == at else item for n, item in enumerate(value)]
    at = chance.choice(list(value))
    return {key: changed(chance, item) if key == at else item for key, item in value.items()}


def normalise(data):
    """Read and normalise an export as the import does, and return how many messages were taken and refused."""
    try:
        reader = open_export(io.BytesIO(data))
        header = parse_header(reader.root)
    except NotAnExportError:
        return 0, 0
    rows = MessageRows(People(header.guild_id), header.channel_id, "2026-01-01T00:00:00+00:00", 2**63)
    intake = Intake(rows)
    try:
        for piece in reader.pieces():
            intake.take(piece)
    except NotAnExportError:
        return 0, 0
    return intake.stored, intake.quarantined


def test_bytes_damaged_at_random_never_surprise():
    """
    Cut, doubled, strewn with scraps: no exception but the one that says "this is no export".
    """
    chance = random.Random(SEED)
    forms = [in_layout(a_document()), minified(a_document())]
    taken = 0
    for number in range(ROUNDS):
        data = mutated(chance, chance.choice(forms))
        try:
            taken += normalise(data)[0]
        except Exception:
            sys.stderr.write(f"SEED={SEED}, round {number}: {data!r}\n")
            raise
    assert taken > ROUNDS / 4


def test_values_of_another_kind_never_surprise():
    """
    Valid JSON with any value in the place of any other: rows or a named trouble.
    """
    chance = random.Random(SEED)
    taken = 0
    for number in range(ROUNDS):
        value = changed(chance, a_document())
        data = json.dumps(value, indent=chance.choice((None, 2))).encode()
        try:
            taken += normalise(data)[0]
        except Exception:
            sys.stderr.write(f"SEED={SEED}, round {number}: {value!r}\n")
            raise
    assert taken > ROUNDS / 4


def test_what_is_normalised_can_be_stored(server, template, tmp_path):
    """
    Documents with a value of another kind into the tables: no file stops another, the tables stay sound.
    """
    chance = random.Random(SEED)
    sys.stdout.write(f"SEED={SEED}\n")
    for number in range(ROUNDS // 20):
        value = changed(chance, changed(chance, a_document()))
        data = json.dumps(value, indent=chance.choice((None, 2)))
        (tmp_path / f"{number}.json").write_text(data, encoding="utf-8")
    with shared_database(server, template) as connection:
        dsn = connection.info.dsn
        summary = import_paths([tmp_path], lambda: psycopg.connect(dsn, autocommit=True))
        assert summary.exit_code in (0, 65)
        assert [(f.name, f.examples) for f in check_consistency(connection) if f.outcome == "fail"] == []
