"""The keys of an export beside its messages."""

from typing import Any

from discord_airflow.collectors.json_ends import BrokenJsonError
from discord_airflow.collectors.json_window import LARGE, JsonWindow, Skipped
from discord_airflow.collectors.plain_json import parse_json
from discord_airflow.collectors.values import BadValueError

_MOST_NAMED = 20


def read_root(window: JsonWindow, root: dict[str, Any], odd: list[BrokenJsonError]) -> bool:
    """
    Read keys into *root* up to the list of messages (True: it is open now) or the end of the object (False).

    A key whose value cannot be read, or is too large with those before it, is left out and goes into *odd*.
    """
    first, room = not root, LARGE
    while not window.take("}"):
        if not first and not window.take(","):
            raise window.surprise("a comma or the end of the export")
        first = False
        key = window.key()
        if key == "messages":
            if key in root:
                detail = "there is a second list of messages; only the first was read"
                raise BrokenJsonError("two-lists", detail, beside_messages=True)
            if window.take("["):
                root["messages"] = []
                return True
        text = window.element(room)
        room -= 0 if isinstance(text, Skipped) else len(text)
        try:
            _keep(root, key, text)
        except BadValueError as trouble:
            if len(odd) < _MOST_NAMED:
                named = "a key" if isinstance(key, Skipped) else f"the key {key[:40]!a}"
                detail = f"{named} beside the messages was left out: {trouble.detail}"
                odd.append(BrokenJsonError(trouble.reason, detail, beside_messages=True))
    return False


def _keep(root: dict[str, Any], key: str | Skipped, text: bytes | Skipped) -> None:
    for found in (key, text):
        if isinstance(found, Skipped):
            raise BadValueError("", found.reason, found.detail)
    if isinstance(key, str) and isinstance(text, bytes):
        root[key] = parse_json(text)[0]
