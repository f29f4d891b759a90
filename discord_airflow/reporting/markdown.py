"""The report as Markdown: reads in a terminal of 100 columns and on a code host."""

import re
from collections.abc import Callable, Sequence
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from discord_airflow.reporting import labels, phrases
from discord_airflow.reporting.digest_model import DigestLine, DigestPiece
from discord_airflow.reporting.markdown_text import Align, escape, escape_inside, fold, quoted, table
from discord_airflow.reporting.model import (
    ChannelLine,
    ConnectorLine,
    ContributorLine,
    DayLine,
    Headline,
    HourLine,
    MonthLine,
    Report,
    WeekLine,
)
from discord_airflow.reporting.weekdays import weekday_order
from discord_airflow.reporting.wording import MONTHS, WEEKDAYS, day_and_time, number, span

BAR = 24
"""Columns of the longest bar."""


class Markdown(str):
    """Text that is Markdown already; everything else is escaped when it enters a page."""

    __slots__ = ()


class Links:
    """The addresses of a page, gathered at its end so that tables and lists stay narrow."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def __call__(self, address: str | None, text: str) -> Markdown:
        """Return *text* as a link to *address*; plain where there is none."""
        if address is None:
            return Markdown(escape(text))
        return Markdown(f"[{escape(text)}][{self._numbers.setdefault(address, len(self._numbers) + 1)}]")

    def definitions(self) -> Markdown:
        """Return the addresses of all links made so far."""
        return Markdown("\n".join(f"[{number}]: {address}" for address, number in self._numbers.items()))


def render_markdown(report: Report) -> str:
    """Return *report* as Markdown."""
    page = PAGES.get_template("report.md.j2").render(report=report, link=Links())
    return fold(re.sub(r"\n{3,}", "\n\n", page).rstrip("\n") + "\n")


def _finished(value: Any) -> str:
    return value if isinstance(value, Markdown) else escape(str(value))


def _table(header: Sequence[str], rows: Sequence[Sequence[str]], align: Sequence[Align]) -> Markdown:
    cells = [[escape_inside(cell) for cell in row] for row in rows]
    return Markdown(table(header, cells, align))


def _bars(values: Sequence[int | None]) -> list[str]:
    top = max((value for value in values if value), default=0)
    return ["█" * -(-value * BAR // top) if value else "" for value in values]


def headline_table(lines: Sequence[Headline], report: Report) -> Markdown:
    """Return the headline figures beside the preceding window's."""
    rows = [
        [
            line.label,
            labels.figure(line.value, line.state),
            labels.figure(line.before, line.state_before),
            labels.changed(line),
        ]
        for line in lines
    ]
    header = ["", "This window", phrases.before_heading(report), "Change"]
    return _table(header, rows, ["left", "right", "right", "left"])


def sentence(line: DigestLine, link: Links) -> Markdown:
    """Return one sentence of a digest; a doubtful one opens with a mark and ends with the reason."""
    text = "".join(_piece(piece, link) for piece in line.pieces)
    doubts = f" ({escape('; '.join(line.doubts))})" if line.doubts else ""
    return Markdown(f"⚠ {text}{doubts}" if line.doubts else text)


def _piece(piece: DigestPiece, link: Links) -> str:
    match piece.kind:
        case "person":
            return f"**{escape(piece.text)}**"
        case "quote":
            return f"“{escape(piece.text)}”"
        case "source":
            return link(piece.link, piece.text)
        case "label" | "term":
            return f"*{escape(piece.text)}*"
        case _:
            return escape(piece.text)


def contributor_table(lines: Sequence[ContributorLine]) -> Markdown:
    """Return the people who wrote most."""
    rows = [
        [str(line.place), line.name, *map(number, (line.messages, line.replies, line.reactions, line.active_days))]
        for line in lines
    ]
    header = ["#", "Name", "Messages", "Replies", "Reactions received", "Active days"]
    return _table(header, rows, ["right", "left", "right", "right", "right", "right"])


def channel_table(lines: Sequence[ChannelLine]) -> Markdown:
    """Return the busiest channels."""
    rows = [
        [str(line.place), labels.place(line), *map(number, (line.messages, line.posters, line.reactions))]
        for line in lines
    ]
    return _table(
        ["#", "Channel", "Messages", "People", "Reactions"], rows, ["right", "left", "right", "right", "right"]
    )


def day_table(lines: Sequence[DayLine]) -> Markdown:
    """Return messages and people of each day, with a bar."""
    return _series("Day", labels.day_labels(lines), lines)


def week_table(lines: Sequence[WeekLine], report: Report) -> Markdown:
    """Return messages and people of each window of the trend, with a bar."""
    return _series(phrases.trend_unit(report), labels.week_labels(lines), lines)


def _series(heading: str, names: Sequence[str], lines: Sequence[DayLine] | Sequence[WeekLine]) -> Markdown:
    rows = [
        [name, labels.figure(line.messages, line.state), labels.figure(line.posters, line.state), bar]
        for name, line, bar in zip(names, lines, _bars([line.messages for line in lines]), strict=True)
    ]
    return _table([heading, "Messages", "People", ""], rows, ["left", "right", "right", "left"])


def hour_block(lines: Sequence[HourLine], report: Report) -> Markdown:
    """Return the hours of the week as lines of plain numbers."""
    cells = {(line.weekday, line.hour): _hour_cell(line) for line in lines}
    size = max([2, *map(len, cells.values())]) + 1
    ruler = "    " + "".join(f"{hour:02}".rjust(size) for hour in range(24))
    rows = [
        f"{WEEKDAYS[weekday]} " + "".join(cells.get((weekday, hour), "").rjust(size) for hour in range(24))
        for weekday in weekday_order(report)
    ]
    return Markdown("\n".join(line.rstrip() for line in (ruler, *rows)))


def _hour_cell(line: HourLine) -> str:
    if line.messages is None or (not line.messages and line.state == "partial"):
        return "?"
    return (number(line.messages) if line.messages else "·") + ("+" if line.state == "partial" else "")


def month_table(lines: Sequence[MonthLine]) -> Markdown:
    """Return joins, first-seen and last-seen people of each month."""
    rows = [
        [
            labels.month_label(line),
            labels.joins(line),
            labels.figure(line.first_seen, line.state),
            labels.figure(line.last_seen, line.state),
        ]
        for line in lines
    ]
    return _table(["Month", "Joined", "Wrote first", "Wrote last"], rows, ["left", "right", "right", "right"])


def connector_table(lines: Sequence[ConnectorLine]) -> Markdown:
    """Return the people who wrote on two or more servers."""
    rows = [
        [line.name, number(line.messages), ", ".join(f"{each.server} {number(each.messages)}" for each in line.servers)]
        for line in lines[: phrases.CONNECTORS_SHOWN]
    ]
    return _table(["Name", "Messages", "Where"], rows, ["left", "right", "left"])


FUNCTIONS: tuple[Callable[..., Any], ...] = (
    headline_table,
    contributor_table,
    channel_table,
    day_table,
    week_table,
    hour_block,
    month_table,
    connector_table,
    sentence,
)

PAGES = Environment(
    loader=PackageLoader("discord_airflow.reporting"),
    autoescape=False,  # noqa: S701 (Markdown, not HTML: `finalize` escapes every value)
    finalize=_finished,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)
PAGES.globals.update({function.__name__: function for function in FUNCTIONS})
PAGES.globals.update(labels=labels, phrases=phrases, day_and_time=day_and_time, span=span, months=MONTHS, number=number)
PAGES.filters["quoted"] = lambda text, prefix: Markdown(quoted(text, prefix))
