"""
Where a model's server is, and whether messages may be sent there.

OLLAMA_HOST is read as Ollama itself reads it: scheme, port and path are optional, and the port depends on the scheme.
"""

import ipaddress
from collections.abc import Collection
from dataclasses import dataclass

from discord_airflow.errors import ConfigurationError

_PORTS = {"http": "80", "https": "443"}
_OWN_PORT = "11434"
_PRIVATE_ENDINGS = (".local", ".lan", ".internal", ".home.arpa", ".localhost", ".svc", ".cluster.local", ".test")


@dataclass(frozen=True, slots=True)
class Address:
    """The base of every request to a server, without a final slash."""

    scheme: str
    host: str
    port: int
    path: str = ""

    @property
    def url(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        path = f"/{self.path}" if self.path else ""
        return f"{self.scheme}://{host}:{self.port}{path}"


def parse_host(text: str) -> Address:
    """Return the address that *text* (OLLAMA_HOST) means; what servers listen on, such as 0.0.0.0, is this machine."""
    text = text.strip().strip("\"'").strip()
    scheme, mark, rest = text.partition("://")
    if not mark:
        scheme, rest = "http", text
    if scheme not in _PORTS:
        raise ConfigurationError(f"OLLAMA_HOST begins with {scheme}://, but only http:// and https:// can be used.")
    default = _PORTS[scheme] if mark else _OWN_PORT
    place, _, path = rest.partition("/")
    host, port = _split(place)
    is_number = port.isascii() and port.isdigit() and int(port) <= 65535
    host = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 (not bound, compared)
    return Address(scheme, host, int(port if is_number else default), path.strip("/"))


def _split(place: str) -> tuple[str, str]:
    if place.startswith("["):
        host, _, rest = place[1:].partition("]")
        return host, rest.removeprefix(":")
    if place.count(":") > 1:
        return place, ""
    host, _, port = place.partition(":")
    return host, port


def refusal(address: Address, allowed_hosts: Collection[str]) -> str | None:
    """
    Return why messages may not be sent to *address*, or None.

    This machine may always have them, and so may a private network. Any other host has to be allowed by name.
    """
    if address.host.lower() in {name.lower() for name in allowed_hosts} or is_near(address.host):
        return None
    way = "unencrypted, " if address.scheme == "http" else ""
    return (
        f"Messages would leave for {address.host}, {way}outside of this network. If that is meant, add {address.host}"
        " to analysis.allowed_hosts in config.yaml."
    )


def is_near(host: str) -> bool:
    """Return whether *host* is this machine or, by its address or name, in a private network."""
    try:
        address = ipaddress.ip_address(host.split("%")[0])
    except ValueError:
        name = host.lower().rstrip(".")
        return "." not in name or name.endswith(_PRIVATE_ENDINGS)
    return address.is_loopback or address.is_private or address.is_link_local
