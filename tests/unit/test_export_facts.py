"""What an export says of itself, read by the collector that has just had it written."""

import tracemalloc

import pytest
from export_documents import CHANNEL, DEWBOT, GUILD, document, in_layout, message, minified, snowflake, user
from hostile.giants import FORMS, write_giant

from discord_airflow.collectors.export_facts import count_up_to, read_facts

OTHER_END = "it does not end as the exporter ends a file"
BOT = user(DEWBOT, "dewbot")
SPOKEN = (message(0, "moss"), message(1, ""), message(2, "", author=BOT), message(3, "", attachments=[]))


def facts(path, data):
    """The facts of a file of these bytes."""
    path.write_bytes(data)
    return read_facts(path)


def test_a_whole_export_tells_what_it_holds(tmp_path):
    """
    Which channel and window, how many messages from where to where, by whom, and how many of them say nothing.
    """
    root = document(*SPOKEN, message(4, "", type="GuildMemberJoin"), after="2026-03-01T00:00:00+00:00")
    found = facts(tmp_path / "a.json", in_layout(root))
    assert (found.broken, found.guild_id, found.channel_id) == (None, GUILD, CHANNEL)
    assert (found.range_after.isoformat(), found.range_before) == ("2026-03-01T00:00:00+00:00", None)
    assert (found.messages, found.messages_stated, found.by_people, found.hollow) == (5, 5, 3, 2)
    assert (found.first_id, found.last_id, found.ascending) == (snowflake(0), snowflake(4), True)
    assert count_up_to(tmp_path / "a.json", snowflake(2)) == 3


def test_an_unknown_key_changes_nothing(tmp_path):
    """
    Messages that must be read with care count like the others.
    """
    plain = facts(tmp_path / "a.json", in_layout(document(*SPOKEN)))
    assert facts(tmp_path / "b.json", in_layout(document(*({**one, "zzz": 1} for one in SPOKEN)))) == plain


def test_ids_that_fall_or_return_are_noticed(tmp_path):
    """
    The exporter writes them in rising order, each once.
    """
    found = facts(tmp_path / "a.json", in_layout(document(message(4), message(1), message(1))))
    assert (found.ascending, found.first_id, found.highest_id) == (False, snowflake(4), snowflake(4))


@pytest.mark.parametrize(
    "change",
    [
        lambda data: data[: len(data) // 2],
        lambda data: data + b"more",
        lambda data: data.replace(b"\n    },", b"\n    }", 1),
        lambda data: data.replace(b'"isBot": false', b'"isBot": fals', 1),
        lambda data: data.replace(b'"author"', b'"ahtuor"', 1),
        lambda data: data.replace(b'"id": "1', b'"id": "x', 3),
        lambda data: data.replace(b"moss", b"mo\0ss"),
        lambda data: data.replace(b'"messages"', b'"massages"'),
        lambda data: b"",
    ],
)
def test_what_is_not_whole_says_why(tmp_path, change):
    """
    Cut off, damaged anywhere, or something else.
    """
    data = in_layout(document(*SPOKEN))
    assert facts(tmp_path / "a.json", data).broken is None
    assert facts(tmp_path / "a.json", change(data)).broken


@pytest.mark.parametrize("kind", ["text", "reactions"])
@pytest.mark.parametrize("form", FORMS)
def test_a_giant_message_counts_by_its_id_and_takes_no_memory(tmp_path, form, kind):
    """
    The import will name it; the export is whole all the same, and so are its other messages.
    """
    write_giant(
        tmp_path / "a.json", kind, FORMS[form], 13 << 20, channel=7, key="reactions" if kind != "text" else "zzz"
    )
    read_facts(tmp_path / "a.json")  # what is made once is not counted
    tracemalloc.start()
    found = read_facts(tmp_path / "a.json")
    shown = count_up_to(tmp_path / "a.json", snowflake(5, 7))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found.broken == (None if form == "in-layout" else OTHER_END)
    assert (found.messages, found.highest_id) == (3, snowflake(9, 7))
    assert (found.by_people, found.hollow, shown) == (2, 0, 2)
    assert peak < 12 << 20


def test_a_large_message_of_another_shape_counts_by_its_id(tmp_path):
    """
    What would become many values is not made, and is no damage either.
    """
    data = in_layout(document(message(0), message(1, "", zzz=[[]] * 900_000), message(2)))
    assert (facts(tmp_path / "a.json", data).broken, read_facts(tmp_path / "a.json").messages) == (None, 3)


def test_minified_is_not_how_the_exporter_ends_a_file(tmp_path):
    """
    It is read like any other, and told apart by its end.
    """
    found = facts(tmp_path / "a.json", minified(document(*SPOKEN)))
    assert (found.messages, found.broken) == (4, OTHER_END)
