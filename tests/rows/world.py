"""
Small invented worlds, written straight into the tables: guilds, channels, people and messages for tests of
queries.

The importer is not involved. What it keeps beside the messages (channel_authors, profiles) is worked out here.
"""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from psycopg.types.json import Json

from discord_airflow.snowflake import snowflake_at, time_of

OBSERVED = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
THREADS = (10, 11, 12)
WRITTEN = (0, 19)
PLACEHOLDER = 456226577798135808


@dataclass(frozen=True)
class Channel:
    id: int
    guild_id: int = 1
    name: str = "general"
    kind: int | None = 0
    parent_id: int | None = None
    parent_name: str | None = None
    is_exported: bool = True

    @property
    def is_thread(self):
        return self.kind in THREADS


@dataclass(frozen=True)
class Person:
    id: int
    name: str
    author_kind: int = 0
    nicknames: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True)
class Reaction:
    emoji: str
    count: int
    users: tuple[int, ...] | None = ()


@dataclass(frozen=True)
class Message:
    id: int
    channel_id: int
    author_id: int
    content: str = "hello"
    kind: int | None = 0
    sent_at: datetime | None = None
    edited_at: datetime | None = None
    deleted_at: datetime | None = None
    is_pinned: bool = False
    reference: int | None = None
    reactions: tuple[Reaction, ...] = ()
    attachments: int = 0
    embeds: int = 0
    stickers: int = 0
    mentions: tuple[int, ...] = ()

    @property
    def at(self):
        return self.sent_at or time_of(self.id)

    @property
    def is_off_clock(self):
        return abs(self.at - time_of(self.id)) > timedelta(minutes=1)


@dataclass(frozen=True)
class Covered:
    channel_id: int
    since: datetime | None = None
    until: datetime | None = None
    state: str = "claimed"
    reason: str | None = None
    observed_at: datetime = OBSERVED

    @property
    def after_id(self):
        return snowflake_at(self.since) - 1 if self.since else 0

    @property
    def before_id(self):
        return snowflake_at(self.until or self.observed_at)


@dataclass(frozen=True)
class World:
    channels: tuple[Channel, ...] = ()
    people: tuple[Person, ...] = ()
    messages: tuple[Message, ...] = ()
    coverage: tuple[Covered, ...] = ()
    guilds: dict[int, str] = field(default_factory=lambda: {1: "Harbour"})

    def author_kind(self, message):
        return next(person.author_kind for person in self.people if person.id == message.author_id)

    def guild_of(self, message):
        return next(channel.guild_id for channel in self.channels if channel.id == message.channel_id)

    def with_messages(self, *messages):
        return replace(self, messages=self.messages + messages)


def message_id(instant, number=0):
    """Return an id made in the millisecond of *instant*; *number* tells those of one millisecond apart."""
    return snowflake_at(instant) + number


def store(connection, world):
    """Write *world* into the tables."""
    with connection.cursor() as cursor:
        _store_places(cursor, world)
        _store_people(cursor, world)
        for message in world.messages:
            _store_message(cursor, world, message)
        for author in channel_authors(world):
            cursor.execute("INSERT INTO channel_authors VALUES (%s, %s, %s, %s, %s, %s)", author)
        for one in world.coverage:
            cursor.execute(
                "INSERT INTO coverage (channel_id, after_id, before_id, observed_at, state, reason, guild_id)"
                " VALUES (%s, %s, %s, %s, %s, %s, (SELECT guild_id FROM channels WHERE id = %s))",
                (one.channel_id, one.after_id, one.before_id, one.observed_at, one.state, one.reason, one.channel_id),
            )


def channel_authors(world):
    """Return first and last message of each person in each channel, as the importer keeps them."""
    theirs = {}
    for message in world.messages:
        counts = message.kind in WRITTEN and message.deleted_at is None
        if counts and world.author_kind(message) == 0:
            theirs.setdefault((message.channel_id, message.author_id), []).append((message.at, message.id))
    return [(*key, *min(found), *max(found)) for key, found in theirs.items()]


def _store_places(cursor, world):
    for guild_id, name in world.guilds.items():
        cursor.execute(
            "INSERT INTO guilds (id, name, raw, observed_at) VALUES (%s, %s, '{}', %s)", (guild_id, name, OBSERVED)
        )
    for channel in world.channels:
        cursor.execute(
            "INSERT INTO channels (id, guild_id, parent_id, kind, type, name, parent_name, raw, observed_at)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
            (
                channel.id,
                channel.guild_id,
                channel.parent_id,
                channel.kind,
                "GuildTextChat" if channel.is_exported else None,
                channel.name,
                channel.parent_name,
                Json({}) if channel.is_exported else None,
                OBSERVED,
            ),
        )


def _store_people(cursor, world):
    for person in world.people:
        cursor.execute(
            "INSERT INTO users (id, name, author_kind, observed_at) VALUES (%s, %s, %s, %s)",
            (person.id, person.name, person.author_kind, OBSERVED),
        )
        nicknames = dict(person.nicknames)
        for number, guild_id in enumerate(world.guilds):
            cursor.execute(
                "INSERT INTO profiles (user_id, digest, guild_id, name, nickname, is_bot, keys,"
                " first_observed_at, last_observed_at) VALUES (%s, %s, %s, %s, %s, %s, 1, %s, %s)",
                (
                    person.id,
                    number,
                    guild_id,
                    person.name,
                    nicknames.get(guild_id),
                    person.author_kind == 1,
                    OBSERVED,
                    OBSERVED,
                ),
            )
            cursor.execute(
                "INSERT INTO members (guild_id, user_id, nickname, profile, observed_at) VALUES (%s, %s, %s, %s, %s)",
                (guild_id, person.id, nicknames.get(guild_id), number, OBSERVED),
            )


def _store_message(cursor, world, message):
    cursor.execute(
        "INSERT INTO messages (id, channel_id, author_id, author_profile, digest, sent_at, observed_at,"
        " edited_at, deleted_at, reference_message_id, kind, author_kind, utc_offset, variant,"
        " is_pinned, off_clock, type, content)"
        " VALUES (%s, %s, %s, 0, 0, %s, %s, %s, %s, %s, %s, %s, 0, 0, %s, %s, '', %s)",
        (
            message.id,
            message.channel_id,
            message.author_id,
            message.at,
            OBSERVED,
            message.edited_at,
            message.deleted_at,
            message.reference,
            message.kind,
            world.author_kind(message),
            message.is_pinned,
            message.is_off_clock,
            message.content,
        ),
    )
    for position in range(message.attachments):
        cursor.execute("INSERT INTO attachments VALUES (%s, %s, %s, '', 'a.png', 1)", (message.id, position, position))
    for position in range(message.embeds):
        cursor.execute("INSERT INTO embeds (message_id, position, raw) VALUES (%s, %s, '{}')", (message.id, position))
    for position in range(message.stickers):
        cursor.execute("INSERT INTO stickers VALUES (%s, %s, 1, '', '', '')", (message.id, position))
    for position, user_id in enumerate(message.mentions):
        cursor.execute("INSERT INTO mentions VALUES (%s, %s, %s, 0)", (message.id, position, user_id))
    for position, reaction in enumerate(message.reactions):
        _store_reaction(cursor, message, position, reaction)


def _store_reaction(cursor, message, position, reaction):
    digest = int.from_bytes(reaction.emoji.encode()[:7], "big")
    cursor.execute(
        "INSERT INTO emojis (digest, name, is_animated, id_is_null) VALUES (%s, %s, false, false)"
        " ON CONFLICT DO NOTHING",
        (digest, reaction.emoji),
    )
    cursor.execute(
        "INSERT INTO reactions VALUES (%s, %s, %s, %s, %s)",
        (message.id, position, digest, reaction.count, reaction.users is not None),
    )
    for ordinal, user_id in enumerate(reaction.users or ()):
        cursor.execute(
            "INSERT INTO reaction_users VALUES (%s, %s, %s, %s, 0)", (message.id, position, ordinal, user_id)
        )
