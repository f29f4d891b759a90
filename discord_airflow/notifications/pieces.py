"""Text for Discord: harmless, and in pieces that Discord takes."""

import re
from collections.abc import Iterator

from discord_airflow.reporting.plain_text import graphemes

LIMIT = 2000
"""Discord refuses a longer message. Counted in UTF-16 units, the strictest of the ways in which it might count."""

FENCE = "```"
INVISIBLE = "\N{WORD JOINER}"

_MENTION = re.compile(r"@(?=everyone|here)|<(?=[@#:/]|a:|t:|id:)", re.IGNORECASE)

_WHOLE = re.compile(
    r"""
      ```                                              # the fence of a block of code
    | `[^`\n]{1,500}`                                  # code inside a line
    | \[(?:\\.|[^\[\]\\\n]){0,500}\]\([^()\s]{0,500}\) # a link under words
    | <[^<>\n]{1,200}>                                 # a link, an emoji or a mention in angle brackets
    | [a-z]{2,10}://[^\s<>]+                           # a bare link
    | \*\*(?:\\.|[^*\\\n]){1,300}\*\*                  # bold words
    | \\[^\n][\ufe0f\u20e3\u0300-\u036f]*              # a sign that is switched off, with what belongs to it
    | [`\[<\\*][\ufe0f\u20e3\u0300-\u036f]*            # the same sign, alone
    | \s
    | [^\s`\[<\\*]+?(?=[a-z]{2,10}://|[\s`\[<\\*]|$)   # plain words, up to what may be one of the above
    """,
    re.VERBOSE,
)
"""What is never cut, as long as one fits into a piece."""


def without_pings(text: str) -> str:
    """
    Return *text* in which nothing looks like a mention, a custom emoji, a command or a time of Discord's.

    No one is pinged in any case (webhook.py sees to that); this keeps it from looking as if somebody were.
    """
    return _MENTION.sub(lambda sign: sign[0] + INVISIBLE, text)


def length(text: str) -> int:
    """Return how long *text* is for Discord, in UTF-16 units."""
    return len(text) + sum(character > "\uffff" for character in text)


def split_text(text: str, limit: int = LIMIT) -> list[str]:
    """
    Return *text* in pieces of at most *limit* units, cut between paragraphs, lines or words where possible.

    A block of code that is cut is closed in the one piece and opened again in the next. No link, code inside a line,
    bold word, switched-off sign or emoji is cut as long as one fits into a piece. Nothing but spaces at a cut is lost;
    a text of spaces has no pieces.
    """
    pieces: list[str] = []
    rest, inside = list(_atoms(text.strip(), limit - 2 * len(FENCE) - 2)), False
    while rest:
        opening = f"{FENCE}\n" if inside else ""
        end = _end(rest, limit - length(opening), limit - length(opening) - len(FENCE) - 1)
        part, rest = rest[:end], rest[end:]
        inside ^= part.count(FENCE) % 2 == 1
        while rest and (rest[0] == "\n" or (rest[0].isspace() and not inside)):
            del rest[0]
        pieces.append(opening + "".join(part).rstrip() + (f"\n{FENCE}" if inside and rest else ""))
    return [piece for piece in pieces if piece.strip()]


def _end(atoms: list[str], all_of_it: int, room: int) -> int:
    """Return how many of *atoms* make the next piece: all, when they fit, else up to the best place to cut."""
    filled, fits = 0, 0
    ends: dict[str, tuple[int, int]] = {}
    for number, atom in enumerate(atoms):
        filled += length(atom)
        if filled <= room:
            fits = number + 1
        if filled - length(atom) <= room and atom.isspace():
            ends[_separator(atoms, number)] = number, filled
        if filled > all_of_it:
            break
    else:
        return len(atoms)
    for separator in ("\n\n", "\n", " "):
        number, at = ends.get(separator, (0, 0))
        if number and at > room // 2:
            return number
    return max((number for number, _ in ends.values()), default=0) or max(fits, 1)


def _separator(atoms: list[str], number: int) -> str:
    """Return what the space at *number* separates: paragraphs, lines or words."""
    if atoms[number] != "\n":
        return " "
    return "\n\n" if atoms[number + 1 : number + 2] == ["\n"] else "\n"


def _atoms(text: str, limit: int) -> Iterator[str]:
    """Yield the parts of *text* that stay whole; one longer than *limit* is cut between what a reader sees as signs."""
    position = 0
    while position < len(text):
        match = _WHOLE.match(text, position)
        atom = match[0] if match else text[position]
        position += len(atom)
        yield from (atom,) if length(atom) <= limit else _signs(atom, limit)


def _signs(text: str, limit: int) -> Iterator[str]:
    for sign in graphemes(text):
        yield from (sign,) if length(sign) <= limit else sign
