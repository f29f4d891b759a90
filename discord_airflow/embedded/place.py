"""
Where an embedded cluster lies, and which user of the system runs it.

PostgreSQL refuses to run as root. For root the server therefore runs as `postgres` or `nobody`, and its folder
belongs to that user. Where that user cannot get to the folder we were told to use (a checkout under root's home,
which nobody else may enter), the cluster lies under /var/lib, and a file in the folder says where: the permissions
of the folders above are never changed.
"""

import hashlib
import logging
import os
import pwd
import re
import secrets
import stat
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from discord_airflow.errors import AccessDeniedError, ConfigurationError, FileTroubleError

PORT = 5432
"""Part of the socket's name; nothing listens on a port."""

SUPERUSER = "postgres"
"""The only role of an embedded cluster."""

SERVER_USERS = ("postgres", "nobody")
REACHABLE_PARENT = Path("/var/lib/discord_airflow")
POINTER = "lies-in"
LONGEST_SOCKET_FOLDER = 80  # the socket's whole path may have about 100 bytes

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Place:
    """The folder of one cluster; *owner* is the user who runs the server when that is not the caller."""

    home: Path
    owner: pwd.struct_passwd | None = None

    @property
    def data(self) -> Path:
        """The cluster itself; it exists only when it is whole."""
        return self.home / "data"

    @property
    def log_file(self) -> Path:
        """What the server has to say."""
        return self.home / "server.log"

    @property
    def lock_file(self) -> Path:
        """Locked by whoever starts the server, then by the server's processes as long as one of them lives."""
        return self.home / "lock"

    @property
    def sockets(self) -> Path:
        """The folder of the socket: beside the data, or in /tmp where that path is too long or too odd."""
        beside = self.home / "socket"
        if len(os.fsencode(beside)) <= LONGEST_SOCKET_FOLDER and re.fullmatch(r"[\w./-]+", str(beside), re.ASCII):
            return beside
        digest = hashlib.sha256(os.fsencode(self.home)).hexdigest()[:16]
        return Path("/tmp") / f"discord_airflow-{digest}"  # noqa: S108 (make_private checks whose it is)

    @property
    def uid(self) -> int:
        """The number of the server's user."""
        return self.owner.pw_uid if self.owner else os.geteuid()

    def give(self, path: Path) -> None:
        """Make *path* the server's user's own."""
        if self.owner:
            os.chown(path, self.owner.pw_uid, self.owner.pw_gid)

    def make_private(self, folder: Path) -> None:
        """Make *folder*, for the server's user alone; one that stands there and is anybody else's is refused."""
        try:
            folder.mkdir(mode=0o700)
        except FileExistsError:
            pass
        else:
            self.give(folder)
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != self.uid or stat.S_IMODE(found.st_mode) != 0o700:
            raise AccessDeniedError(
                f"{folder} is not a folder that only the database's user can enter; remove it and try again."
            )

    def can_reach(self, path: Path) -> bool:
        """Say whether the server's user can enter the folder *path*, or run the program; only trying tells."""
        test = ("/bin/sh", "-c", 'test -x "$1"', "sh", path)
        return subprocess.run(test, check=False, cwd="/", stdin=subprocess.DEVNULL, **self._as_owner()).returncode == 0

    def run(self, command: tuple[str | Path, ...], lock: int | None = None) -> subprocess.CompletedProcess[str]:
        """
        Run *command* as the server's user, in a session of its own, with nothing of our environment.

        Its children inherit *lock*, and with it hold the lock.
        """
        return subprocess.run(
            command,
            check=False,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            text=True,
            errors="replace",
            env={"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "LC_ALL": "C", "TZ": "UTC", "HOME": str(self.home)},
            cwd=self.home,
            umask=0o077,
            start_new_session=True,
            pass_fds=() if lock is None else (lock,),
            **self._as_owner(),
        )

    def _as_owner(self) -> dict[str, Any]:
        return {"user": self.owner.pw_uid, "group": self.owner.pw_gid, "extra_groups": []} if self.owner else {}


def locate(directory: Path) -> Place | None:
    """Return where the cluster of *directory* lies, or None when none was made there yet."""
    with trouble_as_sentence(directory):
        return _existing(directory)


def make_place(directory: Path) -> Place:
    """Make the empty folder of a new cluster for *directory*, and return where it lies."""
    with trouble_as_sentence(directory):
        return _new(directory)


@contextmanager
def trouble_as_sentence(directory: Path) -> Iterator[None]:
    """Turn what the file system refuses below *directory* into an error that says what to do."""
    try:
        yield
    except PermissionError as error:
        raise AccessDeniedError(
            f"{error.filename or directory} is closed to the current user; the embedded PostgreSQL was perhaps"
            " started by another one: run this as that user, or set database.data_directory in config.yaml."
        ) from None
    except OSError as error:
        place = error.filename or directory
        raise FileTroubleError(f"{place}: {error.strerror}; the embedded PostgreSQL needs it.") from None


def _existing(directory: Path) -> Place | None:
    home = _pointed_to(directory) or directory
    if not (home / "data" / "PG_VERSION").exists() and not (home / "lock").exists():
        return None
    owner = home.stat().st_uid
    if os.geteuid() != 0:
        if owner != os.geteuid():
            raise PermissionError(13, "belongs to another user", str(home))
        return Place(home)
    if owner == 0:
        raise ConfigurationError(
            f"{home} belongs to root, as whom PostgreSQL refuses to run; give it back to the user it belonged to,"
            f" for example with: chown -R {SERVER_USERS[0]} '{home}'"
        )
    return Place(home, pwd.getpwuid(owner))


def _pointed_to(directory: Path) -> Path | None:
    pointer = directory / POINTER
    if not pointer.is_file():
        return None
    home = Path(pointer.read_text(encoding="utf-8").rstrip("\n"))
    if not home.exists():
        raise ConfigurationError(
            f"The database lies in {home}, says {pointer}, but that folder is gone; bring it back, or remove"
            f" {pointer} to begin with an empty database."
        )
    return home


def _new(directory: Path) -> Place:
    if os.geteuid() != 0:
        return _take(Place(directory))
    owner = _server_user()
    directory.parent.mkdir(parents=True, exist_ok=True)
    if not Place(directory, owner).can_reach(directory.parent):
        return _elsewhere(directory, owner)
    return _take(Place(directory, owner))


def _take(place: Place) -> Place:
    """Make the folder of *place*, or take over an empty one."""
    place.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    entries = {entry.name for entry in place.home.iterdir()}
    if entries and place.lock_file.name not in entries:
        raise ConfigurationError(
            f"{place.home} is not empty and holds no database of ours; set database.data_directory in config.yaml"
            " to a new folder."
        )
    place.home.chmod(0o700)
    place.give(place.home)
    return place


def _elsewhere(directory: Path, owner: pwd.struct_passwd) -> Place:
    """Make a folder that *owner* can reach, and leave word of it in *directory*."""
    REACHABLE_PARENT.mkdir(mode=0o755, parents=True, exist_ok=True)
    if not Place(directory, owner).can_reach(REACHABLE_PARENT):
        raise AccessDeniedError(
            f"PostgreSQL cannot run as root, and the user {owner.pw_name} can enter neither {directory.parent} nor"
            f" {REACHABLE_PARENT}; set database.data_directory in config.yaml to a folder that it can enter."
        )
    place = Place(REACHABLE_PARENT / secrets.token_hex(8), owner)
    place.make_private(place.home)
    directory.mkdir(parents=True, exist_ok=True)
    draft = directory / f"{POINTER}.{secrets.token_hex(4)}"
    draft.write_text(f"{place.home}\n", encoding="utf-8")
    try:
        # Unlike a rename, a link never replaces: of several processes at once one wins, and all follow it.
        os.link(draft, directory / POINTER)
    except FileExistsError:
        place.home.rmdir()
    finally:
        draft.unlink()
    home = _pointed_to(directory) or place.home
    log.info("The user %s cannot enter %s, so the database lies in %s", owner.pw_name, directory.parent, home)
    return Place(home, owner)


def _server_user() -> pwd.struct_passwd:
    for name in SERVER_USERS:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise ConfigurationError(
        "PostgreSQL cannot run as root, and this system has neither a user postgres nor a user nobody; run as"
        " another user, or set DB_HOST to use your own PostgreSQL."
    )
