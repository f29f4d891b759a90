"""Tests in a real browser, where there is one: a machine without Chromium is told so, not given a silent skip."""

import shutil

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM = next((found for name in NAMES if (found := shutil.which(name))), None)

if CHROMIUM is None:
    collect_ignore_glob = ["test_*.py"]


def pytest_terminal_summary(terminalreporter):
    """Say whether the reports were opened in a browser."""
    if CHROMIUM is None:
        terminalreporter.write_line(f"tests/browser was left out: none of {', '.join(NAMES)} is on this machine.")
