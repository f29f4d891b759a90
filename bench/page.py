"""
docs/benchmarks.md with its plots, from the results that are published in bench/pages/results.

    python -m bench.page                        writes the page
    python -m bench.page --take scale search    publishes these from .data/bench first; all others stay as they are
"""

from __future__ import annotations

import argparse
from pathlib import Path

import jinja2

from bench.plots import bars_svg
from bench.processes import ROOT
from bench.sections import KEPT, PUBLISHED, Section, keep, kept

DOCS = ROOT / "docs"


def write_page(sections: dict[str, Section], folder: Path = DOCS) -> Path:
    """Write the page and one plot for each section that has bars into *folder*, and return where the page lies."""
    plots, page = folder / "images", folder / "benchmarks.md"
    plots.mkdir(exist_ok=True)
    for section in sections.values():
        if section.bars:
            (plots / f"benchmark-{section.key}.svg").write_bytes(bars_svg(section) + b"\n")
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("bench", "pages"),
        autoescape=False,  # Markdown of our own figures
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    text = environment.get_template("benchmarks.md.j2").render(sections=sections)
    page.write_text(text, encoding="utf-8")
    return page


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--take", nargs="+", default=[], metavar="SECTION", help="sections that were measured anew")
    options = parser.parse_args(argv)
    measured = kept()
    for key in options.take:
        if key not in measured:
            parser.error(f"there is no result of {key!r} under {KEPT}; there are: {', '.join(measured) or 'none'}")
        keep(measured[key], PUBLISHED)
    print(write_page(kept(PUBLISHED)))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
