"""How many processes import files, and what they may use: from the settings and the machine."""

import os

from discord_airflow.collectors.importer import Workers
from discord_airflow.settings import Settings

_MOST_BY_DEFAULT = 4
"""Each keeps a session of the server busy, too; more of them wait for the disk or for each other."""


def workers_of(settings: Settings, processes: int | None = None) -> Workers:
    """Return the workers that *settings* ask for; *processes* is what a user said just now."""
    limits = settings.limits
    by_default = min(_processors(), _MOST_BY_DEFAULT)
    return Workers(
        database=settings.database,
        processes=processes or limits.import_processes or by_default,
        memory_bytes=limits.import_memory_mb << 20,
    )


def _processors() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
