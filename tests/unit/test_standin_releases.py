"""Each release of the exporter writes the keys, names and values of its day."""

import pytest
from standin.example import MIRA, export_document, small_world
from standin.failures import DotNetError


@pytest.fixture
def export(tmp_path):
    """A function that writes the example channel, or another, as a release does and returns the document."""
    return lambda version="2.47", **options: export_document(tmp_path / "x.json", version=version, **options)


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


def test_before_2_38_references_are_always_replaced(export):
    """The switch came with 2.38."""
    assert export("2.37")["messages"][0]["content"].startswith("@Otto ")
