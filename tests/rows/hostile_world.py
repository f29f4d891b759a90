"""A small world made of hostile values: every name is one, and every message holds several."""

from datetime import UTC, datetime, timedelta
from random import Random

from tests.rows.search_model import as_stored
from tests.rows.world import Channel, Message, Person, World, message_id

NEWEST = datetime(2026, 3, 29, 6, 0, tzinfo=UTC)
"""On a morning when clocks were changed."""

GUILDS, CHANNELS, PEOPLE, MESSAGES = 8, 24, 40, 120


def hostile_world(values, seed):
    """Return a world in which each of *values* is in a message, and many are names."""
    random = Random(seed)
    texts = [as_stored(value) for value in values]
    draw = iter(random.sample(texts, k=min(len(texts), GUILDS + CHANNELS + 2 * PEOPLE)) + ["more"] * 200)
    guilds = {number: next(draw) for number in range(1, GUILDS + 1)}
    channels = tuple(
        Channel(1000 + number, random.choice(tuple(guilds)), next(draw).removeprefix("#")) for number in range(CHANNELS)
    )
    people = tuple(
        Person(10**17 + number, next(draw), author_kind=number % 2, nicknames=((1, next(draw)),))
        for number in range(PEOPLE)
    )
    random.shuffle(texts)
    messages = tuple(_message(random, number, channels, people, texts[number::MESSAGES]) for number in range(MESSAGES))
    return World(channels, people, messages, guilds=guilds)


def _message(random, number, channels, people, texts):
    at = NEWEST - timedelta(minutes=random.randrange(60 * 24 * 40))
    content = random.choice(("", " ", "x")).join(texts)
    return Message(message_id(at, number), random.choice(channels).id, random.choice(people).id, content)
