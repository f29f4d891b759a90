"""The figures of a window equal an independent count over the same rows."""

from collections import Counter
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from shared_database import database_copy

from discord_airflow import database
from discord_airflow.queries import query_builder
from discord_airflow.window import Window, window_ending
from tests.rows.count import Counted
from tests.rows.world import store
from tests.rows.worlds import EXCLUSIONS, GUILDS, UNTIL, all_covered, random_world

ZONE = "Europe/Helsinki"
WINDOW = window_ending(UNTIL, 7, ZONE)
SEEDS = range(24)

excluding = pytest.mark.parametrize("excluded", EXCLUSIONS, ids=str)


@pytest.fixture(scope="module")
def connection(server, template):
    """A connection to a database of this module's own."""
    with database_copy(server, template) as settings, database.connect(settings) as opened:
        yield opened


@pytest.fixture(scope="module", params=SEEDS)
def world(request, connection):
    """A random world, stored for the tests of this module and covered from end to end."""
    made = all_covered(random_world(request.param))
    with connection.transaction(force_rollback=True):
        store(connection, made)
        yield made


def fields(row, names):
    return {name: getattr(row, name) for name in names}


@excluding
def test_activity_equals_an_independent_count(connection, world, excluded):
    """All figures of all guilds are right, and messages, bots, system and deleted ones add up to all that is stored."""
    rows = query_builder.fetch_activity(connection, window=WINDOW, excluded_channels=excluded)
    counted = Counted(world, WINDOW.since, WINDOW.until, frozenset(excluded))
    assert [row.guild_id for row in rows] == sorted(GUILDS)
    for row in rows:
        expected = counted.activity(row.guild_id)
        assert fields(row, expected) == expected
        assert row.all_messages == row.messages + row.bot_messages + row.system_messages + row.deleted_messages


@excluding
def test_totals_equal_an_independent_count(connection, world, excluded):
    """Totals leave out nothing but excluded channels."""
    rows = query_builder.fetch_totals(connection, window=WINDOW, excluded_channels=excluded)
    counted = Counted(world, WINDOW.since, WINDOW.until, frozenset(excluded))
    for row in rows:
        expected = counted.totals(row.guild_id)
        assert fields(row, expected) == expected


@excluding
@pytest.mark.parametrize("limit", [None, 1, 2])
def test_contributors_equal_an_independent_ranking(connection, world, excluded, limit):
    """People stand by messages, equals by id; their active days are days of the zone."""
    rows = query_builder.fetch_contributors(connection, window=WINDOW, excluded_channels=excluded, limit=limit)
    counted = Counted(world, WINDOW.since, WINDOW.until, frozenset(excluded))
    for guild_id in GUILDS:
        found = [
            (row.user_id, row.messages, row.replies, row.reactions, row.channels, row.active_days)
            for row in rows
            if row.guild_id == guild_id
        ]
        assert found == counted.contributors(guild_id, ZONE)[:limit]


@excluding
@pytest.mark.parametrize("limit", [None, 1, 2])
def test_channels_equal_an_independent_ranking(connection, world, excluded, limit):
    """Channels, threads and forum posts stand by messages, each as a place of its own."""
    rows = query_builder.fetch_channels(connection, window=WINDOW, excluded_channels=excluded, limit=limit)
    counted = Counted(world, WINDOW.since, WINDOW.until, frozenset(excluded))
    for guild_id in GUILDS:
        found = [
            (row.channel_id, row.messages, row.posters, row.replies, row.reactions)
            for row in rows
            if row.guild_id == guild_id
        ]
        assert found == counted.channels(guild_id)[:limit]


@excluding
def test_new_people_equal_an_independent_search(connection, world, excluded):
    """A person is new where their first message ever lies in the window; deleted and excluded ones do not count."""
    rows = query_builder.fetch_new_people(connection, window=WINDOW, excluded_channels=excluded)
    counted = Counted(world, WINDOW.since, WINDOW.until, frozenset(excluded))
    for guild_id in GUILDS:
        found = [(row.user_id, row.first_message_id, row.first_reply_at) for row in rows if row.guild_id == guild_id]
        assert found == counted.new_people(guild_id)


@pytest.mark.parametrize("least", [1, 2, 3])
def test_connectors_equal_an_independent_count(connection, world, least):
    """Connectors wrote at least so much on each of two servers; direct messages are no server."""
    rows = query_builder.fetch_connectors(connection, window=WINDOW, min_messages=least)
    found = [
        (row.user_id, row.messages, tuple((guild.guild_id, guild.messages) for guild in row.guilds)) for row in rows
    ]
    expected = Counted(world, WINDOW.since, WINDOW.until).connectors(least)
    assert found == expected
    assert query_builder.fetch_connectors(connection, window=WINDOW, min_messages=least, limit=1) == rows[:1]


@pytest.mark.parametrize("limit", [None, 2])
def test_highlights_equal_an_independent_ranking(connection, world, limit):
    """Messages stand by distinct people, without bots and the author; by the count where no users are listed."""
    rows = query_builder.fetch_highlights(connection, window=WINDOW, limit=limit)
    counted = Counted(world, WINDOW.since, WINDOW.until)
    for guild_id in GUILDS:
        found = [(row.message_id, row.reactors, row.reactions, row.replies) for row in rows if row.guild_id == guild_id]
        assert found == counted.highlights(guild_id)[:limit]
    assert all(sum(emoji.count for emoji in row.emojis) == row.reactions for row in rows)


def test_concentration_is_the_smallest_group_with_half_of_the_messages(connection, world):
    """The contributor absence factor is the least number of people who wrote half."""
    rows = query_builder.fetch_concentration(connection, window=WINDOW)
    counted = Counted(world, WINDOW.since, WINDOW.until)
    found = {row.guild_id: row.absence_factor for row in rows}
    assert found == {guild: factor for guild in GUILDS if (factor := counted.absence_factor(guild))}


def test_recent_users_stand_by_their_latest_message(connection, world):
    """Everybody who wrote in the window is there once, the latest first."""
    rows = query_builder.fetch_recent_users(connection, window=WINDOW)
    for guild_id in GUILDS:
        latest = {}
        for message in Counted(world, WINDOW.since, WINDOW.until).of_people(guild_id):
            latest[message.author_id] = max(latest.get(message.author_id, (message.at, 0)), (message.at, message.id))
        expected = [message for _, message in sorted(latest.values(), reverse=True)]
        assert [row.last_message_id for row in rows if row.guild_id == guild_id] == expected


def test_days_and_weeks_equal_an_independent_count(connection, world):
    """Each day and each week of the trend has the messages and posters of its own half-open span."""
    days = query_builder.fetch_days(connection, window=WINDOW)
    weeks = query_builder.fetch_weekly_trend(connection, window=WINDOW, weeks=5)
    assert (len(days), len(weeks)) == (8 * len(GUILDS), 5 * len(GUILDS))
    for point in [*days, *weeks]:
        counted = Counted(world, point.since, point.until)
        assert point.messages == len(counted.written(point.guild_id))
        assert point.posters == len({message.author_id for message in counted.of_people(point.guild_id)})


def test_days_and_hours_sum_to_the_window(connection, world):
    """Nothing is counted twice or lost where spans meet, also on the day with 23 hours."""
    days = query_builder.fetch_days(connection, window=WINDOW)
    hours = query_builder.fetch_hours(connection, window=WINDOW)
    for row in query_builder.fetch_activity(connection, window=WINDOW):
        assert row.messages == sum(day.messages for day in days if day.guild_id == row.guild_id)
        assert row.messages == sum(cell.messages for cell in hours if cell.guild_id == row.guild_id)


def test_hours_are_those_of_the_wall(connection, world):
    """A cell holds the messages whose wall clock in the zone shows its weekday and hour."""
    window = window_ending(UNTIL, 14, ZONE)
    rows = query_builder.fetch_hours(connection, window=window)
    counted = Counted(world, window.since, window.until)
    for guild_id in GUILDS:
        walls = [message.at.astimezone(ZoneInfo(ZONE)) for message in counted.written(guild_id)]
        found = {(cell.weekday, cell.hour): cell.messages for cell in rows if cell.guild_id == guild_id}
        assert len(found) == 7 * 24
        assert +Counter(found) == Counter((wall.weekday(), wall.hour) for wall in walls)


def test_growth_accounting_adds_up(connection, world):
    """Posters = those of the week before + new + returned - lapsed, and each part equals an independent count."""
    rows = query_builder.fetch_weekly_active(connection, window=WINDOW, weeks=4)
    assert len(rows) == 4 * len(GUILDS)
    for row in rows:
        assert row.posters == row.preceding + row.new + row.returned - row.lapsed
        span = Window(row.since, row.until, ZONE)
        now, before = (
            {message.author_id for message in Counted(world, one.since, one.until).of_people(row.guild_id)}
            for one in (span, span.preceding())
        )
        firsts = Counted(world, row.since, UNTIL + timedelta(days=9)).first_messages(row.guild_id)
        new = {author for author in now if firsts[author].at >= row.since}
        month = Counted(world, window_ending(row.until, 28, ZONE).since, row.until)
        assert (row.posters, row.new) == (len(now), len(new))
        assert (row.returned, row.lapsed) == (len(now - before - new), len(before - now))
        assert row.posters_28_days == len({message.author_id for message in month.of_people(row.guild_id)})


def test_membership_months_equal_an_independent_count(connection, world):
    """Joins, first-seen and last-seen people of a month are those of the calendar month in the zone."""
    rows = query_builder.fetch_membership(connection, window=WINDOW, months=3)
    assert len(rows) == 3 * len(GUILDS)
    everything = Counted(world, WINDOW.since - timedelta(days=900), UNTIL + timedelta(days=9))
    for row in rows:
        theirs = {}
        for message in everything.of_people(row.guild_id):
            theirs.setdefault(message.author_id, []).append(message.at)
        inside = Window(row.since, row.until, ZONE)
        stored = [message for message in everything.stored(row.guild_id) if message.kind == 7]
        joins = [m for m in stored if m.at in inside and world.author_kind(m) != 1 and m.deleted_at is None]
        assert row.first_seen == sum(min(found) in inside for found in theirs.values())
        assert row.last_seen == sum(max(found) in inside for found in theirs.values())
        assert row.joins == (len(joins) if stored else None)
