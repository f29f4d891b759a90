"""A report on the disk: three files of one name, each whole."""

from pathlib import Path

from discord_airflow.reporting.files import write_together
from discord_airflow.reporting.markdown import render_markdown
from discord_airflow.reporting.model import Report
from discord_airflow.reporting.page import render_html
from discord_airflow.reporting.report_json import render_json


def rendered(report: Report) -> dict[str, bytes]:
    """Return the files of *report* by name, in the order in which they are to appear: the Markdown last."""
    stem = report.window.until.date().isoformat()
    return {
        f"{stem}.json": render_json(report),
        f"{stem}.html": render_html(report).encode(),
        f"{stem}.md": render_markdown(report).encode(),
    }


def write_report(report: Report, directory: Path) -> tuple[Path, Path, Path]:
    """
    Write *report* into *directory* and return where: Markdown, HTML, JSON.

    The files are named by the date on which the window ends, on the clock of the report's zone. All three are made
    before the first one takes its name. FileTroubleError says why they could not be written.
    """
    data, html, markdown = write_together(directory, rendered(report))
    return markdown, html, data
