"""A person at a browser: where they click, what they see, and everything that their browser asked for meanwhile."""

from contextlib import contextmanager

from playwright.sync_api import sync_playwright

from tests.browser.conftest import CHROMIUM

PATIENCE_MS = 60_000
"""These machines are shared."""

LOOKED_AT = """() => ({
    width: document.documentElement.clientWidth,
    content: document.documentElement.scrollWidth,
    elements: document.querySelectorAll("*").length,
    scripts: document.scripts.length,
    handlers: [...document.querySelectorAll("*")].filter(
        (one) => one.getAttributeNames().some((name) => name.startsWith("on"))).length,
    active: document.querySelectorAll(
        "object, embed, form, input, button, link, base, audio, video, img:not([src^='data:'])").length,
    background: getComputedStyle(document.body).backgroundColor,
})"""


@contextmanager
def open_browser():
    """Yield the machine's own Chromium."""
    with sync_playwright() as drivers:
        browser = drivers.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-quic"])
        yield browser
        browser.close()


class Person:
    """Somebody at the Airflow that answers at *root*, with a screen *width* wide."""

    def __init__(self, browser, root, *, width=1280, scheme="light", state=None, **settings):
        self.root = root
        self.asked, self.dialogs, self.popups = [], [], []
        self.context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme, storage_state=state, **settings
        )
        self.context.set_default_timeout(PATIENCE_MS)
        self.context.on("request", lambda request: self.asked.append(request.url))
        self.context.on("page", lambda page: self.popups.append(page.url))
        self.page = self.context.new_page()
        self.page.on("dialog", self._refuse)
        self.popups.clear()

    def _refuse(self, dialog):
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def go(self, path):
        """Open *path* and wait until nothing more is loaded."""
        self.page.goto(self.root + path)
        self.page.wait_for_load_state("networkidle")

    def log_in(self, name="airflow", password="airflow"):
        """Fill in the form of the login that is shown, whichever auth manager it is of."""
        self.page.locator("input[name=username]").fill(name)
        self.page.locator("input[name=password]").fill(password)
        self.page.locator("button[type=submit], input[type=submit]").first.click()
        self.page.wait_for_url(lambda address: "login" not in address)
        self.page.wait_for_load_state("networkidle")

    def report(self):
        """Return the report in the page around it, wherever that page itself lies."""
        for _ in range(PATIENCE_MS // 100):
            for frame in self.page.frames:
                if frame.url.endswith("/report.html"):
                    frame.wait_for_load_state()
                    return frame
            self.page.wait_for_timeout(100)
        raise AssertionError(f"no report in {[frame.url for frame in self.page.frames]}")

    def strange_requests(self):
        """Return what was asked of anybody but this Airflow."""
        return [url for url in self.asked if not url.startswith((self.root + "/", "data:", "blob:", "about:"))]
