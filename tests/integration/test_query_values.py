"""
Hostile values through every parameter of the query layer: each comes back as data, as a model in plain Python says.

In `make test` the naughty ones and a hundred of the made ones; `make hostile` takes ten thousand of these.
"""

import os
import re
from inspect import Parameter
from random import Random
from zoneinfo import available_timezones

import pytest
from psycopg import sql

from discord_airflow import database
from discord_airflow.commands.query_options import options_of, understand
from discord_airflow.errors import UsageError
from discord_airflow.queries import search
from discord_airflow.queries.registry import QUERIES
from discord_airflow.queries.search_index import create_search_index
from discord_airflow.settings import Settings
from discord_airflow.window import window_ending
from tests.rows.hostile_values import hostile_values
from tests.rows.hostile_world import NEWEST, hostile_world
from tests.rows.index_scans import scans_of_the_index
from tests.rows.naughty import NAUGHTY
from tests.rows.search_model import LARGEST_ID, Model, RefusedError, id_in, instant
from tests.rows.world import store

SEED, BATCH, LONG = 2026, 200, "HOSTILE" in os.environ
VALUES = tuple(dict.fromkeys((*NAUGHTY, *hostile_values(SEED, int(os.environ.get("HOSTILE") or 100)))))
FRAMES = (
    *('"{}"', '-"{}"', 'a -"{}"', "“{}”", 'from:"{}"', '-from:"{}"', 'in:"{}"', '-in:"{}"', 'server:"{}"', "on:{}"),
    *("x{}", "{} a", 'from:"@{}"', 'in:"#{}"', "server:{} in:{}", "after:2026-03-01 {}", "before:2026-03-15 -{}"),
)
SENTENCES = re.compile(
    r"no (server|channel) is called .+; discord-airflow query (servers|coverage) lists them\."
    r"|nobody is called .+; discord-airflow query users PART finds names\."
    r"|several (channels are|accounts are or were) called .+; give the id of one: [\d, ]+\."
    r"|there is nothing to search for; give a word, a \"phrase\", from:, in: or a date\."
    r"|a search takes at most 100 words; put a sentence in quotation marks\."
    r"|.+ is not a date; write (on|before|after):2026-03-01\."
    r"|.+ lies where no message can be\."
    r"|.+ is not understood; (dates cannot be excluded|name the servers to search instead)\."
    r"|.+ has [\d,]+ characters; at most 2,000 make sense\."
    r"|the name is empty; give a part of it\."
    r"|there is no option .+; see discord-airflow query search --help\."
    r"|--(since|until) is not a day or a moment; write 2026-11-22, 2026-11-22T09:00 or with Z\."
    r"|--limit is .+; give a number or all\."
    r"|the limit is \d+; it must lie between 1 and [\d,]+\."
    r"|the order is .+; it can be newest or relevance\."
    r"|.+ is not a time zone; use an IANA name such as Europe/Helsinki or UTC\."
)


def seal(connection):
    """How many rows each table has, and a sum over all of them."""
    query = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    count = sql.SQL("SELECT {}, count(*), md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {} AS t")
    parts = [count.format(table, sql.Identifier(table)) for (table,) in connection.execute(query).fetchall()]
    return set(connection.execute(sql.SQL(" UNION ALL ").join(parts)).fetchall())


def outcome(ask, *arguments, **named):
    """Return an answer, or that it was refused: by us in a sentence that is known, by the model in whatever way."""
    try:
        return ask(*arguments, **named)
    except RefusedError:
        return "refused"
    except UsageError as error:
        sentence = str(error)
    assert SENTENCES.fullmatch(sentence), sentence
    assert sentence.isprintable()
    return "refused"


class Doors:
    """Every way by which words come to the query layer, each beside what the model makes of the same words."""

    def __init__(self, connection, world):
        self.connection, self.world, self.model = connection, world, Model(world)
        self.settings = Settings(home="/")

    def search(self, text, **options):
        hits = QUERIES["search"].run(self.connection, {"text": text, "limit": None, **options})
        return [(one.message_id, one.guild_name, one.channel_name, one.author_name, one.content) for one in hits]

    def users(self, name):
        found = QUERIES["users"].run(self.connection, {"name": name, "limit": None})
        return [(one.user_id, one.name, {seen.name for seen in one.names}) for one in found]

    def typed(self, query, parameter, **words):
        """Return what a parameter becomes when these words stand on the command line of a query."""
        parameters = QUERIES[query].parameters
        plain = {one.name: one.default for one in options_of(parameters)}
        asked = understand(self.connection, parameters, {**plain, **words}, self.settings)
        return sorted(found) if isinstance(found := asked.arguments[parameter], tuple) else found

    def all_of(self, value, frame):
        """Yield what was asked, the answer, and the one that is due."""
        model, framed = self.model, frame.replace("{}", value)
        yield "search", outcome(self.search, value), outcome(model.search, value)
        yield frame, outcome(self.search, framed), outcome(model.search, framed)
        yield "users", outcome(self.users, value), outcome(model.users, value)
        for option, expected in self.expected(value).items():
            query, parameter, words = OPTIONS[option]
            found = outcome(self.typed, query, parameter, **words(value))
            yield option, found, outcome(expected)

    def expected(self, value):
        """Return what each option must make of a value."""
        channels = {one.id: one.name for one in self.world.channels}
        bare = value.removeprefix("#") or value
        return {
            "words": lambda: _refuse() if value.startswith("--") else value,
            "--server": lambda: sorted(self._place(value, self.world.guilds)),
            "--channel": lambda: sorted(self._place(bare, channels)),
            "--author": lambda: sorted(self.model.accounts([value])),
            "channel": lambda: _only(self._place(bare, channels)),
            "account": lambda: _only(self.model.accounts([value])),
            "--since": lambda: instant(value, "UTC"),
            "--until": lambda: instant(value, "UTC"),
            "--zone": lambda: value if value in ZONES else _refuse(),
            "--limit": lambda: _limit(value),
        }

    def _place(self, value, known):
        return self.model.place(value, known) if len(value) <= 2000 else _refuse()


OPTIONS = {
    "words": ("search", "text", lambda value: {"words": [value]}),
    "--server": ("search", "guild_ids", lambda value: {"words": ["x"], "server": [value]}),
    "--channel": ("search", "channel_ids", lambda value: {"words": ["x"], "channel": [value]}),
    "--author": ("search", "author_ids", lambda value: {"words": ["x"], "author": [value]}),
    "channel": ("history", "channel_id", lambda value: {"channel": value}),
    "account": ("user_messages", "user_id", lambda value: {"account": value}),
    "--since": ("history", "since", lambda value: {"channel": "1000", "since": value}),
    "--until": ("history", "until", lambda value: {"channel": "1000", "until": value}),
    "--zone": ("search", "zone", lambda value: {"words": ["x"], "zone": value or "?"}),
    "--limit": ("search", "limit", lambda value: {"words": ["x"], "limit": value}),
}
ZONES = available_timezones() - {"localtime"}

pytestmark = pytest.mark.timeout(1200 if LONG else 120)


def _refuse():
    raise RefusedError


def _only(found):
    return next(iter(found)) if len(found) == 1 else _refuse()


def _limit(value):
    text = value.strip().lower()
    if text == "all":
        return None
    return id_in(text) if id_in(text) is not None and len(text) < 10 else _refuse()


def asked(query, **changes):
    """Return the answer of a query to plain parameters but for *changes*."""
    plain = {"window": window_ending(NEWEST, 7, "UTC"), "channel_id": 1000, "user_id": 10**17, "name": "a", "text": "a"}
    needed = {name: plain[name] for name, one in query.parameters.items() if one.default is Parameter.empty}
    return {**needed, **changes}


def test_an_id_that_nobody_has_finds_nothing_and_excludes_nothing(scratch):
    """
    An id that is not there is no error, and never means all.
    """
    store(scratch, hostile_world(VALUES[:BATCH], 0))
    for query in QUERIES.values():
        everything = query.run(scratch, asked(query))
        for name in query.parameters:
            for number in (9, Random(name).randrange(10**16, 10**18), LARGEST_ID):
                if name.endswith("_id"):
                    assert query.run(scratch, asked(query, **{name: number})) == [], (query.name, name)
                elif name.endswith("_ids"):
                    assert query.run(scratch, asked(query, **{name: [number]})) == [], (query.name, name)
                elif name == "excluded_channels":
                    assert query.run(scratch, asked(query, **{name: [number]})) == everything, query.name


@pytest.mark.parametrize("start", range(0, len(VALUES), BATCH))
def test_every_value_comes_back_as_data(scratch, start):
    """
    What the model finds is found, with names and texts as they were stored, and nothing else; no table has changed.
    """
    values, random = VALUES[start : start + BATCH], Random(start)
    world = hostile_world(values, start)
    store(scratch, world)
    doors, before, found_something = Doors(scratch, world), seal(scratch), 0
    for value in values:
        for door, found, expected in doors.all_of(value, random.choice(FRAMES)):
            assert found == expected, (door, value)
            found_something += door == "search" and isinstance(found, list) and found != []
    assert seal(scratch) == before
    assert found_something > len(values) / 2


@pytest.mark.parametrize("start", range(BATCH, len(VALUES), 5 * BATCH) if LONG else [BATCH])
def test_every_value_is_found_in_the_index_too(database_settings, monkeypatch, start):
    """
    With the trigram index, and hardly another way to look messages up, a search finds what the model finds.
    """
    monkeypatch.setattr(search, "WALKED_FIRST", 0)
    values, random = VALUES[start : start + BATCH], Random(start + 1)
    world = hostile_world(values, start)
    with database.connect(database_settings, autocommit=True) as connection:
        with connection.transaction():
            store(connection, world)
        assert create_search_index(connection)
        connection.execute("ALTER TABLE messages DROP CONSTRAINT messages_pkey; SET enable_seqscan = off")
        doors = Doors(connection, world)
        for value in values:
            for text in (value, random.choice(FRAMES).replace("{}", value)):
                assert outcome(doors.search, text) == outcome(doors.model.search, text), text
        # What is too short for the index, or no search at all, is more than half of the values, here more, there less.
        assert scans_of_the_index(connection) > len(values) / 8
