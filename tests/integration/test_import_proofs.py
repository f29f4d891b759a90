"""What an export that is proven complete lets us conclude: what is gone, and what is covered."""

from datetime import UTC, datetime

import pytest
from export_documents import CHANNEL, GUILD, MIRA, OTTO_BLOCK, document, message, snowflake, stamp, write
from table_contents import written_rows

from discord_airflow.collectors.coverage import Coverage, Proof, record_coverage
from discord_airflow.collectors.importer import import_file

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
