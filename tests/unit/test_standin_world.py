"""Worlds have a history, and what an export holds at any moment is what the independent truth says."""

import json
from datetime import datetime, timedelta

import pytest
from standin.failures import DotNetError
from standin.instants import snowflake_ticks, ticks_of
from standin.population import populate
from standin.truth import Truth
from standin.world import World
from standin.writing import write_export

NOW = "2026-03-02T12:00:00+00:00"


@pytest.mark.parametrize("days", [0, 0.4, 3, 9])
def test_exports_of_any_moment_hold_what_is_true_then(tmp_path, days):
    """Ids, texts and reactions of every channel, compared with answers that share no code with the writer."""
    world = populate(11, channels=3, messages=60)
    at = datetime.fromisoformat(NOW) - timedelta(days=days)
    truth = Truth(world.save(tmp_path / "world.json"), at)
    for channel in set().union(*(truth.channel_ids(guild) for guild in [0, *world.guilds])):
        path = write_export(world, channel, path=tmp_path / f"{channel}.json", at=at)
        messages = json.loads(path.read_bytes())["messages"]
        assert [int(m["id"]) for m in messages] == truth.message_ids(channel)
        spoken = {int(m["id"]): m["content"] for m in messages if m["type"] in {"Default", "Reply", "20"}}
        texts = truth.texts(channel)
        assert spoken == {key: texts[key] for key in spoken}
        shown = {
            int(m["id"]): {r["emoji"]["name"]: {int(u["id"]) for u in r["users"]} for r in m["reactions"]}
            for m in messages
            if m["reactions"]
        }
        assert shown == truth.reactions(channel)


def test_a_populated_world_has_a_bit_of_everything():
    """Kinds of channels and messages, edits, deletions, pins, stickers, attachments, embeds, people who left."""
    world = populate(1, guilds=2, channels=4, messages=120)
    messages = [message for channel in world.channels.values() for message in channel["messages"]]
    assert {channel["type"] for channel in world.channels.values()} >= {0, 1, 2, 3, 4, 5, 11, 12, 15}
    assert {message["type"] for message in messages} >= {0, 6, 7, 18, 19, 20, 21}
    for key in (
        "attachments",
        "embeds",
        "stickers",
        "forwarded",
        "interaction",
        "author_name",
        "deleted_at",
        "reference",
    ):
        assert any(key in message for message in messages), key
    changed = {name for message in messages for change in message.get("changes", []) for name in change["set"]}
    assert changed >= {"content", "edited", "pinned", "reactions"}
    assert any("deleted_at" in member for guild in world.guilds.values() for member in guild["members"])
    first, second = world.guilds.values()
    assert {m["id"] for m in first["members"]} & {m["id"] for m in second["members"]}, "people in both servers"


def test_ids_tell_their_moment_and_later_ones_are_greater():
    """Also of two messages in one millisecond."""
    world = World(now=NOW)
    first, second = world.next_id(), world.next_id()
    assert first < second
    assert snowflake_ticks(first) == snowflake_ticks(second) == ticks_of(NOW)
    world.advance(hours=1)
    assert snowflake_ticks(world.next_id()) - ticks_of(NOW) == 36_000_000_000


def test_a_world_survives_its_file(tmp_path):
    """Saved, loaded, altered and saved again, it goes on where it was."""
    path = populate(2).save(tmp_path / "world.json")
    world = World.load(path)
    assert world.save(tmp_path / "again.json").read_bytes() == path.read_bytes()
    channel = next(key for key, facts in world.channels.items() if facts["messages"])
    message = world.post(channel, next(iter(world.users)), "one more")
    world.save(path)
    assert Truth(path).message_ids(channel)[-1] == message
    assert not (tmp_path / "world.json.draft").exists()


def test_reactions_come_and_go_by_emoji(tmp_path):
    """Setting one emoji's people leaves the others alone; nobody removes it."""
    world = World(now=NOW)
    guild, mira, otto = world.add_guild("Moss"), world.add_user("mira"), world.add_user("otto")
    channel = world.add_channel(guild, "tips")
    message = world.post(channel, mira, "hi")
    world.react(message, "👍", [mira, otto])
    world.react(message, "dew:5", [otto])
    world.advance(minutes=1)
    world.react(message, "👍", [])
    path = world.save(tmp_path / "w")
    assert Truth(path).reactions(channel) == {message: {"dew": {otto}}}
    earlier = datetime.fromisoformat(NOW)
    assert Truth(path, earlier).reactions(channel) == {message: {"👍": {mira, otto}, "dew": {otto}}}


def test_deletions_are_known_to_the_truth(tmp_path):
    """From their moment on."""
    world = World(now=NOW)
    channel = world.add_channel(world.add_guild("Moss"), "tips")
    mira = world.add_user("mira")
    first, second = (world.post(channel, mira, text) for text in "ab")
    world.advance(minutes=1)
    world.delete(first)
    path = world.save(tmp_path / "w")
    assert (Truth(path).message_ids(channel), Truth(path).deleted_ids(channel)) == ([second], [first])
    assert Truth(path, datetime.fromisoformat(NOW)).deleted_ids(channel) == []


def test_a_clockless_world_asks_for_moments(tmp_path):
    """A change without a date would be a change nobody can place."""
    world = World()
    with pytest.raises(ValueError, match="no clock"):
        world.add_guild("Moss")
    with pytest.raises(ValueError, match="time zone"):
        World(now="2026-03-02T12:00:00")
    with pytest.raises(ValueError, match="no clock"):
        write_export(world, 1, path=tmp_path / "x.json")


def test_write_export_raises_what_the_program_would_tell(tmp_path):
    """And leaves the file as the program would."""
    world = populate(1)
    channel = next(key for key, facts in world.channels.items() if len(facts["messages"]) > 9)
    path = tmp_path / "x.json"
    with pytest.raises(DotNetError, match="failed: bad gateway"):
        write_export(world, channel, path=path, faults=[{"name": "half-exit-1", "after": 4}])
    assert json.loads(path.read_bytes())["messageCount"] == 4
    with pytest.raises(DotNetError, match="No messages found for the specified period"):
        write_export(world, channel, path=tmp_path / "y.json", version="2.31", after=2**63)
    assert not (tmp_path / "y.json").exists()
