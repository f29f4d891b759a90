"""Bars of a section as an SVG that stands by itself: no script, no font or style from anywhere."""

from __future__ import annotations

from xml.etree import ElementTree

import pygal
from pygal.style import Style

from bench.sections import Section

_STYLE = Style(
    background="#ffffff",
    plot_background="#ffffff",
    foreground="#24292f",
    foreground_strong="#24292f",
    foreground_subtle="#57606a",
    colors=("#2f6f9f",),
    font_family="sans-serif",
    label_font_size=13,
    major_label_font_size=13,
    title_font_size=15,
    value_font_size=13,
)


def bars_svg(section: Section) -> bytes:
    """Return the bars of *section*, the first at the top, on a scale from 0."""
    values = [bar.value for bar in section.bars]
    chart = pygal.HorizontalBar(
        style=_STYLE,
        width=760,
        height=90 + 38 * len(values),
        js=(),
        show_legend=False,
        title=f"{section.title} ({section.bars_title})",
        print_values=True,
        print_values_position="top",
        show_x_guides=False,
        show_x_labels=False,
        formatter=lambda value: f"{value:,g}",
        truncate_label=-1,
        range=(0, max(values) * 1.12),  # room for the last figure
        no_prefix=True,
    )
    # pygal draws the first of a horizontal chart at the bottom.
    chart.x_labels = [bar.label for bar in reversed(section.bars)]
    chart.add("", [bar.value for bar in reversed(section.bars)])
    tree = chart.render_tree()
    _strip(tree)
    _values_behind_bars(tree)
    return ElementTree.tostring(tree, encoding="utf-8", xml_declaration=True)


def _strip(element: ElementTree.Element) -> None:
    """Take out what pygal adds for its own script, and the day on which it ran."""
    for child in list(element):
        if not isinstance(child.tag, str) or child.tag.endswith("script"):
            element.remove(child)
        else:
            _strip(child)


def _values_behind_bars(tree: ElementTree.Element) -> None:
    """Write each figure behind the end of its bar; pygal centres it there, half on the bar and half beside it."""
    bars = [one for one in tree.iter() if one.tag.endswith("rect") and "reactive" in one.get("class", "")]
    figures = [one for one in tree.iter() if one.get("class") == "value" and one.tag.endswith("text")]
    for bar, figure in zip(bars, figures, strict=True):
        figure.set("x", f"{float(bar.get('x', '0')) + float(bar.get('width', '0')) + 6:g}")
        figure.set("style", "text-anchor:start")
