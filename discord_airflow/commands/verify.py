"""`discord-airflow verify`: run the receipts of a report again."""

import json
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path
from typing import Annotated, get_args

import typer

from discord_airflow.commands.options import Config
from discord_airflow.database import apply_schema, connect
from discord_airflow.errors import DataQuarantinedError
from discord_airflow.reporting.check import Outcome
from discord_airflow.reporting.verify import Check, Verification, verify_report
from discord_airflow.reporting.wording import counted
from discord_airflow.runs.ledger import recorded
from discord_airflow.settings import load_settings
from discord_airflow.terminal import say

File = Annotated[Path, typer.Argument(help="The report: its .md, .html or .json.", metavar="FILE")]
All = Annotated[bool, typer.Option("--all", help="One line for each figure, also in tables that hold.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print every check as JSON.")]

WIDTH = len("does not hold")


def register(app: typer.Typer) -> None:
    """Add `verify` to *app*."""
    app.command("verify", epilog="Example: discord-airflow verify reports/2026-11-22.md")(verify)


def verify(file: File, config: Config = None, *, each: All = False, as_json: AsJson = False) -> int:
    """
    Ask again for every figure and sentence of a report.

    Its pages are compared with its JSON, too. Each one holds, has changed because messages were edited, erased or
    imported since, or does not hold. Exit status: 0 when nothing is wrong, 65 when something does not hold.
    """
    settings = load_settings(config)
    with recorded(settings.database, "verify") as run:
        with connect(settings.database) as connection:
            apply_schema(connection)
            verification = verify_report(connection, file)
        run.count(**{outcome.replace(" ", "_"): verification.count(outcome) for outcome in get_args(Outcome)})
        run.ends_with(0 if verification.holds else DataQuarantinedError.exit_code)
    if as_json:
        say(json.dumps(_as_json(verification), ensure_ascii=False))
    else:
        for line in (*_lines(verification.checks, each=each), "", _summary(verification)):
            say(line)
    return 0 if verification.holds else DataQuarantinedError.exit_code


def _lines(checks: Iterable[Check], *, each: bool) -> Iterable[str]:
    """Return a line for each check; the rows of a table that hold share one, unless *each*."""
    for (table, is_row), group in groupby(checks, key=lambda check: (check.table, check.is_row)):
        found = list(group)
        if each or not is_row:
            yield from map(_line, found)
            continue
        if good := sum(check.outcome == "holds" for check in found):
            yield f"{'holds':{WIDTH}}  {table}: {counted(good, 'line')}"
        yield from (_line(check) for check in found if check.outcome != "holds")


def _line(check: Check) -> str:
    what = f"{check.table} {check.name}".rstrip() + (f": {check.shown}" if check.shown else "")
    return f"{check.outcome:{WIDTH}}  {what}{f' ({check.detail})' if check.detail else ''}"


def _summary(verification: Verification) -> str:
    checks = verification.checks
    wrong, changed = verification.count("does not hold"), verification.count("changed since")
    everything = counted(len(checks), "figure, sentence or page", "figures, sentences and pages")
    parts = [f"{verification.count('holds')} of {everything} hold"]
    if changed:
        parts.append(f"{changed} changed since the report was made ({verification.since_then})")
    parts.append(f"{wrong} {'does' if wrong == 1 else 'do'} not hold")
    return f"{verification.path}: {'; '.join(parts)}."


def _as_json(verification: Verification) -> dict[str, object]:
    return {
        "file": str(verification.path),
        "holds": verification.count("holds"),
        "changed_since": verification.count("changed since"),
        "does_not_hold": verification.count("does not hold"),
        "since_then": verification.since_then,
        "checks": [
            {"table": check.table, "name": check.name, "outcome": check.outcome, "detail": check.detail}
            for check in verification.checks
        ],
    }
