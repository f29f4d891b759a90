"""What an export was asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from standin.naming import NO_LIMIT, Limit
from standin.server import Server
from standin.timeline import Facts


@dataclass(frozen=True)
class ExportOptions:
    """The options shared by all export commands, converted."""

    output: str
    file_format: str = "HtmlDark"
    after: int | None = None
    before: int | None = None
    partition: Limit = NO_LIMIT
    matches: Callable[[Facts, Server], bool] | None = None
    threads: str = "none"
    reverse: bool = False
    markdown: bool = True
    media: bool = False
    reuse_media: bool = False
    media_dir: str | None = None
    utc: bool = False
    newline: str = "\n"
