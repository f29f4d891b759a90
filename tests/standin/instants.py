"""Instants as the exporter sees them: .NET ticks (100 ns, here since 1970), snowflakes, and their texts."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime, timedelta
from functools import lru_cache

TICKS = 10_000_000
DISCORD_EPOCH_MS = 1_420_070_400_000
MISSING = -62_135_596_800 * TICKS  # year 0001, what .NET holds for "no date"
_ORIGIN = datetime(1970, 1, 1, tzinfo=UTC)
_MASK = 2**64 - 1

Instant = int | str | datetime

_ISO = re.compile(r"(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,7}))?)?\s*(Z|[+-]\d\d:?\d\d)?", re.ASCII)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DATES = (
    (re.compile(r"(?P<y>\d{4})[-/.](?P<m>\d{1,2})(?:[-/.](?P<d>\d{1,2}))?", re.ASCII), False),
    (re.compile(r"(?P<m>\d{1,2})[-/.](?P<d>\d{1,2})[-/.](?P<y>\d{4})", re.ASCII), False),
    (re.compile(r"(?P<d>\d{1,2})[ -](?P<m>[A-Za-z]{3,9})[ -,](?P<y>\d{4})"), True),
    (re.compile(r"(?P<m>[A-Za-z]{3,9}) (?P<d>\d{1,2}),? (?P<y>\d{4})"), True),
)
_CLOCK = re.compile(
    r"(?:[T ]\s*(?P<H>\d{1,2}):(?P<M>\d\d)(?::(?P<S>\d\d)(?:\.(?P<f>\d{1,7})\d*)?)?\s*(?P<ap>[AaPp][Mm])?)?"
    r"\s*(?P<z>Z|z|[+-]\d{1,2}:?\d\d)?",
    re.ASCII,
)


@lru_cache(maxsize=4096)
def _ticks_of_text(text: str) -> int:
    match = _ISO.fullmatch(text)
    if match is None or match[8] is None:
        raise ValueError(f"{text!r} is not an instant with a time zone such as 2026-03-05T09:00:00+00:00")
    year, month, day, hour, minute = (int(match[number]) for number in range(1, 6))
    moment = datetime(year, month, day, hour, minute, int(match[6] or 0), tzinfo=UTC)
    return _whole_ticks(moment, match[7]) - _zone_seconds(match[8]) * TICKS


def _whole_ticks(moment: datetime, fraction: str | None) -> int:
    seconds = (moment - _ORIGIN) // timedelta(seconds=1)
    return seconds * TICKS + int((fraction or "0").ljust(7, "0"))


def _zone_seconds(zone: str) -> int:
    if zone in "Zz":
        return 0
    digits = zone[1:].replace(":", "").rjust(4, "0")
    return (1 if zone[0] == "+" else -1) * (int(digits[:2]) * 3600 + int(digits[2:]) * 60)


def ticks_of(instant: Instant) -> int:
    """Return the ticks of an aware datetime, an ISO text with a zone, or ticks themselves."""
    if isinstance(instant, int):
        return instant
    if isinstance(instant, str):
        return _ticks_of_text(instant)
    if instant.utcoffset() is None:
        raise ValueError(f"{instant!r} needs a time zone")
    return (instant - _ORIGIN) // timedelta(microseconds=1) * 10


def snowflake_at(ticks: int) -> int:
    """Return the smallest id of the instant's millisecond, in unsigned 64-bit arithmetic without a check."""
    return ((ticks // 10_000 - DISCORD_EPOCH_MS) << 22) & _MASK


def snowflake_ticks(snowflake: int) -> int:
    """Return the instant hidden in an id."""
    return ((snowflake >> 22) + DISCORD_EPOCH_MS) * 10_000


def local_offset(seconds: int) -> int:
    """Return the machine zone's offset from UTC at that second, in seconds; whole minutes as .NET has it."""
    try:
        offset = time.localtime(seconds).tm_gmtoff
    except (OverflowError, ValueError, OSError):
        return 0
    return offset // 60 * 60


def format_time(ticks: int, *, utc: bool) -> str:
    """Return `yyyy-MM-ddTHH:mm:ss[.f{1,7}]±hh:mm`, trailing zeros of the fraction dropped, never `Z`."""
    seconds, fraction = divmod(ticks, TICKS)
    offset = 0 if utc or ticks == MISSING else local_offset(seconds)
    text = (_ORIGIN + timedelta(seconds=seconds + offset)).isoformat()[:19]
    digits = f"{fraction:07d}".rstrip("0")
    sign, minutes = ("-" if offset < 0 else "+"), abs(offset) // 60
    return f"{text}{'.' + digits if digits else ''}{sign}{minutes // 60:02d}:{minutes % 60:02d}"


def local_date(ticks: int) -> str:
    """Return the machine's own calendar date of an instant, `yyyy-MM-dd`."""
    return format_time(ticks, utc=False)[:10]


def parse_boundary(text: str) -> int:
    """
    Read a value of --after or --before as a snowflake.

    All digits are an id; anything else is a date in .NET's invariant culture (month first), in the
    machine's zone when it names none. Dates before 2015 wrap around, as the real program has it.
    """
    if text.isascii() and text.isdigit():
        if int(text) > _MASK:
            raise ValueError(f"Invalid snowflake '{text}'.")
        return int(text)
    for pattern, by_name in _DATES:
        match = pattern.match(text.strip())
        clock = match and _CLOCK.fullmatch(text.strip(), match.end())
        if match and clock:
            try:
                return snowflake_at(_civil_ticks(match, clock, by_name=by_name))
            except (ValueError, OverflowError):
                break
    raise ValueError(f"Invalid snowflake '{text}'.")


def _civil_ticks(date: re.Match[str], clock: re.Match[str], *, by_name: bool) -> int:
    month = _MONTHS.index(date["m"][:3].lower()) + 1 if by_name else int(date["m"])
    hour = int(clock["H"] or 0)
    if clock["ap"]:
        hour = hour % 12 + (12 if clock["ap"].lower() == "pm" else 0)
    minute, second = int(clock["M"] or 0), int(clock["S"] or 0)
    moment = datetime(int(date["y"]), month, int(date["d"] or 1), hour, minute, second, tzinfo=UTC)
    if clock["z"]:
        return _whole_ticks(moment, clock["f"]) - _zone_seconds(clock["z"]) * TICKS
    local = time.mktime((*moment.timetuple()[:8], -1))
    return int(local) * TICKS + int((clock["f"] or "0").ljust(7, "0"))
