"""Plain text inside Markdown: escaped where it would be taken for markup, and tables that line up in a terminal."""

import re
from collections.abc import Sequence
from typing import Literal

from discord_airflow.reporting.plain_text import width

Align = Literal["left", "right"]

LINE = 96
"""Columns a quoted text may fill with what stands before it."""

PAGE = 100
"""Columns that other text may fill."""

_MARKER = re.compile(r"^(?:[-*] |\d+\. )")
"""What opens a list item; the lines after it are indented by as much."""

# Always escaped; `_` only where it could open or close emphasis, the rest only where it means something.
_ALWAYS = re.compile(r"[\\`*\[\]<~|$]")
_UNDERSCORE = re.compile(r"(?<![^\W_])_|_(?![^\W_])")
_ENTITY = re.compile(r"&(?=#?\w{1,32};)")
_AT_START = re.compile(r"^(?=[-+](?:\s|$)|#{1,6}(?:\s|$)|[-=]{2,}|=+\s*$|>|:-)")
_NUMBERED = re.compile(r"^(\d{1,9})(?=[.)])")

_ADDRESS = re.compile(
    r"""
      //                                # https://..., //...
    | \b(?:www|ftp)\.                   # www.example
    | \b(?:mailto|xmpp|tel|sms|data):   # mailto:someone
    | [^\W_]\.[^\W\d_]{2}              # example.com, readme.md
    | \d\.\d+\.\d+\.\d                 # 192.0.2.1
    | \bGH-\d | \#\d                   # what code hosts link to issues
    """,
    re.VERBOSE | re.IGNORECASE,
)

_IN_CODE = str.maketrans({"`": "%60", "|": "%7C", "\\": "%5C"})


def escape(text: str) -> str:
    """
    Return *text* (plain, on one line) as Markdown that shows exactly it, wherever inside a line or cell it stands.

    A word that some renderer would turn into a link of its own accord becomes a code span: readable, and never a link.
    """
    return _escape_start(escape_inside(text))


def escape_inside(text: str) -> str:
    """Return *text* as escape() does, for a place where it cannot begin a line, such as a cell of a table."""
    return " ".join(_escape_word(word) for word in text.split(" "))


def fold(page: str) -> str:
    """
    Return *page* with its paragraphs and list items folded to the width of a page; tables, code and addresses stay.

    A line never breaks before a word that would begin a block of its own there.
    """
    lines: list[str] = []
    in_code = False
    for line in page.split("\n"):
        in_code ^= line.startswith("```")
        folds = width(line) > PAGE and not in_code and not line.lstrip().startswith(("|", "[", ">", "#"))
        lines += _folded(line) if folds else [line]
    return "\n".join(lines)


def _folded(line: str) -> list[str]:
    marker = next(iter(_MARKER.findall(line)), "")
    first, *words = line.removeprefix(marker).split(" ")
    lines = [marker + first]
    for word in words:
        if width(lines[-1]) + 1 + width(word) <= PAGE or _begins_block(word):
            lines[-1] += f" {word}"
        else:
            lines.append(" " * len(marker) + word)
    return lines


def _begins_block(word: str) -> bool:
    return _escape_start(word) != word or word[:1] in "-+#=>:*|"


def quoted(text: str, prefix: str) -> str:
    """Return *text*, escaped and folded to the width of a page, as a block quote behind *prefix*."""
    lines: list[str] = []
    line = ""
    for word in (_escape_word(word) for word in text.split(" ")):
        if line and width(line) + 1 + width(word) > LINE - len(prefix):
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}" if line else word
    lines.append(line)
    return "\n".join(f"{prefix}> {_escape_start(line)}" for line in lines)


def table(header: Sequence[str], rows: Sequence[Sequence[str]], align: Sequence[Align]) -> str:
    """
    Return a table whose columns line up in a terminal; cells hold finished Markdown, in which no `|` stands unescaped.
    """
    cells = (header, *rows)
    widths = [max(3, *(width(row[column]) for row in cells)) for column in range(len(header))]
    ruler = [
        "-" * (size - 1) + ":" if side == "right" else "-" * size for size, side in zip(widths, align, strict=True)
    ]
    lines = [_padded(row, widths, align) for row in cells]
    return "\n".join([lines[0], _row(ruler), *lines[1:]])


def _escape_word(word: str) -> str:
    if _ADDRESS.search(word):
        return _code(word)
    word = _ALWAYS.sub(r"\\\g<0>", word)
    word = _UNDERSCORE.sub(r"\\_", word)
    return _ENTITY.sub(r"\\&", word)


def _code(word: str) -> str:
    # Percent signs, as in any address: a code span knows no backslash, and a table cell would not leave these alone.
    return f"`{word.translate(_IN_CODE)}`"


def _escape_start(line: str) -> str:
    line = _NUMBERED.sub(r"\1\\", line)
    return _AT_START.sub(r"\\", line)


def _padded(row: Sequence[str], widths: Sequence[int], align: Sequence[Align]) -> str:
    return _row([_pad(cell, size, side) for cell, size, side in zip(row, widths, align, strict=True)])


def _pad(cell: str, size: int, side: Align) -> str:
    space = " " * (size - width(cell))
    return space + cell if side == "right" else cell + space


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"
