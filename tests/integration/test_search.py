"""Search finds what a person means, in any language, and takes nothing that is typed for anything else."""

from datetime import UTC, datetime, timedelta

import pytest
from psycopg import sql

from discord_airflow import database as door
from discord_airflow.errors import UsageError
from discord_airflow.queries import search
from discord_airflow.queries.query_builder import fetch_search
from discord_airflow.queries.search_index import create_search_index
from tests.rows.index_scans import scans_of_the_index
from tests.rows.world import Channel, Message, Person, World, message_id, store

START = datetime(2026, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)

CHANNELS = (
    Channel(10),
    Channel(11, name="a thread", kind=11, parent_id=10),
    Channel(12, name="off-topic"),
    Channel(20, 2, "general"),
)
ADA = Person(100, "ada", nicknames=((1, "Ada Lovelace"),))
BEN = Person(101, "ben")
BOT = Person(102, "robot", author_kind=1)

TEXTS = (
    "Lunch next Friday? I bring pizza",
    "lunchtime",
    "next week, Friday perhaps; no lunch",
    "Junassa ÄÄNEKOSKELLE ja takaisin",
    "Поезд в Хельсинки отходит",
    "東京に行きます",
    "北京很好",
    "안녕하세요 여러분",
    "صباح الخير يا أصدقاء",
    "50% off_sale C:\\temp",
    "cafe\u0301 und Straße",
    "file\nwith several\nlines",
    "naïve résumé",
)


@pytest.fixture
def stored(scratch):
    """One message a day with each of the texts, by Ada in #general of the Harbour."""
    store(scratch, small_world(TEXTS))
    return scratch


def small_world(texts):
    messages = [Message(message_id(START + number * DAY), 10, ADA.id, text) for number, text in enumerate(texts)]
    return World(CHANNELS, (ADA, BEN, BOT), tuple(messages), guilds={1: "Harbour", 2: "Tea House"})


def texts(connection, text, **parameters):
    return [hit.content for hit in fetch_search(connection, text=text, **parameters)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("lunch", [2, 1, 0]),
        ("LUNCH friday", [2, 0]),
        ('"next friday"', [0]),
        ("lunch -pizza", [2, 1]),
        ('lunch -"next friday" -time', [2]),
        ("äänekoskelle", [3]),
        ("ääneK", [3]),
        ("хельсинки", [4]),
        ("ПОЕЗД", [4]),
        ("東京", [5]),
        ("京", [6, 5]),
        ("北京", [6]),
        ("안녕", [7]),
        ("여", [7]),
        ("أصدقاء", [8]),
        ("50%", [9]),
        ("off_sale", [9]),
        ("off.sale", []),
        ("%", [9]),
        ("C:\\temp", [9]),
        ("\\", [9]),
        ("café", [10]),
        ("cafe\u0301", [10]),
        ("résumé", [12]),
        ("re\u0301sume\u0301", [12]),
        ("STRASSE", []),
        ("straße", [10]),
        ("several lines", [11]),
        ("no such text", []),
        ("-lunch -pizza -東京 from:ada before:2026-03-08", [6, 4, 3]),
    ],
)
def test_search_finds_words_parts_and_phrases_in_any_language(stored, text, found):
    """All words must occur, as words or inside words, in any case and either Unicode form, newest first."""
    assert texts(stored, text) == [TEXTS[number] for number in found]


def test_the_index_changes_no_answer(database_settings, monkeypatch):
    """With the trigram index, and hardly another way to look messages up, every search finds what it found without."""
    searches = ["lunch", "京", "北京", "ПОЕЗД", "50%", "cafe\u0301", "ääneK", '"next friday" pizza', "no such text"]
    with door.connect(database_settings, autocommit=True) as connection:
        store(connection, small_world(TEXTS))
        before = [fetch_search(connection, text=text) for text in searches]
        assert create_search_index(connection)
        monkeypatch.setattr(search, "WALKED_FIRST", 0)
        connection.execute("ALTER TABLE messages DROP CONSTRAINT messages_pkey")
        connection.execute("DROP INDEX messages_channel, messages_author")
        connection.execute("SET enable_seqscan = off")
        assert [fetch_search(connection, text=text) for text in searches] == before
        assert scans_of_the_index(connection) >= len(searches) - 1


def test_search_is_narrowed_by_people_places_and_days(scratch):
    """from: takes any name somebody had, in: a channel with its threads, a date is a day of the zone."""
    world = World(
        CHANNELS,
        (ADA, BEN, BOT),
        (
            Message(message_id(START), 10, ADA.id, "tea one"),
            Message(message_id(START + DAY), 11, BEN.id, "tea two"),
            Message(message_id(START + 2 * DAY), 12, ADA.id, "tea three"),
            Message(message_id(START + 3 * DAY), 20, BOT.id, "tea four"),
            Message(message_id(START + 4 * DAY - timedelta(hours=1)), 20, BEN.id, "tea five"),
        ),
        guilds={1: "Harbour", 2: "Tea House"},
    )
    store(scratch, world)
    for text, found in {
        "tea from:ada": "three one",
        'tea from:"ada lovelace"': "three one",
        "tea from:@ben": "five two",
        "tea from:ada from:ben": "five three two one",
        "tea -from:ben": "four three one",
        "tea in:#general server:harbour": "two one",
        "tea in:general": "five four two one",
        "tea in:off-topic": "three",
        "tea -in:general": "three",
        'tea server:"tea house"': "five four",
        "tea on:2026-03-02": "two",
        "tea after:2026-03-02": "five four three",
        "tea before:2026-03-02": "one",
        "tea after:2026-03-01 before:2026-03-03": "two",
        "from:robot": "four",
        "tea after:2026-03-09 before:2026-03-02": "",
    }.items():
        assert " ".join(hit.removeprefix("tea ") for hit in texts(scratch, text)) == found, text
    assert texts(scratch, "tea on:2026-03-05", zone="Europe/Helsinki") == ["tea five"]
    assert texts(scratch, "tea", guild_ids=(2,), author_ids=(BEN.id,)) == ["tea five"]
    assert texts(scratch, "tea server:harbour", guild_ids=(2,)) == []
    assert texts(scratch, "tea in:general", channel_ids=(12,)) == []
    assert texts(scratch, "tea", excluded_channels=(10,), until=START + 3 * DAY) == ["tea three"]
    assert texts(scratch, "tea", since=START + 3 * DAY, limit=1) == ["tea five"]


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("in:genral", "did you mean 'general'"),
        ("server:Harbor", "did you mean 'Harbour'"),
        ("from:nobody", "nobody is called 'nobody'"),
        ("in:xyzxyz", "lists them"),
    ],
)
def test_a_name_that_nobody_has_is_a_mistake_and_names_the_nearest(stored, text, hint):
    """A typing error does not look like an empty archive."""
    with pytest.raises(UsageError, match=hint):
        fetch_search(stored, text=text)


def test_hits_carry_links_and_what_is_known_of_the_message(stored):
    """A hit leads to the message in Discord."""
    (hit,) = fetch_search(stored, text="pizza")
    assert hit.link == f"https://discord.com/channels/1/10/{message_id(START)}"
    assert (hit.author_name, hit.channel_name, hit.sent_at, hit.score) == ("Ada Lovelace", "general", START, None)


def test_relevance_prefers_words_to_parts_of_words(stored):
    """A message with the word stands before a newer one with a longer word; without any word the newest is first."""
    found = fetch_search(stored, text="lunch", order="relevance")
    assert [hit.content for hit in found][-1] == "lunchtime"
    assert found[0].score > found[-1].score == 0


def test_deleted_messages_are_never_found(stored):
    """What is gone from Discord is shown nowhere."""
    stored.execute("UPDATE messages SET deleted_at = now() WHERE content LIKE '%pizza%'")
    assert texts(stored, "pizza") == []
    stored.execute("UPDATE messages SET deleted_at = now() WHERE content LIKE 'next week%'")
    assert texts(stored, "lunch", limit=1) == ["lunchtime"]


def test_the_newest_are_found_also_beyond_the_days_that_are_looked_through_first(scratch):
    """The last weeks are searched first, and everything when they do not suffice: the answer is the same."""
    times = [START - number * 9 * DAY for number in range(12)]
    messages = tuple(Message(message_id(at), 10, ADA.id, f"tea {number}") for number, at in enumerate(times))
    history = Message(message_id(START - DAY), 10, ADA.id, "tea of old", sent_at=START - 500 * DAY)
    store(scratch, World(CHANNELS, (ADA,), (*messages, history), guilds={1: "Harbour"}))
    everything = [f"tea {number}" for number in range(12)] + ["tea of old"]
    for limit in (1, 3, 4, 5, 13, 50, None):
        assert texts(scratch, "tea", limit=limit) == everything[:limit]


def test_a_database_of_the_locale_c_finds_every_case_too(database_settings):
    """Where PostgreSQL folds the case of ASCII only, the cases are spelled out."""
    name = f"{database_settings.name}_c"
    with door.connect(database_settings, autocommit=True) as maintenance:
        make = "CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C' LOCALE_PROVIDER libc"
        maintenance.execute(sql.SQL(make).format(sql.Identifier(name)))
        try:
            with door.connect(database_settings.model_copy(update={"name": name})) as connection:
                door.apply_schema(connection)
                store(connection, small_world(TEXTS))
                assert texts(connection, "ПОЕЗД") == [TEXTS[4]]
                assert texts(connection, "äänekoskelle -поезд") == [TEXTS[3]]
                assert texts(connection, "takaisin -ÄÄNEKOSKELLE") == []
        finally:
            maintenance.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
