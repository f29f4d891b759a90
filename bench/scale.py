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
    of_what = "of the processor" if largest.report[_WHOLE].processor else "on the clock"
    week = f"{archives_of(sizes)[0].week:,} messages in the week; milliseconds {of_what}, medians of {rounds} rounds"
    yield Section(
        "scale",
        "The weekly report",
        f"{_thousands(smallest)} and {_thousands(largest)} messages, {week}",
        _head("part of the weekly report", found),
        tuple(_rows([one.report for one in found])),
        tuple(Bar(f"{_thousands(one)} messages", round(_steady(one.report[_WHOLE]))) for one in found),
        f"milliseconds {of_what}",
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
        yield search_section([(_thousands(one), one.searches) for one in searched], f"milliseconds {of_what}", rounds)


def search_section(searched: Sequence[tuple[str, dict[str, Cost]]], unit: str, rounds: int) -> Section:
    """Return what searches cost in each of the archives *searched*, by their size."""
    size, largest = searched[-1]
    return Section(
        "search",
        "Search",
        f"{unit}, medians of {rounds} rounds",
        ("a word of which kind", *(f"ms in {archive}" for archive, _ in searched)),
        tuple((name, *(_number(_steady(searches[name])) for _, searches in searched)) for name in largest),
        tuple(Bar(name, round(_steady(cost), 1)) for name, cost in largest.items()),
        f"{unit} in {size} messages",
    )


def _head(first: str, found: Sequence[Measured]) -> tuple[str, ...]:
    return (first, *(f"ms in {_thousands(one)}" for one in found), "times as long")


def _rows(found: Sequence[dict[str, Cost]]) -> Iterator[tuple[str, ...]]:
    for name, last in found[-1].items():
        first = found[0][name]
        # Less than a tenth of a millisecond is the clock's own noise.
        ratio = max(_steady(last), 0.1) / max(_steady(first), 0.1)
        yield (name, *(_number(_steady(one[name])) for one in found), f"{ratio:.1f}")


def _steady(cost: Cost) -> float:
    """Return the processor's time where it is known: other work on the machine changes it less."""
    return cost.median if cost.processor_median is None else cost.processor_median


def _number(milliseconds: float) -> str:
    return f"{milliseconds:,.1f}" if milliseconds < 100 else f"{milliseconds:,.0f}"


def _thousands(measured: Measured) -> str:
    millions, rest = divmod(measured.messages, 1_000_000)
    return f"{millions} million" if millions and not rest else f"{measured.messages:,}"
