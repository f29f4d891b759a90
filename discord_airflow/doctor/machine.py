"""Checks of this machine: files, disk, clock, the exporter, processes that were left behind."""

import os
import shutil
import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import psutil

from discord_airflow.collectors.chat_exporter import PROGRAM
from discord_airflow.collectors.find_exporter import find_exporter
from discord_airflow.collectors.install import is_as_installed
from discord_airflow.collectors.run_lock import lock_holders
from discord_airflow.doctor.finding import Finding, fail, ok, warn
from discord_airflow.errors import DiscordAirflowError
from discord_airflow.settings import Settings

_LITTLE_BYTES = 5_000_000_000
_TOO_LITTLE_BYTES = 500_000_000
_READABLE_BY_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_OTHER_SECRETS = ("secrets.json", "passwords.json")
_OLDEST_SENSIBLE = datetime(2026, 1, 1, tzinfo=UTC)


def check_secret_files(settings: Settings) -> Iterator[Finding]:
    """Look who may read the files that hold secrets."""
    env = settings.home / ".env"
    if not env.exists():
        yield ok("secret files", f"there is no {env}; secrets come from the environment")
    for path in (env, *(settings.home / ".data" / "airflow" / name for name in _OTHER_SECRETS)):
        if not path.exists():
            continue
        if path.stat().st_mode & _READABLE_BY_OTHERS:
            yield fail("secret files", f"others may read {path}", f"chmod 600 {path}")
        else:
            yield ok("secret files", f"only you may read {path}")


def check_disk(settings: Settings) -> Iterator[Finding]:
    """Look at the room where data, exports and reports lie."""
    for folder in dict.fromkeys(
        (settings.export.directory, settings.database.data_directory, settings.report.directory)
    ):
        there = next(parent for parent in (folder, *folder.parents) if parent.exists())
        free = shutil.disk_usage(there).free
        text = f"{free / 1e9:.1f} GB free for {folder}"
        if free < _TOO_LITTLE_BYTES:
            yield fail("disk", text, "free some space, or move the folder in config.yaml")
        elif free < _LITTLE_BYTES:
            yield warn("disk", text, "free some space before the next full export")
        elif not os.access(there, os.W_OK):
            yield fail("disk", f"{there} cannot be written", f"give yourself the right: chown $(id -un) {there}")
        else:
            yield ok("disk", text)


def check_clock(settings: Settings) -> Iterator[Finding]:
    """Tell what time it is here and in the report's zone; a wrong clock moves every window."""
    now = datetime.now(UTC)
    there = now.astimezone(ZoneInfo(settings.report.timezone))
    text = f"{there:%Y-%m-%d %H:%M} in {settings.report.timezone}"
    if now < _OLDEST_SENSIBLE:
        yield fail("clock", f"the clock says {now:%Y-%m-%d %H:%M} UTC", "set the clock, e.g. timedatectl set-ntp true")
    elif settings.report.timezone == "UTC":
        yield warn("clock", text, "set report.timezone in config.yaml, so that Sunday 09:00 is yours")
    else:
        yield ok("clock", text)


def check_token(settings: Settings) -> Iterator[Finding]:
    """Look whether there is a token and whose it is said to be; nothing is sent anywhere."""
    token = settings.discord.token
    if token is None or not token.get_secret_value().strip():
        yield warn("token", "DISCORD_TOKEN is not set: nothing can be collected", "see docs/layer1-setup.md")
    elif (kind := settings.export.token_kind) == "personal":
        yield warn("token", "a personal token", "a bot's is safer: docs/setup-discord-bot.md")
    elif kind == "auto":
        yield warn("token", "set, and nobody has said whose", "set export.token_kind in config.yaml to bot or personal")
    else:
        yield ok("token", "a bot's token is set; whether Discord takes it shows at the next export")


def check_exporter(settings: Settings) -> Iterator[Finding]:
    """Look for the exporter and ask for its version."""
    try:
        found = find_exporter(settings.export.executable, settings.home / ".data" / "exporter")
    except DiscordAirflowError as error:
        yield warn("exporter", str(error).rstrip("."), "discord-airflow exporter install")
        return
    folder = settings.home / ".data" / "exporter"
    said = f"{found.version} at {found.path}"
    if not found.path.is_relative_to(folder):
        yield ok("exporter", said)
    elif is_as_installed(folder):
        yield ok("exporter", f"{said}, as it was installed from a checked archive")
    else:
        fix = f"rm -r {found.path.parent} && discord-airflow exporter install"
        yield fail("exporter", f"{found.path.parent} is not what was installed there", fix)


def check_left_behind(settings: Settings) -> Iterator[Finding]:
    """Look for exporters whose run is gone, and for staging folders of killed runs."""
    locks = settings.home / ".data" / "locks"
    running = 0
    for path in sorted(locks.glob("export-*.lock")):
        for process in lock_holders(path):
            running += 1
            if process.ppid() == 1 and PROGRAM in " ".join(_command(process)):
                yield warn(
                    "left behind",
                    f"exporter {process.pid} has lost the run that started it",
                    f"the next export ends it when its time is over; or now: kill {process.pid}",
                )
    staged = list((settings.export.directory / ".staging").glob("*/*"))
    if staged and not running:
        text = f"{len(staged)} staging folders of a killed export"
        yield warn("left behind", text, "the next `discord-airflow export` removes them")
    if not running and not staged:
        yield ok("left behind", "no orphan exporter, no stale lock, no staging folder")


def check_unfinished_files(settings: Settings) -> Iterator[Finding]:
    """Look for half-written reports: there should never be one."""
    since = datetime.now(UTC) - timedelta(hours=1)
    old = [
        path for path in _hidden(settings.report.directory) if datetime.fromtimestamp(path.stat().st_mtime, UTC) < since
    ]
    if old:
        yield warn("reports", f"{len(old)} temporary files in {settings.report.directory}", f"rm {old[0]}")
    else:
        yield ok("reports", f"no half-written file in {settings.report.directory}")


def _hidden(folder: Path) -> list[Path]:
    return [path for path in folder.glob(".*") if path.is_file() and path.name != ".gitkeep"] if folder.is_dir() else []


def _command(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []
