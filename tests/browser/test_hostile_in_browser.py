"""
Every hostile text in every field of a report, in a real browser: on its own, and on the pages around it in Airflow.

Forty texts are on a page, each with a server of its own. The browser is told to ignore the policies that our pages
carry, so that only what the pages are made of can keep a text from acting; with them, the pages around look the same.
"""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from discord_airflow.report_shelf.pages import PAGE_POLICY, REPORT_POLICY, headers, render_list, render_report
from discord_airflow.report_shelf.shelf import FolderShelf, parse_day
from discord_airflow.reporting.write import write_report
from tests.browser.person import LOOKED_AT, Person, open_browser
from tests.reports.hostile import HOSTILE
from tests.reports.hostile_pages import batches, harmless, whole_page_of

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

NOTHING = {"scripts": 0, "handlers": 0, "active": 0}


class Pages(BaseHTTPRequestHandler):
    """Serves a shelf of reports as the page in Airflow does, with its policies, and remembers what was asked for."""

    def do_GET(self):
        path = self.path.strip("/").split("/")
        self.server.asked.append(self.path)
        day = parse_day(path[0])
        if self.path == "/":
            self.answer(render_list(self.server.shelf).encode(), PAGE_POLICY)
        elif day and path[1:] == []:
            self.answer(render_report(self.server.shelf, day).encode(), PAGE_POLICY)
        elif day and path[1:] == ["report.html"]:
            self.answer(self.server.shelf.read(day, "html"), REPORT_POLICY)
        else:
            self.send_error(404)

    def answer(self, content, policy):
        self.send_response(200)
        for name, value in {**headers(policy), "Content-Type": "text/html; charset=utf-8"}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        """Say nothing on stderr."""


def served(folder):
    """A server of the reports in a folder, to be used as a context."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    server.shelf, server.asked = FolderShelf(folder), []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


@pytest.fixture(scope="module")
def shelves(tmp_path_factory):
    """Two servers with the same number of reports: of hostile texts, and of harmless ones in their places."""
    folders = [tmp_path_factory.mktemp("hostile"), tmp_path_factory.mktemp("harmless")]
    for week, texts in enumerate(batches()):
        write_report(whole_page_of(texts, week), folders[0])
        write_report(whole_page_of(harmless(texts), week), folders[1])
    servers = [served(folder) for folder in folders]
    yield servers
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="module")
def browser():
    with open_browser() as opened:
        yield opened


@pytest.fixture
def people(browser, shelves, policy):
    """Two people, one before the hostile reports, one before the harmless ones."""
    ignored = policy == "ignored"
    found = [Person(browser, f"http://127.0.0.1:{one.server_port}", bypass_csp=ignored) for one in shelves]
    yield found
    for person in found:
        person.context.close()


def looked(frame):
    """What stands in a frame; everything else is only looked at in the whole page."""
    found = frame.evaluate(LOOKED_AT)
    return {name: found[name] for name in ("elements", *NOTHING)}


def test_there_are_hundreds_of_texts(shelves):
    """All of them are served."""
    assert len(HOSTILE) >= 538
    assert len(shelves[0].shelf.days()) == len(batches())


@pytest.mark.parametrize("policy", ["ignored"])
def test_no_text_in_any_field_does_anything_in_a_browser(shelves, people):
    """
    The same elements as with harmless texts, nothing active, no request but for the page, no dialog, no window.
    """
    person, calm = people
    known = {}
    for day, texts in zip(shelves[0].shelf.days(), batches(), strict=True):
        address = f"/{day}/report.html"
        if harmless(texts) not in known:
            calm.page.goto(calm.root + address)
            known[harmless(texts)] = looked(calm.page)
        person.page.goto(person.root + address)
        assert looked(person.page) == known[harmless(texts)]
        assert looked(person.page).items() >= NOTHING.items()
    person.page.wait_for_load_state("networkidle")
    quiet(person, shelves[0])


@pytest.mark.parametrize("policy", ["ignored", "kept"])
def test_no_text_does_anything_on_the_pages_around_reports(shelves, people):
    """The list, which shows names of servers, and the page around each report, with the report in its frame."""
    person, calm = people
    for path in ("/", *(f"/{day}/" for day in shelves[0].shelf.days()[:3])):
        for one in people:
            one.go(path)
        assert [looked(frame) for frame in person.page.frames] == [looked(frame) for frame in calm.page.frames]
        assert all(looked(frame).items() >= NOTHING.items() for frame in person.page.frames)
    quiet(person, shelves[0])


def quiet(person, server):
    """Check that nobody was asked for anything but the pages, here or elsewhere, and that nothing opened."""
    assert (person.dialogs, person.popups, person.strange_requests()) == ([], [], [])
    assert {path for path in server.asked if not path.endswith(("/report.html", "/"))} <= {"/favicon.ico"}
