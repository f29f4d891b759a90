"""What figures rest on: gaps are found, reasons told, and what was not collected is never 0."""

from datetime import UTC, datetime, timedelta

import pytest

from discord_airflow.queries import query_builder
from discord_airflow.window import window_ending
from tests.rows.world import Channel, Covered, Message, Person, World, message_id, store

UNTIL = datetime(2026, 11, 22, 7, tzinfo=UTC)
WINDOW = window_ending(UNTIL, 7, "Europe/Helsinki")
SINCE = WINDOW.since
ADA = Person(100, "ada")
DAY = timedelta(days=1)
TWO_CHANNELS = (Channel(10), Channel(11, name="random"))


def guild(connection, *coverage, channels=TWO_CHANNELS, messages=()):
    """Store one guild with this coverage, and return what the window rests on."""
    store(connection, World(channels, (ADA,), messages, coverage))
    return query_builder.fetch_coverage(connection, window=WINDOW)[0]


def message(at, channel_id=10, **fields):
    return Message(message_id(at), channel_id, ADA.id, **fields)


def test_a_window_is_complete_when_every_channel_is_covered(scratch):
    """Two exports that meet cover the window; the claim of a file is not a proof."""
    found = guild(scratch, Covered(10, until=SINCE + DAY), Covered(10, since=SINCE + DAY), Covered(11, SINCE, UNTIL))
    assert (found.state, found.proven, found.gaps) == ("complete", False, ())
    assert (found.channels, found.channels_complete) == (2, 2)


def test_a_window_is_proven_when_the_collector_covered_it(scratch):
    """Complete and empty ranges were watched; one channel that only claims takes the proof away."""
    found = guild(scratch, Covered(10, state="complete"), Covered(11, state="empty"))
    assert (found.state, found.proven) == ("complete", True)
    scratch.execute("DELETE FROM coverage WHERE channel_id = 11")
    scratch.execute("UPDATE coverage SET state = 'complete'")
    scratch.execute(
        "INSERT INTO coverage (channel_id, after_id, before_id, observed_at, state)"
        " SELECT 11, after_id, before_id, observed_at, 'claimed' FROM coverage"
    )
    found = query_builder.fetch_coverage(scratch, window=WINDOW)[0]
    assert (found.state, found.proven) == ("complete", False)


def test_gaps_are_told_with_their_ends_and_reasons(scratch):
    """A gap runs from the end of one export to the beginning of the next; a failed attempt says why."""
    found = guild(
        scratch,
        Covered(10, until=SINCE + DAY),
        Covered(10, since=SINCE + 3 * DAY),
        Covered(10, SINCE + DAY, SINCE + 2 * DAY, state="failed", reason="timed out"),
        Covered(11, state="forbidden"),
    )
    assert found.state == "partial"
    assert [(gap.channel_name, gap.since, gap.until, gap.reason) for gap in found.gaps] == [
        ("general", SINCE + DAY, SINCE + 3 * DAY, "failed: timed out"),
        ("random", SINCE, UNTIL, "forbidden"),
    ]
    assert [channel.state for channel in found.channel_states] == ["partial", "none"]


def test_an_export_that_ends_before_the_window_leaves_it_uncollected(scratch):
    """A window after the last export is unknown."""
    found = guild(scratch, Covered(10, until=SINCE), Covered(11, until=SINCE), messages=(message(SINCE - DAY),))
    assert found.state == "none"
    assert found.newest_message_at == SINCE - DAY


def test_a_stored_message_makes_an_uncovered_window_partial(scratch):
    """A damaged file covers nothing, but what it gave is there."""
    found = guild(scratch, Covered(10, state="partial", reason="broken off"), messages=(message(SINCE + DAY),))
    assert found.state == "partial"
    assert [channel.state for channel in found.channel_states] == ["partial", "none"]


def test_a_message_whose_id_contradicts_its_time_counts_for_its_time(scratch):
    """Imported history has ids of another day."""
    found = guild(scratch, messages=(message(UNTIL + 30 * DAY, sent_at=SINCE + DAY),))
    assert found.state == "partial"


def test_a_thread_needs_no_export_from_before_it_was_made(scratch):
    """A thread that began in the window is complete from its beginning; one of later is not listed."""
    begun = SINCE + 2 * DAY
    threads = (
        Channel(10),
        Channel(message_id(begun), kind=11, name="begun"),
        Channel(message_id(UNTIL + DAY), kind=11, name="later"),
    )
    found = guild(scratch, Covered(10), Covered(threads[1].id, since=begun), channels=threads)
    assert found.state == "complete"
    assert [channel.channel_name for channel in found.channel_states] == ["general", "begun"]


def test_a_channel_with_messages_older_than_its_id_is_not_younger_than_they_are(scratch):
    """Ids made by hand do not hide a gap."""
    odd = Channel(message_id(UNTIL - DAY), name="odd")
    found = guild(scratch, channels=(odd,), messages=(message(SINCE + DAY, odd.id),))
    assert found.gaps[0].since == SINCE


def test_places_known_by_name_only_and_excluded_ones_are_not_expected(scratch):
    """Categories, forums, and what the settings leave out have no gaps."""
    channels = (Channel(10), Channel(11, parent_id=90), Channel(90, is_exported=False))
    store(scratch, World(channels, (ADA,), (), (Covered(10),)))
    found = query_builder.fetch_coverage(scratch, window=WINDOW, excluded_channels=(90,))[0]
    assert (found.state, found.channels) == ("complete", 1)


def test_what_was_not_collected_is_unknown_and_never_zero(scratch):
    """Days, weeks, hours and months outside the exports have no figures; quiet ones inside have zeros."""
    covered = (Covered(10, SINCE, UNTIL), Covered(11, SINCE, UNTIL))
    guild(scratch, *covered, messages=(message(SINCE + DAY),))
    weeks = query_builder.fetch_weekly_trend(scratch, window=WINDOW, weeks=3)
    assert [(week.state, week.messages, week.posters) for week in weeks] == [
        ("none", None, None),
        ("none", None, None),
        ("complete", 1, 1),
    ]
    longer = window_ending(UNTIL, 9, "Europe/Helsinki")
    days = query_builder.fetch_days(scratch, window=longer)
    assert [day.messages for day in days] == [None, None, 0, 1, 0, 0, 0, 0, 0, 0]
    assert [day.state for day in days] == ["none"] * 2 + ["partial"] + ["complete"] * 7
    hours = query_builder.fetch_hours(scratch, window=WINDOW)
    assert sum(cell.messages for cell in hours) == 1
    earlier = query_builder.fetch_hours(scratch, window=WINDOW.preceding())
    assert {(cell.state, cell.messages) for cell in earlier} == {("none", None)}
    months = query_builder.fetch_membership(scratch, window=WINDOW, months=3)
    assert [(month.state, month.first_seen) for month in months] == [("none", None), ("none", None), ("partial", 1)]


def test_a_change_needs_two_complete_windows(scratch):
    """Against a window that was not collected there is no change; its figure is unknown."""
    guild(scratch, Covered(10, SINCE, UNTIL), Covered(11, SINCE, UNTIL), messages=(message(SINCE + DAY),))
    change = query_builder.fetch_changes(scratch, window=WINDOW)[0]
    assert (change.figure, change.value, change.preceding, change.change) == ("messages", 1, None, None)
    assert (change.state, change.preceding_state) == ("complete", "none")
    scratch.execute("DELETE FROM coverage")
    store_whole = Covered(10), Covered(11)
    store(scratch, World(guilds={}, coverage=store_whole))
    change = query_builder.fetch_changes(scratch, window=WINDOW)[0]
    assert (change.value, change.preceding, change.change) == (1, 0, 1)


def test_growth_is_unknown_where_a_week_is_missing(scratch):
    """New, returned and lapsed people need two complete weeks, posting members 28 complete days."""
    guild(scratch, Covered(10, SINCE, UNTIL), Covered(11, SINCE, UNTIL), messages=(message(SINCE + DAY),))
    row = query_builder.fetch_weekly_active(scratch, window=WINDOW, weeks=1)[0]
    assert (row.posters, row.preceding, row.new, row.returned, row.lapsed) == (1, None, None, None, None)
    assert row.posters_28_days is None


@pytest.mark.parametrize("shows_joins", [True, False])
def test_joins_are_unknown_where_a_server_never_shows_them(scratch, shows_joins):
    """No join messages at all means that they are switched off; none in a month means nobody joined."""
    joined = (message(SINCE - 60 * DAY, kind=7),) if shows_joins else ()
    guild(scratch, Covered(10), Covered(11), messages=joined)
    month = query_builder.fetch_membership(scratch, window=WINDOW, months=1)[0]
    assert month.joins == (0 if shows_joins else None)


def test_the_watermark_tells_what_is_stored(scratch):
    """An empty database has an empty watermark; afterwards it names the newest export and message."""
    assert query_builder.fetch_watermark(scratch) == query_builder.fetch_watermark(scratch)
    assert query_builder.fetch_watermark(scratch).newest_message_id is None
    guild(scratch, messages=(message(SINCE), message(UNTIL, 11)))
    scratch.execute(
        "INSERT INTO ledger (sha256, file_name, byte_size, status, observed_at, importer_version)"
        " VALUES ('a', 'a.json', 1, 'whole', %s, '1')",
        (UNTIL,),
    )
    found = query_builder.fetch_watermark(scratch)
    assert (found.files, found.newest_observed_at, found.newest_message_at) == (1, UNTIL, UNTIL)
    assert found.newest_message_id == message_id(UNTIL)


def test_servers_are_listed_with_what_is_stored_of_them(scratch):
    """Channels and threads apart, people counted once, and a server without messages has no newest."""
    channels = (Channel(10), Channel(11, kind=11), Channel(20, 2), Channel(90, is_exported=False))
    messages = (message(SINCE), message(UNTIL - DAY, 11), message(SINCE + DAY, 11, kind=7))
    store(scratch, World(channels, (ADA,), messages, guilds={1: "Harbour", 2: "Orchard"}))
    harbour, orchard = query_builder.fetch_guilds(scratch)
    assert (harbour.channels, harbour.threads, harbour.people) == (1, 1, 1)
    assert (harbour.oldest_message_at, harbour.newest_message_at) == (SINCE, UNTIL - DAY)
    assert (orchard.channels, orchard.people, orchard.newest_message_at) == (1, 0, None)
