"""
The JSON that DiscordChatExporter writes, key by key: the only module that knows its names and its history.

The types below are strict. Every key of the releases 2.26 to 2.48 is here, a key that some of them did not write is
UNSET when it is missing, and any other key is an error: the importer then reads that one message the generic way, which
keeps what it does not know. Users and emoji come as raw text, because the same blocks return thousands of times and are
looked up instead of decoded; embeds, because an unknown key in one concerns nothing but that embed.
"""

# ruff: noqa: N815 (the keys are the exporter's)

from typing import Annotated, Final

from msgspec import UNSET, Meta, Raw, Struct, UnsetType

Int32 = Annotated[int, Meta(ge=-(2**31), le=2**31 - 1)]
Int64 = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
Text = str | UnsetType
NullableText = str | UnsetType | None


class Strict(Struct, forbid_unknown_fields=True, gc=False):
    """A JSON object of which every key is known."""


class Role(Strict):
    id: str
    name: str
    color: str | None
    position: Int32


class User(Strict):
    """An author, a mentioned user, the user of an interaction, or one who reacted (then without roles)."""

    id: str
    name: str
    isBot: bool
    discriminator: str | Int32 | UnsetType = UNSET  # a number in the mentions of 2.25 and 2.26
    nickname: NullableText = UNSET
    color: NullableText = UNSET
    roles: list[Role] | UnsetType = UNSET  # since 2.40.1
    avatarUrl: NullableText = UNSET


class Emoji(Strict):
    id: str | None  # of a standard emoji "", to 2.32 null
    name: str
    isAnimated: bool
    imageUrl: str | None
    code: Text = UNSET  # since 2.38


class Attachment(Strict):
    id: str
    url: str
    fileName: str
    fileSizeBytes: Int64


class Sticker(Strict):
    id: str
    name: str
    format: str
    sourceUrl: str


class Reaction(Strict):
    emoji: Raw
    count: Int32
    users: list[Raw] | UnsetType = UNSET  # since 2.40.4


class Reference(Strict):
    messageId: str | None
    channelId: str | None
    guildId: str | None
    type: Text = UNSET  # since 2.47


class Interaction(Strict):
    id: str
    name: str
    user: Raw


class EmbedAuthor(Strict):
    name: NullableText = UNSET
    url: NullableText = UNSET
    iconUrl: NullableText = UNSET
    iconCanonicalUrl: NullableText = UNSET


class EmbedMedia(Strict):
    url: NullableText = UNSET
    canonicalUrl: NullableText = UNSET
    width: Int64 | UnsetType | None = UNSET
    height: Int64 | UnsetType | None = UNSET


class EmbedFooter(Strict):
    text: NullableText = UNSET
    iconUrl: NullableText = UNSET
    iconCanonicalUrl: NullableText = UNSET


class EmbedField(Strict):
    name: str
    value: str
    isInline: bool


class Embed(Strict):
    title: NullableText = UNSET
    url: NullableText = UNSET
    timestamp: NullableText = UNSET
    description: NullableText = UNSET
    color: NullableText = UNSET
    author: EmbedAuthor | UnsetType = UNSET
    thumbnail: EmbedMedia | UnsetType = UNSET
    image: EmbedMedia | UnsetType = UNSET
    video: EmbedMedia | UnsetType = UNSET
    footer: EmbedFooter | UnsetType = UNSET
    images: list[EmbedMedia] | UnsetType = UNSET
    fields: list[EmbedField] | UnsetType = UNSET
    inlineEmojis: list[Emoji] | UnsetType = UNSET


class Forwarded(Strict):
    """The message that another one forwards; it has neither id nor author."""

    timestamp: str
    timestampEdited: str | None
    content: str
    attachments: list[Attachment]
    embeds: list[Embed]
    stickers: list[Sticker]


class Message(Strict):
    id: str
    type: str
    timestamp: str
    timestampEdited: str | None
    isPinned: bool
    content: str
    author: Raw
    attachments: list[Attachment]
    embeds: list[Raw]
    reactions: list[Reaction]
    callEndedTimestamp: NullableText = UNSET  # since 2.23
    stickers: list[Sticker] | UnsetType = UNSET  # since 2.33
    mentions: list[Raw] | UnsetType = UNSET  # since 2.25
    reference: Reference | UnsetType = UNSET
    forwardedMessage: Forwarded | UnsetType = UNSET
    interaction: Interaction | UnsetType = UNSET
    inlineEmojis: list[Raw] | UnsetType = UNSET  # since 2.44


MESSAGE_KINDS: Final = {
    "Default": 0,
    "RecipientAdd": 1,
    "RecipientRemove": 2,
    "Call": 3,
    "ChannelNameChange": 4,
    "ChannelIconChange": 5,
    "ChannelPinnedMessage": 6,
    "GuildMemberJoin": 7,
    "ThreadCreated": 18,
    "Reply": 19,
}
CHANNEL_KINDS: Final = {
    "GuildTextChat": 0,
    "DirectTextChat": 1,
    "GuildVoiceChat": 2,
    "DirectGroupTextChat": 3,
    "GuildCategory": 4,
    "GuildNews": 5,
    "GuildStore": 6,
    "GuildNewsThread": 10,
    "GuildPublicThread": 11,
    "GuildPrivateThread": 12,
    "GuildStageVoice": 13,
    "GuildDirectory": 14,
    "GuildForum": 15,
}

NO_DATE: Final = "0001-01-01T00:00:00"
"""What .NET writes, with an offset, for a date that it does not have."""

PLACEHOLDER_ID: Final = 456226577798135808
"""The account that stands for all deleted ones."""

PERSON, BOT, PLACEHOLDER = 0, 1, 2
"""What an author is: a person, a bot or webhook, the placeholder of a deleted account."""

FOREIGN_ROOT_KEYS: Final = {
    "mod": "a modified DiscordChatExporter that writes lookup tables in place of users and emoji",
    "schemaVersion": "another program's format",
    "conversionData": "a converter's format",
}


def kind_of(type_name: str, names: dict[str, int]) -> int | None:
    """Return Discord's number for a type as the exporter writes it: by name, or a number where it knows none."""
    if type_name.isascii() and type_name.isdigit() and len(type_name) <= 4:
        return int(type_name)
    return names.get(type_name)


def author_kind_of(user_id: int, name: str, *, is_bot: bool) -> int:
    """Return PERSON, BOT or PLACEHOLDER for a user block; `stage_seen_profiles.sql` has the same rule."""
    if is_bot:
        return BOT
    return PLACEHOLDER if user_id == PLACEHOLDER_ID or name.startswith("deleted_user_") else PERSON
