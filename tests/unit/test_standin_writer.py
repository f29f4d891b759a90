"""The stand-in's files are those of the real program, key by key and byte by byte."""

import json
import re
from pathlib import Path

import pytest
from standin.example import AFTER, CHANNEL, FORWARD, GUILD, MIRA, OTTO, REPLY, example_world
from standin.failures import DotNetError
from standin.instants import format_time, parse_boundary, snowflake_ticks, ticks_of
from standin.json_stream import JsonStream, escape
from standin.launching import EXECUTABLE
from standin.world import World
from standin.writing import write_export

EXAMPLE = EXECUTABLE.with_name("example_document.json")


@pytest.fixture
def export(tmp_path):
    """A function that writes the example channel as a release does and returns the document."""

    def write(version="2.47", world=None, channel=CHANNEL, **options):
        path = write_export(world or example_world(), channel, path=tmp_path / "x.json", version=version, **options)
        return json.loads(path.read_bytes())

    return write


def small_world(content="hello", **facts):
    world = World(now="2026-03-02T12:00:00+00:00")
    guild = world.add_guild("Fern & Moss Club")
    mira = world.add_user("mira.fern", global_name="Mira")
    world.add_member(guild, mira)
    channel = world.add_channel(guild, "tips", channel_id=world.next_id("2025-03-01T00:00:00+00:00"))
    world.post(channel, mira, content, **facts)
    return world, channel


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


def test_without_utc_times_are_those_of_the_machine_with_its_offset_of_the_day(monkeypatch, export):
    """The offset is that of the zone at the instant itself, so it changes with summer time."""
    import time

    monkeypatch.setenv("TZ", "Europe/Helsinki")
    time.tzset()
    try:
        world, channel = small_world(at="2026-01-05T10:00:00+00:00")
        world.post(channel, next(iter(world.users)), "spring", at="2025-07-05T10:00:00+00:00")
        local = export(world=world, channel=channel, utc=False)
        utc = export(world=world, channel=channel, utc=True)
        old = export("2.40.4", world=world, channel=channel, utc=False, after="2025-01-01T00:00:00+00:00")
    finally:
        monkeypatch.undo()
        time.tzset()
    assert [m["timestamp"] for m in local["messages"]] == ["2025-07-05T13:00:00+03:00", "2026-01-05T12:00:00+02:00"]
    assert [m["timestamp"][-6:] for m in utc["messages"]] == ["+00:00", "+00:00"]
    assert [m["timestamp"][-6:] for m in old["messages"]] == ["+00:00", "+00:00"]
    assert old["dateRange"]["after"] == "2025-01-01T02:00:00+02:00"


def test_a_bound_given_as_an_id_is_written_as_its_time(export):
    """The dateRange holds times even when ids were given; the exact id is lost."""
    document = export(after=REPLY, before=FORWARD)
    assert document["dateRange"] == {"after": "2024-03-05T09:15:30.5+00:00", "before": "2024-03-05T09:31:07.9+00:00"}


MESSAGE_2_47 = [
    *("id", "type", "timestamp", "timestampEdited", "callEndedTimestamp", "isPinned", "content", "author"),
    *("attachments", "embeds", "stickers", "reactions", "mentions", "reference", "inlineEmojis"),
]
USER_2_47 = ["id", "name", "discriminator", "nickname", "color", "isBot", "roles", "avatarUrl"]


def without(keys, *gone):
    return [key for key in keys if key not in gone]


@pytest.mark.parametrize(
    ("version", "keys"),
    [
        ("2.18", without(MESSAGE_2_47, "callEndedTimestamp", "stickers", "mentions", "reference", "inlineEmojis")),
        ("2.23", without(MESSAGE_2_47, "stickers", "mentions", "reference", "inlineEmojis")),
        ("2.25", without(MESSAGE_2_47, "stickers", "reference", "inlineEmojis")),
        ("2.26", without(MESSAGE_2_47, "stickers", "inlineEmojis")),
        ("2.33", without(MESSAGE_2_47, "inlineEmojis")),
        ("2.43.3", without(MESSAGE_2_47, "inlineEmojis")),
        ("2.44", MESSAGE_2_47),
        ("2.48", MESSAGE_2_47),
    ],
)
def test_a_message_has_the_keys_of_its_release_in_order(export, version, keys):
    """Each release adds keys at fixed places and removes none."""
    assert list(export(version)["messages"][0]) == keys


@pytest.mark.parametrize(
    ("version", "keys"),
    [
        ("2.26", ["id", "name", "discriminator", "isBot", "avatarUrl"]),
        ("2.27", without(USER_2_47, "roles")),
        ("2.40", without(USER_2_47, "roles")),
        ("2.40.1", USER_2_47),
    ],
)
def test_an_author_has_the_keys_of_its_release(export, version, keys):
    """Nickname and colour came with 2.27, roles with 2.40.1."""
    assert list(export(version)["messages"][0]["author"]) == keys


@pytest.mark.parametrize(
    ("version", "keys", "discriminator"),
    [
        ("2.25", ["id", "name", "discriminator", "nickname", "isBot"], 0),
        ("2.27", ["id", "name", "discriminator", "nickname", "isBot"], "0000"),
        ("2.38", without(USER_2_47, "roles"), "0000"),
        ("2.47", USER_2_47, "0000"),
    ],
)
def test_a_mention_has_the_keys_of_its_release(export, version, keys, discriminator):
    """In 2.25 the discriminator was a number; since 2.38 a mention looks like an author."""
    mention = export(version)["messages"][0]["mentions"][0]
    assert list(mention) == keys
    assert mention["discriminator"] == discriminator


@pytest.mark.parametrize(
    ("version", "keys"),
    [
        ("2.40.3", None),
        ("2.40.4", ["id", "name", "discriminator", "nickname", "isBot", "avatarUrl"]),
        ("2.44", ["id", "name", "discriminator", "nickname", "color", "isBot", "avatarUrl"]),
    ],
)
def test_people_who_reacted_have_the_keys_of_their_release_and_never_roles(export, version, keys):
    """`users` of a reaction came with 2.40.4, their colour with 2.44."""
    reaction = export(version)["messages"][0]["reactions"][0]
    assert [list(user) for user in reaction["users"]] == [keys] if keys else "users" not in reaction
    assert reaction["count"] == 2


@pytest.mark.parametrize(
    ("version", "keys", "parent"),
    [
        ("2.18", ["id", "type", "name", "topic"], None),
        ("2.20", ["id", "type", "category", "name", "topic"], "Text"),
        ("2.27", ["id", "type", "categoryId", "category", "name", "topic"], ("0", "Text")),
        ("2.40.1", ["id", "type", "categoryId", "category", "name", "topic"], (None, "Text")),
        ("2.41", ["id", "type", "categoryId", "category", "name", "topic"], (None, None)),
    ],
)
def test_a_channel_without_category_is_described_as_its_release_does(export, version, keys, parent):
    """Up to 2.40.4 a name was made up, up to 2.40.0 an id too."""
    world, channel = small_world()
    found = export(version, world=world, channel=channel)["channel"]
    assert list(found) == keys
    if isinstance(parent, tuple):
        assert (found["categoryId"], found["category"]) == parent
    elif parent:
        assert found["category"] == parent


@pytest.mark.parametrize(
    ("version", "keys"),
    [
        ("2.40", ["guild", "channel", "dateRange", "messages", "messageCount"]),
        ("2.40.1", ["guild", "channel", "dateRange", "exportedAt", "messages", "messageCount"]),
    ],
)
def test_exported_at_came_with_2_40_1(export, version, keys):
    """The root has the keys of its release, the count last."""
    document = export(version)
    assert list(document) == keys
    assert document["messageCount"] == 3


def test_an_embed_gains_keys_release_by_release(export):
    """Colour 2.24, proxy links 2.28, images 2.35, video 2.42.3, emoji 2.44, canonical addresses 2.46.1."""
    embeds = {v: export(v)["messages"][0]["embeds"][0] for v in ("2.23", "2.24", "2.28", "2.35", "2.42.3", "2.47")}
    gained = [
        [key for key in embeds[new] if key not in embeds[old]]
        for old, new in zip(embeds, list(embeds)[1:], strict=False)
    ]
    assert gained == [["color"], [], ["images"], ["video"], ["inlineEmojis"]]
    assert embeds["2.24"]["image"]["url"] == "https://moss.example/a.png"
    assert embeds["2.28"]["image"]["url"].startswith("https://images-ext-1.discordapp.net/external/")
    assert "canonicalUrl" not in embeds["2.42.3"]["image"]
    assert embeds["2.47"]["image"]["canonicalUrl"] == "https://moss.example/a.png"
    assert embeds["2.47"]["image"] == embeds["2.47"]["images"][0]


def test_texts_an_embed_lacks_are_null_then_empty(export):
    """Up to 2.19 title and description could be null; icons were null up to 2.20 and absent since."""
    world, channel = small_world(embeds=[{"author": {"name": "A"}, "footer": {"text": "f"}}])
    first, second, later = (
        export(v, world=world, channel=channel)["messages"][0]["embeds"][0] for v in ("2.19", "2.20", "2.21")
    )
    assert (first["title"], first["description"]) == (None, None)
    assert (second["title"], second["description"]) == ("", "")
    assert second["author"] == {"name": "A", "url": None, "iconUrl": None}
    assert later["author"] == {"name": "A", "url": None}
    assert later["footer"] == {"text": "f"}
    assert "color" not in later


@pytest.mark.parametrize(("version", "standard"), [("2.32", None), ("2.33", "")])
def test_a_standard_emoji_has_an_empty_id_since_2_33(export, version, standard):
    """Before, its id was null; the key is never missing."""
    world, channel = small_world()
    world.react(world.channels[channel]["messages"][0]["id"], "👍", [next(iter(world.users))])
    document = export(version, world=world, channel=channel)
    emoji = document["messages"][0]["reactions"][0]["emoji"]
    assert emoji["id"] == standard
    assert emoji["name"] == "👍"
    assert emoji.get("code") == (None if version < "2.38" else "thumbsup")


@pytest.mark.parametrize(
    ("version", "kind", "name"),
    [
        ("2.25", 19, "19"),
        ("2.26", 19, "Reply"),
        ("2.35", 18, "18"),
        ("2.36", 18, "ThreadCreated"),
        ("2.47", 20, "20"),
        ("2.47", 21, "21"),
        ("2.47", 46, "46"),
        ("2.47", 7, "GuildMemberJoin"),
        ("2.47", 8, "8"),
    ],
)
def test_kinds_of_messages_are_names_or_numbers_in_strings(export, version, kind, name):
    """What a release does not know by name is a number in a string."""
    world, channel = small_world(kind=kind)
    assert export(version, world=world, channel=channel)["messages"][0]["type"] == name


@pytest.mark.parametrize(
    ("version", "kind", "name"),
    [("2.34", 11, "11"), ("2.35", 11, "GuildPublicThread"), ("2.47", 5, "GuildNews"), ("2.47", 2, "GuildVoiceChat")],
)
def test_kinds_of_channels_are_names_or_numbers_in_strings(export, version, kind, name):
    """Thread kinds have names since 2.35."""
    world, channel = small_world()
    world.channels[channel]["type"] = kind
    assert export(version, world=world, channel=channel)["channel"]["type"] == name


@pytest.mark.parametrize(
    ("version", "kind", "name"), [("2.38", 2, "PngAnimated"), ("2.39", 2, "Apng"), ("2.42.6", 4, "Gif")]
)
def test_sticker_formats_have_the_names_of_their_release(export, version, kind, name):
    """`PngAnimated` became `Apng` in 2.39; `Gif` is known since 2.42.6."""
    world, channel = small_world(stickers=[{"id": 1, "name": "wave", "format": kind}])
    assert export(version, world=world, channel=channel)["messages"][0]["stickers"][0]["format"] == name


@pytest.mark.parametrize(("version", "kind"), [("2.42.5", 4), ("2.47", 9)])
def test_a_sticker_of_unknown_format_is_fatal(export, version, kind):
    """The release crashes on it, inside the message."""
    world, channel = small_world(stickers=[{"id": 1, "name": "wave", "format": kind}])
    with pytest.raises(DotNetError) as caught:
        export(version, world=world, channel=channel)
    assert caught.value.fatal


def test_forwards_are_bare_references_before_2_47(export):
    """Until 2.46 a forward is an empty message with a reference that does not tell its kind."""
    new = export("2.47")["messages"][2]
    old = export("2.46.1")["messages"][2]
    assert new["reference"]["type"] == "Forward"
    assert new["forwardedMessage"]["content"] == "Seed swap on Sunday"
    assert (old["content"], "forwardedMessage" in old, "type" in old["reference"]) == ("", False, False)


def test_a_forward_without_a_date_is_of_the_year_1(export):
    """.NET's missing date is written out."""
    world, channel = small_world("", forwarded={"content": "x"}, reference={"type": 1, "message": 5})
    forwarded = export(world=world, channel=channel)["messages"][0]["forwardedMessage"]
    assert forwarded["timestamp"] == "0001-01-01T00:00:00+00:00"


def test_interactions_came_with_2_38(export):
    """A slash command names who gave it."""
    assert "interaction" not in export("2.37")["messages"][1]
    assert export("2.38")["messages"][1]["interaction"]["user"]["id"] == str(MIRA)


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


def test_before_2_38_references_are_always_replaced(export):
    """The switch came with 2.38."""
    assert export("2.37")["messages"][0]["content"].startswith("@Otto ")


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
