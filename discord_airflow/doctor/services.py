"""Checks of what runs beside us: Ollama and Airflow."""

import os
import sqlite3
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from discord_airflow.doctor.finding import Finding, fail, ok, warn
from discord_airflow.settings import Settings

_SECONDS = 2.0
_LOCAL = ("localhost", "127.0.0.1", "::1", "host.docker.internal")


def check_ollama(settings: Settings) -> Iterator[Finding]:
    """Ask Ollama whether it is there and has the model."""
    if not settings.analysis.enabled:
        yield ok("ollama", "switched off (analysis.enabled): the report holds figures and quotes only")
        return
    address = settings.ollama.host if "//" in settings.ollama.host else f"http://{settings.ollama.host}"
    host = urlsplit(address).hostname or ""
    if host not in _LOCAL and host not in settings.analysis.allowed_hosts:
        fix = f"add {host} to analysis.allowed_hosts if your members' messages may go there"
        yield warn("ollama", f"{host} is another machine", fix)
        return
    port = urlsplit(address).port or 11434
    try:
        reply = httpx.get(f"{urlsplit(address).scheme}://{host}:{port}/api/tags", timeout=_SECONDS, trust_env=False)
        names = {str(model["name"]) for model in reply.raise_for_status().json()["models"]}
    except (httpx.HTTPError, ValueError, KeyError, TypeError):
        fix = "start it with `ollama serve`; without it the digest is made of quotes alone"
        yield warn("ollama", f"no Ollama answers at {host}:{port}", fix)
        return
    wanted = settings.ollama.model
    if wanted in names or f"{wanted}:latest" in names:
        yield ok("ollama", f"answers at {host}:{port} and has {wanted}")
    else:
        yield warn("ollama", f"answers at {host}:{port}, but has no {wanted}", f"ollama pull {wanted}")


def check_airflow(settings: Settings) -> Iterator[Finding]:
    """Look at Airflow without starting it: its version and the import errors it has noted."""
    try:
        version = metadata.version("apache-airflow-core")
    except metadata.PackageNotFoundError:
        yield warn("airflow", "Airflow is not installed: reports are made by hand", "make setup")
        return
    yield ok("airflow", f"{version}, Python {sys.version_info.major}.{sys.version_info.minor}")
    noted = settings.home / ".data" / "airflow" / "airflow.db"
    errors = (
        _import_errors(noted) if noted.is_file() and "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN" not in os.environ else []
    )
    if errors:
        yield fail("dags", f"{errors[0]} cannot be imported", "airflow dags list-import-errors")


def _import_errors(database: Path) -> list[str]:
    try:
        with sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=1) as connection:
            return [str(row[0]) for row in connection.execute("SELECT filename FROM import_error")]
    except sqlite3.Error:
        return []
