"""People, channels and messages in order; the rules of rows.py hold here too."""

from dataclasses import dataclass
from datetime import datetime

from discord_airflow.snowflake import jump_link


@dataclass(frozen=True, slots=True)
class Contributor:
    """A person by messages written; *reactions* are those their messages received."""

    guild_id: int
    guild_name: str
    user_id: int
    name: str
    messages: int
    replies: int
    reactions: int
    channels: int
    active_days: int


@dataclass(frozen=True, slots=True)
class ChannelActivity:
    """A channel, thread or forum post by messages; *parent_name* is a thread's channel or a channel's category."""

    guild_id: int
    guild_name: str
    channel_id: int
    channel_name: str
    is_thread: bool
    parent_id: int | None
    parent_name: str | None
    messages: int
    posters: int
    replies: int
    reactions: int


@dataclass(frozen=True, slots=True)
class NewPerson:
    """
    A person whose first stored message in the guild lies in the window; *first_reply_at*: another person's
    first reply to it.
    """

    guild_id: int
    guild_name: str
    user_id: int
    name: str
    channel_id: int
    channel_name: str
    first_message_id: int
    first_message_at: datetime
    first_reply_at: datetime | None
    messages: int

    @property
    def link(self) -> str:
        """The address that opens their first message in Discord."""
        return jump_link(self.guild_id, self.channel_id, self.first_message_id)


@dataclass(frozen=True, slots=True)
class RecentUser:
    """A person who wrote in the window, with their latest message in it."""

    guild_id: int
    guild_name: str
    user_id: int
    name: str
    messages: int
    channel_id: int
    channel_name: str
    last_message_id: int
    last_message_at: datetime

    @property
    def link(self) -> str:
        """The address that opens their latest message in Discord."""
        return jump_link(self.guild_id, self.channel_id, self.last_message_id)


@dataclass(frozen=True, slots=True)
class GuildMessages:
    """A connector's messages in one guild, under the name shown there."""

    guild_id: int
    guild_name: str
    name: str
    messages: int


@dataclass(frozen=True, slots=True)
class Connector:
    """A person who wrote in two or more guilds in the window; *guilds* busiest first."""

    user_id: int
    name: str
    messages: int
    guilds: tuple[GuildMessages, ...]


@dataclass(frozen=True, slots=True)
class EmojiCount:
    """One emoji of a message's reactions; *emoji_id* is None for a standard emoji."""

    name: str
    emoji_id: int | None
    count: int


@dataclass(frozen=True, slots=True)
class Highlight:
    """
    A message by the people who reacted. *reactors*: distinct people but the author; None where the export
    lists no users.
    """

    guild_id: int
    guild_name: str
    channel_id: int
    channel_name: str
    message_id: int
    author_id: int
    author_name: str
    author_is_deleted_account: bool
    sent_at: datetime
    content: str
    reactors: int | None
    reactions: int
    replies: int
    attachments: int
    embeds: int
    stickers: int
    emojis: tuple[EmojiCount, ...]

    @property
    def link(self) -> str:
        """The address that opens the message in Discord."""
        return jump_link(self.guild_id, self.channel_id, self.message_id)
