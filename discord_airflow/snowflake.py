"""Discord's ids: 63 bits that open with the millisecond in which the thing was made."""

from datetime import UTC, datetime, timedelta

DISCORD_EPOCH_MS = 1_420_070_400_000
"""The first millisecond of 2015, UTC, counted from 1970."""

LARGEST_SNOWFLAKE = 2**63 - 1

_DISCORD_EPOCH = datetime(2015, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def snowflake_at(instant: datetime) -> int:
    """
    Return the smallest id that something made at *instant*, which must be aware, can have.

    So ``snowflake_at(since) <= id < snowflake_at(until)`` selects exactly what was made in the half-open window, also
    when its ends lie inside a millisecond. An instant before Discord's first gives 0, one past the last id 2**63.
    """
    if instant.utcoffset() is None:
        raise ValueError(f"{instant} has no time zone")
    # Round up: an id knows whole milliseconds, so one of the millisecond that began before *instant* is earlier.
    milliseconds = -((_DISCORD_EPOCH - instant) // _MILLISECOND)
    return min(max(milliseconds, 0) << 22, LARGEST_SNOWFLAKE + 1)


def time_of(snowflake: int) -> datetime:
    """Return when the thing with this id was made, in UTC, to the millisecond."""
    return _DISCORD_EPOCH + (snowflake >> 22) * _MILLISECOND


def parse_snowflake(text: str) -> int:
    """Return the id that *text* spells in plain ASCII digits; anything else, and ids out of range, raise ValueError."""
    if not (text.isascii() and text.isdigit()):
        raise ValueError(f"{text[:40]!r} is not an id: an id has digits only")
    if len(text) > 19 or not 1 <= int(text) <= LARGEST_SNOWFLAKE:
        raise ValueError(f"{text[:40]!r} is not an id: ids lie between 1 and {LARGEST_SNOWFLAKE}")
    return int(text)


def jump_link(guild_id: int | None, channel_id: int, message_id: int) -> str:
    """Return the address that opens a message in Discord; a direct message has no guild (None or 0)."""
    return f"https://discord.com/channels/{guild_id or '@me'}/{channel_id}/{message_id}"
