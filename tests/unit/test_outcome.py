"""The judge: what an export was worth."""

from dataclasses import replace

import pytest

from discord_airflow.collectors.chat_exporter import IdRange
from discord_airflow.collectors.outcome import Ended, FileFacts, Next, State, judge
from discord_airflow.snowflake import snowflake_at, time_of

AFTER = 1_200_000_000_000_000_000
BEFORE = 1_210_000_000_000_000_000
CHANNEL = 812345678901234571
ASKED = IdRange(AFTER, BEFORE)
GOOD = FileFacts(
    broken=None,
    channel_id=CHANNEL,
    guild_id=1,
    range_after=time_of(AFTER),
    range_before=time_of(BEFORE),
    messages=3,
    messages_stated=3,
    first_id=AFTER + 1,
    last_id=BEFORE - 1,
    lowest_id=AFTER + 1,
    highest_id=BEFORE - 1,
    ascending=True,
)
NO_MESSAGE = replace(GOOD, messages=0, messages_stated=0, first_id=None, last_id=None, lowest_id=None, highest_id=None)
EMPTY_WARNING = (
    "Warnings reported for the following channel(s):\nDen / hall: Channel 'hall' of guild 'Den' does not contain any "
    "messages within the specified period; an empty file will be created.\n\n"
)
OLD_EMPTY = "Failed to export the following channel(s):\nDen / hall: {}\n\nExport failed.\n"
LISTED = "\nFailed to export the following channel(s):\nDen / hall: {}\n\n"
FATAL = "ERROR\nDiscordChatExporter.Core.Exceptions.DiscordChatExporterException: {}\n  at Somewhere.Run()\n"


def verdict(stderr="", exit_code=0, facts=GOOD, *, stopped=None, warns=True):
    """Judge with everything else as it should be."""
    return judge(Ended(exit_code, stderr, stopped), ASKED, CHANNEL, facts, warns_of_empty=warns)


def test_a_whole_file_without_a_bad_word_is_complete():
    """Every sign agrees, so the window is proven."""
    assert verdict().state is State.COMPLETE


def test_the_warning_of_an_empty_window_proves_that_it_is_empty():
    """From 2.45 the exporter says so and leaves a file without messages."""
    assert verdict(EMPTY_WARNING, facts=NO_MESSAGE).state is State.EMPTY


@pytest.mark.parametrize(
    "text",
    [
        "No messages for the specified period.",
        "No messages found for the specified period.",
        "Channel is empty or contains no messages for the specified period.",
        "Channel does not contain any messages within the specified period.",
        "Channel does not contain any matching messages.",
        "Channel 'hall' of guild 'Den' does not contain any messages.",
    ],
)
def test_older_releases_tell_an_empty_window_by_an_error(text):
    """Up to 2.44.2 there is no file and the status is 1."""
    assert verdict(OLD_EMPTY.format(text), 1, facts=None, warns=False).state is State.EMPTY


def test_no_message_without_a_word_proves_nothing():
    """A bot without Read Message History gets exactly this."""
    silent = verdict(facts=NO_MESSAGE)
    assert (silent.state, silent.next) == (State.FAILED, Next.ASK_WIDER)
    assert verdict(facts=NO_MESSAGE, warns=False).state is State.FAILED


@pytest.mark.parametrize(
    "text", ["Request to 'channels/1/messages?limit=1' failed: forbidden.", "Access is forbidden."]
)
@pytest.mark.parametrize("facts", [None, NO_MESSAGE, GOOD])
def test_forbidden_is_never_empty_nor_complete(text, facts):
    """Since 2.45 a forbidden channel leaves an empty file; the exit status is 0 when another channel worked."""
    for exit_code in (0, 1):
        assert verdict(LISTED.format(text), exit_code, facts=facts).state is State.FORBIDDEN


@pytest.mark.parametrize(
    "name",
    [
        "does not contain any messages; an empty file will be created.",
        "hall' does not contain any messages within the specified period; an empty file will be created.",
        "is a forum and cannot be exported directly.",
    ],
)
def test_a_channel_name_cannot_talk_the_judge_into_emptiness(name):
    """Names are chosen by strangers; only the end of a line is the exporter's own."""
    line = f"Den / {name}: Request to 'channels/1/messages' failed: forbidden."
    assert verdict(f"\nFailed to export the following channel(s):\n{line}\n", 0, NO_MESSAGE).state is State.FORBIDDEN


def test_a_forum_has_no_messages_of_its_own():
    """Its posts are threads and are exported by their own ids."""
    text = "Channel 'ideas' of guild 'Den' is a forum and cannot be exported directly. You need to pull its threads."
    assert verdict(LISTED.format(text) + "Export failed.\n", 1, facts=None).state is State.EMPTY


@pytest.mark.parametrize(
    ("text", "follow_up"),
    [
        ("Authentication token is invalid.", Next.STOP_TOKEN),
        ("Provided bot account is missing the MESSAGE_CONTENT privileged intent.", Next.STOP_TOKEN),
        ("System.IO.IOException: No space left on device : '/x/1.json'", Next.STOP_DISK),
        ("Request to 'channels/1/messages' failed: bad gateway.\nResponse content: oops", Next.GO_ON),
    ],
)
def test_a_fatal_error_is_a_failure_even_over_a_good_file(text, follow_up):
    """The file is closed neatly after an error, so it counts for nothing."""
    for facts in (None, NO_MESSAGE):
        found = verdict(FATAL.format(text), 1, facts=facts)
        assert (found.state, found.next) == (State.FAILED, follow_up)
    assert not verdict(FATAL.format(text), 1, facts=GOOD).proven


@pytest.mark.parametrize("exit_code", [1, 134, -9, -15, -6])
def test_any_other_status_than_zero_is_a_failure(exit_code):
    """Whatever the file says."""
    assert verdict(exit_code=exit_code).state is State.FAILED


@pytest.mark.parametrize(
    "change",
    [
        {"broken": "cut"},
        {"channel_id": CHANNEL + 1},
        {"channel_id": None},
        {"range_after": None},
        {"range_before": None},
        {"range_after": time_of(AFTER + (5 << 22))},
        {"range_before": time_of(BEFORE - (5 << 22))},
        {"messages_stated": 4},
        {"messages_stated": None},
        {"ascending": False},
        {"lowest_id": AFTER},
        {"highest_id": BEFORE},
    ],
)
def test_each_doubt_about_the_file_is_enough(change):
    """One sign that does not fit, and the cursor stays where it is."""
    assert not verdict(facts=replace(GOOD, **change)).proven
    assert not verdict(EMPTY_WARNING, facts=replace(NO_MESSAGE, **change)).proven


def test_messages_without_any_substance_may_mean_a_missing_intent():
    """The exporter itself notices only when a page of a hundred is empty; another channel with texts settles it."""
    hollow = replace(GOOD, by_people=5, hollow=5)
    found = verdict(facts=hollow)
    assert (found.state, found.next) == (State.FAILED, Next.ASK_LATER)
    assert judge(Ended(0, ""), ASKED, CHANNEL, hollow, warns_of_empty=True, sees_text=True).proven
    assert verdict(facts=replace(GOOD, by_people=5, hollow=4)).proven


def test_an_export_from_the_beginning_states_no_lower_bound():
    """Without --after the file's dateRange.after is null."""
    facts = replace(GOOD, range_after=None)
    assert judge(Ended(0, ""), IdRange(0, BEFORE), CHANNEL, facts, warns_of_empty=True).proven


def test_no_file_and_a_stopped_process_are_failures():
    """Nothing came, or it was ended from here."""
    assert verdict(facts=None).state is State.FAILED
    assert verdict(stopped="it did not finish within 2 minutes").state is State.FAILED


def test_a_word_of_emptiness_over_a_file_with_messages_is_a_contradiction():
    """The two cannot both be true."""
    assert not verdict(EMPTY_WARNING).proven


def test_the_window_is_compared_to_the_millisecond():
    """The file tells times where ids were asked for."""
    assert snowflake_at(time_of(AFTER)) <= AFTER
    assert verdict(facts=replace(GOOD, range_after=time_of(AFTER))).proven
