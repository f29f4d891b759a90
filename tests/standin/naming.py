"""Where an export goes: templates, default names, partitions."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass

from standin.instants import local_date, snowflake_ticks
from standin.kinds import made_up_category
from standin.timeline import Facts
from standin.versions import Version

EXTENSIONS = {"PlainText": "txt", "HtmlDark": "html", "HtmlLight": "html", "Csv": "csv", "Json": "json"}
_FORBIDDEN = re.compile(r'[\x00/\\:*?"<>|]')
_FORBIDDEN_ON_UNIX = re.compile(r"[\x00/]")
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*(b|kb|mb|gb)", re.IGNORECASE | re.ASCII)
_FACTORS = {"b": 1, "kb": 1000, "mb": 1000**2, "gb": 1000**3}


@dataclass(frozen=True)
class Limit:
    """When a new part begins; neither given: never."""

    messages: int | None = None
    size: int | None = None

    def reached(self, messages: int, size: int) -> bool:
        """Say whether the part is full; asked before each message."""
        if self.messages is not None:
            return messages >= self.messages
        return self.size is not None and size >= self.size


NO_LIMIT = Limit()


def parse_limit(text: str) -> Limit:
    """Read a value of --partition."""
    if text.isascii() and text.isdigit():
        return Limit(messages=int(text))
    match = _SIZE.fullmatch(text)
    if match is None:
        raise ValueError(f"Invalid partition limit '{text}'.")
    return Limit(size=int(float(match[1]) * _FACTORS[match[2].lower()]))


def sanitised(name: str, version: Version) -> str:
    """Return *name* with what no file name may hold replaced."""
    return (_FORBIDDEN if version >= (2, 46, 1) else _FORBIDDEN_ON_UNIX).sub("_", name)


def names_a_directory(path: str) -> bool:
    """Say whether -o means a directory: it is one, ends like one, or its last part has no extension."""
    dot = os.path.basename(path).rfind(".")  # noqa: PTH119 - a trailing slash means something here
    return os.path.isdir(path) or dot < 0 or dot == len(os.path.basename(path)) - 1  # noqa: PTH112, PTH119


@dataclass(frozen=True)
class Naming:
    """The names for one run's files."""

    pattern: str
    file_format: str
    version: Version
    today: str
    after: int | None = None
    before: int | None = None

    def path_for(self, guild: Facts, channel: Facts) -> str:
        """Return the file of a channel's export."""
        path = self.fill(self.pattern, guild, channel)
        if not names_a_directory(path):
            return path
        return os.path.join(path, self._default_name(guild, channel))  # noqa: PTH118

    def fill(self, pattern: str, guild: Facts, channel: Facts) -> str:
        """Replace the % templates of a path; what is missing is empty or 0."""
        parent = channel["parent"] or {"id": "", "name": "", "position": 0}
        values = {
            "%g": guild["id"],
            "%G": guild["name"],
            "%t": parent["id"],
            "%T": parent["name"],
            "%c": channel["id"],
            "%C": channel["name"],
            "%p": channel["position"],
            "%P": parent["position"],
            "%a": local_date(snowflake_ticks(self.after or 0)),
            "%b": self.today if self.before is None else local_date(snowflake_ticks(self.before)),
            "%d": self.today,
            "%%": "%",
        }
        return re.sub("%.", lambda match: sanitised(str(values.get(match[0], match[0])), self.version), pattern)

    def _default_name(self, guild: Facts, channel: Facts) -> str:
        parent = channel["parent"]["name"] if channel["parent"] else None
        if parent is None and self.version <= (2, 40, 4):
            parent = made_up_category(channel["type"])
        path = " - ".join(part for part in (guild["name"], parent, channel["name"]) if part is not None)
        name = f"{path} [{channel['id']}]{self._range()}.{EXTENSIONS[self.file_format]}"
        return sanitised(name, self.version)

    def _range(self) -> str:
        after = None if self.after is None else local_date(snowflake_ticks(self.after))
        before = None if self.before is None else local_date(snowflake_ticks(self.before))
        if after and before:
            return f" ({after} to {before})"
        return f" (after {after})" if after else f" (before {before})" if before else ""


def part_path(path: str, part: int) -> str:
    """Return the file of a part, counted from 0: the first keeps the name."""
    if part == 0:
        return path
    stem, extension = os.path.splitext(path)  # noqa: PTH122
    return f"{stem} [part {part + 1}]{extension}"
