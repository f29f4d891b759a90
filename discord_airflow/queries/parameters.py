"""The parameters of queries as JSON has them and back: what a receipt holds, and what runs it again."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from discord_airflow.errors import UsageError
from discord_airflow.window import Window

WINDOW_KEYS = ("since", "until", "zone")


@dataclass(frozen=True, slots=True)
class Parameter:
    """How one parameter is written as JSON and read back; *read* raises ValueError or TypeError for anything else."""

    write: Callable[[Any], Any]
    read: Callable[[Any], Any]


def moment(instant: datetime) -> str:
    """Return *instant* in UTC, to the microsecond where it has any, as JSON has it."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _read_moment(value: Any) -> datetime:
    instant = datetime.fromisoformat(value)
    if instant.utcoffset() is None:
        raise ValueError(f"{value} has no zone")
    return instant


def _read_id(value: Any) -> int:
    if not (isinstance(value, str) and re.fullmatch(r"[0-9]{1,19}", value, re.ASCII)):
        raise ValueError(f"{value!r} is not an id")
    return int(value)


def _read_ids(value: Any) -> tuple[int, ...]:
    if not isinstance(value, list | tuple):
        raise TypeError(f"{value!r} is not a list of ids")
    return tuple(_read_id(one) for one in value)


def _read_number(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{value!r} is not a whole number")
    return value


def _read_text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is not a text")
    return value


def _write_ids(value: Any) -> list[str]:
    return [str(one) for one in value]


MOMENT = Parameter(moment, _read_moment)
ID = Parameter(str, _read_id)
IDS = Parameter(_write_ids, _read_ids)
NUMBER = Parameter(_read_number, _read_number)
TEXT = Parameter(_read_text, _read_text)

PARAMETERS: Mapping[str, Parameter] = {
    "guild_ids": IDS,
    "excluded_channels": IDS,
    "channel_ids": IDS,
    "author_ids": IDS,
    "channel_id": ID,
    "user_id": ID,
    "since": MOMENT,
    "until": MOMENT,
    "zone": TEXT,
    "limit": NUMBER,
    "weeks": NUMBER,
    "months": NUMBER,
    "min_messages": NUMBER,
    "context": NUMBER,
    "name": TEXT,
    "text": TEXT,
    "order": TEXT,
}
"""Every parameter of every query but *window*, which is written as its three keys."""


def to_json(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Return keyword *arguments* of a query as JSON: instants in UTC, ids as text; None stays None."""
    written: dict[str, Any] = {}
    for name, value in arguments.items():
        if name == "window":
            written |= {"since": moment(value.since), "until": moment(value.until), "zone": value.zone}
        else:
            written[name] = None if value is None else PARAMETERS[name].write(value)
    return written


def from_json(parameters: Mapping[str, Any], names: frozenset[str]) -> dict[str, Any]:
    """Return the keyword arguments *names* out of *parameters*, which may come from a file that somebody changed."""
    expected = names - {"window"} | (set(WINDOW_KEYS) if "window" in names else set())
    if strangers := sorted(parameters.keys() - expected):
        named = ", ".join(map(repr, strangers))
        raise UsageError(f"the query has no parameter {named}; it has {', '.join(sorted(expected))}.")
    try:
        read: dict[str, Any] = {
            name: None if value is None else PARAMETERS[name].read(value) for name, value in parameters.items()
        }
        if "window" in names:
            read["window"] = Window(since=read.pop("since"), until=read.pop("until"), zone=read.pop("zone"))
    except KeyError as error:
        raise UsageError(f"the query needs the parameter {error.args[0]}.") from None
    except (ValueError, TypeError, AttributeError, OverflowError) as error:
        raise UsageError(f"the query's parameters cannot be read: {error}.") from None
    return read
