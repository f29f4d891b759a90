"""Checks of what runs beside us: Ollama."""

import ipaddress
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import psutil

from discord_airflow.doctor.finding import Finding, ok, warn
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
    if (open_to := _listens_beyond(port)) and host in _LOCAL:
        fix = "Ollama has no login: let it listen on 127.0.0.1 only (OLLAMA_HOST=127.0.0.1 where it starts)"
        yield warn("ollama", f"listens on {open_to}:{port}, for other machines, too", fix)
    wanted = settings.ollama.model
    if wanted in names or f"{wanted}:latest" in names:
        yield ok("ollama", f"answers at {host}:{port} and has {wanted}")
    else:
        yield warn("ollama", f"answers at {host}:{port}, but has no {wanted}", f"ollama pull {wanted}")


def _listens_beyond(port: int) -> str | None:
    """Return an address at which something of this machine listens on *port* for others; None as far as we may see."""
    try:
        listening = [one for one in psutil.net_connections("tcp") if one.status == psutil.CONN_LISTEN]
    except psutil.Error:
        return None
    places = [one.laddr.ip for one in listening if one.laddr and one.laddr.port == port]
    return next((place for place in places if not ipaddress.ip_address(place.split("%")[0]).is_loopback), None)
