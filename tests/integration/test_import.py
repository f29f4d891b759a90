"""Importing exports: what lands in the tables, and what a second time changes."""

import pytest
from export_documents import (
    CATEGORY,
    CHANNEL,
    DELETED,
    DEWBOT,
    EXPORTED_AT,
    GUILD,
    MIRA,
    OTTO,
    OTTO_BLOCK,
    document,
    in_layout,
    message,
    messages_first,
    minified,
    reaction,
    snowflake,
    stamp,
    tabbed,
    user,
    write,
)
from table_contents import contents, empty, written_rows

from discord_airflow.collectors.importer import import_file


def one(connection, query, *parameters):
    return connection.execute(query, parameters).fetchone()


GARDENER = user(roles=[{"id": "7", "name": "Gardeners", "color": "#2ECC71", "position": 4}])
FULL = document(
    message(0, "first", author=GARDENER),
    message(5, "second \\ with\ttab\nand line", author=OTTO_BLOCK, type="Reply",
            reactions=[reaction(GARDENER, count=3)], mentions=[GARDENER],
            reference={"messageId": str(snowflake(0)), "channelId": str(CHANNEL), "guildId": str(GUILD)}),
    message(9, "beep", author=user(DEWBOT, "dewbot"), type="20"),
)  # fmt: skip


def test_a_file_fills_the_tables(connection, tmp_path):
    """
    Messages, people and places of an export are stored with its time, and the ledger and the coverage tell of it.
    """
    result = import_file(connection, write(tmp_path, FULL))
    assert (result.status, result.counts.messages, result.counts.new) == ("whole", 3, 3)
    rows = connection.execute("SELECT id, author_id, kind, author_kind, content FROM messages ORDER BY id").fetchall()
    assert rows == [
        (snowflake(0), MIRA, 0, 0, "first"),
        (snowflake(5), OTTO, 19, 0, "second \\ with\ttab\nand line"),
        (snowflake(9), DEWBOT, 20, 1, "beep"),
    ]
    assert one(connection, "SELECT count, users_listed FROM reactions") == (3, True)
    assert one(connection, "SELECT name, parent_id, kind FROM channels WHERE raw IS NOT NULL") == ("tips", CATEGORY, 0)
    assert one(connection, "SELECT name, kind, type FROM channels WHERE id = %s", CATEGORY) == ("Growing", None, None)
    assert one(connection, "SELECT nickname, role_ids FROM members WHERE user_id = %s", MIRA) == ("Mira.Fern", [7])
    assert one(connection, "SELECT name, position FROM roles") == ("Gardeners", 4)
    assert one(connection, "SELECT state, after_id FROM coverage") == ("claimed", 0)
    ledger = one(connection, "SELECT status, messages, messages_stated, format, layout FROM ledger")
    assert ledger == ("whole", 3, 3, "2.44", "exporter")
    authors = connection.execute("SELECT author_id, first_message_id, last_message_id FROM channel_authors ORDER BY 1")
    assert authors.fetchall() == [(MIRA, snowflake(0), snowflake(0)), (OTTO, snowflake(5), snowflake(5))]


def test_a_second_import_writes_nothing(connection, tmp_path):
    """
    The same file again, also under another name, writes no row of any table.
    """
    first = import_file(connection, write(tmp_path, FULL))
    before = written_rows(connection)
    again = import_file(connection, write(tmp_path, FULL))
    copy = import_file(connection, write(tmp_path, FULL, "another name.json"))
    assert (first.known, again.known, copy.known) == (False, True, True)
    assert (written_rows(connection), before > 20) == (before, True)


def test_folders_are_searched_and_copies_are_known(run, tmp_path):
    """
    All files below a folder are imported; on the second run, and in copies, every one of them is known.
    """
    (tmp_path / "below").mkdir()
    write(tmp_path / "below", FULL)
    write(tmp_path, document(message(50)), "other.json")
    assert (run(tmp_path).counts.new, run(tmp_path).counts.new) == (4, 0)
    write(tmp_path, FULL, "copy.json")
    again = run(tmp_path)
    assert (again.imported, again.known, again.counts.written, again.exit_code) == (0, 3, 0, 0)


def test_the_same_content_in_a_later_file_only_moves_its_time(connection, tmp_path):
    """
    A later export of unchanged messages says so, and only the time of observation moves.
    """
    import_file(connection, write(tmp_path, FULL))
    later = import_file(connection, write(tmp_path, {**FULL, "exportedAt": "2026-04-01T00:00:00+00:00"}))
    assert (later.counts.unchanged, later.counts.written) == (3, 0)
    assert one(connection, "SELECT count(DISTINCT observed_at), min(observed_at)::date::text FROM observations") == (
        1,
        "2026-04-01",
    )


@pytest.mark.parametrize("form", [minified, tabbed, messages_first, lambda root: in_layout(root, "\r\n")])
def test_every_layout_gives_the_same_rows(connection, tmp_path, form):
    """
    Another layout of the same content (one line, tabs and a byte order mark, the header last, Windows line ends)
    is another file, but leaves the same rows.
    """
    import_file(connection, write(tmp_path, FULL))
    expected = contents(connection, without=("ledger", "coverage"))
    empty(connection)
    import_file(connection, write(tmp_path, FULL, form=form))
    assert contents(connection, without=("ledger", "coverage")) == expected


def test_offsets_that_change_inside_a_file_are_instants(connection, tmp_path):
    """
    Across a change to summer time the exporter writes another offset; the instants stay right and the offsets are kept.
    """
    summer = message(3, timestamp=stamp(3, "+03:00"))
    import_file(connection, write(tmp_path, document(message(0, timestamp=stamp(0, "+02:00")), summer)))
    rows = connection.execute("SELECT sent_at::text, utc_offset FROM messages ORDER BY id").fetchall()
    assert rows == [("2026-03-01 09:00:00+00", 120), ("2026-03-01 09:03:00+00", 180)]


def test_an_id_twice_in_a_file_counts_once(connection, tmp_path):
    """
    Of two entries with one id the newest edit is taken, wherever it stands, and the summary says so.
    """
    edited = message(0, "better", timestampEdited=stamp(30), reactions=[reaction(OTTO_BLOCK)])
    result = import_file(connection, write(tmp_path, document(edited, message(4), message(0, "worse"))))
    assert (result.status, result.counts.new, result.counts.duplicates) == ("whole", 2, 1)
    assert "twice" in result.notes[0]
    assert one(connection, "SELECT content FROM messages WHERE id = %s", snowflake(0)) == ("better",)
    assert one(connection, "SELECT count(*) FROM reactions") == (1,)


def test_a_lying_message_count_makes_the_claim_partial(connection, tmp_path):
    """
    A file whose messageCount is wrong is imported whole, but does not count as showing its range.
    """
    result = import_file(connection, write(tmp_path, document(message(0), message(1), messageCount=5)))
    assert (result.status, result.counts.new, result.coverage_state) == ("whole", 2, "partial")
    assert one(connection, "SELECT state, before_id, reason FROM coverage") == (
        "partial", snowflake(1) + 1, "it says it holds 5 messages, but holds 2",
    )  # fmt: skip


def test_a_falling_export_is_imported_like_a_rising_one(connection, tmp_path):
    """
    With --reverse the newest message comes first; the rows are the same.
    """
    import_file(connection, write(tmp_path, FULL))
    expected = contents(connection, without=("ledger", "coverage"))
    empty(connection)
    import_file(connection, write(tmp_path, {**FULL, "messages": FULL["messages"][::-1]}))
    assert contents(connection, without=("ledger", "coverage")) == expected


def test_parts_of_an_export_are_one_channel(run, connection, tmp_path):
    """
    The parts that --partition writes are documents of their own and end in one channel.
    """
    write(tmp_path, document(message(0), message(1)), "tips.json")
    write(tmp_path, document(message(2), message(3), exported_at="2026-03-06T07:00:02+00:00"), "tips [part 2].json")
    summary = run(tmp_path)
    assert (summary.imported, [channel.counts.new for channel in summary.channels]) == (2, [4])
    assert one(connection, "SELECT count(*), count(DISTINCT channel_id) FROM messages") == (4, 1)


def test_a_file_that_fills_a_gap_is_merged_with_what_is_stored(connection, tmp_path):
    """
    Messages below the highest stored id are compared, those above go straight in; both end in the tables.
    """
    import_file(connection, write(tmp_path, document(message(10), message(20))))
    result = import_file(connection, write(tmp_path, document(*(message(at) for at in (5, 10, 15, 20, 25)))))
    assert (result.counts.new, result.counts.unchanged) == (3, 2)
    assert one(connection, "SELECT count(*) FROM messages") == (5,)
    assert one(connection, "SELECT first_message_id, last_message_id FROM channel_authors") == (
        snowflake(5),
        snowflake(25),
    )


def test_an_edit_keeps_the_earlier_text(connection, tmp_path):
    """
    A later export with another text replaces it, and the earlier text stays as a revision.
    """
    import_file(connection, write(tmp_path, document(message(0, "before"))))
    changed = document(message(0, "after", timestampEdited=stamp(60)), exported_at="2026-03-07T00:00:00+00:00")
    assert import_file(connection, write(tmp_path, changed)).counts.edited == 1
    assert one(connection, "SELECT content FROM messages") == ("after",)
    revision = one(connection, "SELECT content, edited_at, observed_at::text FROM message_revisions")
    assert revision == ("before", None, EXPORTED_AT.replace("T", " ").replace("+00:00", "+00"))


def test_an_older_file_never_undoes_what_is_newer(connection, tmp_path):
    """
    An export from before the edit, imported late, changes nothing but adds its text to the revisions.
    """
    new = document(message(0, "after", timestampEdited=stamp(60)), exported_at="2026-03-07T00:00:00+00:00")
    import_file(connection, write(tmp_path, new))
    assert import_file(connection, write(tmp_path, document(message(0, "before")))).counts.older == 1
    assert one(connection, "SELECT content FROM messages") == ("after",)
    assert one(connection, "SELECT content FROM message_revisions") == ("before",)


def test_a_known_author_is_never_replaced_by_the_placeholder(connection, tmp_path):
    """
    When an account was deleted, exports name a placeholder; the author of the message stays who it was.
    """
    import_file(connection, write(tmp_path, document(message(0))))
    later = document(message(0, author=DELETED), exported_at="2026-05-01T00:00:00+00:00")
    assert import_file(connection, write(tmp_path, later)).counts.changed == 1
    author = one(connection, "SELECT author_id, author_kind, author_observed_at::date::text FROM messages")
    assert author == (MIRA, 0, "2026-03-06")
    assert one(connection, "SELECT count(*) FROM channel_authors") == (1,)


def test_grown_reactions_replace_the_stored_ones(connection, tmp_path):
    """
    Reactions are a state of the day of export: the newest list is the one stored.
    """
    import_file(connection, write(tmp_path, document(message(0, reactions=[reaction(OTTO_BLOCK)]))))
    grown = document(message(0, reactions=[reaction(OTTO_BLOCK, user())]), exported_at="2026-04-01T00:00:00+00:00")
    assert import_file(connection, write(tmp_path, grown)).counts.changed == 1
    assert one(connection, "SELECT count FROM reactions") == (2,)
    assert one(connection, "SELECT count(*) FROM reaction_users") == (2,)


def test_without_an_export_time_the_newest_instant_counts(connection, tmp_path):
    """
    Before 2.40.1 the exporter did not say when it ran: the newest message or edit in the file stands for it.
    """
    old = document(message(0), message(1, timestampEdited=stamp(90)), exported_at=None)
    import_file(connection, write(tmp_path, old))
    assert one(connection, "SELECT DISTINCT observed_at::text FROM messages") == ("2026-03-01 10:30:00+00",)
    assert one(connection, "SELECT exported_at, format FROM ledger") == (None, "2.44")


def test_an_empty_export_covers_its_range(connection, tmp_path):
    """
    A file without messages says that there was nothing in its range.
    """
    import_file(connection, write(tmp_path, document(after=stamp(0), before=stamp(60))))
    assert one(connection, "SELECT after_id, before_id, state FROM coverage") == (
        snowflake(0) - 1,
        snowflake(60),
        "claimed",
    )


def test_a_dry_run_tells_and_writes_nothing(connection, tmp_path):
    """
    A dry run judges every file as an import would, and leaves every table as it was.
    """
    import_file(connection, write(tmp_path, document(message(0), message(1))))
    before, rows = contents(connection), written_rows(connection)
    later = document(message(0), message(1, "new text"), message(2), exported_at="2026-04-01T00:00:00+00:00")
    counts = import_file(connection, write(tmp_path, later), dry_run=True).counts
    rejected = import_file(connection, write(tmp_path, b"{}"), dry_run=True)
    assert (counts.new, counts.edited, counts.unchanged, rejected.status) == (1, 1, 1, "rejected")
    assert (contents(connection), written_rows(connection)) == (before, rows)
