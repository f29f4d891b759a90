"""`discord-airflow doctor`: what is wrong here, and how to mend it."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from discord_airflow.doctor.examine import examine
from discord_airflow.doctor.finding import Finding, Level, fail, ok
from discord_airflow.errors import ConfigurationError
from discord_airflow.settings import load_settings


def register(app: typer.Typer) -> None:
    """Add `doctor` to *app*."""
    app.command("doctor", epilog="Example: discord-airflow doctor --json")(doctor)


def doctor(
    config: Annotated[
        Path | None, typer.Option("--config", help="The settings to use instead of config.yaml.", metavar="FILE")
    ] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> int:
    """
    Look at everything the program needs; ends with 1 when a check fails.

    Nothing is sent to Discord and nothing changed, but for runs whose process is gone: they are marked as lost.
    """
    try:
        settings = load_settings(config)
    except ConfigurationError as error:
        findings = [fail("settings", str(error).rstrip("."), "compare with config.example.yaml and .env.example")]
    else:
        findings = [ok("settings", "config.yaml and .env can be read"), *examine(settings)]
    if as_json:
        typer.echo(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False, indent=2))
    else:
        for finding in findings:
            _print(finding)
    return 1 if any(finding.level is Level.FAIL for finding in findings) else 0


def _print(finding: Finding) -> None:
    typer.echo(f"{finding.level:<5} {finding.check:<13} {finding.text}")
    if finding.fix is not None:
        typer.echo(f"{'':<19} -> {finding.fix}")
