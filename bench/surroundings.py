"""What a benchmark ran on, and beside what."""

from __future__ import annotations

import os
import platform
import re
from pathlib import Path

import psutil

from discord_airflow.embedded.programs import find_programs


def surroundings() -> str:
    """Describe this machine and how busy it was in the last quarter of an hour, the benchmark itself included."""
    return f"{machine()}; load {os.getloadavg()[2]:.0f}"


def machine() -> str:
    """Describe this machine in half a sentence; no name of it is told."""
    memory = round(psutil.virtual_memory().total / 2**30)
    return (
        f"{os.cpu_count()} cores ({processor()}), {memory} GiB of memory, {platform.system()}, Python"
        f" {platform.python_version()}, {postgres()}"
    )


def processor() -> str:
    """Return the processor's name, without its ornaments."""
    try:
        found = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    except OSError:
        found = None
    return re.sub(r"\((?:R|TM)\)| CPU| Processor", "", found[1]).strip() if found else platform.machine()


def postgres() -> str:
    """Return the version of the embedded PostgreSQL, which every benchmark runs on."""
    return f"PostgreSQL {find_programs(None, None).major}"
