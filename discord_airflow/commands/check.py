"""`discord-airflow check`: is the database sound, and is it what the files say?"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from discord_airflow.checking.against_files import FileCheck, check_files, kept_files
from discord_airflow.checking.consistency import CHECKS, REMEDY, Finding, check_consistency
from discord_airflow.checking.replay import check_by_replay
from discord_airflow.collectors.memory_limit import largest_message_in
from discord_airflow.commands.options import Config
from discord_airflow.database import Connection, connect
from discord_airflow.errors import ConfigurationError, DataQuarantinedError, UsageError
from discord_airflow.runs.ledger import recorded
from discord_airflow.settings import Settings, load_settings
from discord_airflow.terminal import say

Paths = Annotated[
    list[Path] | None,
    typer.Argument(
        help="With --read-data or --replay: files and folders that were imported; default: the exports folder.",
        metavar="PATH",
    ),
]
ReadData = Annotated[bool, typer.Option("--read-data", help="Read the kept exports again and compare every message.")]
Again = Annotated[
    bool, typer.Option("--replay", help="Import the kept exports again, beside the tables, and compare every row.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print all findings as JSON.")]


def register(app: typer.Typer) -> None:
    """Add `check` to *app*."""
    app.command("check", epilog="Example: discord-airflow check --read-data collectors/exports")(check)


def check(
    paths: Paths = None,
    config: Config = None,
    *,
    read_data: ReadData = False,
    replay: Again = False,
    as_json: AsJson = False,
) -> int:
    """
    Look for what cannot be, and hold the tables against files.

    Parts without a message, figures that do not add up, rows that no file explains. With --read-data every kept export
    is read again, and each message compared with its row: a single changed one is found. --replay finds any change of
    any column that an import writes; it takes as long as the imports did, as much room as the tables, and the right to
    make a schema. Exit status: 0 when all is well, 65 when something is wrong.
    """
    if paths and not (read_data or replay):
        raise UsageError("Files are compared with --read-data: discord-airflow check --read-data FOLDER")
    settings = load_settings(config)
    with recorded(settings.database, "check") as run:
        folders = paths or [settings.export.directory]
        findings, files = _checked(settings, folders if read_data else [])
        if replay:
            with connect(settings.database, autocommit=True) as connection:
                findings.append(check_by_replay(connection, kept_files(folders)))
        status = DataQuarantinedError.exit_code if _wrong(findings, files) else 0
        run.count(checks=len(findings), files=len(files), wrong=_wrong(findings, files))
        run.ends_with(status)
    if as_json:
        say(json.dumps(_as_json(findings, files), ensure_ascii=False, indent=2))
    else:
        for line in (*_lines(findings), *_file_lines(files, read_data=read_data), _summary(findings, files)):
            say(line)
    return status


def _checked(settings: Settings, folders: list[Path]) -> tuple[list[Finding], list[FileCheck]]:
    with connect(settings.database, autocommit=True, read_only=True) as connection:
        if connection.execute("SELECT to_regclass('ledger') IS NULL").fetchone() == (True,):
            raise ConfigurationError("Nothing was imported yet that could be checked; run: discord-airflow import")
        largest = largest_message_in(settings.limits.import_memory_mb << 20)
        return _consistency(connection), list(check_files(connection, folders, largest=largest))


def _consistency(connection: Connection) -> list[Finding]:
    """Check, and show on a terminal what is being looked at."""
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        task = progress.add_task("", total=len(CHECKS), completed=-1)
        return check_consistency(connection, lambda one: progress.update(task, advance=1, description=one.question))


def _wrong(findings: Iterable[Finding], files: Iterable[FileCheck]) -> int:
    return sum(each.outcome == "fail" for each in findings) + sum(
        each.state in ("differs", "unreadable") for each in files
    )


def _lines(findings: Iterable[Finding]) -> Iterator[str]:
    for finding in findings:
        told = f"{finding.looked_at:,} looked at" if not finding.wrong else f"{finding.wrong:,} wrong"
        yield f"{finding.outcome:8}{finding.name:16} {finding.question}: {told}"
        yield from (f"        {_printable(example)}" for example in finding.examples)
        if finding.advice:
            yield f"        What to do: {finding.advice}."


def _file_lines(files: list[FileCheck], *, read_data: bool) -> Iterator[str]:
    if read_data and not files:
        yield "warning no file to read again was found; name the folders that were imported"
    for each in files:
        if each.state == "ok":
            continue
        outcome = "fail" if each.state in ("differs", "unreadable") else "warning"
        yield f"{outcome:8}{_printable(str(each.path))}: {each.state.replace('-', ' ')}"
        yield from (f"        {_printable(example)}" for example in each.examples)
        if each.state == "differs":
            yield f"        What to do: {REMEDY}."
    if files:
        compared = sum(each.compared for each in files)
        newer = sum(each.newer for each in files)
        yield f"        {len(files):,} files read again: {compared:,} messages compared, {newer:,} newer elsewhere"


def _printable(text: str) -> str:
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in text)


def _summary(findings: list[Finding], files: list[FileCheck]) -> str:
    wrong = _wrong(findings, files)
    return "Everything agrees." if not wrong else f"{wrong} of {len(findings) + len(files)} checks failed."


def _as_json(findings: Iterable[Finding], files: Iterable[FileCheck]) -> dict[str, Any]:
    findings, files = list(findings), list(files)
    return {
        "ok": not _wrong(findings, files),
        "checks": [asdict(each) for each in findings],
        "files": [{**asdict(each), "path": str(each.path)} for each in files],
    }
