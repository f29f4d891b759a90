"""Where a model's quote stands in the message: found by its letters, given back as written, in whole sentences."""

import unicodedata

from discord_airflow.analysis.passages import Passage, passages

SHORTEST = 8
"""Letters and digits of a copied quote; fewer could stand anywhere."""
SHORTEST_WIDE = 4
LONG_QUOTE = 200


def locate_quote(quote: str, content: str) -> str | None:
    """
    Return the sentences of *content* that hold *quote*, verbatim, or None.

    Capitals, spaces, punctuation and quotation marks of the copy do not matter; every letter and digit does.
    """
    wanted = _letters(quote)[0]
    if len(wanted) < (SHORTEST if wanted.isascii() else SHORTEST_WIDE):
        return None
    parts = passages(content)
    for line in dict.fromkeys(part.line for part in parts):
        folded, places = _letters(line)
        at = folded.find(wanted)
        if at >= 0:
            return _sentences(line, places[at], places[at + len(wanted) - 1] + 1, parts)
    return None


def _letters(text: str) -> tuple[str, list[int]]:
    """Return the letters and digits of *text*, folded, and where each of them stands in it."""
    letters: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        for folded in unicodedata.normalize("NFKC", character).casefold():
            if folded.isalnum() or unicodedata.category(folded)[0] == "M":
                letters.append(folded)
                places.append(place)
    return "".join(letters), places


def _sentences(line: str, start: int, end: int, parts: list[Passage]) -> str | None:
    touched = [part for part in parts if part.line == line and part.start < end and part.end > start]
    if not touched:
        return None
    text = line[touched[0].start : touched[-1].end].strip()
    if len(touched) > 1 and len(text) <= LONG_QUOTE and not any(part.is_cut for part in touched):
        return text
    return touched[0].text
