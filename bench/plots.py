"""Bars of a section as an SVG that stands by itself: no script, no font or style from anywhere."""

from __future__ import annotations

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
        range=(0, max(values) * 1.08),  # room for the last figure
        no_prefix=True,
    )
    # pygal draws the first of a horizontal chart at the bottom.
    chart.x_labels = [bar.label for bar in reversed(section.bars)]
    chart.add("", [bar.value for bar in reversed(section.bars)])
    return chart.render()
