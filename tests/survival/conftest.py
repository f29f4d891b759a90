"""Says at the end of `make survive` how many faults were tried, and of how many."""

from survival.tiers import LONG, SEED, TRIED, WANTED


def pytest_terminal_summary(terminalreporter):
    """Print the sums over all tests of the long tier."""
    if not LONG or not TRIED:
        return
    terminalreporter.section(f"faults, SEED={SEED}")
    for kind, wanted in WANTED.items():
        short = "" if TRIED[kind] >= wanted else "   NOT REACHED in the time given"
        terminalreporter.line(f"{TRIED[kind]:6,} of {wanted:5,} {kind}{short}")
