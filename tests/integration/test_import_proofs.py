"""What an export that is proven complete lets us conclude: what is gone, and what is covered."""

from datetime import UTC, datetime

import pytest
from export_documents import CHANNEL, GUILD, MIRA, OTTO_BLOCK, document, message, snowflake, stamp, write
from table_contents import written_rows

from discord_airflow.checking.against_files import kept_files
from discord_airflow.checking.consistency import check_consistency
from discord_airflow.checking.replay import check_by_replay
from discord_airflow.collectors.chat_exporter import IdRange
from discord_airflow.collectors.coverage import Coverage, Proof, record_coverage
from discord_airflow.collectors.coverage_state import CoverageState
from discord_airflow.collectors.importer import import_file
from discord_airflow.collectors.plan import missing

WHOLE = Proof("complete", 0, snowflake(1000))


def deleted(connection):
    """The minutes of the messages that count as deleted, and the days of the exports that tell."""
    rows = connection.execute(
        "SELECT id, deleted_at::date::text FROM messages WHERE deleted_at IS NOT NULL ORDER BY id"
    ).fetchall()
    return {next(at for at in range(100) if snowflake(at) == number): day for number, day in rows}


def on(day, *minutes, **changes):
    """An export of this day of March that shows the messages of these minutes."""
    return document(*(message(at) for at in minutes), exported_at=f"2026-03-{day:02d}T00:00:00+00:00", **changes)


def test_what_a_complete_export_does_not_show_is_deleted(connection, tmp_path):
    """
    A stored message that is missing from an export proven complete is marked with that export's time, and loses
    its place in who wrote first and last.
    """
    import_file(connection, write(tmp_path, on(2, 0, 1, 2)))
    result = import_file(connection, write(tmp_path, on(3, 1)), proof=WHOLE)
    assert (result.coverage_state, deleted(connection)) == ("complete", {0: "2026-03-03", 2: "2026-03-03"})
    authors = connection.execute("SELECT author_id, first_message_id, last_message_id FROM channel_authors").fetchall()
    assert authors == [(MIRA, snowflake(1), snowflake(1))]


def test_an_author_whose_messages_are_all_gone_wrote_nothing(connection, tmp_path):
    """
    When the last message of a person in a channel is deleted, that person is not among its authors.
    """
    import_file(connection, write(tmp_path, document(message(0, author=OTTO_BLOCK), exported_at=stamp(5))))
    import_file(connection, write(tmp_path, on(3)), proof=Proof("empty", 0, snowflake(1000)))
    assert connection.execute("SELECT count(*) FROM channel_authors").fetchone() == (0,)


def test_without_a_proof_nothing_is_deleted(connection, tmp_path):
    """
    A file that only claims its range, or is damaged, lets nobody conclude a deletion.
    """
    import_file(connection, write(tmp_path, on(2, 0, 1, 2)))
    import_file(connection, write(tmp_path, on(3, 1)))
    damaged = import_file(connection, write(tmp_path, on(4, 1, messageCount=7)), proof=WHOLE)
    assert (damaged.coverage_state, deleted(connection)) == ("partial", {})


def test_only_the_proven_range_counts(connection, tmp_path):
    """
    Both ends of the range are exclusive, and other channels are not touched.
    """
    import_file(connection, write(tmp_path, on(2, 0, 1, 2, 3)))
    import_file(connection, write(tmp_path, on(2, 50, channel=CHANNEL + 1)))
    import_file(connection, write(tmp_path, on(3)), proof=Proof("complete", snowflake(0), snowflake(3)))
    assert deleted(connection) == {1: "2026-03-03", 2: "2026-03-03"}


def test_a_newer_export_that_shows_the_message_brings_it_back(connection, tmp_path):
    """
    A message seen after it counted as deleted was never gone, and its author is back in the channel.
    """
    import_file(connection, write(tmp_path, on(2, 0)))
    import_file(connection, write(tmp_path, on(3)), proof=WHOLE)
    assert deleted(connection) == {0: "2026-03-03"}
    import_file(connection, write(tmp_path, on(4, 0)))
    assert deleted(connection) == {}
    assert connection.execute("SELECT first_message_id FROM channel_authors").fetchall() == [(snowflake(0),)]


def test_an_older_file_does_not_revive_a_deleted_message(connection, tmp_path):
    """
    Files from before a complete export, imported after it, show messages that it proved to be gone.
    """
    import_file(connection, write(tmp_path, on(5, 1)), proof=WHOLE)
    import_file(connection, write(tmp_path, on(2, 0, 1, 2)))
    assert deleted(connection) == {0: "2026-03-05", 2: "2026-03-05"}
    assert connection.execute("SELECT first_message_id FROM channel_authors").fetchall() == [(snowflake(1),)]


def test_the_last_proof_is_the_one_that_tells(connection, tmp_path):
    """
    The time of a deletion is that of the newest complete export without the message, whatever came first.
    """
    import_file(connection, write(tmp_path, on(2, 0)))
    import_file(connection, write(tmp_path, on(6)), proof=WHOLE)
    import_file(connection, write(tmp_path, on(4)), proof=WHOLE)
    assert deleted(connection) == {0: "2026-03-06"}


def test_a_proof_that_comes_after_its_file_counts(connection, tmp_path):
    """
    A file that was imported without its proof need not be read again: the claim becomes a proof.
    """
    import_file(connection, write(tmp_path, on(2, 0)))
    path = write(tmp_path, on(3, 1))
    import_file(connection, path)
    result = import_file(connection, path, proof=WHOLE)
    assert (result.known, result.coverage_state, deleted(connection)) == (True, "complete", {0: "2026-03-03"})
    states = connection.execute("SELECT state FROM coverage WHERE sha256 = %s", [result.sha256]).fetchall()
    assert states == [("complete",)]
    before = written_rows(connection)
    import_file(connection, path, proof=WHOLE)
    assert written_rows(connection) == before


@pytest.mark.parametrize(("state", "gone"), [("empty", {0: "2026-03-09"}), ("forbidden", {}), ("failed", {})])
def test_coverage_without_a_file(connection, tmp_path, state, gone):
    """
    An export that left no file is recorded with its reason; only a proven empty range deletes.
    """
    import_file(connection, write(tmp_path, on(2, 0)))
    seen = datetime(2026, 3, 9, tzinfo=UTC)
    record_coverage(connection, Coverage(CHANNEL, 0, snowflake(1000), seen, state, GUILD, "a reason"))
    row = connection.execute("SELECT state, reason, sha256 FROM coverage WHERE sha256 IS NULL").fetchone()
    assert (row, deleted(connection)) == ((state, "a reason", None), gone)


def troubles_of_checks(connection, folder):
    """The names of the checks that do not pass, the replay of all files among them."""
    findings = [*check_consistency(connection), check_by_replay(connection, kept_files([folder]))]
    return [finding.name for finding in findings if finding.outcome != "ok"]


def covered(connection):
    """The covered ranges with their states, ids as minutes."""
    minute = {snowflake(at) + by: (at, by) for at in range(1001) for by in (-1, 0, 1)} | {0: (0, 0)}
    rows = connection.execute("SELECT after_id, before_id, state FROM coverage ORDER BY 1, 2, 3").fetchall()
    return [(minute[after], minute[before], state) for after, before, state in rows]


def left_to_export(connection):
    """What a collector would ask for of the proven range of WHOLE."""
    (channel,) = CoverageState(connection).channels(GUILD).values()
    return missing(channel.proven, IdRange(WHOLE.after_id, WHOLE.before_id))


def test_a_proven_file_proves_all_around_a_message_that_cannot_be_stored(connection, tmp_path):
    """
    The exporter would write it so again, every day: it is a hole of its own that no collector asks for. What is stored
    of that message stays, and deletions around it are seen.
    """
    import_file(connection, write(tmp_path, on(2, 0, 1, 2, 3)))
    odd = [message(1, timestamp="never"), message(2, timestamp="never")]
    path = write(tmp_path, document(*odd, message(3), exported_at="2026-03-03T00:00:00+00:00"))
    connection.execute("DELETE FROM coverage")
    result = import_file(connection, path, proof=WHOLE)
    assert (result.status, result.coverage_state, deleted(connection)) == ("damaged", "partial", {0: "2026-03-03"})
    assert covered(connection) == [
        ((0, 0), (1, 0), "complete"),
        ((1, -1), (1, 1), "partial"),
        ((1, 0), (2, 0), "complete"),
        ((2, -1), (2, 1), "partial"),
        ((2, 0), (1000, 0), "complete"),
    ]
    assert left_to_export(connection) == []


@pytest.mark.parametrize(("identity", "stated"), [(str(snowflake(2)), 7), ("no number", 3)])
def test_a_hole_of_unknown_size_proves_nothing_around_it(connection, tmp_path, identity, stated):
    """
    A file that holds fewer messages than it says, or a message without a usable id, may lack anything.
    """
    messages = message(1, timestamp="never"), message(2, id=identity), message(3)
    root = document(*messages, exported_at=stamp(100), messageCount=stated)
    result = import_file(connection, write(tmp_path, root), proof=WHOLE)
    states = connection.execute("SELECT DISTINCT state FROM coverage").fetchall()
    assert (result.coverage_state, states) == ("partial", [("partial",)])
    assert left_to_export(connection) == [IdRange(WHOLE.after_id, WHOLE.before_id)]


def test_many_holes_prove_nothing_around_them(connection, tmp_path):
    """
    A hundred messages may be odd by themselves, one more, and something is wrong with the file.
    """
    for count, states in ((100, {"complete", "partial"}), (101, {"partial"})):
        odd = (message(at, timestamp="never") for at in range(1, count + 1))
        root = document(*odd, message(900), exported_at=stamp(1000), channel=CHANNEL + count)
        result = import_file(connection, write(tmp_path, root), proof=WHOLE)
        found = connection.execute("SELECT DISTINCT state FROM coverage WHERE sha256 = %s", [result.sha256]).fetchall()
        assert {state for (state,) in found} == states


def test_broken_text_proves_nothing_around_it(connection, tmp_path):
    """
    Where a message is no JSON, its id may be broken, too.
    """
    whole = write(tmp_path, document(message(1), message(2, "torn"), message(3), exported_at=stamp(100)))
    whole.write_bytes(whole.read_bytes().replace(b'"torn"', b'"torn'))
    result = import_file(connection, whole, proof=WHOLE)
    assert (result.counts.new, result.counts.quarantined) == (2, 1)
    assert {state for *_, state in covered(connection)} == {"partial"}


def test_the_checks_know_holes(connection, tmp_path):
    """
    A database with holes is sound, and importing its files again makes the same; a hole that is proven is none.
    """
    root = document(message(1, timestamp="never"), message(2), exported_at=stamp(100))
    import_file(connection, write(tmp_path, root), proof=WHOLE)
    assert troubles_of_checks(connection, tmp_path) == []
    connection.execute("UPDATE coverage SET before_id = after_id + 5 WHERE state = 'complete' AND after_id = 0")
    connection.execute("UPDATE coverage SET after_id = after_id - 5 WHERE state = 'complete' AND after_id > 0")
    assert troubles_of_checks(connection, tmp_path) == ["coverage", "replay"]
