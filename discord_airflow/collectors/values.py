"""Single values of an export, checked: ids and instants."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache
from operator import gt, lt

from discord_airflow.snowflake import DISCORD_EPOCH_MS, LARGEST_SNOWFLAKE


class BadValueError(ValueError):
    """A value that no column can hold as it came; *place* is the path inside the message, *reason* a code."""

    def __init__(self, place: str, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.place, self.reason, self.detail = place, reason, detail

    def inside(self, part: str) -> "BadValueError":
        """Return the same trouble seen from one level further out."""
        return BadValueError(f"{part}.{self.place}" if self.place else part, self.reason, self.detail)


def parse_id(text: str, place: str = "id", *, least: int = 1) -> int:
    """Return the id in *text*, which must be written the one usual way, so that nothing is lost by keeping a number."""
    if text.isascii() and text.isdigit() and len(text) <= 19 and (text[0] != "0" or text == "0"):
        number = int(text)
        if least <= number <= LARGEST_SNOWFLAKE:
            return number
    raise BadValueError(place, "id-out-of-range", f"{text[:40]!r} is not an id between {least} and {LARGEST_SNOWFLAKE}")


def is_in_order(ids: list[int], *, rising: bool) -> bool:
    """Return whether each id is larger than the one before, or, unless *rising*, smaller; equal ones are neither."""
    return all(map(lt if rising else gt, ids, ids[1:]))


def whole_number(value: object, *, bits: int) -> int | None:
    """Return *value* when it is an integer that fits so many bits with its sign; true and false are no integers."""
    if not isinstance(value, int) or isinstance(value, bool):
        return None
    return value if -(1 << bits - 1) <= value < 1 << bits - 1 else None


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=DISCORD_EPOCH_MS)
# The exporter's form, every digit a 0: to look up the shape of a text takes about half of what a pattern takes.
_DIGITS_AS_0 = bytes.maketrans(b"123456789", b"000000000")
_SHAPES = frozenset(
    f"0000-00-00T00:00:00{fraction}{sign}00:00".encode()
    for fraction in ("", *("." + "0" * digits for digits in range(1, 7)))
    for sign in "+-"
)
_FIRST_YEAR, _LAST_YEAR = 2, 9998  # what stays a date in every zone, and is not .NET's "no date"


def parse_instant(text: str, place: str = "timestamp") -> tuple[int, int]:
    """
    Return microseconds since Discord's epoch, and the offset from UTC in minutes.

    Only the exporter's own form is taken (seconds, up to six digits of fraction, a numeric offset): PostgreSQL
    then reads the same instant from the same text.
    """
    if text.isascii() and text.encode().translate(_DIGITS_AS_0) in _SHAPES:
        try:
            offset = offset_minutes(text[-6:])
            instant = datetime.fromisoformat(text)
        except ValueError:
            pass
        else:
            if _FIRST_YEAR <= instant.year <= _LAST_YEAR:
                since = instant - _EPOCH
                return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds, offset
    raise BadValueError(place, "bad-timestamp", f"{text[:40]!r} is not an instant such as 2026-03-05T09:15:30.5+00:00")


@lru_cache(maxsize=4096)
def offset_minutes(zone: str) -> int:
    """Return the minutes in an offset such as ``+05:30``; PostgreSQL takes less than 16 hours."""
    hours, minutes = int(zone[1:3]), int(zone[4:6])
    if hours > 15 or minutes > 59:
        raise ValueError(f"{zone} is not an offset from UTC")
    return (hours * 60 + minutes) * (-1 if zone[0] == "-" else 1)


def is_off_clock(message_id: int, microseconds: int) -> bool:
    """Return whether an id and its message's time disagree by more than a minute, as in imported history."""
    return abs((message_id >> 22) * 1000 - microseconds) > 60_000_000


def microseconds_of(instant: datetime) -> int:
    """Return the microseconds since Discord's epoch of an aware *instant*."""
    return (instant - _EPOCH) // timedelta(microseconds=1)


def instant_of(microseconds: int, offset: int = 0) -> str:
    """Return the text that parse_instant reads as these microseconds and this offset, fraction zeros dropped."""
    local = _EPOCH.replace(tzinfo=None) + timedelta(microseconds=microseconds, minutes=offset)
    text = local.isoformat()
    if local.microsecond:
        text = text.rstrip("0")
    sign = "-" if offset < 0 else "+"
    return f"{text}{sign}{abs(offset) // 60:02d}:{abs(offset) % 60:02d}"
