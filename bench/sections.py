"""What a benchmark found, as a table and bars: kept as JSON from run to run, so that the page can be made in parts."""

from __future__ import annotations

from pathlib import Path

import msgspec

KEPT = Path(".data") / "bench"
PUBLISHED = Path(__file__).parent / "pages" / "results"
"""What docs/benchmarks.md is made of, so that a section can be measured anew without all others."""


class Bar(msgspec.Struct, frozen=True):
    """One bar of a section's plot."""

    label: str
    value: float


class Section(msgspec.Struct, frozen=True):
    """
    One table of the page: *key* is its place there, *made_of* says with what and how often it was measured.

    *surroundings* tells the machine and what else it did.
    """

    key: str
    title: str
    made_of: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    bars: tuple[Bar, ...] = ()
    bars_title: str = ""
    surroundings: str = ""


def keep(section: Section, folder: Path = KEPT) -> Path:
    """Write *section* where the page finds it, and return where that is."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{section.key}.json"
    path.write_bytes(msgspec.json.format(msgspec.json.encode(section)))
    return path


def kept(folder: Path = KEPT) -> dict[str, Section]:
    """Return the result of each section that *folder* keeps."""
    sections = (msgspec.json.decode(path.read_bytes(), type=Section) for path in sorted(folder.glob("*.json")))
    return {section.key: section for section in sections}


def as_text(section: Section) -> str:
    """Return the table for a terminal."""
    lines = [section.head, *section.rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(section.head))]
    shown = [
        "  ".join(
            cell.ljust(width) if not column else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in lines
    ]
    return f"{section.title}: {section.made_of}\n" + "\n".join(f"  {line}" for line in shown) + "\n"
