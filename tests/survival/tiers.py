"""How much is tried: a few of each fault in `make test`, as many as the time allows in `make survive`."""

import os
import random
import sys
import time

SECONDS = int(os.environ.get("SURVIVE") or 0)
"""How long each kind of fault may take in the long tier; 0 in the fast one."""
LONG = SECONDS > 0
SEED = int(os.environ.get("SEED") or random.randrange(2**32))
"""Every failure can be repeated: SEED=... make survive."""


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
