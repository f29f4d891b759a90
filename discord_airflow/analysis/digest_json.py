"""A digest as JSON and back: ids are text, times ISO 8601, what is derived is not read back."""

from typing import Any

import msgspec

from discord_airflow.analysis.statements import Digest

_IDS = frozenset(("guild_id", "message_id", "until_id", "person_id", "channel_id"))


def digest_to_json(digest: Digest) -> dict[str, Any]:
    """Return *digest* as JSON values, with its line of summary and each statement's text for those who only read."""
    value = _with_text_ids(msgspec.to_builtins(digest))
    value["summary"] = digest.summary
    shown = [statement for section in digest.sections for statement in section.statements]
    written = [statement for section in value["sections"] for statement in section["statements"]]
    for statement, entry in zip(shown, written, strict=True):
        entry["text"] = statement.text
    return value


def digest_from_json(value: Any) -> Digest:
    """Return the digest that digest_to_json() gave *value* for; anything else raises ValueError."""
    try:
        return msgspec.convert(_without_extras(value), Digest, strict=False)
    except (msgspec.ValidationError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"this is not a digest as discord-airflow writes it: {error}") from None


def _with_text_ids(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: str(item) if key in _IDS and item is not None else _cites(key, item)
            for key, item in value.items()
            if item is not None or key not in _IDS | {"key", "url"}
        }
    return [_with_text_ids(item) for item in value] if isinstance(value, list | tuple) else value


def _cites(key: str, item: Any) -> Any:
    return [str(message_id) for message_id in item] if key == "cites" else _with_text_ids(item)


def _without_extras(value: Any) -> Any:
    """Leave out what is derived, so that only what was checked is read back."""
    if isinstance(value, dict):
        is_statement = "segments" in value
        return {
            key: _without_extras(item)
            for key, item in value.items()
            if not (key == "summary" and "sections" in value) and not (key == "text" and is_statement)
        }
    return [_without_extras(item) for item in value] if isinstance(value, list) else value
