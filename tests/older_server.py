"""
The oldest PostgreSQL on this machine that users may have, older than the embedded one, for tests on it.

OLDER_POSTGRES names the folder of other programs, such as .../bin of a PostgreSQL 13 that was unpacked somewhere.
"""

import os
import re
import subprocess
from contextlib import contextmanager
from pathlib import Path

import pytest

from discord_airflow import embedded
from discord_airflow.embedded.programs import LOCAL_PATTERNS, OLDEST_MAJOR
from discord_airflow.settings import DatabaseSettings

EMBEDDED_MAJOR = 18


def find_older():
    """The folder of its programs, or None."""
    if told := os.environ.get("OLDER_POSTGRES"):
        return Path(told)
    found = {}
    for pattern in LOCAL_PATTERNS:
        for folder in Path("/").glob(pattern.lstrip("/")):
            if (folder / "initdb").is_file():
                told = subprocess.run((folder / "postgres", "--version"), capture_output=True, text=True, check=False)
                version = re.search(r"\d+", told.stdout)
                if version and OLDEST_MAJOR <= int(version.group()) < EMBEDDED_MAJOR:
                    found[int(version.group())] = folder
    return found[min(found)] if found else None


@contextmanager
def older_server(folder):
    """Start such a server with its data below *folder* and give its settings; where there is none, skip and say so."""
    programs = find_older()
    if programs is None:
        pytest.skip(f"no PostgreSQL {OLDEST_MAJOR} to {EMBEDDED_MAJOR - 1} is on this machine (Debian: postgresql)")
    settings = DatabaseSettings(data_directory=folder / "older", name="postgres", programs_directory=programs)
    embedded.start(settings)
    try:
        yield settings
    finally:
        embedded.stop(settings)
