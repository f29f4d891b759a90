"""`discord-airflow check`: a sound database passes, and each kind of damage to a single row is found."""

import json

import pytest
from export_documents import (
    DELETED,
    OTTO,
    OTTO_BLOCK,
    THUMB,
    document,
    message,
    minified,
    reaction,
    stamp,
    tabbed,
    user,
    write,
)
from shared_database import emptied

from discord_airflow.checking.against_files import check_files
from discord_airflow.checking.consistency import CHECKS, check_consistency
from discord_airflow.collectors.coverage import Proof
from discord_airflow.collectors.importer import import_file, import_paths
from discord_airflow.snowflake import LARGEST_SNOWFLAKE

ATTACHMENT = {"id": "77", "url": "https://cdn.example/a.png", "fileName": "a.png", "fileSizeBytes": 5}
STICKER = {"id": "78", "name": "wave", "format": "PNG", "sourceUrl": "https://cdn.example/s.png"}
FORWARDED = {
    "timestamp": stamp(0),
    "timestampEdited": None,
    "content": "far",
    "attachments": [ATTACHMENT],
    "embeds": [],
}
FORWARDED |= {"stickers": [STICKER]}
EMBED = {"title": "moss", "url": None, "timestamp": None, "description": "soft", "images": [], "fields": []}


@pytest.fixture
def archive(shared, tmp_path):
    """A database with a bit of everything, made of the files in the folder, and the folder."""
    connection = emptied(shared)
    connection.execute("DELETE FROM report_sections; DELETE FROM report_runs")
    write(tmp_path, document(message(0, "draft"), message(4, "gone soon"), exported_at=stamp(60)), "older.json")
    write(
        tmp_path,
        document(
            message(0, "first", timestampEdited=stamp(1), attachments=[ATTACHMENT, {**ATTACHMENT, "id": "79"}]),
            message(1, "second", author=OTTO_BLOCK, reactions=[reaction(user(), OTTO_BLOCK)], embeds=[EMBED]),
            message(2, "third", mentions=[OTTO_BLOCK], stickers=[STICKER], isPinned=True, forwardedMessage=FORWARDED),
            message(3, "from nobody", author=DELETED, surprise=1),
            exported_at=stamp(120),
        ),
        "newer.json",
    )
    import_file(connection, tmp_path / "older.json")
    import_file(connection, tmp_path / "newer.json", proof=Proof("complete", 0, LARGEST_SNOWFLAKE))
    return connection, tmp_path


def failures(connection):
    """The names of the checks that do not pass."""
    return {finding.name for finding in check_consistency(connection) if finding.outcome == "fail"}


def test_a_sound_database_passes_everything(archive):
    """
    Edits, deletions, deleted accounts and odd messages are no damage: every check says ok, of rows and of files.
    """
    connection, folder = archive
    findings = check_consistency(connection)
    assert [(finding.name, finding.outcome) for finding in findings] == [(check.name, "ok") for check in CHECKS]
    files = list(check_files(connection, [folder]))
    assert [(each.path.name, each.state, each.examples) for each in files] == [
        ("newer.json", "ok", []),
        ("older.json", "ok", []),
    ]
    assert sum(each.compared for each in files) == 5


DAMAGES = {
    "places": ["DELETE FROM channels WHERE raw IS NOT NULL", "DELETE FROM guilds"],
    "sources": ["UPDATE messages SET observed_at = observed_at - interval '1 second' WHERE content = 'third'"],
    "ledger_counts": ["DELETE FROM messages WHERE content = 'third'"],
    "ledger_rows": ["UPDATE ledger SET messages = messages - 1", "UPDATE ledger SET status = 'damaged'"],
    "children": [
        "UPDATE attachments SET message_id = message_id + 1 WHERE position = 0",
        "UPDATE reaction_users SET position = 1 WHERE ordinal = 1",
    ],
    "positions": ["DELETE FROM attachments WHERE position = 0", "DELETE FROM reaction_users WHERE ordinal = 0"],
    "people": [
        "DELETE FROM profiles WHERE name = 'otto_k'",
        "DELETE FROM users WHERE name = 'otto_k'",
        "UPDATE users SET name = 'somebody' WHERE name = 'otto_k'",
        "UPDATE members SET nickname = 'somebody' WHERE nickname IS NOT NULL",
    ],
    "emojis": ["DELETE FROM emojis"],
    "values": [
        "UPDATE messages SET author_kind = 1 WHERE content = 'first'",
        "UPDATE messages SET kind = 7 WHERE content = 'first'",
        "UPDATE messages SET digest = -1 WHERE content = 'first'",
    ],
    "clock": ["UPDATE messages SET sent_at = sent_at - interval '1 hour' WHERE content = 'third'"],
    "revisions": [
        "UPDATE message_revisions SET content = 'first'",
        "UPDATE message_revisions SET content = 'forged'",
    ],
    "channel_authors": [
        "DELETE FROM channel_authors WHERE author_id = 2",
        "UPDATE channel_authors SET last_sent_at = last_sent_at + interval '1 second'",
        "UPDATE messages SET author_kind = 0 WHERE content = 'from nobody'",
    ],
    "coverage": ["UPDATE coverage SET before_id = after_id", "UPDATE coverage SET channel_id = 1"],
    "confirmations": [
        "INSERT INTO confirmations SELECT channel_id, 5, 4, 1, observed_at FROM ledger WHERE file_name = 'newer.json'",
        "INSERT INTO confirmations SELECT channel_id, 1, 2, 1, observed_at + interval '1 second' FROM ledger LIMIT 1",
        (
            "INSERT INTO confirmations SELECT min(channel_id), first, 9, 1, max(observed_at)"
            " FROM ledger, generate_series(1, 2) first GROUP BY first"
        ),
    ],
    "deletions": [
        "UPDATE messages SET deleted_at = NULL",
        "UPDATE messages SET deleted_at = observed_at + interval '1 second' WHERE content = 'first'",
        "UPDATE coverage SET state = 'claimed'",
    ],
}


@pytest.mark.parametrize(("check", "damage"), [(check, each) for check in DAMAGES for each in DAMAGES[check]])
def test_each_kind_of_damage_is_found_by_its_check(archive, check, damage):
    """
    One statement behind the importer's back, and the check of that name fails.
    """
    connection, _ = archive
    damage = damage.replace("author_id = 2", f"author_id = {OTTO}")
    assert connection.execute(damage).rowcount > 0
    assert check in failures(connection)


def test_every_check_has_a_test_that_makes_it_fail():
    """
    A check that nothing can fail would be worth nothing.
    """
    elsewhere = {"future", "report_figures", "report_sections"}
    assert {check.name for check in CHECKS} == set(DAMAGES) | elsewhere


def test_the_future_is_a_warning(archive):
    """
    A message sent after it was observed means a wrong clock somewhere: it is told, and is no failure.
    """
    connection, _ = archive
    connection.execute("UPDATE messages SET sent_at = sent_at + interval '9 days', off_clock = true")
    outcomes = {finding.name: finding.outcome for finding in check_consistency(connection)}
    assert outcomes["future"] == "warning"


CHANGES = {
    "content": "UPDATE messages SET content = 'secand' WHERE content = 'second'",
    "author": "UPDATE messages SET (author_id, author_profile) = (SELECT user_id, digest FROM profiles"
    " WHERE name = 'otto_k' LIMIT 1) WHERE content = 'third'",
    "name of the author": "UPDATE profiles SET name = 'moto_k' WHERE name = 'otto_k' AND roles IS NOT NULL",
    "time": "UPDATE messages SET sent_at = sent_at + interval '1 millisecond' WHERE content = 'third'",
    "time of the edit": "UPDATE messages SET edited_at = NULL WHERE content = 'first'",
    "type": "UPDATE messages SET type = 'Reply', kind = 19 WHERE content = 'third'",
    "pin": "UPDATE messages SET is_pinned = false WHERE is_pinned",
    "channel": "UPDATE messages SET channel_id = channel_id + 1 WHERE content = 'third'",
    "attachment": "UPDATE attachments SET byte_size = byte_size + 1 WHERE position = 1",
    "last attachment": "DELETE FROM attachments WHERE position = 1",
    "reaction": "UPDATE reactions SET count = count + 1",
    "who reacted": "UPDATE reaction_users SET user_id = user_id + 1 WHERE ordinal = 1",
    "embed": 'UPDATE embeds SET raw = raw || \'{"title": "mess"}\'',
    "sticker": "UPDATE stickers SET name = 'wove'",
    "mention": "DELETE FROM mentions",
    "odd message": "UPDATE messages SET residue = residue || '{\"surprise\": 2}' WHERE residue IS NOT NULL",
    "text of an odd message": "UPDATE messages SET content = 'from somebody' WHERE content = 'from nobody'",
    "lost message": "DELETE FROM messages WHERE content = 'third'",
    "added message": "INSERT INTO messages SELECT (jsonb_populate_record(m, '{\"id\": 99}')).* FROM messages m"
    " WHERE content = 'third'",
    "offset": "UPDATE messages SET utc_offset = 60 WHERE content = 'third'",
    "look of an emoji": "UPDATE emojis SET is_animated = NOT is_animated",
    "server of a reference": "UPDATE messages SET reference_guild_id = 5 WHERE content = 'third'",
    "kind of a reference": "UPDATE messages SET reference_type = 'Forward' WHERE content = 'third'",
    "forwarded file": "UPDATE forwarded_messages SET attachments = '[]'",
    "reference": "UPDATE messages SET reference_message_id = 5 WHERE content = 'third'",
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_single_changed_row_is_found_in_the_files(archive, change):
    """
    Reading the files again names the one file whose message is other in the database.
    """
    connection, folder = archive
    assert connection.execute(CHANGES[change]).rowcount == 1
    found = {each.path.name: each.state for each in check_files(connection, [folder])}
    assert found["newer.json"] == "differs"


def test_files_of_every_form_are_read_again(shared, tmp_path):
    """
    Minified, tabbed, with NUL, lone surrogates, an id twice, large numbers, an emoji of another shape: no alarm.
    """
    connection = emptied(shared)
    write(tmp_path, document(message(0, "a\0b\ud800c"), channel=11), form=minified)
    write(tmp_path, document(message(1), channel=12), form=tabbed)
    write(tmp_path, document(message(2, "one"), message(3), message(2, "two"), channel=13))
    truncated = minified(document(message(4), message(5), message(6), channel=14))
    write(tmp_path, truncated[: truncated.rindex(b'"timestamp"')], "cut.json")
    write(tmp_path, document(message(7), {"id": "x"}, message(8), channel=15), "holed.json")
    twice = minified(document(message(20, "one"), {"id": "x"}, message(20, "two"), channel=17))
    write(tmp_path, twice.removesuffix(b"}"), "twice.json")
    write(tmp_path, b"[]", "list.json")
    odd = [reaction(user(), emoji={**THUMB, "tint": 1e300}), reaction(user(), emoji={**THUMB, "code": None})]
    write(tmp_path, document(message(9, reactions=odd, inlineEmojis=[THUMB]), message(10, zzz=1e300), channel=16))
    import_paths([tmp_path], lambda: connection_again(connection))
    files = {each.path.name: (each.state, each.examples) for each in check_files(connection, [tmp_path])}
    assert {state for name, (state, _) in files.items() if name != "list.json"} == {"ok"}, files
    assert files["list.json"][0] == "rejected"
    assert failures(connection) == set()


def connection_again(connection):
    """Another connection to the same database."""
    import psycopg

    return psycopg.connect(connection.info.dsn, autocommit=True)


def test_a_file_that_was_not_imported_is_told(archive):
    """
    A kept export that the database does not know is worth a word, and no failure of the database.
    """
    connection, folder = archive
    write(folder, document(message(40), channel=99), "late.json")
    states = {each.path.name: each.state for each in check_files(connection, [folder])}
    assert states["late.json"] == "not-imported"


def test_the_command_says_what_is_wrong_and_ends_with_65(archive, monkeypatch, capsys, database_settings_of):
    """
    The command prints a line for each check and what to do, as text and as JSON, and its status tells the outcome.
    """
    connection, folder = archive
    database_settings_of(connection)
    from discord_airflow import cli

    assert cli.main(["check", "--read-data", str(folder)]) == 0
    assert "Everything agrees." in capsys.readouterr().out
    connection.execute(CHANGES["content"])
    assert cli.main(["check"]) == 0
    capsys.readouterr()
    assert cli.main(["check", "--read-data", str(folder), "--json"]) == 65
    told = json.loads(capsys.readouterr().out)
    assert told["ok"] is False
    assert next(each["examples"] for each in told["files"] if each["wrong"])[0].endswith("differs in content")
    assert cli.main(["check", str(folder)]) == 64


def test_a_report_whose_figures_do_not_count_up_is_found(archive, capsys, database_settings_of, tmp_path):
    """
    The newest report's figures are counted again, one message at a time, without the queries that made them.
    """
    connection, _ = archive
    database_settings_of(connection)
    from discord_airflow import cli

    assert cli.main(["report", "--until", "2026-03-08"]) == 0, capsys.readouterr().err
    findings = {finding.name: finding for finding in check_consistency(connection)}
    assert (findings["report_figures"].outcome, findings["report_figures"].looked_at) == ("ok", 5)
    connection.execute(
        "UPDATE report_sections SET payload = jsonb_set(payload, '{answers,activity,rows,0,messages}', '41')"
        " WHERE section = 'stats'"
    )
    assert "report_figures" in failures(connection)


@pytest.fixture
def database_settings_of(monkeypatch, tmp_path):
    """A function that makes commands use the database of a connection."""

    def use(connection):
        info = connection.info
        monkeypatch.setenv("DISCORD_AIRFLOW_HOME", str(tmp_path))
        for name, value in {
            "DB_HOST": info.host,
            "DB_PORT": str(info.port),
            "DB_NAME": info.dbname,
            "DB_USER": info.user,
        }.items():
            monkeypatch.setenv(name, value)

    return use


def test_whoever_waits_hears_what_is_looked_at(archive):
    """Each check is named before it is asked, so that minutes in a large archive are not silent."""
    begun = []
    findings = check_consistency(archive[0], begun.append)
    assert [check.name for check in begun] == [finding.name for finding in findings] == [check.name for check in CHECKS]
