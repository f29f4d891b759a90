"""`discord-airflow doctor`: what is wrong here, and how to mend it."""

import json
import shutil
import textwrap
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from discord_airflow.commands.options import AsJson, Config
from discord_airflow.doctor.examine import examine
from discord_airflow.doctor.finding import Finding, Level, fail, ok
from discord_airflow.errors import ConfigurationError
from discord_airflow.settings import Settings, load_settings
from discord_airflow.terminal import say

_INDENT = 19
_NARROWEST = 60


def register(app: typer.Typer) -> None:
    """Add `doctor` to *app*."""
    app.command("doctor", epilog="Example: discord-airflow doctor --json")(doctor)


def doctor(
    config: Config = None,
    *,
    online: Annotated[bool, typer.Option("--online", help="Also ask Discord whether it takes the token.")] = False,
    as_json: AsJson = False,
) -> int:
    """
    Look at all that the program needs, and say what to mend.

    It takes less than five seconds; the exit status is 1 when a check fails. Nothing is sent to Discord and nothing
    changed, but for runs whose process is gone: they are marked as lost.
    """
    settings, findings = _settings(config)
    if settings is not None:
        findings += examine(settings, ask_discord=online)
    if as_json:
        say(json.dumps([asdict(finding) for finding in findings], ensure_ascii=False, indent=2))
    else:
        for finding in findings:
            _print(finding)
    return 1 if any(finding.level is Level.FAIL for finding in findings) else 0


def _settings(config: Path | None) -> tuple[Settings | None, list[Finding]]:
    """Return the settings and what is to say about them; without usable ones nothing else can be looked at."""
    try:
        return load_settings(config), [ok("settings", "config.yaml and .env can be read")]
    except ConfigurationError as error:
        fix = "correct that, with config.example.yaml and .env.example beside it; then run doctor again"
        return None, [fail("settings", str(error).rstrip("."), fix)]
    except OSError as error:
        return None, [fail("settings", f"cannot be read: {error.strerror}", "look at the file's owner and mode")]


def _print(finding: Finding) -> None:
    columns = max(shutil.get_terminal_size().columns, _NARROWEST)
    say(_folded(f"{finding.level:<5} {finding.check:<12} ", finding.text, columns))
    if finding.fix is not None:
        say(_folded(f"{'':<{_INDENT}}-> ", finding.fix, columns))


def _folded(start: str, text: str, columns: int) -> str:
    """Return *text* behind *start* in lines of at most *columns*; a path or an option is never cut."""
    return textwrap.fill(
        text, columns, initial_indent=start, subsequent_indent=" " * max(len(start), _INDENT),
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip
