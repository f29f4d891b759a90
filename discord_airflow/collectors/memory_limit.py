"""How much memory a process may use, and how it is seen that the system ended one for want of it."""

import mmap
import resource
from contextlib import suppress
from errno import ENOMEM
from pathlib import Path

_USUAL_LIMIT = 1 << 30
_TIMES_A_MESSAGE = 96
"""A message becomes values, rows and lines for the database: several times its text is held at once."""

HOW_TO_READ_MORE = "it grows with limits.import_memory_mb: raise that, and import again with --retry"

_OOM_COUNTERS = Path("/proc/vmstat")
_OOM_SCORE = Path("/proc/self/oom_score_adj")


def limit_memory(byte_size: int) -> bool:
    """
    Let this process allocate no more than *byte_size*; return False where the system does not keep to that (macOS).

    RLIMIT_DATA counts what a process writes to and neither its libraries nor address space that is only reserved, so
    on Linux it is close to real memory. Where it does not cover mmap, RLIMIT_AS stands in.
    """
    for kind in (resource.RLIMIT_DATA, resource.RLIMIT_AS):
        try:
            _, most = resource.getrlimit(kind)
            allowed = byte_size if most == resource.RLIM_INFINITY else min(byte_size, most)
            resource.setrlimit(kind, (allowed, most))
            # Asked for and given back without being touched.
            mmap.mmap(-1, byte_size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS).close()
        except (OSError, ValueError) as error:
            if isinstance(error, OSError) and error.errno == ENOMEM:  # the limit holds
                return True
    return False


def largest_message() -> int:
    """Return how many bytes a single message may have, so that reading it stays far below this process's limit."""
    limits = [resource.getrlimit(kind)[0] for kind in (resource.RLIMIT_DATA, resource.RLIMIT_AS)]
    held = [limit for limit in limits if limit != resource.RLIM_INFINITY]
    return largest_message_in(min(held, default=_USUAL_LIMIT))


def largest_message_in(byte_size: int) -> int:
    """Return how many bytes a single message may have in a process of *byte_size*."""
    return byte_size // _TIMES_A_MESSAGE


def offer_to_be_ended() -> None:
    """When memory runs out on the machine, let the kernel end this process rather than PostgreSQL or our parent."""
    with suppress(OSError):
        _OOM_SCORE.write_text("1000", encoding="ascii")


def processes_ended_for_memory(counters: Path = _OOM_COUNTERS) -> int | None:
    """Return how many processes the kernel has ended so far because memory ran out; None where it does not tell."""
    try:
        lines = counters.read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("oom_kill "))
    except (OSError, StopIteration, ValueError, IndexError):
        return None
