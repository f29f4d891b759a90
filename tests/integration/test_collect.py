"""Collecting over time: only what is new, edits and deletions seen. Its kills are in tests/survival."""

import json

import pytest
from followed_community import Community
from standin.truth import Truth


@pytest.fixture
def community(tmp_path, database_settings):
    """A community that was never collected."""
    return Community(tmp_path, database_settings)


def test_a_community_is_followed_through_time(community, database):
    """New messages, edits, deletions, a new channel and a removed one: after each run the database is the world."""
    status, said = community.run("collect")
    assert status == 0, said
    community.check(database)
    world, truth = community.world, Truth(community.path)
    channel = max(truth.channel_ids(community.guild), key=lambda number: len(truth.message_ids(number)))
    ids = truth.message_ids(channel)
    author = next(user for user, facts in world.users.items() if not facts["bot"])
    world.advance(days=1)
    world.edit(ids[0], "an edited text")
    world.delete(ids[1])
    world.post(channel, author, "a new one")
    fresh = world.add_channel(community.guild, "fresh")
    world.post(fresh, author, "the first here")
    community.save()
    status, said = community.run("collect", "--json")
    assert status == 0, said
    assert json.loads(said)["new"] == [str(fresh)]
    community.check(database)
    rows = database.execute("SELECT content FROM messages WHERE id = %s", (ids[0],)).fetchall()
    earlier = database.execute("SELECT count(*) FROM message_revisions WHERE message_id = %s", (ids[0],)).fetchone()
    gone = database.execute("SELECT deleted_at IS NOT NULL FROM messages WHERE id = %s", (ids[1],)).fetchone()
    database.rollback()
    assert (rows, earlier, gone) == ([("an edited text",)], (1,), (True,))
    world.advance(days=1)
    world.remove_channel(fresh)
    community.save()
    status, said = community.run("collect", "--json")
    assert json.loads(said)["vanished"] == [str(fresh)]


def test_a_failed_stretch_is_a_gap_until_the_next_run_fills_it(community, database):
    """The cursor stays; `coverage` names what is missing and why; a plain run closes it."""
    truth = Truth(community.path)
    channel = max(truth.channel_ids(community.guild), key=lambda number: len(truth.message_ids(number)))
    fault = json.dumps([{"name": "half-exit-1", "after": "half", "channel": channel}])
    status, said = community.run("collect", STANDIN_FAULTS=fault)
    assert status == 65, said
    count = database.execute("SELECT count(*) FROM messages WHERE channel_id = %s", (channel,)).fetchone()
    states = database.execute("SELECT state FROM coverage WHERE channel_id = %s", (channel,)).fetchall()
    database.rollback()
    assert (count, states) == ((0,), [("partial",)])
    assert community.run("collect")[0] == 0
    community.check(database)
    status, said = community.run("coverage", "--json")
    assert json.loads(said)[0]["gaps"] == []


def test_a_message_too_large_to_store_is_not_fetched_day_by_day(community, database):
    """
    What lies around it counts as collected, and later runs ask for what came since. With more memory it is stored.
    """
    community.configure(refresh_days=0, import_memory_mb=256)
    world, truth = community.world, Truth(community.path)
    channel = max(truth.channel_ids(community.guild), key=lambda number: len(truth.message_ids(number)))
    author = next(user for user, facts in world.users.items() if not facts["bot"])
    world.advance(days=1)
    giant = world.post(channel, author, "x" * 2_800_000)
    world.advance(days=1)
    world.post(channel, author, "after it")
    community.save()
    status, said = community.run("collect")
    assert (status, "1 quarantined" in said) == (65, True), said
    world.advance(days=1)
    last = world.post(channel, author, "a day later")
    community.save()
    status, said = community.run("collect")
    assert (status, "1 new, 0 edited" in said) == (0, True), said

    def ranges():
        query = "SELECT after_id, before_id FROM coverage WHERE channel_id = %s AND state = 'partial'"
        found = database.execute(query, (channel,)).fetchall()
        database.rollback()
        return found

    assert ranges() == [(giant - 1, giant + 1)]
    fetched = [
        json.loads(line)["argv"] for line in (community.folder / "log").read_text().splitlines() if "argv" in line
    ]
    assert [each for each in fetched if f"{giant - 1}" in each] == []
    community.configure(refresh_days=0)
    status, said = community.run("import", "collectors/exports", "--retry")
    assert (status, ranges()) == (0, []), said
    community.check(database)
    assert database.execute("SELECT length(content) FROM messages WHERE id = %s", (giant,)).fetchone() == (2_800_000,)
    assert database.execute("SELECT max(id) FROM messages WHERE channel_id = %s", (channel,)).fetchone() == (last,)
    database.rollback()


def test_export_then_import_is_the_same_as_collect(community, database):
    """The two commands of the documentation, one after the other; the second import has nothing to do."""
    assert community.run("export")[0] == 0
    assert database.execute("SELECT count(*) FROM messages").fetchone() == (0,)
    database.rollback()
    status, said = community.run("import", "collectors/exports")
    assert status == 0, said
    community.check(database)
    proven = database.execute("SELECT DISTINCT state FROM coverage ORDER BY 1").fetchall()
    database.rollback()
    assert proven == [("complete",), ("empty",)]
    status, said = community.run("import", "collectors/exports")
    assert (status, "0 rows" in said) == (0, True), said
