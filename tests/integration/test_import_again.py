"""A later file that shows stored messages again: they are recognised, and the tables end as if all were compared."""

import json
from itertools import count, pairwise

import pytest
from export_documents import (
    DELETED,
    OTTO_BLOCK,
    document,
    in_layout,
    message,
    minified,
    reaction,
    snowflake,
    stamp,
    user,
    write,
)
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from table_contents import contents, empty

from discord_airflow.checking.against_files import check_files
from discord_airflow.checking.consistency import check_consistency
from discord_airflow.collectors import export_reader, file_import, load, recognition
from discord_airflow.collectors.coverage import Proof
from discord_airflow.collectors.importer import import_file


@pytest.fixture
def small_pieces(monkeypatch):
    """Read and send so little at a time that even small files come in many pieces and batches."""
    monkeypatch.setattr(export_reader, "_BLOCK", 2000)
    monkeypatch.setattr(recognition, "_BATCH_BYTES", 3000)
    monkeypatch.setattr(recognition, "_MOST_RECOGNISED", 2)
    monkeypatch.setattr(file_import, "_BATCH_BYTES", 3000)


WHOLE = Proof("complete", snowflake(0) - 1, snowflake(100))
_width = count(3)


def in_new_text(root):
    """The bytes of a document in a layout that no other has: the same content, and never the same text."""
    return json.dumps(root, indent=next(_width)).encode()


def day(number):
    """When a file of that day was exported."""
    return f"2026-03-{number:02d}T00:00:00+00:00"


def counts_of(tables, name):
    """How many rows of a table were ever inserted, updated or deleted by this connection."""
    tables.execute("SELECT pg_stat_force_next_flush()")
    tables.execute("SELECT pg_stat_clear_snapshot()")
    query = "SELECT n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_user_tables WHERE relname = %s"
    return tables.execute(query, [name]).fetchone()[0]


def confirmations(connection):
    """The confirmed ranges, with the minutes of their ends and the day of the file."""
    rows = connection.execute(
        "SELECT from_id, to_id, number, extract(day FROM observed_at)::int FROM confirmations ORDER BY from_id"
    )
    minutes = {snowflake(minute): minute for minute in range(100)}
    return [(minutes.get(low, low), minutes.get(high, high), number, when) for low, high, number, when in rows]


def observed(connection):
    """The day of each message's newest observation, by its minute."""
    rows = connection.execute("SELECT id, extract(day FROM observed_at)::int FROM observations ORDER BY id").fetchall()
    minutes = {snowflake(minute): minute for minute in range(100)}
    return {minutes[number]: when for number, when in rows}


ROLES = [
    {"id": "31", "name": "Moss", "color": "#00ff00", "position": 2},
    {"id": "30", "name": "Fern", "color": None, "position": 1},
]
# What one message may look like in one export: mostly as always, so that most are recognised.
VERSIONS = (
    {},
    {},
    {},
    {"author": user(roles=ROLES)},
    {"author": user(isBot=True, roles=[{**ROLES[0], "color": "#0000ff"}])},
    {"mentions": [user(8, "deleted_user_8"), user(9, "nia", roles=[])]},
    {"mentions": [{**user(9, "nia", roles=[*ROLES, {**ROLES[0], "id": "x"}]), "badge": "from the future"}]},
    {"content": "edited", "timestampEdited": stamp(50)},
    {"author": user(nickname="Mira the Second")},
    {"author": DELETED},
    {"reactions": [reaction(OTTO_BLOCK, user(nickname="Mira the Third"))]},
    {"mentions": [OTTO_BLOCK]},
    {"interaction": {"id": "5", "name": "ping", "user": user(nickname="Mira the Fourth")}},
    {"timestamp": stamp(300)},
    {"fromTheFuture": True},
    {"id": "0"},
)
files = st.builds(
    lambda picks, when, falling, proven: (
        document(
            *(
                message(minute, **{"content": f"text {minute}", **VERSIONS[pick]})
                for minute, pick in sorted(picks.items(), reverse=falling)
            ),
            exported_at=day(when),
        ),
        WHOLE if proven else None,
    ),
    st.dictionaries(st.integers(0, 7), st.integers(0, len(VERSIONS) - 1), min_size=1),
    st.integers(2, 28),
    st.booleans(),
    st.sampled_from([True, False, False, False]),
)
REPORTED = (
    "messages", "messages_new", "messages_edited", "messages_changed", "messages_unchanged", "messages_older",
    "quarantined", "off_clock", "format", "first_message_id", "last_message_id",
)  # fmt: skip


BY_FILE = ("ledger", "coverage", "quarantine")  # whose rows hold the hashes of the files


def told(connection, sha256):
    """What the ledger says of a file."""
    row = connection.execute("SELECT to_jsonb(l) FROM ledger l WHERE sha256 = %s", [sha256]).fetchone()[0]
    return {key: row[key] for key in REPORTED}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    observed=st.lists(files, min_size=2, max_size=6, unique_by=lambda one: one[0]["exportedAt"]),
    shuffle=st.randoms(use_true_random=False),
)
def test_recognising_messages_gives_what_comparing_them_gives(shared, small_pieces, tmp_path, observed, shuffle):
    """
    The same files in the same layout, where messages are recognised, in another order, and in ever new layouts, where
    none is: the tables end alike, and in the same order the ledger tells the same counts.
    """
    empty(shared)
    again = [told(shared, import_file(shared, write(tmp_path, root), proof=proof).sha256) for root, proof in observed]
    recognised = contents(shared, without=BY_FILE)
    ends = shared.execute("SELECT from_id, to_id FROM confirmations ORDER BY from_id").fetchall()
    assert all(low <= high for low, high in ends)
    assert all(before[1] < after[0] for before, after in pairwise(ends))
    empty(shared)
    compared = [
        told(shared, import_file(shared, write(tmp_path, root, form=in_new_text), proof=proof).sha256)
        for root, proof in observed
    ]
    assert confirmations(shared) == []
    assert contents(shared, without=BY_FILE) == recognised
    assert again == compared
    shuffle.shuffle(observed)
    empty(shared)
    for root, proof in observed:
        import_file(shared, write(tmp_path, root), proof=proof)
    assert contents(shared, without=BY_FILE) == recognised


def test_everybody_whom_recognised_messages_show_is_seen_again(shared, small_pieces, tmp_path):
    """
    Authors, mentioned ones, those who reacted and those who used a command; people, bots, deleted accounts, blocks with
    unknown keys: after a newer and an older file users, members, roles and profiles are as if all had been read again.
    """
    messages = [message(minute, **version) for minute, version in enumerate(VERSIONS)]
    ends = []
    for form in (in_layout, in_new_text):
        empty(shared)
        for when in (3, 5, 2):
            import_file(shared, write(tmp_path, document(*messages, exported_at=day(when)), form=form))
        assert (confirmations(shared) == []) == (form is in_new_text)
        ends.append(contents(shared, without=BY_FILE))
    assert ends[0] == ends[1]


def test_a_deleted_account_is_seen_again_and_not_who_it_was(connection, tmp_path):
    """
    Of a message whose author is remembered from an older file, a later text shows the placeholder: that was seen.
    """
    for when, author in ((2, user()), (3, DELETED), (4, DELETED)):
        import_file(connection, write(tmp_path, document(message(author=author), exported_at=day(when))))
    seen = connection.execute("SELECT name, extract(day FROM last_observed_at)::int FROM profiles ORDER BY 1")
    assert seen.fetchall() == [("Deleted User", 4), ("mira.fern", 2)]
    assert connection.execute("SELECT author_id FROM messages").fetchall() == [(int(user()["id"]),)]


MANY = tuple(message(minute, f"text {minute}") for minute in range(60))
STORED = ("messages", "attachments", "embeds", "reactions", "reaction_users", "mentions", "message_revisions")


@pytest.mark.parametrize("form", [in_layout, minified])
@pytest.mark.parametrize("order", [1, -1])
def test_what_a_later_file_shows_unchanged_is_not_written(connection, small_pieces, tmp_path, form, order):
    """
    Of sixty unchanged messages no row is written, in either order and in any layout; one range says that they were
    seen, and the people in them were too.
    """
    first = document(*MANY[::order], message(70, "rest", author=OTTO_BLOCK), exported_at=day(2))
    import_file(connection, write(tmp_path, first, form=form))
    before = [counts_of(connection, table) for table in STORED]
    later = import_file(connection, write(tmp_path, document(*MANY[::order], exported_at=day(3)), form=form))
    assert (later.counts.messages, later.counts.unchanged, later.counts.written) == (60, 60, 0)
    assert [counts_of(connection, table) for table in STORED] == before
    assert confirmations(connection) == [(0, 59, 1, 3)]
    assert observed(connection) == dict.fromkeys(range(60), 3) | {70: 2}
    seen = connection.execute(
        "SELECT name, extract(day FROM last_observed_at)::int FROM profiles ORDER BY 1"
    ).fetchall()
    assert seen == [("mira.fern", 3), ("otto_k", 2)]


def test_what_comes_into_a_confirmed_range_is_not_confirmed(connection, tmp_path):
    """
    An older file brings a message that a newer one did not show: what the newer one confirmed around it does not mean
    it, a proof of that time buries it, and a still later file that shows it confirms it like the others.
    """
    for when in (2, 4):
        import_file(connection, write(tmp_path, document(MANY[0], MANY[2], exported_at=day(when))))
    import_file(connection, write(tmp_path, document(*MANY[:3], exported_at=day(3))))
    assert (observed(connection), confirmations(connection)) == ({0: 4, 1: 3, 2: 4}, [(0, 2, 1, 4)])
    import_file(connection, write(tmp_path, document(*MANY[:2], exported_at=day(6))))
    assert observed(connection) == {0: 6, 1: 6, 2: 4}
    assert confirmations(connection) == [(0, 1, 2, 6), (snowflake(1) + 1, 2, 1, 4)]
    assert [finding.name for finding in check_consistency(connection) if finding.outcome != "ok"] == []
    assert [each.examples for each in check_files(connection, [tmp_path])] == [[]] * 4


def test_a_proof_buries_by_the_last_observation(connection, tmp_path):
    """
    A message that a later file confirmed is not buried by a proof from before that file, and is by one from after it.
    """
    for when in (2, 6):
        import_file(connection, write(tmp_path, document(*MANY[:3], exported_at=day(when))))
    for when, gone in ((4, []), (8, [1])):
        import_file(connection, write(tmp_path, document(MANY[0], MANY[2], exported_at=day(when))), proof=WHOLE)
        buried = connection.execute("SELECT id FROM messages WHERE deleted_at IS NOT NULL").fetchall()
        assert [one for (one,) in buried] == [snowflake(one) for one in gone]


def test_a_message_that_a_file_leaves_out_ends_the_range(connection, tmp_path):
    """
    Messages that are left out, or that cannot be used any more, keep their own time.
    """
    import_file(connection, write(tmp_path, document(*MANY[:6], exported_at=day(2))))
    broken = {**MANY[3], "timestamp": "yesterday"}
    import_file(connection, write(tmp_path, document(MANY[0], MANY[2], broken, *MANY[4:6], exported_at=day(3))))
    assert observed(connection) == {0: 3, 1: 2, 2: 3, 3: 2, 4: 3, 5: 3}
    assert confirmations(connection) == [(0, 0, 1, 3), (2, 2, 1, 3), (4, 5, 1, 3)]


def test_a_file_of_few_messages_does_not_read_the_channel(connection, tmp_path):
    """
    Where a file shows few of many stored messages, each is looked up and confirmed by itself.
    """
    many = [message(0, f"text {number}", sequence=number) for number in range(400)]
    import_file(connection, write(tmp_path, document(*many, exported_at=day(2))))
    import_file(connection, write(tmp_path, document(many[0], many[1], many[399], exported_at=day(3))))
    first, second, last = (int(many[number]["id"]) for number in (0, 1, 399))
    found = connection.execute("SELECT from_id, to_id FROM confirmations ORDER BY 1").fetchall()
    assert found == [(first, second), (last, last)]


def test_the_same_text_in_another_guild_is_another_message(connection, tmp_path):
    """
    A member is another one in another guild, so there the text is compared.
    """
    import_file(connection, write(tmp_path, document(*MANY[:3], exported_at=day(2))))
    moved = document(*MANY[:3], exported_at=day(3), guild={"id": "5", "name": "Elsewhere", "iconUrl": ""})
    assert import_file(connection, write(tmp_path, moved)).counts.changed == 3


def test_a_message_that_returns_lives_again(connection, tmp_path):
    """
    What a proof buried and a later file shows again is no longer marked as deleted, though its text is the same.
    """
    import_file(connection, write(tmp_path, document(*MANY[:3], exported_at=day(2))))
    import_file(connection, write(tmp_path, document(MANY[0], MANY[2], exported_at=day(3))), proof=WHOLE)
    import_file(connection, write(tmp_path, document(*MANY[:3], exported_at=day(4))))
    assert connection.execute("SELECT count(*) FROM messages WHERE deleted_at IS NOT NULL").fetchone() == (0,)
    assert observed(connection) == {0: 4, 1: 4, 2: 4}


def test_messages_stored_by_an_earlier_version_are_compared_once(connection, tmp_path):
    """
    Rows without a digest of their text are compared, get one, and are recognised from then on.
    """
    import_file(connection, write(tmp_path, document(*MANY[:3], exported_at=day(2))))
    connection.execute("UPDATE messages SET source_digest = NULL")
    for when in (3, 4):
        assert (
            import_file(connection, write(tmp_path, document(*MANY[:3], exported_at=day(when)))).counts.unchanged == 3
        )
    assert confirmations(connection) == [(0, 2, 1, 4)]


spans = st.lists(st.integers(0, 40), min_size=2, max_size=8, unique=True).map(
    lambda ends: list(zip(sorted(ends)[::2], sorted(ends)[1::2], strict=False))
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(spans, st.integers(1, 5)), min_size=1, max_size=6))
@example([([(0, 2**63 - 1)], 1), ([(5, 9)], 2), ([(2**63 - 1, 2**63 - 1)], 3)])
def test_ranges_tell_of_each_id_the_latest_confirmation(shared, imports):
    """
    Whatever ranges come in whatever order, those that are kept never overlap, and tell of each id the latest time.
    """
    empty(shared)
    load.prepare_session(shared)
    for ranges, when in imports:
        with shared.transaction():
            for low, high in ranges:
                shared.execute("INSERT INTO incoming_confirmations VALUES (1, %s, %s, %s)", [low, high, day(when)])
            load.merge(shared, "merge_confirmations")
            shared.execute("DELETE FROM incoming_confirmations")
            shared.execute("DELETE FROM painted_confirmations")
    kept = shared.execute(
        "SELECT from_id, to_id, extract(day FROM observed_at)::int FROM confirmations ORDER BY from_id"
    ).fetchall()
    assert all(low[1] < high[0] for low, high in pairwise(kept))
    for one in (*range(42), 2**63 - 1):
        expected = [when for ranges, when in imports for low, high in ranges if low <= one <= high]
        found = [when for low, high, when in kept if low <= one <= high]
        assert found == ([max(expected)] if expected else [])
