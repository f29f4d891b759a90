"""How much is tried: a few of each fault in `make test`, as many as the time allows in `make survive`."""

import os
import random
import sys
import time
from collections import Counter

SECONDS = int(os.environ.get("SURVIVE") or 0)
"""How long each kind of fault may take in the long tier; 0 in the fast one."""
LONG = SECONDS > 0
SEED = int(os.environ.get("SEED") or random.randrange(2**32))
"""Every failure can be repeated: SEED=... make survive."""

WANTED = {
    "kills": 1000,
    "kills in mid-work": 800,
    "crashes of the server": 100,
    "crashes of the server in mid-work": 80,
    "faults of the network": 500,
}
"""How many of each `make survive` is to reach, over all tests; whether it did stands at the end of its output."""
TRIED = Counter()


def count(kind, *, in_mid_work=True):
    """Count one fault; *in_mid_work* is what was seen just before it, not what was intended."""
    TRIED[kind] += 1
    if f"{kind} in mid-work" in WANTED:
        TRIED[f"{kind} in mid-work"] += in_mid_work


def told(line):
    """Print a line of the long tier's result, past pytest's capture with -s."""
    sys.stdout.write(f"{line} (SEED={SEED})\n")


class Clock:
    """Says when a kind of fault has had its time; in the fast tier numbers limit it instead."""

    def __init__(self, share=1.0):
        self.begun = time.monotonic()
        self.deadline = self.begun + SECONDS * share if LONG else None

    @property
    def over(self):
        """True when no further fault is to be begun."""
        return self.deadline is not None and time.monotonic() > self.deadline

    @property
    def spent(self):
        """The seconds so far."""
        return time.monotonic() - self.begun
