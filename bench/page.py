"""
docs/benchmarks.md with its plots, from the results that are kept.

    python -m bench.page
"""

from __future__ import annotations

import os
import platform
import re
from pathlib import Path

import jinja2
import psutil

from bench.plots import bars_svg
from bench.processes import ROOT
from bench.sections import Section, kept
from discord_airflow.embedded.programs import find_programs

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
    text = environment.get_template("benchmarks.md.j2").render(sections=sections, machine=machine())
    page.write_text(text, encoding="utf-8")
    return page


def machine() -> str:
    """Describe this machine in half a sentence; no name of it is told."""
    memory = round(psutil.virtual_memory().total / 2**30)
    return (
        f"{os.cpu_count()} cores ({processor()}), {memory} GiB of memory, {platform.system()}, Python"
        f" {platform.python_version()}, {postgres()}"
    )


def processor() -> str:
    """Return the processor's name, without its ornaments."""
    try:
        found = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    except OSError:
        found = None
    return re.sub(r"\((?:R|TM)\)| CPU| Processor", "", found[1]).strip() if found else platform.machine()


def postgres() -> str:
    """Return the version of the embedded PostgreSQL, which every benchmark runs on."""
    return f"PostgreSQL {find_programs(None, None).major}"


if __name__ == "__main__":
    print(write_page(kept()))
