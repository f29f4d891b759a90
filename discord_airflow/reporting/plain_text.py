"""
What came from Discord, made harmless and readable before it enters a report.

After `plain` nothing in a text can hide, reorder or reach out: no control, bidi or invisible characters, no line ends,
no `@` that pings. Markup of the page it ends up on is escaped by that page's renderer, and only there.
"""

import re
import unicodedata

from rich.cells import cell_len, split_graphemes

NAME_LIMIT = 40
QUOTE_LIMIT = 280
NO_NAME = "(no visible name)"

_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_ZERO_WIDTH_JOINER = "\u200d"
_ZERO_WIDTH_NON_JOINER = "\u200c"
_EMOJI_STYLE = "\ufe0f"
_MOST_MARKS = 4
"""Accents stacked on one letter; more is decoration that runs into the neighbouring lines."""

_MOST_CODE_POINTS = 8
"""Per visible character of a limit, so that one "character" of a thousand parts stays small."""

_MOST_READ = 100
"""Characters looked at per visible character of a limit; nothing honest needs more."""

_INVISIBLE_LETTERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0")
_BLANKS = frozenset("\u2800")


def plain(text: str, limit: int) -> str:
    """
    Return *text* on one line, without anything that hides, reorders or pings, in at most *limit* visible characters.

    What is cut off is shown by an ellipsis; the cut never falls inside a visible character.
    """
    return shorten(_without_pings(_on_one_line(_without_tricks(text[: limit * _MOST_READ]))), limit)


def plain_name(name: str | None) -> str:
    """Return the *name* of a person or a place for a report; one that shows nothing says so."""
    return plain(name or "", NAME_LIMIT) or NO_NAME


def shorten(text: str, limit: int) -> str:
    """Return the first *limit* visible characters of *text*, the last one an ellipsis when something was cut off."""
    clusters = graphemes(text[: limit * _MOST_CODE_POINTS])
    if len(clusters) <= limit and len(text) <= limit * _MOST_CODE_POINTS:
        return text
    return "".join(clusters[: limit - 1]).rstrip() + "…"


def graphemes(text: str) -> list[str]:
    """Return *text* cut into what a reader sees as single characters: accents, flags and joined emoji stay whole."""
    spans, _ = split_graphemes(text)
    clusters: list[str] = []
    for start, end, _ in spans:
        part = text[start:end]
        if clusters and _belongs_to(clusters[-1], part):
            clusters[-1] += part
        else:
            clusters.append(part)
    return clusters


def width(text: str) -> int:
    """Return how many columns of a terminal *text* fills."""
    return cell_len(text)


def _belongs_to(cluster: str, part: str) -> bool:
    second_half_of_a_flag = _is_regional(part) and _is_regional(cluster) and len(cluster) == 1
    return second_half_of_a_flag or (len(part) == 1 and "\U0001f3fb" <= part <= "\U0001f3ff")


def _is_regional(text: str) -> bool:
    return "\U0001f1e6" <= text[0] <= "\U0001f1ff"


def _without_tricks(text: str) -> str:
    kept: list[str] = []
    marks = 0
    for position, character in enumerate(text):
        shown = _shown(character, text, position)
        marks = marks + 1 if unicodedata.category(character) in {"Mn", "Me"} else 0
        if marks <= _MOST_MARKS:
            kept.append(shown)
    return "".join(kept)


def _shown(character: str, text: str, position: int) -> str:
    if " " <= character <= "~":
        return character
    if character in {_ZERO_WIDTH_JOINER, _ZERO_WIDTH_NON_JOINER}:
        return character if _joins(text, position) else ""
    if character in _INVISIBLE_LETTERS or _selects_a_variant(character):
        return ""
    if character in _BLANKS:
        return " "
    return _by_category(character)


def _by_category(character: str) -> str:
    category = unicodedata.category(character)
    if category in {"Zs", "Zl", "Zp"} or character in "\t\n\v\f\r\x85":
        return " "
    if category in {"Cc", "Cf"}:
        return ""
    if category == "Cs" or ord(character) & 0xFFFE == 0xFFFE or 0xFDD0 <= ord(character) <= 0xFDEF:
        return _REPLACEMENT
    return character


def _selects_a_variant(character: str) -> bool:
    """Say whether *character* is a variation selector, which can carry hidden text; the two that emoji need are not."""
    return "\ufe00" <= character <= "\ufe0d" or "\U000e0100" <= character <= "\U000e01ef"


def _joins(text: str, position: int) -> bool:
    """Say whether the joiner at *position* has work to do: inside an emoji, or between letters of a joining script."""
    before, after = text[:position].rstrip(_EMOJI_STYLE)[-1:], text[position + 1 : position + 2]
    if not before or not after:
        return False
    if text[position] == _ZERO_WIDTH_JOINER and _is_emoji(before) and _is_emoji(after):
        return True
    return 0x0600 <= ord(before) < 0x1900 and 0x0600 <= ord(after) < 0x1900


def _is_emoji(character: str) -> bool:
    return unicodedata.category(character) == "So" or "\U0001f3fb" <= character <= "\U0001f3ff" or character == "♂"


def _on_one_line(text: str) -> str:
    return " ".join(text.split())


def _without_pings(text: str) -> str:
    """
    Replace each `@` that something follows by its full-width twin, which no program takes for a mention or an address.

    A code host turns `@name` into a notification, Discord does the same with `@everyone`, wherever the text is pasted.
    """
    return re.sub(r"@(?=\S)", "\N{FULLWIDTH COMMERCIAL AT}", text)
