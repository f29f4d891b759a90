"""Any single change behind the importer's back is found: a column of a row, a row, a kept file, a report."""

import os
import random
import sys
from contextlib import suppress
from datetime import timedelta

import psycopg
import pytest
from export_documents import DELETED, OTTO_BLOCK, document, message, reaction, stamp, user, write
from psycopg import sql
from psycopg.types.json import Jsonb
from shared_database import shared_database

from discord_airflow import cli
from discord_airflow.checking.against_files import kept_files
from discord_airflow.checking.consistency import check_consistency
from discord_airflow.checking.replay import EXCUSED, NOT_IMPORTED, check_by_replay, replayed
from discord_airflow.collectors.coverage import Coverage, Proof, record_coverage
from discord_airflow.collectors.importer import import_file
from discord_airflow.errors import AccessDeniedError
from discord_airflow.snowflake import LARGEST_SNOWFLAKE
from discord_airflow.sql_files import statement

ROUNDS = int(os.environ.get("HOSTILE") or 60)
SEED = int(os.environ.get("SEED") or 1)

UNPROVABLE = "c.sha256 IS NULL OR c.state IN ('complete', 'empty')"
"""Rows of coverage with what only the collector saw, of exports it watched or that failed: no file tells it again."""


def everything(folder):
    """Write exports that leave rows in every table that an import fills."""
    role = {"id": "61", "name": "gardener", "color": "#00FF00", "position": 3}
    custom = {"id": "62", "name": "fern", "code": "fern", "isAnimated": True, "imageUrl": "https://cdn.example/f.png"}
    file = {"id": "77", "url": "https://cdn.example/a.png", "fileName": "a.png", "fileSizeBytes": 5}
    sticker = {"id": "78", "name": "wave", "format": "PNG", "sourceUrl": "https://cdn.example/s.png"}
    embed = {"title": "moss", "url": "https://moss.example", "description": "soft", "fields": []}
    forwarded = {"timestamp": stamp(0), "timestampEdited": stamp(1), "content": "far", "attachments": [file]}
    forwarded |= {"embeds": [embed], "stickers": [sticker]}
    mira = user(roles=[role])
    link = {"messageId": "5", "channelId": "6", "guildId": "7", "type": "Default"}
    early = document(
        message(0, "draft"), message(4, "gone soon"), message(5, "mine"), message(7), exported_at=stamp(60)
    )
    late = document(
        message(0, "first", author=mira, timestampEdited=stamp(1), attachments=[file, {**file, "id": "79"}]),
        message(1, "second", author=OTTO_BLOCK, reactions=[reaction(mira, OTTO_BLOCK, emoji=custom)], embeds=[embed]),
        message(
            2, "third", author=mira, mentions=[OTTO_BLOCK], stickers=[sticker], isPinned=True, inlineEmojis=[custom]
        ),
        message(3, "odd", surprise=1, type="Reply", reference=link, forwardedMessage=forwarded),
        message(5, "mine", author=DELETED),
        message(6, "poll", interaction={"id": "9", "name": "poll", "user": OTTO_BLOCK}, callEndedTimestamp=stamp(9)),
        message(7),
        exported_at=stamp(120),
    )
    write(folder, early, "early.json")
    write(folder, late, "late.json")
    write(folder, document(message(20), {"id": "x"}, message(21), channel=99, exported_at=stamp(90)), "holed.json")
    write(folder, b"[]", "list.json")


@pytest.fixture(scope="module")
def archive(server, template, tmp_path_factory):
    """A database with a bit of everything, one report, and the folder it came from."""
    folder = tmp_path_factory.mktemp("exports")
    everything(folder)
    with shared_database(server, template) as connection:
        import_file(connection, folder / "early.json")
        import_file(connection, folder / "late.json", proof=Proof("complete", 0, LARGEST_SNOWFLAKE))
        import_file(connection, folder / "holed.json")
        import_file(connection, folder / "list.json")
        moment = connection.execute("SELECT max(observed_at) FROM ledger").fetchone()[0]
        record_coverage(connection, Coverage(98, 0, 5, moment, "forbidden", reason="no access"))
        yield connection, folder


def failures(connection, replay):
    """Whether a check fails; the others are asked only when importing again finds nothing."""
    again = replay.compare()
    found = [again] if again.outcome == "fail" else check_consistency(connection)
    return [(each.name, each.examples) for each in found if each.outcome == "fail"]


def changed(chance, value, kind):
    """Another value of the same type."""
    match value:
        case bool():
            return not value
        case int():
            return value + chance.choice((1, -1, 4096)) if kind != "int2" else value ^ chance.choice((1, 2, 64))
        case "whole" | "damaged" | "rejected":
            return chance.choice(("whole", "damaged", "rejected"))
        case "claimed" | "partial":
            return chance.choice(("complete", "empty", "claimed", "partial", "forbidden", "failed"))
        case str():
            at = chance.randrange(len(value) + 1)
            return value[:at] + chance.choice("xé ") + value[at:]
        case list():
            return Jsonb([*value, 5]) if kind == "jsonb" else [*value, 5]
        case dict():
            return Jsonb({**value, "x": 1})
        case None:
            return {"text": "x", "jsonb": Jsonb({}), "timestamptz": "2026-01-01", "_int8": [5], "bool": True}.get(
                kind, 5
            )
        case _:
            return value + timedelta(microseconds=chance.choice((1, -1, 10**6)))


def cells(connection):
    """Every column of every table that an import fills and that has rows, with its type."""
    query = """
        SELECT t.relname, a.attname, y.typname FROM pg_class t
          JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
          JOIN pg_type y ON y.oid = a.atttypid
         WHERE t.relnamespace = 'public'::regnamespace AND t.relkind = 'r' ORDER BY t.relname, a.attnum
    """
    return [row for row in connection.execute(query).fetchall() if row[0] not in NOT_IMPORTED]


def corrupt(connection, chance, table, column, kind):
    """Change one cell to what its table allows; return what puts it back."""
    name, field = sql.Identifier(table), sql.Identifier(column)
    rows = connection.execute(
        sql.SQL("SELECT ctid::text, {} FROM {} c WHERE NOT ({})").format(
            field, name, sql.SQL(UNPROVABLE if table == "coverage" else "false")
        )
    ).fetchall()
    query = sql.SQL("UPDATE {} SET {} = %s WHERE ctid = %s::text::tid RETURNING ctid::text").format(name, field)
    while True:
        place, old = chance.choice(rows)
        new = changed(chance, old, kind)
        if new != old:
            with suppress(psycopg.errors.IntegrityError):
                (now,) = connection.execute(query, (new, place)).fetchone()
                break
    stored = Jsonb(old) if kind == "jsonb" and old is not None else old
    return lambda: connection.execute(query, (stored, now))


def test_every_table_has_rows(archive):
    """
    What has no rows could not be corrupted: the archive leaves some in each table that an import fills.
    """
    connection, _ = archive
    tables = {table for table, _, _ in cells(connection)}
    empty = [
        table
        for table in tables
        if not connection.execute(sql.SQL("SELECT 1 FROM {} LIMIT 1").format(sql.Identifier(table))).fetchone()
    ]
    assert empty == []


def test_any_single_change_of_a_row_is_found(archive):
    """
    One cell at a time, of any column: the checks pass before, fail with it, and pass when it is put back.
    """
    connection, folder = archive
    chance = random.Random(SEED)
    chosen = [cell for cell in cells(connection) if cell[1] not in EXCUSED.get(cell[0], ())]
    chance.shuffle(chosen)
    missed = []
    with replayed(connection, kept_files([folder])) as replay:
        assert failures(connection, replay) == []
        for number in range(ROUNDS):
            table, column, kind = chosen[number % len(chosen)]
            put_back = corrupt(connection, chance, table, column, kind)
            if not failures(connection, replay):
                missed.append(f"{table}.{column}")
            put_back()
        assert failures(connection, replay) == []
    sys.stdout.write(f"{ROUNDS} changes, {len(missed)} missed\n")
    assert missed == []


def test_a_lost_and_an_added_row_are_found(archive):
    """
    A row less or a row more, in any table that an import fills.
    """
    connection, folder = archive
    with replayed(connection, kept_files([folder])) as replay:
        for table in sorted({table for table, _, _ in cells(connection)}):
            with connection.transaction(force_rollback=True):
                lose = sql.SQL("DELETE FROM {0} WHERE ctid = (SELECT min(ctid) FROM {0})").format(sql.Identifier(table))
                assert connection.execute(lose).rowcount == 1
                assert replay.compare().wrong >= 1, table


def test_a_changed_file_is_found(archive, tmp_path):
    """
    One byte of a kept file: it is not the file that was imported, and what it brought cannot be proven any more.
    """
    connection, folder = archive
    for path in folder.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    data = (tmp_path / "late.json").read_bytes()
    (tmp_path / "late.json").write_bytes(data.replace(b"second", b"secand"))
    found = check_by_replay(connection, kept_files([tmp_path]))
    assert (found.outcome, found.examples) == ("fail", ("late.json: not found as it was imported",))


def test_a_changed_report_is_found(archive, monkeypatch, tmp_path):
    """
    Any value in any stored section, or in what its run was asked.
    """
    connection, _ = archive
    info = connection.info
    told = {"DB_HOST": info.host, "DB_PORT": str(info.port), "DB_NAME": info.dbname, "DB_USER": info.user}
    for name, value in {**told, "DISCORD_AIRFLOW_HOME": str(tmp_path)}.items():
        monkeypatch.setenv(name, value)
    assert cli.main(["report", "--until", "2026-03-08"]) == 0
    sections = connection.execute("SELECT section, payload FROM report_sections ORDER BY 1").fetchall()
    assert len(sections) >= 5
    chance = random.Random(SEED)
    for section, payload in sections:
        for _ in range(max(2, ROUNDS // 20)):
            store = "UPDATE report_sections SET payload = %s WHERE section = %s"
            connection.execute(store, (Jsonb(one_changed(chance, payload)), section))
            assert "report_sections" in failed(connection)
            connection.execute(store, (Jsonb(payload), section))
    for change in (
        "UPDATE report_runs SET until = until + interval '1 second'",
        "UPDATE report_runs SET zone = 'UTC+1'",
        "UPDATE report_runs SET options = options || '{\"x\": 1}'",
    ):
        with connection.transaction(force_rollback=True):
            connection.execute(change)
            assert connection.execute(statement("discord_airflow.checking", "report_sections")).fetchone()[1] > 0
    assert failed(connection) == []


def failed(connection):
    """The names of the fast checks that fail."""
    return [each.name for each in check_consistency(connection) if each.outcome == "fail"]


def one_changed(chance, value):
    """A JSON value with one leaf of it changed."""
    if isinstance(value, dict) and value:
        at = chance.choice(list(value))
        return {key: one_changed(chance, item) if key == at else item for key, item in value.items()}
    if isinstance(value, list) and value:
        at = chance.randrange(len(value))
        return [one_changed(chance, item) if number == at else item for number, item in enumerate(value)]
    return value + 1 if isinstance(value, int) else f"{value}x"


def test_whoever_may_not_make_a_schema_is_told(archive):
    """
    Importing again needs a place to do so.
    """
    connection, folder = archive
    connection.execute("CREATE ROLE nobody_replays; GRANT SELECT ON ALL TABLES IN SCHEMA public TO nobody_replays")
    try:
        connection.execute("SET ROLE nobody_replays")
        with pytest.raises(AccessDeniedError, match="may not make a schema"):
            check_by_replay(connection, kept_files([folder]))
    finally:
        connection.execute("RESET ROLE")
        connection.execute("DROP OWNED BY nobody_replays; DROP ROLE nobody_replays")
