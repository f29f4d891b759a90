"""The report as one HTML file: no script, no request to anywhere, light and dark, narrow and wide, and on paper."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from discord_airflow.reporting import labels, phrases
from discord_airflow.reporting.charts import Point, bar_chart, line_chart
from discord_airflow.reporting.model import DayLine, HourLine, Report, Server, WeekLine
from discord_airflow.reporting.weekdays import weekday_order
from discord_airflow.reporting.wording import (
    MONTHS,
    UNKNOWN,
    WEEKDAYS,
    counted,
    day,
    day_and_time,
    number,
    short_moment,
    span,
)

SHADES = 5
"""Of a cell of the heat map, from few messages to the most of any hour."""


@dataclass(frozen=True, slots=True)
class HourCell:
    """A cell of the heat map: what it says, in words, and how dark it is (None: not collected)."""

    text: str
    words: str
    shade: int | None


def render_html(report: Report) -> str:
    """Return *report* as a page that needs nothing but itself."""
    return PAGES.get_template("report.html.j2").render(report=report)


def day_chart(lines: Sequence[DayLine], server: Server) -> Markup:
    """Return the messages of each day as bars."""
    points = [_point(f"{WEEKDAYS[line.day.weekday()]} {line.day.day}", line) for line in lines]
    return bar_chart(points, f"Messages per day on {server.name}: {_in_words(points)}")


def week_chart(lines: Sequence[WeekLine], server: Server) -> Markup:
    """Return the messages of each window of the trend as a line."""
    points = [_point(f"{line.until.day} {MONTHS[line.until.month - 1]}", line) for line in lines]
    return line_chart(points, f"Messages up to each date on {server.name}: {_in_words(points)}")


def _point(label: str, line: DayLine | WeekLine) -> Point:
    # Nothing found where something was not collected is no 0.
    value = None if line.state == "partial" and not line.messages else line.messages
    return Point(label, value, is_least=line.state == "partial")


def _in_words(points: Sequence[Point]) -> str:
    return ", ".join(
        f"{point.label} {'at least ' if point.is_least and point.value else ''}{number(point.value, unknown=UNKNOWN)}"
        for point in points
    )


def heat_map(lines: Sequence[HourLine], report: Report) -> Iterable[tuple[str, list[HourCell]]]:
    """Return the weekdays in the report's order, each with its 24 hours."""
    cells = {(line.weekday, line.hour): line for line in lines}
    top = max((line.messages or 0 for line in lines), default=0)
    for weekday in weekday_order(report):
        yield WEEKDAYS[weekday], [_hour_cell(weekday, hour, cells.get((weekday, hour)), top) for hour in range(24)]


def _hour_cell(weekday: int, hour: int, line: HourLine | None, top: int) -> HourCell:
    when = f"{WEEKDAYS[weekday]} {hour:02}:00"
    if line is None:
        return HourCell("", f"{when}: not in this window", 0)
    if line.messages is None or (not line.messages and line.state == "partial"):
        return HourCell("?", f"{when}: not known", None)
    least = "at least " if line.state == "partial" else ""
    shade = -(-line.messages * SHADES // top) if top else 0
    text = number(line.messages) if line.messages else ""
    return HourCell(text, f"{when}: {least}{counted(line.messages, 'message')}", shade)


def _direction(change: int | None) -> str:
    if not change:
        return "same"
    return "up" if change > 0 else "down"


PAGES = Environment(
    loader=PackageLoader("discord_airflow.reporting"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)
PAGES.globals.update(
    day=day,
    day_and_time=day_and_time,
    day_chart=day_chart,
    direction=_direction,
    heat_map=heat_map,
    labels=labels,
    number=number,
    phrases=phrases,
    short_moment=short_moment,
    span=span,
    week_chart=week_chart,
)
