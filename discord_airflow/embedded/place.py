"""
Where an embedded cluster lies, and which user of the system runs it.

PostgreSQL refuses to run as root. For root the server therefore runs as `postgres` or `nobody`, and its folder belongs to
that user. Where that user cannot get to the folder we were told to use (a checkout under root's home, which nobody else
may enter), the cluster lies under /var/lib and a file in the folder says where: no permission of a parent is ever changed.
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
        """The cluster itself, as `initdb` makes it; it exists only when it is whole."""
        return self.home / "data"

    @property
    def log_file(self) -> Path:
        """What the server has to say."""
        return self.home / "server.log"

    @property
    def lock_file(self) -> Path:
        """Locked by whoever starts the server, then by the server and all its processes for as long as one lives."""
        return self.home / "lock"

    @property
    def sockets(self) -> Path:
        """The folder of the socket: beside the data, or in /tmp where that path is too long or too odd for a socket."""
        beside = self.home / "socket"
        if len(os.fsencode(beside)) <= LONGEST_SOCKET_FOLDER and re.fullmatch(r"[\w./-]+", str(beside), re.ASCII):
            return beside
        digest = hashlib.sha256(os.fsencode(self.home)).hexdigest()[:16]
        return Path("/tmp") / f"discord_airflow-{digest}"  # noqa: S108 (checked to be ours before it is used)

    def make_private(self, folder: Path) -> None:
        """Make *folder* if it is missing, for the server's user alone; one that somebody else made is refused."""
        try:
            folder.mkdir(mode=0o700)
        except FileExistsError:
            pass
        else:
            self.give(folder)
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != self.uid or stat.S_IMODE(found.st_mode) != 0o700:
            raise AccessDeniedError(f"{folder} must be a folder that only {self.user_name} can enter; remove it.")

    def give(self, path: Path) -> None:
        """Make *path* the server's user's own."""
        if self.owner:
            os.chown(path, self.owner.pw_uid, self.owner.pw_gid)

    @property
    def uid(self) -> int:
        """The number of the server's user."""
        return self.owner.pw_uid if self.owner else os.geteuid()

    @property
    def user_name(self) -> str:
        """The server's user as people write it."""
        return self.owner.pw_name if self.owner else "the current user"

    def run(
        self, command: tuple[str | Path, ...], *, pass_fds: tuple[int, ...] = (), timeout: float | None = None
    ) -> subprocess.CompletedProcess[str]:
        """Run *command* as the server's user, in a session of its own, with nothing of our environment."""
        who = {"user": self.owner.pw_uid, "group": self.owner.pw_gid, "extra_groups": []} if self.owner else {}
        environment = {"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "LC_ALL": "C", "TZ": "UTC", "HOME": str(self.home)}
        return subprocess.run(
            command,
            check=False,
            capture_output=True,
            stdin=subprocess.DEVNULL,
            text=True,
            errors="replace",
            env=environment,
            cwd=self.home,
            umask=0o077,
            start_new_session=True,
            pass_fds=pass_fds,
            timeout=timeout,
            **who,
        )

    def can_reach(self, path: Path) -> bool:
        """Say whether the server's user can get to *path* and read it, which only trying tells."""
        tried = subprocess.run(
            ("/bin/sh", "-c", 'test -r "$1" && test -x "$1"', "sh", path),
            check=False,
            cwd="/",
            stdin=subprocess.DEVNULL,
            **({"user": self.owner.pw_uid, "group": self.owner.pw_gid, "extra_groups": []} if self.owner else {}),
        )
        return tried.returncode == 0


def locate(directory: Path) -> Place | None:
    """Return where the cluster of *directory* lies, or None when none was made there yet."""
    with _trouble_as_sentence(directory):
        return _existing(directory)


def make_place(directory: Path) -> Place:
    """Make the empty folder of a new cluster for *directory*, and return where it lies."""
    with _trouble_as_sentence(directory):
        return _new(directory)


@contextmanager
def _trouble_as_sentence(directory: Path) -> Iterator[None]:
    try:
        yield
    except PermissionError as error:
        raise AccessDeniedError(
            f"{error.filename or directory} is not open to the current user; the embedded PostgreSQL was perhaps started"
            " by another user: run this as that user, or set database.data_directory in config.yaml."
        ) from None
    except OSError as error:
        raise FileTroubleError(f"{directory} cannot hold the embedded PostgreSQL: {error.strerror}.") from None


def _existing(directory: Path) -> Place | None:
    pointer = directory / POINTER
    home = Path(pointer.read_text(encoding="utf-8").rstrip("\n")) if pointer.is_file() else directory
    if not (home / "data" / "PG_VERSION").exists() and not (home / "lock").exists():
        return None
    owner = home.stat().st_uid
    if owner == os.geteuid() != 0:
        return Place(home)
    if os.geteuid() != 0:
        raise PermissionError(13, "belongs to another user", str(home))
    if owner == 0:
        raise ConfigurationError(
            f"{home} belongs to root, as whom PostgreSQL refuses to run; give it to the user that ran it:"
            f" chown -R {SERVER_USERS[0]} '{home}'"
        )
    return Place(home, pwd.getpwuid(owner))


def _new(directory: Path) -> Place:
    if os.geteuid() != 0:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        directory.chmod(0o700)
        return Place(directory)
    owner = _server_user()
    directory.parent.mkdir(parents=True, exist_ok=True)
    if not Place(directory.parent, owner).can_reach(directory.parent):
        return _elsewhere(directory, owner)
    place = Place(directory, owner)
    directory.mkdir(mode=0o700, exist_ok=True)
    directory.chmod(0o700)
    place.give(directory)
    return place


def _elsewhere(directory: Path, owner: pwd.struct_passwd) -> Place:
    """Make a folder that *owner* can reach, and leave word of it in *directory*."""
    REACHABLE_PARENT.mkdir(mode=0o755, parents=True, exist_ok=True)
    if not Place(REACHABLE_PARENT, owner).can_reach(REACHABLE_PARENT):
        raise AccessDeniedError(
            f"PostgreSQL cannot run as root, and the user {owner.pw_name} can enter neither {directory} nor"
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
    log.info("The user %s cannot enter %s; the database lies in %s", owner.pw_name, directory, place.home)
    return Place(Path((directory / POINTER).read_text(encoding="utf-8").rstrip("\n")), owner)


def _server_user() -> pwd.struct_passwd:
    for name in SERVER_USERS:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise ConfigurationError(
        "PostgreSQL cannot run as root, and this system has neither a user postgres nor a user nobody; run as another"
        " user, or set DB_HOST to use your own PostgreSQL."
    )
