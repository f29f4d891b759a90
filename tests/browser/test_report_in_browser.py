"""A report in a real browser: fits a phone and a desk, follows light and dark, runs nothing and asks for nothing."""

import html
import json
import re
import subprocess
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from discord_airflow.reporting.page import render_html
from tests.browser.conftest import CHROMIUM
from tests.reports.build import report

pytestmark = pytest.mark.browser

HARNESS = Path(__file__).with_name("harness.html")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--virtual-time-budget=10000",
)
JUMP_LINK = re.compile(r"https://discord\.com/channels/\d+/\d+/\d+")


class Recorder(SimpleHTTPRequestHandler):
    """Serves a folder and remembers what was asked for."""

    def log_message(self, *_):
        """Say nothing on stderr."""

    def do_GET(self):
        self.server.asked.append(self.path)
        super().do_GET()


@pytest.fixture
def shelf(tmp_path):
    """A folder on a local address, with the harness in it; `asked` of its server lists every request."""
    folder = tmp_path / "shelf"
    folder.mkdir()
    (folder / "harness.html").write_bytes(HARNESS.read_bytes())
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Recorder, directory=folder)) as server:
        server.asked = []
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield folder, server
        server.shutdown()
        thread.join()


def opened(shelf, page, width, *flags):
    """Return what the browser found when *page* was opened in a frame *width* wide."""
    folder, server = shelf
    (folder / "report.html").write_text(page, encoding="utf-8")
    address = f"http://127.0.0.1:{server.server_port}/harness.html?page=report.html&width={width}"
    profile = f"--user-data-dir={folder.parent / 'profile'}"
    command = (CHROMIUM, *FLAGS, *flags, profile, f"--window-size={max(width, 500)},1000", "--dump-dom", address)
    dumped = subprocess.run(command, capture_output=True, text=True, check=True, timeout=100).stdout
    return json.loads(html.unescape(re.search(r'<pre id="found">(.+?)</pre>', dumped, re.DOTALL)[1]))


@pytest.mark.parametrize("width", [375, 1280])
def test_a_report_fits_a_phone_and_a_desk(shelf, width):
    """Nothing is wider than the screen, also with the longest names, and the charts have a height."""
    texts = {"user_name": "W" * 60, "channel_name": "w" * 100, "thread_name": "長" * 100, "content": "x" * 2000}
    found = opened(shelf, render_html(report(texts=texts)), width)
    assert found["content"] <= found["width"]
    assert found["wide"] == []
    assert found["chart"] > 80


def test_a_report_asks_for_nothing_and_runs_nothing(shelf):
    """Only the page itself is fetched; there is no script, no handler, and every link leads to a message."""
    found = opened(shelf, render_html(report()), 1280)
    assert found["resources"] == []
    assert [path for path in shelf[1].asked if "harness" not in path] == ["/report.html"]
    assert (found["scripts"], found["handlers"], found["dialogs"]) == (0, 0, 0)
    assert all(JUMP_LINK.fullmatch(link) or re.fullmatch("#[a-z0-9-]+", link) for link in found["links"])


def test_a_report_follows_light_and_dark(shelf):
    """The paper is white by day and nearly black by night."""
    light = opened(shelf, render_html(report()), 1280)
    dark = opened(shelf, render_html(report()), 1280, "--blink-settings=preferredColorScheme=0")
    assert light["background"] == "rgb(255, 255, 255)"
    assert dark["background"] == "rgb(20, 23, 27)"
