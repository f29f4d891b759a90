"""
Installs the exporter: one pinned release, checked before a byte of it is unpacked or run.

The release's own page carries no checksum files, but the code host tells a SHA-256 for each asset. A digest comes from
the table in this file, else from the lock that the first installation wrote, else from the code host for exactly the
pinned tag; it is then written into the lock and required ever after.
"""

import hashlib
import json
import platform
import shutil
import stat
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

import httpx

from discord_airflow.collectors.chat_exporter import PROGRAM
from discord_airflow.errors import AccessDeniedError, ConfigurationError, FileTroubleError, ServiceDownError
from discord_airflow.whole_files import room, sole_writer, write_whole

PINNED = "2.47"
CODE_HOST = "https://api.github.com"
_REPOSITORY = "Tyrrrz/DiscordChatExporter"

_INSTALLED = "installed files"
"""Under this name the lock keeps what the unpacked files are together, beside the digest of their archive."""

KNOWN_DIGESTS: Mapping[str, str] = {}
"""SHA-256 by asset name of the pinned release, where somebody has checked it; the lock and the code host come after."""

_PLATFORMS = {
    ("linux", "x86_64"): "linux-x64",
    ("linux", "aarch64"): "linux-arm64",
    ("darwin", "x86_64"): "osx-x64",
    ("darwin", "arm64"): "osx-arm64",
    ("win32", "amd64"): "win-x64",
}
_MOST_ARCHIVE_BYTES = 200 * 1024 * 1024
_MOST_UNPACKED_BYTES = 600 * 1024 * 1024
_MOST_FILES = 2000
_MOST_RATIO = 200
_WORK = ".install-"
_SECONDS = httpx.Timeout(60, connect=15)


def asset_name(system: str = sys.platform, machine: str | None = None) -> str:
    """Return the name of the release's file for this platform; ConfigurationError when there is none."""
    key = (system, (machine or platform.machine()).lower())
    if key not in _PLATFORMS:
        raise ConfigurationError(
            f"There is no exporter for {key[0]} on {key[1]}; get one yourself and name it in export.executable."
        )
    return f"{PROGRAM}.{_PLATFORMS[key]}.zip"


def install(
    folder: Path,
    *,
    archive: Path | None = None,
    sha256: str | None = None,
    host: str = CODE_HOST,
    asset: str | None = None,
) -> Path:
    """
    Install the pinned release below *folder* and return the program; already there means nothing to do.

    *archive* is a file the user brings; it is checked the same way. *sha256* is a digest the user vouches for; it must
    agree with what is already known. Nothing is unpacked before its digest agrees: AccessDeniedError otherwise.
    """
    asset = asset or asset_name()
    target = folder / PINNED
    program = target / PROGRAM
    if program.is_file() and archive is None:
        return program
    lock = folder / "exporter.lock"
    try:
        with _work_folder(folder) as work:
            expected, address = _expected(asset, lock, sha256, host, need_address=archive is None)
            # A file of the user's is copied first: what was checked is what is unpacked.
            local = _copy(archive, work / asset) if archive else _download(address, work / asset)
            actual = _digest(local)
            if actual != expected:
                raise AccessDeniedError(
                    f"{(archive or local).name} has SHA-256 {actual}, but {expected} is required: "
                    "it was changed or is another release. Nothing was unpacked."
                )
            unpacked = work / "unpacked"
            _unpack(local, unpacked)
            if not (unpacked / PROGRAM).is_file():
                raise AccessDeniedError(f"{local.name} does not hold {PROGRAM}; nothing was installed.")
            (unpacked / PROGRAM).chmod(0o755)
            _remember(lock, asset, expected)
            _remember(lock, _INSTALLED, _digest_of_all(unpacked))
            _take_place(unpacked, target, aside=work / "before")
    except OSError as error:
        raise FileTroubleError(
            f"The exporter cannot be installed in {folder}: {error.strerror or error}{room(folder)}."
        ) from error
    return program


def is_as_installed(folder: Path) -> bool:
    """Say whether the release installed below *folder* is still, to the byte, what was unpacked there."""
    return _digest_of_all(folder / PINNED) == _locked(folder / "exporter.lock", _INSTALLED)


def _digest_of_all(folder: Path) -> str:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    lines = "".join(f"{_digest(path)} {path.relative_to(folder).as_posix()}\n" for path in files)
    return hashlib.sha256(lines.encode()).hexdigest()


@contextmanager
def _work_folder(folder: Path) -> Iterator[Path]:
    """Yield an empty folder inside *folder*, for one installation at a time; what a killed one left is removed."""
    folder.mkdir(parents=True, exist_ok=True)
    with sole_writer(folder):
        for leftover in folder.glob(f"{_WORK}*"):
            shutil.rmtree(leftover, ignore_errors=True)
        with tempfile.TemporaryDirectory(dir=folder, prefix=_WORK, ignore_cleanup_errors=True) as work:
            yield Path(work)


def _take_place(unpacked: Path, target: Path, *, aside: Path) -> None:
    """Put the new program in the place of an older one, which stays when that fails."""
    had_one = target.exists()
    if had_one:
        target.replace(aside)
    try:
        unpacked.replace(target)
    except OSError:
        if had_one:
            aside.replace(target)
        raise


def _expected(asset: str, lock: Path, vouched: str | None, host: str, *, need_address: bool) -> tuple[str, str]:
    """Return the digest the archive must have, and where to get it (empty when not needed)."""
    known = KNOWN_DIGESTS.get(asset) or _locked(lock, asset)
    if known and vouched and known != vouched.lower():
        raise AccessDeniedError(f"The SHA-256 given for {asset} is not {known}, which is required.")
    digest = known or (vouched.lower() if vouched else None)
    if digest and not need_address:
        return digest, ""
    told, address = _ask_host(asset, host)
    if digest is None:
        digest = told
    if digest is None:
        raise AccessDeniedError(
            f"Nobody tells the SHA-256 of {asset}; give it with --sha256 after checking it yourself."
        )
    return digest, address


def _ask_host(asset: str, host: str) -> tuple[str | None, str]:
    address = f"{host}/repos/{_REPOSITORY}/releases/tags/{PINNED}"
    try:
        reply = httpx.get(address, timeout=_SECONDS, follow_redirects=False).raise_for_status().json()
        found = next(entry for entry in reply["assets"] if entry["name"] == asset)
        digest = found.get("digest")
        told = digest.removeprefix("sha256:") if isinstance(digest, str) and digest.startswith("sha256:") else None
        return told, str(found["browser_download_url"])
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise ServiceDownError(
            f"The code host does not tell of release {PINNED}: {error}. "
            "Bring the file yourself: discord-airflow exporter install --file FILE --sha256 DIGEST."
        ) from error
    except (ValueError, KeyError, TypeError, StopIteration, AttributeError) as error:
        raise ServiceDownError(f"The code host lists no {asset} in release {PINNED}.") from error


def _download(address: str, target: Path) -> Path:
    size = 0
    try:
        with (
            httpx.stream("GET", address, timeout=_SECONDS, follow_redirects=True) as reply,
            target.open("wb") as file,
        ):
            reply.raise_for_status()
            for block in reply.iter_bytes():
                size += len(block)
                if size > _MOST_ARCHIVE_BYTES:
                    raise AccessDeniedError(
                        f"{target.name} is larger than any release of the exporter; it was dropped."
                    )
                file.write(block)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise ServiceDownError(f"{target.name} cannot be downloaded: {error}.") from error
    return target


def _copy(archive: Path, target: Path) -> Path:
    try:
        if archive.stat().st_size > _MOST_ARCHIVE_BYTES:
            raise AccessDeniedError(f"{archive} is larger than any release of the exporter; it was not touched.")
        source = archive.open("rb")
    except OSError as error:
        raise FileTroubleError(f"{archive} cannot be read: {error.strerror}.") from error
    with source, target.open("wb") as copy:
        shutil.copyfileobj(source, copy)
    return target


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise FileTroubleError(f"{path} cannot be read: {error.strerror}.") from error


def _unpack(archive: Path, target: Path) -> None:
    """Unpack plain files only, all inside *target*; the limits keep an archive from filling the disk."""
    try:
        with zipfile.ZipFile(archive) as opened:
            entries = opened.infolist()
            _refuse_strange(archive.name, entries)
            for entry in entries:
                if entry.is_dir():
                    continue
                place = target.joinpath(*PurePosixPath(entry.filename).parts)
                place.parent.mkdir(parents=True, exist_ok=True)
                with opened.open(entry) as source, place.open("xb") as file:
                    shutil.copyfileobj(source, file)
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:
        raise AccessDeniedError(f"{archive.name} is not a sound archive: {error}.") from error


def _refuse_strange(name: str, entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > _MOST_FILES or sum(entry.file_size for entry in entries) > _MOST_UNPACKED_BYTES:
        raise AccessDeniedError(f"{name} unpacks to more than any release of the exporter; nothing was unpacked.")
    for entry in entries:
        path = PurePosixPath(entry.filename)
        kind = stat.S_IFMT(entry.external_attr >> 16)
        if path.is_absolute() or ".." in path.parts or "\\" in entry.filename or ":" in entry.filename:
            raise AccessDeniedError(f"{name} holds {entry.filename!r}, which would land outside its folder.")
        if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
            raise AccessDeniedError(f"{name} holds {entry.filename!r}, which is no plain file.")
        if entry.file_size > _MOST_RATIO * max(entry.compress_size, 1024):
            raise AccessDeniedError(f"{name} holds {entry.filename!r}, which is packed beyond belief.")


def _locked(lock: Path, asset: str) -> str | None:
    if not lock.is_file():
        return None
    try:
        return str(json.loads(lock.read_text(encoding="utf-8"))[PINNED][asset])
    except KeyError:
        return None
    except (OSError, ValueError, TypeError) as error:
        raise FileTroubleError(f"{lock} cannot be read; remove it only if you know why it changed.") from error


def _remember(lock: Path, asset: str, digest: str) -> None:
    known = json.loads(lock.read_text(encoding="utf-8")) if lock.is_file() else {}
    known.setdefault(PINNED, {})[asset] = digest
    write_whole(lock, (json.dumps(known, indent=2, sort_keys=True) + "\n").encode())
