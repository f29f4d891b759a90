"""The two pages around the reports: the list of them, and one with its neighbours and its files."""

from datetime import date
from functools import cache

import jinja2

from discord_airflow.report_shelf.shelf import Shelf, Summary

SHOWN = 26
"""Reports on one page of the list: half a year of weeks. Each costs the reading of its JSON."""

COVERAGE = {
    "none": "not collected",
    "unknown": "with unknown coverage",
    "partial": "collected in part",
    "complete": "collected completely",
}
"""How much of a window was collected, the worst first."""

PAGE_POLICY = (
    "sandbox allow-same-origin allow-downloads allow-popups allow-popups-to-escape-sandbox; default-src 'none'; "
    "style-src 'unsafe-inline'; frame-src 'self'; frame-ancestors 'self'; base-uri 'none'; form-action 'none'"
)
REPORT_POLICY = (
    "sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox; default-src 'none'; "
    "style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; base-uri 'none'; form-action 'none'"
)
"""
What a browser may do with our pages, and with a report, which quotes strangers: no script, no request to anywhere.

`allow-same-origin` is needed for the login cookie; without scripts it gives nothing away.
"""


def headers(policy: str) -> dict[str, str]:
    """Return the headers of a page that is only for who is logged in now."""
    return {
        "Content-Security-Policy": policy,
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cache-Control": "no-store",
    }


def render_list(shelf: Shelf, before: date | None = None, note: str | None = None) -> str:
    """
    Return the page that lists the reports of *shelf* from before the day *before*, the newest first.

    *note* is a sentence to stand above them, such as that the last run has failed.
    """
    days = [day for day in shelf.days() if before is None or day < before]
    shown = days[:SHOWN]
    return _template("list.html").render(
        rows=[(day, shelf.summary(day), shelf.kinds(day)) for day in shown],
        before=before,
        older=shown[-1] if len(days) > SHOWN else None,
        note=note,
        coverage=coverage,
    )


def render_report(shelf: Shelf, day: date) -> str | None:
    """Return the page around the report of *day*; None when there is no such report."""
    kinds = shelf.kinds(day)
    if not kinds:
        return None
    previous, following = shelf.neighbours(day)
    return _template("report.html").render(
        day=day, summary=shelf.summary(day), kinds=kinds, previous=previous, following=following
    )


def render_note(title: str, sentence: str, back: str | None = None) -> str:
    """Return a page that says one thing; *back* is the address of the list."""
    return _template("note.html").render(title=title, sentence=sentence, back=back)


def coverage(summary: Summary) -> tuple[str, str]:
    """Return how much was collected of the server that was collected least, as its state and in words."""
    states = [server.state if server.state in COVERAGE else "unknown" for server in summary.servers]
    worst = next((state for state in COVERAGE if state in states), "unknown")
    alike, all_of_them = states.count(worst), len(states)
    whose = f"{alike} of {all_of_them} servers " if alike < all_of_them else ""
    return worst, whose + COVERAGE[worst]


def _template(name: str) -> jinja2.Template:
    return _environment().get_template(name)


@cache
def _environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.PackageLoader("discord_airflow.report_shelf"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
    )
