"""Times and ids. The sample lives on the wall clock of Helsinki; the exports are in UTC."""

from __future__ import annotations

import zlib
from datetime import UTC, datetime, timedelta

DISCORD_EPOCH_MS = 1_420_070_400_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# All the sample needs of a time zone database: summer time ends on 25 October 2026 at 1:00 UTC.
_WINTER_BEGINS = datetime(2026, 10, 25, 4, 0)


def milliseconds(wall: datetime) -> int:
    """Return the instant at which a clock in Helsinki shows *wall*, in milliseconds since 1970."""
    offset = timedelta(hours=2 if wall >= _WINTER_BEGINS else 3)
    return (wall.replace(tzinfo=UTC) - offset - EPOCH) // timedelta(milliseconds=1)


def written(instant_ms: int, extra_digits: str = "") -> str:
    """Return the instant as the exporter writes it: UTC, zeros at the end of the fraction dropped."""
    whole, fraction = divmod(instant_ms, 1000)
    moment = EPOCH + timedelta(seconds=whole)
    digits = f"{fraction:03d}{extra_digits}".rstrip("0")
    return f"{moment:%Y-%m-%dT%H:%M:%S}{'.' + digits if digits else ''}+00:00"


def snowflake(instant_ms: int, low_bits: int) -> str:
    """Return an id of that millisecond; *low_bits* (22 of them) tell ids of one millisecond apart."""
    return str((instant_ms - DISCORD_EPOCH_MS) << 22 | low_bits & 0x3FFFFF)


def id_made_on(day: str, what: str) -> str:
    """Return the id of a thing made on *day*, such as "2023-03-01"; it is the same for ever."""
    spread = zlib.crc32(what.encode())
    instant = datetime.fromisoformat(day).replace(tzinfo=UTC) + timedelta(milliseconds=spread % 86_400_000)
    return snowflake((instant - EPOCH) // timedelta(milliseconds=1), spread)
