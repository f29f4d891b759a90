"""Who and what is named in a report: the one place where the setting `names` is applied."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from discord_airflow.queries.rows import EmojiCount
from discord_airflow.reporting.mentioned import Mentioned
from discord_airflow.reporting.message_text import KnownNames, quote
from discord_airflow.reporting.model import Names
from discord_airflow.reporting.plain_text import plain_name
from discord_airflow.snowflake import jump_link
from discord_airflow.window import zone_named

NOBODY = "a member"
DELETED_ACCOUNT = "a deleted account"


class Namer:
    """
    Turns rows' names into the report's.

    *shown*: people under their names. *pseudonym*: ``Member 1``, ``Member 2`` ... in the order of the report, the same
    person always the same; *none*: everybody is "a member". In the last two nothing else may lead to a person either:
    no account id, no text that somebody wrote (the titles of threads included), no link or exact time that finds it.
    """

    def __init__(self, names: Names, zone: str, threads: Mapping[int, bool] | None = None) -> None:
        """*threads*: which of the known channels are threads; without names, an unknown channel passes for one."""
        self.names = names
        self._is_thread = dict(threads or {})
        self.zone = zone
        self._members: dict[int, int] = {}
        self._threads: dict[int, int] = {}
        self._known: dict[int, KnownNames] = {}

    @property
    def shown(self) -> bool:
        """True when names, texts and links may be printed."""
        return self.names == "shown"

    def person(self, user_id: int, name: str) -> str:
        """Return what the report calls the account *user_id*."""
        if self.shown:
            return plain_name(name)
        if self.names == "none":
            return NOBODY
        return f"Member {self._members.setdefault(user_id, len(self._members) + 1)}"

    def account(self, user_id: int) -> str | None:
        """Return the id for the JSON, where that is allowed."""
        return str(user_id) if self.shown else None

    def channel(self, channel_id: int, name: str) -> str:
        """Return what the report calls a channel; a thread's title was written by somebody."""
        if self.shown or not self.is_thread(channel_id):
            return plain_name(name)
        return f"thread {self._threads.setdefault(channel_id, len(self._threads) + 1)}"

    def is_thread(self, channel_id: int) -> bool:
        """Say whether the channel is a thread or a forum post."""
        return self._is_thread.get(channel_id, not self.shown)

    def thread_id(self, channel_id: int) -> str | None:
        """Return the id of a channel for the JSON; that of a thread only where its title is allowed."""
        return str(channel_id) if self.shown or not self.is_thread(channel_id) else None

    def moment(self, instant: datetime) -> datetime:
        """Return when somebody wrote, on the wall clock of the zone; only the day where nobody may be found by it."""
        local = instant.astimezone(zone_named(self.zone))
        return local if self.shown else local.replace(hour=0, minute=0, second=0, microsecond=0)

    def link(self, guild_id: int, channel_id: int, message_id: int) -> str | None:
        """Return the address that opens a message, where that is allowed."""
        return jump_link(guild_id, channel_id, message_id) if self.shown else None

    def learn(self, guild_id: int, mentioned: Iterable[Mentioned]) -> None:
        """Take note of what the ids in the messages of a server stand for."""
        names: dict[str, dict[int, str]] = {"person": {}, "channel": {}, "role": {}}
        for one in mentioned:
            names[one.kind][one.mentioned_id] = plain_name(one.name)
        self._known[guild_id] = KnownNames(people=names["person"], channels=names["channel"], roles=names["role"])

    def text(self, guild_id: int, content: str) -> str | None:
        """Return what a message says, where that is allowed."""
        return quote(content, self._known.get(guild_id, KnownNames()), self.zone) if self.shown else None


def emoji_text(emoji: EmojiCount) -> str:
    """Return an emoji as text: a standard one as it is, a server's own by its name between colons."""
    name = plain_name(emoji.name)
    return name if emoji.emoji_id is None else f":{name}:"
