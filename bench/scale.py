"""What query_scale measures, as sections of the page: the weekly report, single questions, searches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.query_scale import Cost, Measured, archives_of, run
from bench.sections import Bar, Section

_WHOLE = "whole report"


def scale(sizes: Sequence[int], rounds: int, search_from: int, folder: Path | None = None) -> Iterator[Section]:
    """Ask archives of *sizes* messages about the same week, and search those of at least *search_from* messages."""
    found = run(folder, archives_of(sizes), rounds, search_from=search_from)
    smallest, largest = found[0], found[-1]
    week = f"{archives_of(sizes)[0].week:,} messages in the week; {rounds} rounds, medians"
    yield Section(
        "scale",
        "The weekly report",
        f"{_thousands(smallest)} and {_thousands(largest)} messages, {week}",
        _head("part of the weekly report", found),
        tuple(_rows([one.report for one in found])),
        tuple(Bar(f"{_thousands(one)} messages", round(one.report[_WHOLE].median)) for one in found),
        "milliseconds of database time",
    )
    yield Section(
        "questions",
        "Single questions",
        f"{_thousands(smallest)} and {_thousands(largest)} messages, {week}",
        _head("question", found),
        tuple(_rows([one.questions for one in found])),
    )
    searched = [one for one in found if one.searches]
    if searched:
        yield Section(
            "search",
            "Search",
            f"{rounds} rounds, medians",
            ("a word of which kind", *(f"ms in {_thousands(one)}" for one in searched)),
            tuple((name, *(_number(one.searches[name].median) for one in searched)) for name in searched[-1].searches),
            tuple(Bar(name, round(cost.median, 1)) for name, cost in searched[-1].searches.items()),
            f"milliseconds in {_thousands(searched[-1])} messages",
        )


def _head(first: str, found: Sequence[Measured]) -> tuple[str, ...]:
    return (first, *(f"ms in {_thousands(one)}" for one in found), "times, by processor time")


def _rows(found: Sequence[dict[str, Cost]]) -> Iterator[tuple[str, ...]]:
    for name, last in found[-1].items():
        first = found[0][name]
        # Less than a tenth of a millisecond is the clock's own noise.
        ratio = max(_steady(last), 0.1) / max(_steady(first), 0.1)
        yield (name, *(_number(one[name].median) for one in found), f"{ratio:.1f}")


def _steady(cost: Cost) -> float:
    """Return the processor's time where it is known: other work on the machine changes it less."""
    return cost.median if cost.processor_median is None else cost.processor_median


def _number(milliseconds: float) -> str:
    return f"{milliseconds:,.1f}" if milliseconds < 100 else f"{milliseconds:,.0f}"


def _thousands(measured: Measured) -> str:
    millions, rest = divmod(measured.messages, 1_000_000)
    return f"{millions} million" if millions and not rest else f"{measured.messages:,}"
