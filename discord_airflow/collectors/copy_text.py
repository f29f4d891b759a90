"""Values as COPY's text format wants them, and the digests taken over such text."""

import re
from hashlib import blake2b

NULL = "\\N"

_special = re.compile(r"[\\\t\n\r]").search


def escaped(text: str) -> str:
    """Return *text* as one field; it must hold neither NUL nor lone surrogates."""
    if _special(text) is None:
        return text
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r")


def nullable(text: object) -> str:
    """Return the field of a value that may be missing: None and msgspec's UNSET become NULL."""
    return escaped(text) if isinstance(text, str) else NULL


def digest_of(text: bytes) -> int:
    """
    Return 63 bits that stand for *text*.

    They are stored, and the same text must give the same digest in every release.
    """
    return int.from_bytes(blake2b(text, digest_size=8).digest(), "big") >> 1
