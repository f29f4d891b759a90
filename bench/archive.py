"""
A database that holds years of messages, filled by the server itself, because an import of them would take too long.

    python -m bench.archive FOLDER --messages 20000000        keeps an embedded server's data in FOLDER, about 10 GB

The last half-year is the same in an archive of any size, row by row; what is larger is what lies before. Messages
stand in the table channel by channel, as a first export leaves them; files and coverage as a collection of every night
does. Nothing is deleted, and a few messages of bots have a time that their id does not tell. The same seed gives the
same rows.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

from psycopg import sql

from discord_airflow import database
from discord_airflow.settings import DatabaseSettings
from discord_airflow.sql_files import statement

WORKERS = 2
RECENT_WEEKS = 26
PHRASES = 12_000
"""Of each language; a message is two of them."""

FIRST_USER = 300_000_000_000_000_000
MADE = datetime(2021, 1, 1, tzinfo=UTC)
"""When servers and channels were made and people began to come."""

LARGE_TABLES = ("messages", "reactions", "reaction_users", "mentions", "attachments", "embeds", "channel_authors")
ALL_TABLES = (*LARGE_TABLES, "ledger", "coverage", "profiles", "members", "users", "stickers", "message_revisions",
              "channels", "guilds", "emojis")  # fmt: skip


@dataclass(frozen=True, slots=True)
class PlantedWord:
    """A word that one message in *one_in* (a multiple of 8) holds, until the share *ended* of the archive's time."""

    text: str
    kind: str
    one_in: int
    ended: float = 1.0


PLANTED = (
    PlantedWord("harbourlight", "common", 40),
    PlantedWord("lanternfish", "medium", 5_000),
    PlantedWord("quokkaberry", "rare", 1_000_000),
    PlantedWord("elderquest", "old", 200, ended=0.2),
    PlantedWord("gg", "short, common", 320),
    PlantedWord("c#", "short, medium", 20_000),
    PlantedWord("qx", "short, rare", 1_000_000),
    PlantedWord("流氷観測", "CJK, medium", 20_000),
    PlantedWord("今朝", "CJK of two, common", 200),
    PlantedWord("鯨骨", "CJK of two, rare", 1_000_000),
)
"""What searches are measured with; the other words come as they come."""


@dataclass(frozen=True, slots=True)
class Archive:
    """What to fill in. The last 26 weeks have *week* messages each, the rest of *messages* lies before them."""

    messages: int
    week: int = 20_000
    weeks: int = 260
    guilds: int = 5
    channels: int = 100
    people: int = 50_000
    seed: int = 1
    until: datetime = field(default=datetime(2026, 11, 22, 7, tzinfo=UTC))

    @property
    def start(self) -> datetime:
        """The oldest message is younger."""
        return self.until - timedelta(weeks=self.weeks)

    def shares(self, messages: int) -> list[int]:
        """Return how many of *messages* each channel has: few have most."""
        weights = [1 / (1 + number) ** 0.8 for number in range(self.channels)]
        ends = [round(messages * end / sum(weights)) for end in accumulate(weights, initial=0.0)]
        return [end - start for start, end in pairwise(ends)]


@dataclass(frozen=True, slots=True)
class Language:
    """Which signs a language's words are made of, and its share of all messages; *spaced*: words stand apart."""

    share: float
    signs: str
    spaced: bool = True


LANGUAGES = (
    Language(0.55, "e:ta:oi:nsh:rdl:cumwfgypbvk"),
    Language(0.10, "ai:tn:es:lok:uäm:vrjhyp"),
    Language(0.10, "en:irst:ahdu:lcgmo:bwfkzpvüöß"),
    Language(0.10, "ое:аи:нт:сл:врк:дмуп:яыьгзбчйхж"),
    Language(0.05, "ea:sit:nru:lodc:mpévqfbgh"),
    Language(
        0.05, "".join(map(chr, range(0x3042, 0x3093))) + ":" + "".join(map(chr, range(0x4E00, 0x5000))), spaced=False
    ),
    Language(0.03, "".join(map(chr, range(0x4E00, 0x5600))), spaced=False),
    Language(0.02, "".join(map(chr, range(0xAC00, 0xAE00)))),
)


def fill(settings: DatabaseSettings, archive: Archive) -> None:
    """Fill the empty database of *settings*, which has the schema; its keys are made after its rows."""
    with database.connect(settings, autocommit=True) as connection:
        keys = connection.execute(statement("bench", "archive_keys"), {"tables": list(LARGE_TABLES)}).fetchall()
        _drop(connection, keys)
        connection.execute(statement("bench", "archive_functions"))
        with connection.cursor() as cursor, cursor.copy("COPY bench_phrases (number, phrase) FROM STDIN") as copy:
            for row in enumerate(phrases(archive.seed)):
                copy.write_row(row)
        connection.execute("ANALYZE bench_phrases")
        _run(connection, "archive_places", _parameters(archive))
        _parallel(settings, [("archive_messages", of_channel) for of_channel in _channels(archive)])
        connection.execute("SET work_mem = '256MB'")
        _make(connection, [key for key in keys if key[1] == "messages_pkey"])
        connection.execute("ANALYZE messages")
        _run(connection, "archive_children", _parameters(archive))
        _run(connection, "archive_ledger", _parameters(archive))
        _make(connection, [key for key in keys if key[1] != "messages_pkey"])
        connection.execute("DROP FUNCTION bench_sent, bench_draw, bench_profile")
        connection.execute("DROP TABLE bench_phrases")
        connection.execute("VACUUM (ANALYZE)")


def phrases(seed: int) -> Iterator[str]:
    """Yield PHRASES phrases of each language, of invented words as unequally frequent as real ones."""
    for number, language in enumerate(LANGUAGES):
        draws = random.Random(f"{seed}/{number}")
        classes = language.signs.split(":")
        signs = "".join(sign for place, group in enumerate(classes) for sign in group * (2 * (len(classes) - place)))
        words = ["".join(draws.choices(signs, k=draws.choice((2, 3, 4, 5, 5, 6, 7, 8, 9)))) for _ in range(6000)]
        weights = list(accumulate(1 / (2 + rank) for rank in range(len(words))))
        for _ in range(PHRASES):
            chosen = draws.choices(
                words, cum_weights=weights, k=1 + int((14 if language.spaced else 5) * draws.random())
            )
            yield (" " if language.spaced else "").join(chosen)


def _parameters(archive: Archive) -> dict[str, Any]:
    """Return what all statements know."""
    made = _snowflake(MADE)
    return {
        "guilds": archive.guilds,
        "channels": archive.channels,
        "people": archive.people,
        "phrases": PHRASES,
        "first_guild": made,
        "first_channel": made + 1000,
        "first_user": FIRST_USER,
        "until": archive.until,
        "start": archive.start,
        "until_ms": _milliseconds(archive.until),
        "start_ms": _milliseconds(archive.start),
        "joining_ms": _milliseconds(MADE),
        "languages": list(accumulate((language.share for language in LANGUAGES[:-1]), initial=0.0)),
        "words": [word.text for word in PLANTED],
        "one_in": [word.one_in for word in PLANTED],
        "ended": [word.ended for word in PLANTED],
    }


def _channels(archive: Archive) -> Iterator[dict[str, Any]]:
    """Yield what archive_messages.sql has to know of each channel."""
    common = _parameters(archive)
    recent = min(archive.messages, RECENT_WEEKS * archive.week)
    recent_ms = timedelta(weeks=min(RECENT_WEEKS, archive.weeks)) / timedelta(milliseconds=1)
    older_ms = (archive.until - archive.start) / timedelta(milliseconds=1) - recent_ms
    counts = zip(archive.shares(recent), archive.shares(archive.messages - recent), strict=True)
    for number, (newer, older) in enumerate(counts):
        yield {
            **common,
            "number": number,
            "salt": archive.seed * 1000 + number,
            "channel_id": common["first_channel"] + number,
            "guild": number % archive.guilds,
            "place": number // archive.guilds,
            "guild_id": common["first_guild"] + number % archive.guilds,
            "count": newer + older,
            "recent": newer,
            "recent_step": recent_ms / max(newer, 1),
            "older_step": older_ms / max(older, 1),
        }


def _parallel(settings: DatabaseSettings, work: Sequence[tuple[str, Mapping[str, Any]]]) -> None:
    def one(part: tuple[str, Mapping[str, Any]]) -> None:
        with database.connect(settings, autocommit=True) as connection:
            connection.execute("SET work_mem = '64MB'")
            _run(connection, *part)

    with ThreadPoolExecutor(WORKERS) as workers:
        list(workers.map(one, work))


def _run(connection: database.Connection, name: Any, parameters: Mapping[str, Any]) -> None:
    for part in statement("bench", name).split(";\n"):
        if part.strip():
            connection.execute(part, parameters, prepare=False)


def _drop(connection: database.Connection, keys: Sequence[tuple[Any, ...]]) -> None:
    for table, name, _, key in keys:
        if key:
            drop = sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(sql.Identifier(table), sql.Identifier(name))
        else:
            drop = sql.SQL("DROP INDEX {}").format(sql.Identifier(name))
        connection.execute(drop)


def _make(connection: database.Connection, keys: Sequence[tuple[Any, ...]]) -> None:
    connection.execute("SET maintenance_work_mem = '512MB'")
    for table, name, definition, key in keys:
        if key:
            add = sql.SQL("ALTER TABLE {} ADD CONSTRAINT {} {}")
            connection.execute(add.format(sql.Identifier(table), sql.Identifier(name), sql.SQL(key)))
        else:
            connection.execute(definition)


def _snowflake(instant: datetime) -> int:
    return (_milliseconds(instant) - 1_420_070_400_000) << 22


def _milliseconds(instant: datetime) -> int:
    return (instant - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


def build(settings: DatabaseSettings, archive: Archive) -> float:
    """Make the database of *settings* anew on its running server, fill it, and return how many seconds that took."""
    began = time.perf_counter()
    maintenance = settings.model_copy(update={"name": "postgres"})
    name = sql.Identifier(settings.name)
    with database.connect(maintenance, autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
        connection.execute(sql.SQL("CREATE DATABASE {}").format(name))
        hasty(connection, on=True)
        try:
            with database.connect(settings) as filled:
                database.apply_schema(filled)
            fill(settings, archive)
        finally:
            hasty(connection, on=False)
    return time.perf_counter() - began


def hasty(connection: database.Connection, *, on: bool) -> None:
    """Let the server forget about crashes while it is filled; afterwards write all down."""
    for name, value in (("fsync", "off"), ("full_page_writes", "off"), ("autovacuum", "off"), ("max_wal_size", "16GB")):
        change = sql.SQL("ALTER SYSTEM SET {} = {}") if on else sql.SQL("ALTER SYSTEM RESET {}")
        connection.execute(
            change.format(sql.Identifier(name), sql.Literal(value)) if on else change.format(sql.Identifier(name))
        )
    connection.execute("SELECT pg_reload_conf()")
    connection.execute("CHECKPOINT")


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="where the server keeps its data; it is left running")
    parser.add_argument("--messages", type=int, default=1_000_000, help="default: %(default)s")
    parser.add_argument("--week", type=int, default=20_000, help="messages of one week (default: %(default)s)")
    parser.add_argument("--weeks", type=int, default=260, help="span of the archive (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="default: %(default)s")
    options = parser.parse_args(argv)
    settings = DatabaseSettings(data_directory=options.folder, name=f"archive_{options.messages}")
    database.embedded().start(settings)
    archive = Archive(options.messages, options.week, options.weeks, seed=options.seed)
    print(f"{settings.name}: {archive.messages:,} messages in {build(settings, archive):.0f} s")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
