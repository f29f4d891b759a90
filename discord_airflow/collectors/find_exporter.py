"""Finds the exporter's program on this machine and asks it for its version."""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from discord_airflow.collectors.chat_exporter import OLDEST, PROGRAM, Exporter, parse_version, version_command
from discord_airflow.collectors.export_process import run_exporter
from discord_airflow.errors import ConfigurationError

_IN_THE_IMAGE = Path("/opt/exporter") / PROGRAM
_SECONDS = 60


def find_exporter(configured: Path | None, installed: Path, environ: Mapping[str, str] | None = None) -> Exporter:
    """
    Return the exporter: the *configured* one, the one installed below *installed*, on PATH, or in the container image.

    Raises ConfigurationError with what to do when there is none, when it does not start, or when it is older than 2.26,
    the first release whose windows are exact.
    """
    environ = os.environ if environ is None else environ
    path = _find(configured, installed, environ)
    try:
        ended = run_exporter(version_command(path), _plain(environ), seconds=_SECONDS, secret="")
    except OSError as error:
        raise ConfigurationError(f"The exporter {path} does not start: {error.strerror}.") from error
    version = parse_version(ended.stdout)
    if ended.exit_code != 0 or version is None:
        told = (ended.stderr or ended.stdout).strip().splitlines()
        raise ConfigurationError(f"The exporter {path} does not tell its version: {(told or ['no output'])[0][:200]}")
    if version < OLDEST:
        raise ConfigurationError(f"The exporter {path} is version {version}; {OLDEST} or newer is needed.")
    return Exporter(path, version)


def _find(configured: Path | None, installed: Path, environ: Mapping[str, str]) -> Path:
    if configured is not None:
        program = configured / PROGRAM if configured.is_dir() else configured
        if not program.is_file():
            raise ConfigurationError(f"export.executable is {configured}, but there is no such program.")
        return program
    own = sorted(installed.glob(f"*/{PROGRAM}"))
    on_path = shutil.which(PROGRAM, path=environ.get("PATH"))
    if own:
        return own[-1]
    if on_path:
        return Path(on_path)
    if _IN_THE_IMAGE.is_file():
        return _IN_THE_IMAGE
    raise ConfigurationError(
        f"{PROGRAM} is not on this machine: run `discord-airflow exporter install`, "
        "or name the program in config.yaml as export.executable."
    )


def _plain(environ: Mapping[str, str]) -> dict[str, str]:
    """Asking for the version needs no secret."""
    kept = {name: value for name, value in environ.items() if not name.startswith(("DISCORD_", "DB_", "PG"))}
    return kept | {"TERM": "dumb", "NO_COLOR": "1"}
