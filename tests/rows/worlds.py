"""Random worlds: small, but with every case that a figure has a rule for. The same seed gives the same world."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

from tests.rows.world import PLACEHOLDER, Channel, Covered, Message, Person, Reaction, World, message_id

UNTIL = datetime(2026, 3, 29, 6, 0, tzinfo=UTC)
"""Sunday nine o'clock in Helsinki, on the morning when summer time began."""

GUILDS = {0: "Direct Messages", 1: "Harbour", 2: "Orchard"}

CHANNELS = (
    Channel(10, 1, "general", 0, parent_id=90, parent_name="Town"),
    Channel(11, 1, "a thread", 11, parent_id=10, parent_name="general"),
    Channel(12, 1, "old news", 5),
    Channel(13, 1, "strange", None),
    Channel(20, 2, "general", 0),
    Channel(21, 2, "forum post", 11, parent_id=29, parent_name="forum"),
    Channel(29, 2, "forum", None, is_exported=False),
    Channel(30, 0, "Ada", 1),
    Channel(90, 1, "Town", None, is_exported=False),
)

PEOPLE = (
    Person(100, "ada", nicknames=((1, "Ada of the Harbour"),)),
    Person(101, "béla"),
    Person(102, "cho"),
    Person(103, "dmitri"),
    Person(104, "robot", author_kind=1),
    Person(PLACEHOLDER, "Deleted User", author_kind=2),
)

EXCLUSIONS = ((), (10,), (11,), (90,), (29, 12))
"""Nothing, a channel with a thread, a thread, a category, a forum and a channel."""

EDGES = tuple(UNTIL - timedelta(days=days) for days in (0, 7, 14, 28))
NUDGES = tuple(timedelta(milliseconds=number) for number in (-1, 0, 1))


def random_world(seed, most=60):
    """Return a world of up to *most* messages in the five weeks around the window, many at the very edges."""
    random = Random(seed)
    messages = []
    for number in range(random.randint(1, most)):
        message = _message(random, number)
        if messages and random.random() < 0.4:
            message = replace(message, reference=random.choice(messages).id)
        messages.append(message)
    return World(CHANNELS, PEOPLE, tuple(messages), guilds=GUILDS)


def all_covered(world):
    """Return *world* with all of its channels exported up to now."""
    return replace(world, coverage=tuple(Covered(channel.id) for channel in world.channels))


def _message(random, number):
    at = _instant(random)
    return Message(
        id=message_id(at, number),
        channel_id=random.choice([channel.id for channel in CHANNELS if channel.is_exported]),
        author_id=random.choice([100, 100, *(person.id for person in PEOPLE)]),
        kind=random.choice([0, 0, 0, 19, 19, 7, 6, 18, 20, None]),
        sent_at=at - timedelta(days=3) if random.random() < 0.2 else None,
        edited_at=at + timedelta(minutes=2) if random.random() < 0.3 else None,
        deleted_at=UNTIL if random.random() < 0.2 else None,
        is_pinned=random.random() < 0.3,
        reactions=tuple(_reaction(random, emoji) for emoji in "🎉👍ж" if random.random() < 0.3),
        attachments=random.randint(0, 2),
        embeds=random.randint(0, 2),
        stickers=random.randint(0, 1),
        mentions=tuple(random.sample([100, 101], random.randint(0, 2))),
    )


def _instant(random):
    if random.random() < 0.3:
        return random.choice(EDGES) + random.choice(NUDGES)
    return UNTIL + timedelta(days=1, minutes=-random.randint(0, 35 * 24 * 60))


def _reaction(random, emoji):
    """Return a reaction: bots and the author may be among the users, and an old export lists none."""
    users = None if random.random() < 0.2 else tuple(random.sample([100, 101, 102, 103, 104], random.randint(0, 4)))
    return Reaction(emoji, random.randint(0, 6), users)
