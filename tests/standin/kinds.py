"""Discord's numbers for kinds of things, and the names each release of the exporter has for them."""

from __future__ import annotations

from standin.versions import Version

TEXT, DIRECT, VOICE, GROUP, CATEGORY, NEWS, STORE = 0, 1, 2, 3, 4, 5, 6
NEWS_THREAD, PUBLIC_THREAD, PRIVATE_THREAD, STAGE, DIRECTORY, FORUM, MEDIA = 10, 11, 12, 13, 14, 15, 16
THREADS = frozenset({NEWS_THREAD, PUBLIC_THREAD, PRIVATE_THREAD})
VOICES = frozenset({VOICE, STAGE})
DIRECT_MESSAGES = 0  # the pseudo guild that holds conversations

DEFAULT, RECIPIENT_ADD, RECIPIENT_REMOVE, CALL, NAME_CHANGE, ICON_CHANGE, PIN, JOIN = range(8)
THREAD_CREATED, REPLY, SLASH_COMMAND, THREAD_STARTER = 18, 19, 20, 21

_CHANNELS = {
    TEXT: "GuildTextChat",
    DIRECT: "DirectTextChat",
    VOICE: "GuildVoiceChat",
    GROUP: "DirectGroupTextChat",
    CATEGORY: "GuildCategory",
    NEWS: "GuildNews",
}
_CHANNELS_SINCE_2_35 = {
    NEWS_THREAD: "GuildNewsThread",
    PUBLIC_THREAD: "GuildPublicThread",
    PRIVATE_THREAD: "GuildPrivateThread",
    STAGE: "GuildStageVoice",
    DIRECTORY: "GuildDirectory",
    FORUM: "GuildForum",
}
_MESSAGES = (
    "Default",
    "RecipientAdd",
    "RecipientRemove",
    "Call",
    "ChannelNameChange",
    "ChannelIconChange",
    "ChannelPinnedMessage",
    "GuildMemberJoin",
)
_MADE_UP = {TEXT: "Text", DIRECT: "Private", GROUP: "Group", NEWS: "News", STORE: "Store"}


def channel_kind(kind: int, version: Version) -> str:
    """Return the `type` of a channel; what a release does not know is a number in a string."""
    if version >= (2, 35, 0):
        return (_CHANNELS | _CHANNELS_SINCE_2_35).get(kind, str(kind))
    return "GuildStore" if kind == STORE else _CHANNELS.get(kind, str(kind))


def message_kind(kind: int, version: Version) -> str:
    """Return the `type` of a message."""
    if 0 <= kind < len(_MESSAGES):
        return _MESSAGES[kind]
    if kind == REPLY and version >= (2, 26, 0):
        return "Reply"
    if kind == THREAD_CREATED and version >= (2, 36, 0):
        return "ThreadCreated"
    return str(kind)


def sticker_format(kind: int, version: Version) -> str | None:
    """Return the `format` of a sticker, or None for one that makes this release crash."""
    names = {1: "Png", 2: "Apng" if version >= (2, 39, 0) else "PngAnimated", 3: "Lottie"}
    if version >= (2, 42, 6):
        names[4] = "Gif"
    return names.get(kind)


def reference_kind(kind: int) -> str:
    """Return the `type` of a reference."""
    return {0: "Default", 1: "Forward"}.get(kind, str(kind))


def made_up_category(kind: int) -> str:
    """Return the category that releases up to 2.40.4 invent for a channel without one."""
    return _MADE_UP.get(kind, "Default")
