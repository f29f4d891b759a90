"""`discord-airflow exporter`: get DiscordChatExporter, checked, and tell which one is used."""

from pathlib import Path
from typing import Annotated

import typer

from discord_airflow.collectors import install as installer
from discord_airflow.collectors.find_exporter import find_exporter
from discord_airflow.commands.options import Config
from discord_airflow.settings import load_settings
from discord_airflow.terminal import say

exporter = typer.Typer(help="Install DiscordChatExporter, or tell which one is used.")


def register(app: typer.Typer) -> None:
    """Add the group `exporter` to *app*."""
    app.add_typer(exporter, name="exporter")


@exporter.command(epilog="Example: discord-airflow exporter install")
def install(
    file: Annotated[
        Path | None, typer.Option("--file", help="Take this archive instead of downloading it.", metavar="ZIP")
    ] = None,
    sha256: Annotated[
        str | None, typer.Option("--sha256", help="The digest you have checked yourself.", metavar="DIGEST")
    ] = None,
    folder: Annotated[
        Path | None, typer.Option("--folder", help="Install here instead of .data/exporter.", metavar="DIR")
    ] = None,
    host: Annotated[
        str, typer.Option("--host", help="Ask this address for the release, where a mirror is used.", metavar="URL")
    ] = installer.CODE_HOST,
) -> None:
    """
    Download the pinned release and check its SHA-256.

    It is the one for this platform, and it is unpacked only when the digest is the right one.
    """
    program = installer.install(folder or _folder(), archive=file, sha256=sha256, host=host.rstrip("/"))
    say(f"DiscordChatExporter {installer.PINNED} is installed: {program}")


@exporter.command(epilog="Example: discord-airflow exporter which")
def which(
    config: Config = None,
) -> None:
    """Tell which program is used and its version."""
    settings = load_settings(config)
    found = find_exporter(settings.export.executable, settings.home / ".data" / "exporter")
    say(f"{found.version}  {found.path}")


def _folder() -> Path:
    return load_settings().home / ".data" / "exporter"
