"""A small community in the tables, and what is done to it between a report and its verification."""

from datetime import UTC, datetime, timedelta

from discord_airflow.reporting.request import SECTIONS, ReportRequest
from discord_airflow.reporting.sections import compute_section
from discord_airflow.window import window_ending
from tests.rows.world import Channel, Covered, Message, Person, Reaction, World, message_id, store

ZONE = "Europe/Helsinki"
UNTIL = datetime(2026, 11, 22, 7, tzinfo=UTC)
WINDOW = window_ending(UNTIL, 7, ZONE)
EXPORTED = UNTIL + timedelta(hours=2)

PEOPLE = (
    Person(100, "ada", nicknames=((1, "Ada of the Harbour"),)),
    Person(101, "béla"),
    Person(102, "cho"),
    Person(109, "robot", author_kind=1),
)
CHANNELS = (
    Channel(10, 1, "general"),
    Channel(11, 1, "a thread", 11, parent_id=10, parent_name="general"),
    Channel(12, 1, "staff"),
    Channel(20, 2, "orchard-talk"),
    Channel(30, 0, "Ada", 1),
)


def spoken():
    """Return ten weeks of messages: more in the last one, one newcomer, a robot, direct messages, reactions."""
    for week in range(10):
        for number in range(6 + 6 * (week == 9)):
            at = UNTIL - timedelta(weeks=9 - week, hours=20 + 11 * number)
            yield Message(message_id(at, number), 10 + (number % 3), 100 + number % 2, f"week {week}, no {number}")
    newcomer = UNTIL - timedelta(days=2)
    first = message_id(newcomer, 50)
    yield Message(first, 10, 102, "Hello from <@102>, is <#11> the place?", reactions=(Reaction("🎉", 2, (100, 101)),))
    yield Message(message_id(newcomer + timedelta(minutes=7), 51), 10, 100, "It is!", kind=19, reference=first)
    yield Message(message_id(newcomer, 52), 10, 109, "beep")
    yield Message(message_id(newcomer, 53), 20, 100, "and here")
    yield Message(message_id(newcomer, 54), 30, 101, "a secret")


def community(**changes):
    """Return the world of these messages; every channel was exported two hours after the report was due."""
    coverage = tuple(Covered(channel.id, None, EXPORTED) for channel in CHANNELS)
    made = {"channels": CHANNELS, "people": PEOPLE, "messages": tuple(spoken()), "coverage": coverage}
    return World(**made | {"guilds": {1: "Harbour", 2: "Orchard", 0: "Direct Messages"}} | changes)


def stored(connection, **changes):
    """Store the community as one imported file."""
    store(connection, community(**changes))
    imported(connection, "first", EXPORTED)
    connection.commit()


def imported(connection, name, observed_at):
    """Note in the ledger that a file was imported."""
    connection.execute(
        "INSERT INTO ledger (sha256, file_name, byte_size, status, observed_at, importer_version)"
        " VALUES (%s, %s, 1, 'whole', %s, 'test')",
        (name, name, observed_at),
    )


def computed(connection, **changes):
    """Compute all sections and return the request."""
    request = ReportRequest(**{"run_key": "run", "window": WINDOW} | changes)
    for section in SECTIONS:
        compute_section(connection, section, request)
    return request
