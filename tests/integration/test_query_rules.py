"""Rules that a figure or a list must keep, each on a world made for it."""

from datetime import UTC, datetime, timedelta

import pytest

from discord_airflow.errors import UsageError
from discord_airflow.queries import query_builder
from discord_airflow.queries.registry import QUERIES, row_to_json
from discord_airflow.window import window_ending
from tests.rows.world import PLACEHOLDER, Channel, Message, Person, Reaction, World, message_id, store

UNTIL = datetime(2026, 11, 22, 7, tzinfo=UTC)
WINDOW = window_ending(UNTIL, 7, "Europe/Helsinki")
SINCE = WINDOW.since
HOUR = timedelta(hours=1)

CHANNELS = (Channel(10), Channel(11, name="random"), Channel(20, 2, "orchard"))
ADA = Person(100, "ada", nicknames=((1, "Ada 🌊"),))
BEN, CHO, BOT = Person(101, "ben"), Person(102, "cho"), Person(103, "robot", author_kind=1)
GONE = Person(PLACEHOLDER, "Deleted User", author_kind=2)
PEOPLE = (ADA, BEN, CHO, BOT, GONE)


def world(*messages):
    return World(CHANNELS, PEOPLE, messages, guilds={1: "Harbour", 2: "Orchard"})


def message(hours, author=ADA, channel_id=10, **fields):
    at = SINCE + hours * HOUR
    return Message(message_id(at, author.id % 100), channel_id, author.id, **fields)


def test_both_ends_of_a_window_are_kept(scratch):
    """The first instant belongs to the window, the last belongs to the next."""
    store(scratch, world(message(0), message(168), message(-0.001)))
    assert query_builder.fetch_activity(scratch, window=WINDOW)[0].messages == 1


def test_bots_system_messages_and_deleted_accounts_never_rank_as_people(scratch):
    """They are counted apart, and no list of people has them."""
    store(
        scratch,
        world(message(1), message(2, BOT), message(3, GONE), message(4, BEN, kind=7), message(5, CHO, kind=None)),
    )
    for fetch in (
        query_builder.fetch_contributors,
        query_builder.fetch_new_people,
        query_builder.fetch_recent_users,
    ):
        assert [row.user_id for row in fetch(scratch, window=WINDOW)] == [ADA.id]
    row = query_builder.fetch_activity(scratch, window=WINDOW)[0]
    assert (row.messages, row.posters, row.deleted_account_messages) == (2, 1, 1)
    assert (row.bot_messages, row.system_messages, row.all_messages) == (1, 2, 5)


def test_people_are_shown_under_the_name_they_have_on_that_server(scratch):
    """A nickname wins where there is one; a connector has the account's name, and each server's beside it."""
    store(scratch, world(message(1), message(2, channel_id=20)))
    found = query_builder.fetch_contributors(scratch, window=WINDOW)
    assert [(row.guild_name, row.name) for row in found] == [("Harbour", "Ada 🌊"), ("Orchard", "ada")]
    connector = query_builder.fetch_connectors(scratch, window=WINDOW)[0]
    assert (connector.name, [guild.name for guild in connector.guilds]) == ("ada", ["Ada 🌊", "ada"])


def test_new_people_have_a_link_to_their_first_message_and_its_first_answer(scratch):
    """The answer of another person counts, one's own does not, nor does one after the window."""
    first = message(1, BEN)
    own = message(2, BEN, kind=19, reference=first.id)
    answer = message(3, ADA, kind=19, reference=first.id)
    late = message(200, CHO, kind=19, reference=message(5, CHO).id)
    store(scratch, world(message(-500), first, own, answer, message(5, CHO), late))
    ben, cho = query_builder.fetch_new_people(scratch, window=WINDOW)
    assert (ben.user_id, ben.first_reply_at, ben.messages) == (BEN.id, answer.at, 2)
    assert ben.link == f"https://discord.com/channels/1/10/{first.id}"
    assert (cho.user_id, cho.first_reply_at) == (CHO.id, None)


def test_somebody_whose_first_message_opens_the_window_is_new(scratch):
    """The first instant belongs to the window; a message just before it makes a person known."""
    store(scratch, world(message(0), message(-0.001, BEN), message(1, BEN)))
    assert [row.user_id for row in query_builder.fetch_new_people(scratch, window=WINDOW)] == [ADA.id]


def test_highlights_with_equal_reactions_stand_by_replies(scratch):
    """Of two messages that as many people liked, the one that was answered comes first, though it is later."""
    liked = (Reaction("🎉", 1, (CHO.id,)),)
    quiet, answered = message(1, BEN, reactions=liked), message(2, BEN, reactions=liked)
    store(scratch, world(quiet, answered, message(3, ADA, kind=19, reference=answered.id)))
    found = query_builder.fetch_highlights(scratch, window=WINDOW)
    assert [(row.message_id, row.replies) for row in found] == [(answered.id, 1), (quiet.id, 0)]


def test_highlights_rank_people_above_clicks(scratch):
    """Two people outrank one who clicked ten emoji; the author and bots are nobody; deleted messages are not shown."""
    two = message(1, BEN, content="two people", reactions=(Reaction("🎉", 2, (ADA.id, CHO.id)),))
    clicks = tuple(Reaction(emoji, 1, (ADA.id,)) for emoji in "abcdefghij")
    one = message(2, BEN, content="ten emoji", reactions=clicks)
    own = message(3, BEN, content="own", reactions=(Reaction("🎉", 2, (BEN.id, BOT.id)),))
    gone = message(4, BEN, deleted_at=UNTIL, reactions=(Reaction("🎉", 9, (ADA.id, CHO.id, GONE.id)),))
    store(scratch, world(one, two, own, gone))
    found = query_builder.fetch_highlights(scratch, window=WINDOW)
    assert [(row.content, row.reactors, row.reactions) for row in found] == [
        ("two people", 2, 2),
        ("ten emoji", 1, 10),
        ("own", 0, 2),
    ]
    assert [(emoji.name, emoji.count) for emoji in found[0].emojis] == [("🎉", 2)]


def test_highlights_without_listed_users_rank_by_the_count(scratch):
    """Exports of old exporters say how many reacted but not who; that number is unknown, not 0."""
    store(
        scratch,
        world(
            message(1, content="unlisted", reactions=(Reaction("🎉", 5, None),)),
            message(2, content="listed", reactions=(Reaction("🎉", 3, (BEN.id, CHO.id)),)),
        ),
    )
    found = query_builder.fetch_highlights(scratch, window=WINDOW)
    assert [(row.content, row.reactors, row.reactions) for row in found] == [("unlisted", None, 5), ("listed", 2, 3)]


def test_history_is_the_channels_own_order_without_deleted_messages(scratch):
    """The latest messages, oldest first, of every kind and author, with what they answer."""
    question = message(1, BEN, content="tea?")
    answer = message(2, ADA, kind=19, reference=question.id, content="yes", edited_at=UNTIL)
    store(
        scratch, world(question, answer, message(3, BOT), message(4, CHO, deleted_at=UNTIL), message(5, channel_id=11))
    )
    found = query_builder.fetch_history(scratch, channel_id=10)
    assert [row.message_id for row in found] == [question.id, answer.id, message(3, BOT).id]
    assert (found[1].replied_author, found[1].replied_content) == ("ben", "tea?")
    assert (found[1].author_name, found[1].edited_at, found[2].author_is_bot) == ("Ada 🌊", UNTIL, True)
    latest = query_builder.fetch_history(scratch, channel_id=10, limit=1)
    assert [row.message_id for row in latest] == [message(3, BOT).id]
    window = {"since": answer.at, "until": answer.at + HOUR}
    assert [row.message_id for row in query_builder.fetch_history(scratch, channel_id=10, **window)] == [answer.id]
    assert query_builder.fetch_history(scratch, channel_id=10, excluded_channels=(10,)) == []


def test_a_deleted_message_is_not_quoted_by_its_answer(scratch):
    """What was deleted is shown nowhere, also not beside a reply."""
    question = message(1, BEN, content="secret", deleted_at=UNTIL)
    store(scratch, world(question, message(2, ADA, kind=19, reference=question.id)))
    (row,) = query_builder.fetch_history(scratch, channel_id=10)
    assert (row.reply_to_id, row.replied_content, row.replied_author) == (question.id, None, None)


def test_an_accounts_messages_stand_in_their_context(scratch):
    """Neighbours of the same channel surround each message once, and say beside which they stand."""
    talk = [message(hour, author, content=f"{hour}") for hour, author in enumerate((BEN, ADA, ADA, CHO, BEN))]
    store(scratch, world(*talk, message(0.5, CHO, channel_id=11), message(2.5, BEN, channel_id=11)))
    found = query_builder.fetch_user_messages(scratch, user_id=ADA.id, context=1)
    assert [(row.content, row.context_of) for row in found] == [
        ("0", talk[1].id),
        ("1", None),
        ("2", None),
        ("3", talk[2].id),
    ]
    alone = query_builder.fetch_user_messages(scratch, user_id=ADA.id, limit=1)
    assert [row.content for row in alone] == ["2"]
    assert query_builder.fetch_user_messages(scratch, user_id=ADA.id, guild_ids=(2,)) == []


def test_messages_in_context_are_read_from_top_to_bottom(scratch):
    """What two messages share is one conversation in the order of time; another channel's does not come in between."""
    talk = [message(hour, BEN if hour in {1, 3} else ADA, content=f"{hour}") for hour in range(5)]
    aside = [message(1.5, CHO, channel_id=11, content="aside"), message(2.5, channel_id=11, content="aside too")]
    store(scratch, world(*talk, *aside))
    found = query_builder.fetch_user_messages(scratch, user_id=ADA.id, context=2)
    assert [row.content for row in found] == ["0", "1", "2", "3", "4", "aside", "aside too"]


def test_an_account_is_found_by_any_name_it_had(scratch):
    """Usernames and nicknames of all servers, in any case, as a part, or the id; the same name comes first."""
    people = (ADA, Person(110, "adalbert"), Person(111, "canada"), Person(112, "50%_off"))
    store(scratch, World(CHANNELS, people, (message(1),), guilds={1: "Harbour", 2: "Orchard"}))
    scratch.execute(
        "INSERT INTO profiles (user_id, digest, guild_id, name, is_bot, keys, first_observed_at, last_observed_at)"
        " VALUES (111, 9, 2, 'Жанна', false, 0, %s, %s)",
        (SINCE, SINCE),
    )
    found = query_builder.fetch_users(scratch, name="ADA")
    assert [match.user_id for match in found] == [100, 110, 111]
    assert (found[0].messages, found[0].account) == (1, "person")
    assert {(name.name, name.sort, name.guild_name) for name in found[0].names} == {
        ("ada", "username", "Harbour"),
        ("ada", "username", "Orchard"),
        ("Ada 🌊", "nickname", "Harbour"),
    }
    for typed, user_id in (("@жанна", 111), ("111", 111), ("%", 112), ("🌊", 100)):
        assert [match.user_id for match in query_builder.fetch_users(scratch, name=typed)] == [user_id]
    assert [match.user_id for match in query_builder.fetch_users(scratch, name="ada", limit=1)] == [100]
    assert query_builder.fetch_users(scratch, name="жанна", guild_ids=(1,)) == []


def test_servers_can_be_chosen(scratch):
    """guild_ids keeps all others out of every answer; an empty choice is nothing, None is all."""
    store(scratch, world(message(1), message(2, channel_id=20)))
    for fetch in (query_builder.fetch_activity, query_builder.fetch_contributors, query_builder.fetch_channels):
        assert [row.guild_id for row in fetch(scratch, window=WINDOW, guild_ids=(2,))] == [2]
        assert fetch(scratch, window=WINDOW, guild_ids=()) == []
    assert query_builder.fetch_connectors(scratch, window=WINDOW, guild_ids=(2,)) == []


@pytest.mark.parametrize(
    "parameters",
    [{"limit": 0}, {"limit": -1}, {"limit": 10**12}, {"guild_ids": (2**63,)}, {"excluded_channels": (-1,)}],
    ids=str,
)
def test_impossible_parameters_are_refused_in_a_sentence(scratch, parameters):
    """A limit of nothing or an id that cannot be is a mistake of the caller, not an error of the database."""
    with pytest.raises(UsageError, match=r"must lie between|ids lie between"):
        query_builder.fetch_contributors(scratch, window=WINDOW, **parameters)


def test_a_receipt_gives_the_same_rows_again(scratch):
    """Each query on a window, asked again from its receipt, answers the same."""
    talk = [message(hour, author) for hour in range(40) for author in (ADA, BEN)]
    liked = message(50, CHO, channel_id=20, reactions=(Reaction("🎉", 1, (ADA.id,)),))
    store(scratch, world(*talk, liked, message(51, channel_id=20)))
    for query in QUERIES.values():
        if "window" in query.parameters:
            arguments = {"window": WINDOW, "guild_ids": (1, 2), "excluded_channels": (11,)}
            receipt = query.receipt(arguments)
            rows = query.run(scratch, arguments)
            assert rows
            assert query.run_again(scratch, receipt["parameters"]) == rows
            assert [row_to_json(row) for row in rows]


def test_a_receipt_without_what_the_query_needs_is_refused(scratch):
    """Parameters that a query cannot do without are asked for by name."""
    with pytest.raises(UsageError, match="channel_id"):
        QUERIES["history"].run_again(scratch, {"limit": 5})
