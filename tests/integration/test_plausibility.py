"""Is the data plausible? A year of calm weeks raises next to nothing, and a hundred seeded faults next to all."""

import math
import random
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from shared_database import database_copy

from discord_airflow import database as door
from discord_airflow.queries.query_builder import fetch_plausibility
from discord_airflow.snowflake import snowflake_at
from discord_airflow.window import Window
from tests.rows.world import Channel, Covered, Message, Person, World, message_id, store

ZONE = "Europe/Helsinki"
FIRST = datetime(2025, 9, 7, 9)
HISTORY, YEAR = 8, 52
WEEK = timedelta(days=7)
RATES = (220, 130, 80, 45, 30, 16, 6, 2)
"""Messages a week: busy channels, and some so quiet that a week without any is nothing."""
THREADS = 10


def poisson(rng, mean):
    """A random number of events; one after the other until the time is over."""
    count, past = 0, rng.expovariate(1)
    while past < mean:
        count, past = count + 1, past + rng.expovariate(1)
    return count


def edge(number):
    """Where week *number* begins: nine o'clock on a Sunday, also when the clocks have changed."""
    return (FIRST + number * WEEK).replace(tzinfo=ZoneInfo(ZONE)).astimezone(UTC)


def window(number):
    """The week *number* as a window."""
    return Window(edge(number), edge(number + 1), ZONE)


@pytest.fixture(scope="module")
def connection(server, template):
    """Sixty weeks of one server, collected week by week: eight to learn from, a year to judge."""
    with database_copy(server, template) as settings, door.connect(settings) as opened:
        fill(opened)
        yield opened


def fill(connection):
    """Write the sixty weeks."""
    rng = random.Random(20261122)
    connection.execute("INSERT INTO guilds (id, name, raw, observed_at) VALUES (1, 'Harbour', '{}', now())")
    places = [(1000 + number, None, 0, f"channel {number}") for number in range(len(RATES))]
    places += [(2000 + number, 1000 + number % 2, 11, f"thread {number}") for number in range(THREADS)]
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO channels (id, guild_id, parent_id, kind, name, raw, observed_at)"
            " VALUES (%s, 1, %s, %s, %s, '{}', now())",
            places,
        )
        with cursor.copy(
            "COPY coverage (channel_id, after_id, before_id, observed_at, state, guild_id) FROM STDIN"
        ) as copy:
            for channel_id, *_ in places:
                for number in range(HISTORY + YEAR):
                    first, last = snowflake_at(edge(number)) - 1, snowflake_at(edge(number + 1))
                    copy.write_row((channel_id, first, last, edge(number + 1), "complete", 1))
        with cursor.copy(
            "COPY messages (id, channel_id, author_id, author_profile, digest, sent_at, observed_at, kind, author_kind,"
            " utc_offset, variant, is_pinned, off_clock, type, content) FROM STDIN"
        ) as copy:
            for row in messages(rng, places):
                copy.write_row(row)
        cursor.execute("ANALYZE")
    connection.commit()


def messages(rng, places):
    """Yield the messages of all weeks: each week and each channel has its own mood, chance does the rest."""
    seen = set()
    for number in range(HISTORY + YEAR):
        mood = math.exp(rng.gauss(0, 0.1))
        for channel_id, parent_id, *_ in places:
            rate = 3 if parent_id else RATES[channel_id - 1000]
            for _ in range(poisson(rng, rate * mood * math.exp(rng.gauss(0, 0.15)))):
                at = edge(number) + timedelta(milliseconds=rng.randrange(7 * 86_400_000))
                id_ = snowflake_at(at) + rng.randrange(1 << 21)
                if id_ not in seen:
                    seen.add(id_)
                    observed = edge(number + 1)
                    yield (id_, channel_id, rng.randrange(1, 60), 0, 0, at, observed, 0, 0, 0, 0, False, False, "", "x")


def doubts(connection, number):
    """What is said against week *number*."""
    (row,) = fetch_plausibility(connection, window=window(number))
    assert row.windows == HISTORY
    return row.doubts


def test_a_year_of_calm_weeks_raises_at_most_two_false_alarms(connection):
    """Fifty-two weeks in which nothing is wrong."""
    raised = [doubt for number in range(HISTORY, HISTORY + YEAR) for doubt in doubts(connection, number)]
    connection.rollback()
    assert len(raised) <= 2, raised


IN_WEEK = "id >= %(first)s AND id < %(last)s"
FAULTS = {
    "few": f"DELETE FROM messages WHERE {IN_WEEK} AND id %% 100 < 60",
    "silent": f"DELETE FROM messages WHERE {IN_WEEK} AND channel_id = %(busy)s",
    "doubled": "INSERT INTO messages (id, channel_id, author_id, author_profile, digest, sent_at, observed_at, kind,"
    " author_kind, utc_offset, variant, is_pinned, off_clock, type, content)"
    " SELECT id + (1 << 21), channel_id, author_id, author_profile, digest, sent_at, observed_at, kind, author_kind,"
    f" utc_offset, variant, is_pinned, off_clock, type, content FROM messages WHERE {IN_WEEK} AND channel_id = %(any)s",
    "threads": "DELETE FROM coverage WHERE before_id = %(last)s AND channel_id >= 2000 AND channel_id %% 2 = %(half)s",
    "empty": f"UPDATE messages SET content = '' WHERE {IN_WEEK} AND (%(half)s = 0 OR channel_id = %(busy)s)",
}


def test_of_a_hundred_seeded_faults_at_least_95_are_found(connection):
    """Twenty each: a drop of 60 %, a silent channel, a doubled file, half a list of threads, texts without content."""
    rng = random.Random(7)
    missed = []
    for about, fault in FAULTS.items():
        for number in rng.sample(range(HISTORY, HISTORY + YEAR), 20):
            values = {
                "first": snowflake_at(edge(number)),
                "last": snowflake_at(edge(number + 1)),
                "busy": rng.choice(range(1000, 1006)),
                "any": rng.choice(range(1000, 1006)),
                "half": rng.randrange(2),
            }
            changed = connection.execute(fault, values).rowcount
            assert changed > 0
            if about not in {doubt.about for doubt in doubts(connection, number)}:
                missed.append((about, number, values["busy"], changed))
            connection.rollback()
    assert len(missed) <= 5, (len(missed), missed)


NOW = window(HISTORY)
GENERAL, MIRA = Channel(1000), Person(1, "Mira")
WHOLE = (Covered(1000),)


def said(connection, world, about):
    """Store *world* and return the doubts of a kind, as (channel, found, of)."""
    store(connection, world)
    (row,) = fetch_plausibility(connection, window=NOW)
    return [(doubt.channel_id, doubt.found, doubt.of) for doubt in row.doubts if doubt.about == about]


def some(count, **facts):
    """Messages of the window, a minute apart."""
    return tuple(
        Message(message_id(NOW.since + timedelta(minutes=number)), 1000, 1, **facts) for number in range(1, count + 1)
    )


def world(*, messages=(), coverage=WHOLE, channels=(GENERAL,)):
    """A server with one channel and one person."""
    return World(channels, (MIRA,), messages, coverage)


def test_a_server_whose_collection_ended_early_is_late_and_says_when(scratch):
    """The newest end of any channel counts; one channel that reaches the end is no late server."""
    early = world(coverage=(Covered(1000, until=NOW.until - timedelta(hours=5)),))
    assert said(scratch, early, "freshness") == [(None, 300, 7 * 24 * 60)]


def test_one_channel_that_is_late_is_a_channel_not_collected_whole(scratch):
    """The other reaches the end of the window."""
    two = world(
        channels=(GENERAL, Channel(1001)), coverage=(Covered(1000, until=NOW.until - timedelta(hours=5)), Covered(1001))
    )
    assert said(scratch, two, "freshness") == []
    (row,) = fetch_plausibility(scratch, window=NOW)
    assert [(doubt.about, doubt.found, doubt.of) for doubt in row.doubts] == [("channels", 1, 2)]


def test_what_was_tried_and_never_collected_is_known_all_the_same(scratch):
    """A forbidden channel has no export; a thread that its channel announced and no list had, neither."""
    scratch.execute(
        "INSERT INTO coverage (channel_id, after_id, before_id, observed_at, state, guild_id)"
        " VALUES (3000, 0, 5, now(), 'forbidden', 1)"
    )
    announced = Message(message_id(NOW.since + timedelta(days=1)), 1000, 1, kind=18)
    store(scratch, world(messages=(announced,)))
    scratch.execute("UPDATE messages SET reference_channel_id = 4000")
    (row,) = fetch_plausibility(scratch, window=NOW)
    assert [(doubt.about, doubt.found, doubt.of) for doubt in row.doubts] == [("never_collected", 2, 3)]


@pytest.mark.parametrize(
    ("messages", "expected"),
    [
        (some(12, content=""), [(None, 12, 12)]),
        (some(12, content="", attachments=1), []),
        (some(12, content="", stickers=1), []),
        (some(12, content="", embeds=1), []),
        (some(12, content="words"), []),
        (some(9, content=""), []),
        (some(12, content="", deleted_at=NOW.until), []),
    ],
    ids=["nothing", "a file", "a sticker", "an embed", "words", "too few to say", "deleted"],
)
def test_messages_that_hold_nothing(scratch, messages, expected):
    """Without the Message Content Intent every message comes without words and files."""
    assert said(scratch, world(messages=messages), "empty") == expected


def test_a_message_later_than_the_export_that_shows_it(scratch):
    """Its date cannot be."""
    store(scratch, world(messages=some(4)))
    scratch.execute("UPDATE messages SET observed_at = sent_at - interval '1 hour' WHERE id % 2 = 0 OR true")
    (row,) = fetch_plausibility(scratch, window=NOW)
    assert [(doubt.about, doubt.found) for doubt in row.doubts] == [("future", 4)]


def test_a_message_whose_id_tells_another_time(scratch):
    """Its id is of another year."""
    moved = Message(message_id(NOW.since - timedelta(days=400)), 1000, 1, sent_at=NOW.since + timedelta(hours=1))
    early = world(messages=(moved,), channels=(Channel(1000),))
    assert said(scratch, early, "clock") == [(1000, 1, 1)]


def test_too_short_a_past_says_nothing_of_volume(scratch):
    """Five earlier weeks collected whole are too few; what was not collected counts for nothing, and not for 0."""
    five = world(messages=some(30), coverage=(Covered(1000, since=NOW.since - 5 * WEEK),))
    store(scratch, five)
    (row,) = fetch_plausibility(scratch, window=NOW)
    assert (row.windows, row.channels, row.doubts) == (0, 0, ())


def test_a_window_of_one_day_is_held_against_the_same_weekday(scratch):
    """Sundays against Sundays; days between them do not matter."""
    sundays = tuple(
        Message(message_id(NOW.since - back * WEEK, number * 50_000_000), 1000, 1)
        for back in range(1, 9)
        for number in range(20)
    )
    store(scratch, world(messages=sundays))
    day = Window(NOW.since, NOW.since + timedelta(days=1), ZONE)
    (row,) = fetch_plausibility(scratch, window=day)
    assert [(doubt.about, doubt.found, doubt.of, doubt.lowest) for doubt in row.doubts] == [
        ("silent", 0, 20, 20), ("silent", 0, 20, 20)
    ]  # fmt: skip
    (row,) = fetch_plausibility(scratch, window=Window(day.until, day.until + timedelta(days=1), ZONE))
    assert (row.windows, row.doubts) == (8, ())


def test_an_excluded_channel_is_not_doubted(scratch):
    """Nobody asked about it."""
    store(scratch, world(messages=some(12, content="")))
    (row,) = fetch_plausibility(scratch, window=NOW, excluded_channels=[1000])
    assert row.doubts == ()
