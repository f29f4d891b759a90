"""Options that many commands have, each with one name and one sentence."""

from pathlib import Path
from typing import Annotated

import typer

Config = Annotated[
    Path | None, typer.Option("--config", help="The settings to use instead of config.yaml.", metavar="FILE")
]
Servers = Annotated[
    list[str] | None,
    typer.Option("--server", help="Only this server, by name or id; repeatable.", metavar="SERVER"),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
