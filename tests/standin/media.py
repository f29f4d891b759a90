"""--media: files beside the export instead of addresses."""

from __future__ import annotations

import hashlib
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from standin.versions import Version

_SIGNATURE = frozenset({"ex", "is", "hm"})
_NAME_LENGTH = 42


class Media:
    """Stores one stand-in file per address and says where it lies, seen from the export."""

    def __init__(self, directory: Path, export_directory: Path, version: Version, *, reuse: bool) -> None:
        self._directory = directory
        self._export_directory = export_directory
        self._hash_length = 5 if version <= (2, 46, 1) else 16
        self._reuse = reuse
        self.requests = 0

    def store(self, url: str) -> str:
        """Download *url* and return its path, relative when it lies below the export's directory."""
        path = self._directory / self._name(url)
        if not (self._reuse and path.exists()):
            self.requests += 1
            self._directory.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"stand-in for " + url.encode())
        if path.is_relative_to(self._export_directory):
            return str(path.relative_to(self._export_directory))
        return str(path)

    def _name(self, url: str) -> str:
        """Return `<file name, at most 42 characters>-<hash><extension>`; the signature does not count."""
        parts = urlsplit(url)
        query = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] not in _SIGNATURE]
        plain = parts._replace(query=urlencode(query)).geturl()
        digest = hashlib.sha256(plain.encode()).hexdigest()[: self._hash_length]
        name = Path(unquote(parts.path)).name
        stem, extension = Path(name).stem, Path(name).suffix
        return f"{stem[:_NAME_LENGTH]}-{digest}{extension}"
