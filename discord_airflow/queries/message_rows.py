"""Rows that show single messages and accounts; the rules of rows.py hold here too."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from discord_airflow.snowflake import jump_link


@dataclass(frozen=True, slots=True)
class MessageRow:
    """
    A stored message that was not deleted since; of any author and kind (*kind*: Discord's number, None where
    unknown).

    *context_of* is None for the messages asked for, else the id of the message this one stands beside. The
    ``replied_*`` fields are None when it is no reply or the answered message is not stored (*reply_to_id* is
    known all the same).
    """

    guild_id: int
    guild_name: str
    channel_id: int
    channel_name: str
    message_id: int
    context_of: int | None
    author_id: int
    author_name: str
    author_is_bot: bool
    kind: int | None
    sent_at: datetime
    edited_at: datetime | None
    content: str
    attachments: int
    reactions: int
    reply_to_id: int | None
    replied_author: str | None
    replied_content: str | None

    @property
    def link(self) -> str:
        """The address that opens the message in Discord."""
        return jump_link(self.guild_id, self.channel_id, self.message_id)


@dataclass(frozen=True, slots=True)
class SearchHit:
    """
    A message that matches a search. *score*: the full-text rank of its words (0 where only parts of words match),
    None when the newest were asked for.
    """

    guild_id: int
    guild_name: str
    channel_id: int
    channel_name: str
    message_id: int
    author_id: int
    author_name: str
    author_is_bot: bool
    sent_at: datetime
    edited_at: datetime | None
    content: str
    attachments: int
    score: float | None

    @property
    def link(self) -> str:
        """The address that opens the message in Discord."""
        return jump_link(self.guild_id, self.channel_id, self.message_id)


@dataclass(frozen=True, slots=True)
class NameSeen:
    """A name an account was seen with, in one guild, and between which observations."""

    name: str
    sort: Literal["username", "nickname"]
    guild_id: int
    guild_name: str
    first_observed_at: datetime
    last_observed_at: datetime


@dataclass(frozen=True, slots=True)
class UserMatch:
    """An account that had a name like the one searched for, with all its names, latest first."""

    user_id: int
    name: str
    discriminator: str | None
    account: Literal["person", "bot", "deleted"]
    messages: int
    first_message_at: datetime | None
    last_message_at: datetime | None
    names: tuple[NameSeen, ...]
