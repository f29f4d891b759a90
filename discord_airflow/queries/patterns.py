"""A person's words as ILIKE patterns: literal, in every spelling that looks the same."""

import unicodedata
from collections.abc import Iterable
from typing import Any

from discord_airflow.queries.statements import Connection


def folds_case(connection: Connection) -> bool:
    """Return whether the database knows upper and lower case beyond ASCII, which its locale decides."""
    found = connection.execute("SELECT 'äж' ILIKE 'ÄЖ'").fetchone()
    return bool(found and found[0])


def spellings(text: str, *, database_folds_case: bool) -> list[str]:
    """
    Return the spellings of *text* to look for: composed, decomposed (a Mac writes the second) and as it was typed.

    A database whose locale knows only ASCII gets the cases spelled out as well: lower, upper and capitalised.
    """
    cases = [text] if database_folds_case or text.isascii() else [text, text.lower(), text.upper(), text.capitalize()]
    forms = [unicodedata.normalize(form, case) for case in cases for form in ("NFC", "NFD")]
    return list(dict.fromkeys([*forms, *cases]))


def exact(spelled: Iterable[str]) -> list[str]:
    """Return patterns for texts that are one of these."""
    return [_literal(text) for text in spelled]


def beginning(spelled: Iterable[str]) -> list[str]:
    """Return patterns for texts that begin with one of these."""
    return [f"{_literal(text)}%" for text in spelled]


def anywhere(spelled: Iterable[str]) -> list[str]:
    """Return patterns for texts that hold one of these."""
    return [f"%{_literal(text)}%" for text in spelled]


def name_patterns(connection: Connection, name: str) -> dict[str, Any]:
    """Return the parameters by which statements find a name."""
    spelled = spellings(name, database_folds_case=folds_case(connection))
    return {"exact": exact(spelled), "beginning": beginning(spelled), "anywhere": anywhere(spelled)}


def _literal(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
