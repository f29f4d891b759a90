"""The stand-in's files are those of the real program, byte by byte, and mean what the real ones mean."""

import json
import re
from pathlib import Path

import pytest
from standin.example import (
    AFTER,
    CHANNEL,
    FORWARD,
    GUILD,
    MIRA,
    OTTO,
    REPLY,
    example_world,
    export_document,
    small_world,
)
from standin.instants import format_time, parse_boundary, snowflake_ticks, ticks_of
from standin.json_stream import JsonStream, escape
from standin.launching import EXECUTABLE
from standin.world import World
from standin.writing import write_export

EXAMPLE = EXECUTABLE.with_name("example_document.json")


@pytest.fixture
def export(tmp_path):
    """A function that writes the example channel, or another, as a release does and returns the document."""
    return lambda version="2.47", **options: export_document(tmp_path / "x.json", version=version, **options)


def test_the_example_document_is_reproduced_byte_for_byte(tmp_path):
    """Given the same data the writer gives the very bytes of the example, in which every key occurs once."""
    path = write_export(example_world(), CHANNEL, path=tmp_path / "example.json", after=AFTER)
    assert path.read_bytes() == EXAMPLE.read_bytes()


def test_windows_line_ends_are_the_only_difference(tmp_path):
    """On Windows the same document has CRLF, and no byte-order mark and no final line end either."""
    path = write_export(example_world(), CHANNEL, path=tmp_path / "example.json", after=AFTER, newline="\r\n")
    assert path.read_bytes() == EXAMPLE.read_bytes().replace(b"\n", b"\r\n")
    assert path.read_bytes().startswith(b"{\r\n")
    assert path.read_bytes().endswith(b"\r\n}")


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ('say "hi"', r"say \"hi\""),
        ("back\\slash", r"back\\slash"),
        ("\b\t\n\f\r", r"\b\t\n\f\r"),
        ("\x00\x1b\x7f\x85\x9f", r"\u0000\u001B\u007F\u0085\u009F"),
        ("\u00a0\u3000\u2003", r"\u00A0\u3000\u2003"),
        ("\u2028\u2029", r"\u2028\u2029"),
        ("\ue000\U000f0000", r"\uE000\uDB80\uDC00"),
        ("\u0378", r"\u0378"),
        ("😀𝒜", r"\uD83D\uDE00\uD835\uDC9C"),
        ("\ud800x\udfff", r"\uFFFDx\uFFFD"),
        ("/<>&'+ … é 日本 \u200b\u200d\ufe0f", "/<>&'+ … é 日本 \u200b\u200d\ufe0f"),
    ],
)
def test_characters_are_escaped_by_class(text, written):
    """Controls, separators, private, unassigned and non-BMP characters are escaped in upper-case hex; no others."""
    assert escape(text) == written


def test_releases_up_to_2_25_escape_all_that_is_not_plain_ascii():
    """The default encoder of old releases also escapes < > & ' + and the backtick."""
    assert escape("é<>&'+`\"a/", relaxed=False) == r"\u00E9\u003C\u003E\u0026\u0027\u002B\u0060\u0022a/"


def test_what_is_empty_is_written_closed(tmp_path):
    """Empty arrays stand as [] on the line of their key, two blanks indent each level."""
    sink = bytearray()
    stream = JsonStream(sink.extend)
    stream.begin("{")
    stream.begin("[", "none")
    stream.end("]")
    stream.begin("[", "some")
    stream.value(1)
    stream.value(True)
    stream.value(None)
    stream.end("]")
    stream.end("}")
    stream.flush()
    assert sink.decode() == '{\n  "none": [],\n  "some": [\n    1,\n    true,\n    null\n  ]\n}'


@pytest.mark.parametrize(
    ("instant", "text"),
    [
        ("2024-03-05T09:15:30.5000000+00:00", "2024-03-05T09:15:30.5+00:00"),
        ("2024-03-05T09:15:30+00:00", "2024-03-05T09:15:30+00:00"),
        ("2024-03-05T09:15:30.0000001+00:00", "2024-03-05T09:15:30.0000001+00:00"),
        ("2024-03-05T11:15:30.120+02:00", "2024-03-05T09:15:30.12+00:00"),
    ],
)
def test_trailing_zeros_of_a_fraction_are_dropped(instant, text):
    """Times have 0 to 7 digits of fraction, an offset, and never a Z."""
    assert format_time(ticks_of(instant), utc=True) == text


def test_a_bound_given_as_an_id_is_written_as_its_time(export):
    """The dateRange holds times even when ids were given; the exact id is lost."""
    document = export(after=REPLY, before=FORWARD)
    assert document["dateRange"] == {"after": "2024-03-05T09:15:30.5+00:00", "before": "2024-03-05T09:31:07.9+00:00"}


@pytest.mark.parametrize(
    ("kind", "facts", "text"),
    [
        (1, {"mentions": [MIRA]}, "Added mira.fern to the group."),
        (1, {}, "Added a recipient."),
        (2, {"mentions": [OTTO]}, "Left the group."),
        (2, {"mentions": [MIRA]}, "Removed mira.fern from the group."),
        (3, {"call_ended": "2024-03-05T10:31:07.9+00:00"}, "Started a call that lasted 60 minutes."),
        (4, {"content": "new name"}, "Changed the channel name: new name"),
        (5, {}, "Changed the channel icon."),
        (6, {}, "Pinned a message."),
        (7, {}, "Joined the server."),
        (18, {"content": "the thread's name"}, "Started a thread."),
        (8, {"content": "raw"}, "raw"),
    ],
)
def test_system_messages_have_fixed_english_texts(export, kind, facts, text):
    """Their raw content is lost, also the thread's name; kinds 8 to 17 keep theirs."""
    world = example_world()
    message = world.message(FORWARD)
    message.update({"type": kind, **facts})
    assert export(world=world)["messages"][2]["content"] == text


def test_markdown_replaces_references_by_the_names_of_the_day(export):
    """Mentions, custom emoji and timestamps become text; formatting stays as typed."""
    world, channel = small_world()
    guild, mira = next(iter(world.guilds)), next(iter(world.users))
    role = world.add_role(guild, "Gardeners")
    voice = world.add_channel(guild, "lounge", kind=2)
    text = (
        f"**hi** <@{mira}> <@!99> <#{channel}> <#{voice}> <#98> <@&{role}> <@&97> <a:dew:5> <t:1:R> <t:999999999999999>"
    )
    world.post(channel, mira, text, at="2026-03-02T11:00:00+00:00")
    rendered = export(world=world, channel=channel, markdown=True)["messages"]
    shown = "**hi** @Mira @Unknown #tips #lounge [voice] #deleted-channel @Gardeners @deleted-role :dew: "
    assert rendered[0]["content"] == shown + "1/1/1970 12:00 AM Invalid date"
    raw = export(world=world, channel=channel, markdown=False)["messages"]
    assert raw[0]["content"] == text
    world.alter_user(mira, global_name="Mira the Second", at="2026-03-02T11:30:00+00:00")
    again = export(world=world, channel=channel, markdown=True)["messages"]
    assert again[0]["content"].startswith("**hi** @Mira the Second ")


def test_people_who_left_have_no_roles_no_colour_and_their_global_name(export):
    """An author is described as on the day of the export."""
    world = example_world()
    world.leave(GUILD, MIRA, at="2024-03-06T00:00:00+00:00")
    world.alter_user(MIRA, global_name="M. Fern", at="2024-03-06T00:00:00+00:00")
    author = export(world=world)["messages"][0]["author"]
    assert (author["roles"], author["color"], author["nickname"]) == ([], None, "M. Fern")


def test_reacting_people_are_coloured_only_if_they_were_looked_up_in_this_file(export):
    """Their server name and colour are missing when they neither wrote nor were mentioned so far."""
    world = example_world()
    world.message(REPLY)["reactions"][0]["users"] = [OTTO, 300000000000000003]
    world.add_user("quiet", user_id=300000000000000003, global_name="Quiet One")
    world.add_member(GUILD, 300000000000000003, nick="Q", roles=[812345678901234580])
    stranger = export(world=world)["messages"][0]["reactions"][0]["users"][1]
    assert (stranger["nickname"], stranger["color"]) == ("Quiet One", None)


def test_a_webhook_has_one_id_and_many_names(export):
    """Name and picture are per message, discriminator 0000, isBot true."""
    world, channel = small_world()
    hook = world.add_user("hook", bot=True)
    world.post(channel, hook, "a", author_name="Moss CI", author_avatar="ee")
    world.post(channel, hook, "b", author_name="Otto's relay")
    authors = [m["author"] for m in export(world=world, channel=channel)["messages"][1:]]
    assert [a["name"] for a in authors] == [a["nickname"] for a in authors] == ["Moss CI", "Otto's relay"]
    assert {(a["id"], a["isBot"], a["discriminator"]) for a in authors} == {(str(hook), True, "0000")}


def test_server_pictures_and_default_pictures(export):
    """`avatarUrl` and a server's icon are never null; server pictures count since 2.39."""
    assert "/guilds/" not in export("2.38")["messages"][0]["author"]["avatarUrl"]
    assert "/guilds/" in export("2.39")["messages"][0]["author"]["avatarUrl"]
    world, channel = small_world()
    document = export(world=world, channel=channel)
    assert document["guild"]["iconUrl"] == "https://cdn.discordapp.com/embed/avatars/0.png"
    assert re.fullmatch(r"https://cdn.*/embed/avatars/[0-5]\.png", document["messages"][0]["author"]["avatarUrl"])


def test_inline_emoji_are_distinct_by_name_and_from_the_raw_text(export):
    """Standard, coded and custom emoji of the content; a repeated one is listed once."""
    world, channel = small_world("🌱 :seedling: <a:dew:5> 🌱 <:dew:5> 🇫🇮 plain ™")
    emoji = export(world=world, channel=channel)["messages"][0]["inlineEmojis"]
    assert [(e["id"], e["code"], e["isAnimated"]) for e in emoji] == [
        ("", "seedling", False),
        ("5", "dew", True),
        ("", "flag_fi", False),
    ]


def test_conversations_belong_to_the_pseudo_server(export):
    """Direct messages have the server id 0 and no category."""
    world = World(now="2026-03-02T12:00:00+00:00")
    mira, otto = world.add_user("mira"), world.add_user("otto", global_name="Otto")
    channel = world.add_channel(0, "", kind=1, recipients=[otto])
    world.post(channel, mira, "hi")
    document = export(world=world, channel=channel)
    assert (document["guild"]["id"], document["guild"]["name"]) == ("0", "Direct Messages")
    assert document["channel"]["type"] == "DirectTextChat"
    assert (document["channel"]["name"], document["channel"]["categoryId"]) == ("Otto", None)
    assert export("2.40.4", world=world, channel=channel)["channel"]["category"] == "Private"


def test_a_thread_names_its_channel_as_category(export):
    """`category*` is the parent; the thread's id is the starter's, who is not repeated in the thread's file."""
    world, channel = small_world()
    starter = world.channels[channel]["messages"][0]["id"]
    thread = world.add_thread(channel, "on tips", thread_id=starter)
    world.post(thread, next(iter(world.users)), "first")
    found = export(world=world, channel=thread)
    assert (found["channel"]["categoryId"], found["channel"]["category"]) == (str(channel), "tips")
    assert found["channel"]["id"] == str(starter) != found["messages"][0]["id"]


def test_bounds_are_exclusive_ids_and_inclusive_dates(export):
    """--after an id leaves out that id alone; a date takes its millisecond in; --before leaves both out."""
    world, channel = small_world(at="2026-03-02T10:00:00.123+00:00")
    mira, first = next(iter(world.users)), world.channels[channel]["messages"][0]["id"]
    second = world.post(channel, mira, "same millisecond", at="2026-03-02T10:00:00.123+00:00")
    third = world.post(channel, mira, "later", at="2026-03-02T11:00:00+00:00")

    def ids(**bounds):
        return [int(m["id"]) for m in export(world=world, channel=channel, **bounds)["messages"]]

    assert ids(after=first) == [second, third]
    assert ids(after="2026-03-02T10:00:00.123+00:00") == [first, second, third]
    assert ids(after="2026-03-02T10:00:00.124+00:00") == [third]
    assert ids(before="2026-03-02T10:00:00.123+00:00") == []
    assert ids(before="2026-03-02T10:00:00.124+00:00") == [first, second]
    assert ids(before=third) == [first, second]
    assert ids(before=second) == [first, second], "the bound is the moment of the newest message below it"


def test_dates_are_read_month_first_and_wrap_before_2015():
    """All digits are an id; 01/02/2024 is in January; 2010 lies after the year 2140."""
    assert parse_boundary("20240101") == 20240101
    assert parse_boundary("2024") == 2024
    january = parse_boundary("01/02/2024 00:00+00:00")
    assert format_time(snowflake_ticks(january), utc=True) == "2024-01-02T00:00:00+00:00"
    wrapped = parse_boundary("2010-01-01T00:00:00Z")
    assert format_time(snowflake_ticks(wrapped), utc=True) > "2140"
    with pytest.raises(ValueError, match=r"Invalid snowflake 'xyz'\."):
        parse_boundary("xyz")


@pytest.mark.parametrize("limit", ["1", "1kb"])
def test_parts_are_complete_documents_with_counts_of_their_own(tmp_path, limit):
    """The first part keeps the name; the limit is looked at before each message, so sizes overshoot."""
    write_export(example_world(), CHANNEL, path=tmp_path / "x.json", partition=limit)
    parts = [tmp_path / "x.json", tmp_path / "x [part 2].json", tmp_path / "x [part 3].json"]
    documents = [json.loads(part.read_bytes()) for part in parts]
    assert sorted(Path(tmp_path).iterdir()) == sorted(parts)
    assert [d["messageCount"] for d in documents] == [1, 1, 1]
    assert [m["id"] for d in documents for m in d["messages"]] == [
        "1214501535875072001",
        "1214502666240000004",
        str(FORWARD),
    ]


def test_media_paths_are_relative_and_ignore_signatures(tmp_path):
    """`--media` puts a local path in place of the address; ex, is and hm do not change the name."""
    world = example_world()
    write_export(world, CHANNEL, path=tmp_path / "x.json", media=True)
    first = json.loads((tmp_path / "x.json").read_bytes())["messages"][0]["attachments"][0]["url"]
    world.message(REPLY)["attachments"][0]["url"] += "&ex=9&hm=8"
    write_export(world, CHANNEL, path=tmp_path / "x.json", media=True)
    again = json.loads((tmp_path / "x.json").read_bytes())["messages"][0]["attachments"][0]["url"]
    assert re.fullmatch(r"x\.json_Files/jar-[0-9a-f]{16}\.png", first)
    assert again == first
    assert (tmp_path / first).exists()
    write_export(world, CHANNEL, path=tmp_path / "y.json", media=True, version="2.46.1")
    old = json.loads((tmp_path / "y.json").read_bytes())["messages"][0]["attachments"][0]["url"]
    assert re.fullmatch(r"y\.json_Files/jar-[0-9a-f]{5}\.png", old)
