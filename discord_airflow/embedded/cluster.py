"""How an embedded cluster is made, and the settings its server runs with."""

import contextlib
import locale
import os
import secrets
import shutil
import sys
from pathlib import Path

from discord_airflow.embedded.place import PORT, SUPERUSER, Place
from discord_airflow.embedded.programs import Programs
from discord_airflow.errors import ServiceDownError

SETTINGS_FILE = "discord_airflow.conf"
FIRST_MAJOR_WITH_BUILTIN_LOCALE = 17

ACCESS = """\
# Whoever may enter the socket's folder may connect; only the server's user (and root) may. There is no other way in.
local all all trust
"""

SETTINGS = """\
# Written anew at each start. Put settings of your own into postgresql.conf, below the line that includes this file.
listen_addresses = ''
port = {port}
unix_socket_directories = '{sockets}'
unix_socket_permissions = 0700
shared_buffers = 256MB
maintenance_work_mem = 256MB
work_mem = 16MB
random_page_cost = 1.1      # a disk without a head: rows found by an index are worth fetching
jit = off                   # no question of ours runs long enough to be compiled
checkpoint_timeout = 15min
max_wal_size = 2GB          # bounds how long recovery takes after a crash
wal_compression = off       # squeezing pages took a third of the server's time in an import of a week
timezone = 'UTC'
log_timezone = 'UTC'
log_line_prefix = '%m [%p] '
"""


def make_cluster(place: Place, programs: Programs, lock: int) -> None:
    """
    Make the cluster of *place* under another name and rename it: what a killed `initdb` leaves never looks whole.

    *lock* is handed to `initdb`, so that nobody begins while an orphan of a killed start still works.
    """
    for leftover in place.home.glob("data.new-*"):
        shutil.rmtree(leftover, ignore_errors=True)
    draft = place.home / f"data.new-{secrets.token_hex(4)}"
    command = (
        *(programs.path("initdb"), "--pgdata", draft, "--username", SUPERUSER),
        *("--auth", "trust", "--encoding", "UTF8", "--data-checksums", "--text-search-config", "simple"),
        *_locale(programs.major),
    )
    made = place.run(command, lock)
    if made.returncode != 0:
        shutil.rmtree(draft, ignore_errors=True)
        reason = " ".join(made.stderr.split()) or f"initdb ended with status {made.returncode}"
        raise ServiceDownError(f"The embedded PostgreSQL could not be made in {place.home}: {reason}")
    _replace(place, draft / "pg_hba.conf", ACCESS)
    with (draft / "postgresql.conf").open("a", encoding="utf-8") as settings:
        settings.write(f"\ninclude_if_exists = '{SETTINGS_FILE}'\n")
    draft.rename(place.data)
    _sync(place.home)


def write_settings(place: Place) -> None:
    """Write the settings for the next start."""
    _replace(place, place.data / SETTINGS_FILE, SETTINGS.format(port=PORT, sockets=place.sockets))


def _replace(place: Place, path: Path, text: str) -> None:
    """Put *text* in the place of *path* in one step, as a file of the server's user."""
    draft = path.with_name(f"{path.name}.new")
    draft.write_text(text, encoding="utf-8")
    draft.chmod(0o600)
    place.give(draft)
    draft.replace(path)


def _locale(major: int) -> tuple[str, ...]:
    """
    Return the options for one order of letters and one set of case rules on every system.

    From version 17 PostgreSQL brings its own; before, the system's are used. What a letter is, pg_trgm asks the
    system in every version: in the locale C only ASCII has letters, and an index finds no word of another script.
    """
    if major >= FIRST_MAJOR_WITH_BUILTIN_LOCALE:
        builtin = ("--locale-provider", "builtin", "--builtin-locale", "C.UTF-8")
        return (*builtin, "--locale", "C", "--lc-ctype", _locale_of_all_letters())
    return ("--locale", "en_US.UTF-8" if sys.platform == "darwin" else "C.UTF-8")


def _locale_of_all_letters() -> str:
    """Return a locale that the system has and in which the letters of all scripts are letters; C when there is none."""
    before = locale.setlocale(locale.LC_CTYPE)
    try:
        for name in ("C.UTF-8", "en_US.UTF-8"):
            with contextlib.suppress(locale.Error):
                return locale.setlocale(locale.LC_CTYPE, name)
    finally:
        locale.setlocale(locale.LC_CTYPE, before)
    return "C"


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
