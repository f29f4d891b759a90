"""
Rows → what a terminal, a spreadsheet or a program reads. Pure. Text from Discord can do nothing in any of them.
"""

import csv
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from discord_airflow.queries.registry import row_to_json

FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\0")
"""What a spreadsheet takes for the beginning of a formula, now or after it has cleaned the cell."""

ACTIVE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
"""Control characters (but tab and line feed) and what turns the direction of text."""

UNSEEN = re.compile(
    "[\x7f-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    "\ufff9-\ufffb\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0001-\U000e007f]"
)
"""The same and what hides, in JSON, which escapes the rest by itself."""

TABLE_WIDTH = 80


def render_json(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return JSON, one row a line; characters that a terminal would act on are escaped, so nothing is lost."""
    lines = (json.dumps(row, ensure_ascii=False) for row in rows)
    text = ",\n ".join(lines)
    return UNSEEN.sub(lambda found: json.dumps(found.group())[1:-1], f"[{text}]")


def render_csv(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> str:
    """
    Return comma-separated values with a heading; lists are JSON in their cell, what is not known is an empty
    cell.

    A text that a spreadsheet would calculate gets a leading apostrophe; control and direction characters become
    U+FFFD.
    """
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_cell(row.get(column)) for column in columns] for row in rows)
    return written.getvalue()


def columns_of(row_type: type) -> tuple[str, ...]:
    """Return the columns of rows of this type: its fields, and the link where it has one."""
    fields = tuple(getattr(row_type, "__dataclass_fields__", ()))
    return (*fields, "link") if hasattr(row_type, "link") else fields


def as_json(rows: Iterable[Any]) -> list[dict[str, Any]]:
    """Return rows as JSON has them."""
    return [row_to_json(row) for row in rows]


def render_table(headings: Sequence[str], rows: Sequence[Sequence[str]], *, width: int, numbers: Sequence[int]) -> str:
    """Return an aligned table no wider than *width*; the columns in *numbers* are aligned to the right."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for place, heading in enumerate(headings):
        is_number = place in numbers
        table.add_column(Text(heading), justify="right" if is_number else "left", no_wrap=is_number, overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    written = io.StringIO()
    Console(file=written, width=width, color_system=None, legacy_windows=False, markup=False, emoji=False).print(table)
    return "\n".join(line.rstrip() for line in written.getvalue().splitlines())


def fitted(text: str, width: int) -> str:
    """Return *text* with lines of at most *width* columns, as a terminal shows them; only links are left whole."""
    return "\n".join(part for line in text.split("\n") for part in _wrapped(line, width))


def _wrapped(line: str, width: int) -> list[str]:
    words = line.lstrip(" ")
    if cell_len(line) <= width or words.startswith("https://"):
        return [line]
    indent = line[: len(line) - len(words)]
    console = Console(file=io.StringIO(), width=width)
    return [f"{indent}{part.plain.rstrip()}" for part in Text(words).wrap(console, width - len(indent))]


def _cell(value: Any) -> Any:
    if isinstance(value, list | dict):
        value = json.dumps(value, ensure_ascii=False)
    if not isinstance(value, str):
        return value
    safe = ACTIVE.sub("\N{REPLACEMENT CHARACTER}", value)
    return f"'{safe}" if value.startswith(FORMULA) else safe
