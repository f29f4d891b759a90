"""Invented chats: a few lines of a test become rows, as the door to the database would give them."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from discord_airflow.queries.source_rows import SourceMessage

GUILD = 910000000000000001
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
PEOPLE = ("Maija", "Otto", "Ville", "Aino", "Pekka Virtanen", "René", "Ольга", "田中", "Sólrún", "Mbali")
WORDS = (  # noqa: SIM905 (words read better as a text)
    "greenhouse pump filter sensor moss rain barrel ladder seedling compost tray lamp fern beetle trellis gutter "
    "weather kite harbour ferry tunnel timetable printer workshop soldering magnet telescope lens battery"
).split()


def snowflake(moment: datetime, step: int = 0) -> int:
    """The id that a message of *moment* would have."""
    return (int(moment.timestamp() * 1000) - 1_420_070_400_000 << 22) + step


def message(author, text, *, minute=0.0, channel="general", reply=None, **more) -> SourceMessage:
    """A message of *author*, *minute* minutes after nine on a Monday; *reply* is the message it answers."""
    moment = START + timedelta(minutes=minute)
    channel_id = 920000000000000000 + sum(channel.encode()) * 1000
    author_id = 930000000000000000 + sum(author.encode()) * 1000
    row = SourceMessage(
        id=snowflake(moment, len(text) % 4000),
        guild_id=GUILD,
        channel_id=channel_id,
        channel_name=channel,
        author_id=author_id,
        author_name=author,
        sent_at=moment,
        content=text,
        kind=19 if reply else 0,
        reply_to_id=reply.id if reply else None,
    )
    return replace(row, **more)


def random_chat(seed: int, count: int, *, pause: float = 2.0, channels: int = 4) -> list[SourceMessage]:
    """*count* messages of invented people in order of time, some of them replies, the same for the same *seed*."""
    dice = random.Random(seed)
    rows: list[SourceMessage] = []
    minute = 0.0
    for number in range(count):
        minute += dice.expovariate(1 / pause) if dice.random() < 0.98 else 300
        words = " ".join(dice.choices(WORDS, k=dice.randrange(2, 25)))
        text = words.capitalize() + dice.choice(".?!")
        channel = f"room-{dice.randrange(channels)}"
        earlier = [row for row in rows[-40:] if row.channel_name == channel]
        reply = dice.choice(earlier) if earlier and dice.random() < 0.25 else None
        row = message(
            dice.choice(PEOPLE), text, minute=minute, channel=channel, reply=reply, reactions=dice.randrange(3)
        )
        rows.append(replace(row, id=snowflake(row.sent_at, number % 4096)))
    return rows
