"""
Charts as static SVG that sits inside the page: drawn by pygal, then stripped to shapes and labels.

pygal adds a script, a style sheet, tool tips and the day it ran; none of them may enter a report. Colours come from the
page's own style sheet, so a chart follows light and dark. Every chart has a text alternative, and the page repeats its
numbers in a table.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree

import pygal
from markupsafe import Markup
from pygal.graph.graph import Graph
from pygal.style import Style

from discord_airflow.reporting.wording import number

WIDTH, HEIGHT = 460, 180
_SVG = "http://www.w3.org/2000/svg"
_STYLE = Style(label_font_size=12, major_label_font_size=12, value_font_size=12, value_label_font_size=12)
_MOST_LABELS = 8
_MOST_VALUES = 14
_DRAWN = frozenset({"svg", "g", "path", "rect", "circle", "text"})


@dataclass(frozen=True, slots=True)
class Point:
    """One value of a chart; None leaves a gap, for it is not a number. *is_least*: it may be more."""

    label: str
    value: int | None
    is_least: bool = False


def bar_chart(points: Sequence[Point], title: str) -> Markup:
    """Return bars for *points*; *title* says in words what is shown."""
    return _drawn(pygal.Bar(rounded_bars=2, spacing=4, **_options(points)), points, title)


def line_chart(points: Sequence[Point], title: str) -> Markup:
    """Return a line through *points*, interrupted where one has no value; *title* says in words what is shown."""
    chart = pygal.Line(dots_size=3, allow_interruptions=True, **_options(points))
    return _drawn(chart, points, title, finish=_values_above_dots)


def _options(points: Sequence[Point]) -> dict[str, object]:
    steps = _steps(max((point.value for point in points if point.value is not None), default=0))
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "style": _STYLE,
        "js": (),
        "css": (),
        "show_legend": False,
        "margin": 4,
        "margin_top": 16,
        "margin_right": 16,
        "y_labels": [{"label": number(step), "value": step} for step in steps],
        "range": (0, steps[-1]),
        "formatter": _label,
        "print_values": len(points) <= _MOST_VALUES,
        "print_values_position": "top",
        "no_data_text": "",
        "truncate_label": -1,
    }


def _label(value: float | None) -> str:
    return "" if value is None else number(round(value))


def _label_of_least(value: float | None) -> str:
    return f"{_label(value)}+"


def _value(point: Point) -> object:
    return {"value": point.value, "formatter": _label_of_least} if point.is_least and point.value else point.value


def _steps(top: int) -> list[int]:
    """Return two to five round whole numbers from 0 to at least *top*, for the guides behind a chart."""
    size = 1
    while True:
        for step in (size, 2 * size, 5 * size):
            if step * 4 >= top:
                return [step * position for position in range(max(1, -(-top // step)) + 1)]
        size *= 10


def _thinned(labels: Sequence[str]) -> list[str]:
    """Return *labels* with most of a long row left blank; the last one always stays."""
    every = -(-len(labels) // _MOST_LABELS)
    last = len(labels) - 1
    return [label if (last - position) % every == 0 else "" for position, label in enumerate(labels)]


def _drawn(
    chart: Graph,
    points: Sequence[Point],
    title: str,
    finish: Callable[[ElementTree.Element], None] | None = None,
) -> Markup:
    chart.x_labels = _thinned([point.label for point in points])
    chart.add("", [_value(point) for point in points])
    tree: ElementTree.Element = chart.render_tree()
    _strip(tree)
    if finish:
        finish(tree)
    tree.attrib = {"viewBox": f"0 0 {WIDTH} {HEIGHT}", "role": "img", "class": f"chart {type(chart).__name__.lower()}"}
    alternative = ElementTree.Element(f"{{{_SVG}}}title")
    alternative.text = title
    tree.insert(0, alternative)
    return Markup(_text(tree))  # noqa: S704 (an element tree of our own numbers and labels, escaped by its serialiser)


def _values_above_dots(tree: ElementTree.Element) -> None:
    # pygal writes them to the right of and below the dots, where the line runs through them.
    dots = (element for element in tree.iter() if _tag(element) == "circle")
    texts = (element for element in tree.iter() if element.get("class") == "value")
    for dot, text in zip(dots, texts, strict=False):
        text.set("x", dot.get("cx", "0"))
        text.set("y", str(float(dot.get("cy", "0")) - 8))


def _strip(element: ElementTree.Element) -> None:
    for child in list(element):
        if not _is_drawing(child):
            element.remove(child)
            continue
        for attribute in set(child.attrib) & {"style", "id", "text-anchor"}:
            del child.attrib[attribute]
        _strip(child)


def _is_drawing(element: ElementTree.Element) -> bool:
    # Tool tips, backgrounds and the description of each point are not wanted.
    if _tag(element) not in _DRAWN:
        return False
    return not {"tooltip-overlay", "background", "titles", "no_data"} & set(element.get("class", "").split())


def _tag(element: ElementTree.Element) -> str:
    # A comment has a function for a tag.
    return element.tag.removeprefix(f"{{{_SVG}}}") if isinstance(element.tag, str) else ""


def _text(tree: ElementTree.Element) -> str:
    ElementTree.register_namespace("", _SVG)
    svg = ElementTree.tostring(tree, encoding="unicode").replace(f' xmlns="{_SVG}"', "")
    return re.sub(r'(?<==")[^"]*', lambda attribute: _rounded(attribute[0]), svg)


def _rounded(attribute: str) -> str:
    """Return coordinates to a tenth of a unit; pygal writes up to fourteen digits."""
    return re.sub(r"\d+\.\d+", lambda found: f"{float(found[0]):.1f}".removesuffix(".0"), attribute)
