"""JSON read with care: for the texts that the typed decoder refuses."""

import json
import re
from typing import Any, NoReturn

import msgspec

from discord_airflow.collectors.json_ends import count_values
from discord_airflow.collectors.memory_limit import HOW_TO_READ_MORE, largest_message
from discord_airflow.collectors.values import BadValueError

REPLACEMENT = "\ufffd"
DEEPEST = 256
"""Levels of lists and objects in one value: far below where Python's stack ends, wherever the import is called from."""

TOO_DEEP = f"lists or objects are nested more than {DEEPEST} levels deep"

_SURELY_SMALL = 1 << 20
_TIMES_AS_VALUES = 4
_BYTES_FOR_A_VALUE = 16

encode_json = msgspec.json.Encoder().encode
_unclean = re.compile("[\x00\ud800-\udfff]")


def _refuse_constant(name: str) -> NoReturn:
    raise BadValueError("", "not-json", f"{name} is not JSON")


def _finite(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise BadValueError("", "number-out-of-range", f"the number {text[:20]} is larger than any that can be stored")
    return number


DECODER = json.JSONDecoder(parse_constant=_refuse_constant, parse_float=_finite)
"""Standard JSON only: no NaN, no infinities; numbers of thousands of digits raise ValueError."""


def parse_json(text: bytes) -> tuple[Any, int]:
    """
    Return the value that *text* spells, and how many characters in it were replaced.

    PostgreSQL stores neither NUL nor lone surrogates; they, and bytes that are not UTF-8, become U+FFFD. Whatever
    cannot be read raises BadValueError, and so does what would take many times more memory as values than as text.
    """
    if len(text) > _SURELY_SMALL:
        _refuse_large(text)
    try:
        value = DECODER.decode(text.decode("utf-8", "surrogateescape"))
    except BadValueError:
        raise
    except RecursionError:
        raise BadValueError("", "nested-too-deeply", TOO_DEEP) from None
    except json.JSONDecodeError as error:
        raise BadValueError("", "not-json", f"{error.msg} at character {error.pos}") from None
    except ValueError as error:  # an integer with more digits than Python converts
        raise BadValueError("", "number-out-of-range", str(error).partition(";")[0]) from None
    if is_too_deep(value):
        raise BadValueError("", "nested-too-deeply", TOO_DEEP)
    return clean(value)


def _refuse_large(text: bytes) -> None:
    most = largest_message() // _TIMES_AS_VALUES
    most_values = most // _BYTES_FOR_A_VALUE
    if len(text) > most:
        told = f"{len(text):,} bytes of it; {most:,}"
    elif (values := count_values(text, most_values)) > most_values:
        told = f"{values:,} values of it; {most_values:,}"
    else:
        return
    detail = f"it is not as the exporter writes it, and must be read with care, all {told} are the most"
    raise BadValueError("", "too-large", f"{detail} ({HOW_TO_READ_MORE})")


def is_too_deep(value: Any) -> bool:
    """Return whether lists and objects in *value* are nested deeper than DEEPEST; what is not can be walked safely."""
    level = [value]
    for _ in range(DEEPEST + 1):
        holders = [each for each in level if isinstance(each, list | dict)]
        level = [item for each in holders for item in (each.values() if isinstance(each, dict) else each)]
        if not holders:
            return False
    return True


def clean(value: Any) -> tuple[Any, int]:
    """Return *value* with what PostgreSQL cannot store replaced by U+FFFD, and the number of replacements."""
    if isinstance(value, str):
        return _unclean.subn(REPLACEMENT, value) if _unclean.search(value) else (value, 0)
    if isinstance(value, list):
        items = [clean(item) for item in value]
        return [item for item, _ in items], sum(count for _, count in items)
    if isinstance(value, dict):
        pairs = [(clean(key), clean(item)) for key, item in value.items()]
        return {key: item for (key, _), (item, _) in pairs}, sum(m + n for (_, m), (_, n) in pairs)
    return value, 0


def compact_json(value: Any) -> str:
    """Return JSON on one line and in one order of keys, with the characters themselves in place of escapes."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
