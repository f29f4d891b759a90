"""
Does a report still say what the data says?

Every receipt is run again and the report is made anew from the answers, by the code that made it; then figure is held
against figure and sentence against sentence. The pages are held against the JSON beside them. What differs is explained
only when the data is newer than the report and, where the run's sections are still stored, they said the same.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec
import psycopg
from psycopg.rows import dict_row

from discord_airflow.errors import DataQuarantinedError, FileTroubleError
from discord_airflow.queries.coverage import fetch_guild_names
from discord_airflow.reporting.check import Check, Outcome
from discord_airflow.reporting.compose import MADE_BY, compose
from discord_airflow.reporting.model import Report
from discord_airflow.reporting.payload import Answer, Section, absent_section
from discord_airflow.reporting.receipts import Parameters, Receipt, SeenData
from discord_airflow.reporting.report_json import read_json
from discord_airflow.reporting.request import ReportRequest
from discord_airflow.reporting.sections import QUESTIONS, Coverages, answer, seen_data, snapshot
from discord_airflow.reporting.store import fetch_sections
from discord_airflow.reporting.units import Unit, difference, units
from discord_airflow.reporting.verify_digest import check_digests, without_digests
from discord_airflow.reporting.wording import counted
from discord_airflow.reporting.write import rendered
from discord_airflow.sql_files import statement


@dataclass(frozen=True, slots=True)
class Verification:
    """All checks of a report, in its order, and what happened to the data since (None: nothing)."""

    path: Path
    checks: tuple[Check, ...]
    since_then: str | None

    def count(self, outcome: Outcome) -> int:
        """Return how many checks had this outcome."""
        return Counter(check.outcome for check in self.checks)[outcome]

    @property
    def holds(self) -> bool:
        """True when nothing is wrong: all holds, or differs only because the data went on."""
        return not self.count("does not hold")


def verify_report(connection: psycopg.Connection[Any], path: Path) -> Verification:
    """
    Check the report that *path* (its Markdown, HTML or JSON) belongs to against the database.

    A file that cannot be read raises FileTroubleError; a JSON that is no report, or one about servers that the database
    does not hold, DataQuarantinedError.
    """
    data = path.with_suffix(".json")
    report = read_json(_read(data))
    checks = list(_check_pages(path, data, report))
    with snapshot(connection):
        _refuse_strangers(connection, report)
        now = seen_data(connection)
        checks += _check_receipts(report)
        checks += _check_units(connection, without_digests(report), now)
        checks += check_digests(connection, report)
    return Verification(path, tuple(checks), _since_then(report, now))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise FileTroubleError(
            f"{path} cannot be read: {error.strerror}. A report is verified by the .json beside it."
        ) from None


def _check_pages(path: Path, data: Path, report: Report) -> Iterable[Check]:
    for name, content in rendered(report).items():
        page = data.with_suffix(Path(name).suffix)
        if not page.exists() and page != path:
            continue
        if (found := _read(page)) == content:
            yield Check(page.name, "", "holds")
        else:
            yield Check(page.name, "", "does not hold", _first_difference(found, content, report))


def _first_difference(found: bytes, expected: bytes, report: Report) -> str:
    if report.made_by != MADE_BY:
        return f"written by {report.made_by}; this is {MADE_BY}, which may word it differently"
    lines = zip(found.split(b"\n"), expected.split(b"\n"), strict=False)
    number = next((number for number, (one, other) in enumerate(lines, start=1) if one != other), None)
    where = f"line {number}" if number else "its length"
    return f"the file was changed: {where} is not what the report's figures give"


def _refuse_strangers(connection: psycopg.Connection[Any], report: Report) -> None:
    stored = set(map(str, fetch_guild_names(connection)))
    strangers = [f"{server.name} ({server.server_id})" for server in report.servers if server.server_id not in stored]
    if strangers:
        raise DataQuarantinedError(
            f"This database does not hold {', '.join(strangers)}, so the report cannot be verified with it."
        )


def _request(report: Report) -> ReportRequest:
    return ReportRequest(
        run_key="",
        window=report.window.window,
        guild_ids=tuple(int(server.server_id) for server in report.servers),
        excluded_channels=tuple(int(channel_id) for channel_id in report.excluded_channels),
        top=report.top,
        names=report.names,
        trend_weeks=report.trend_weeks,
        week_start=report.week_start,
    )


def _expected(report: Report) -> dict[str, tuple[str, Parameters]]:
    """Return what the receipts of such a report ask: query and parameters, by their keys."""
    request = _request(report)
    missing = {one.section for one in report.missing}
    return {
        f"{section}.{name}": (question.query, question.parameters(request, sorted(request.guild_ids)))
        for section, questions in QUESTIONS.items()
        if section not in missing
        for name, question in questions.items()
    }


def _check_receipts(report: Report) -> Iterable[Check]:
    """Check that each receipt asks what its part of the report is about, and that none is missing."""
    expected = _expected(report)
    for key in (*expected, *(key for key in report.receipts if key not in expected)):
        receipt = report.receipts.get(key)
        if receipt is None:
            yield Check("receipts", key, "does not hold", "the receipt is missing")
        elif key not in expected:
            yield Check("receipts", key, "does not hold", "the report has no place for this receipt")
        elif (receipt.query, _sorted(receipt.parameters)) != expected[key]:
            yield Check("receipts", key, "does not hold", "it asks something else than the report is about")


def _sorted(parameters: Parameters) -> Parameters:
    return msgspec.structs.replace(parameters, guild_ids=tuple(sorted(parameters.guild_ids, key=int)))


def _check_units(connection: psycopg.Connection[Any], report: Report, now: SeenData) -> Iterable[Check]:
    stated = units(report)
    found = units(_made_anew(connection, report))
    original = _original(connection, report)
    for key in (*stated, *(key for key in found if key not in stated)):
        unit = stated.get(key) or found[key]
        outcome, detail = _judged(key, stated, found, original, is_newer=_is_newer(report, unit, now))
        yield Check(unit.table, unit.name, outcome, detail, unit.shown, unit.is_row)


def _judged(
    key: str,
    stated: Mapping[str, Unit],
    found: Mapping[str, Unit],
    original: Mapping[str, Unit] | None,
    *,
    is_newer: bool,
) -> tuple[Outcome, str]:
    said, says = _value(stated, key), _value(found, key)
    if said == says:
        return "holds", ""
    if not is_newer:
        return "does not hold", difference(said, says)
    if original is not None and _value(original, key) != said:
        return "does not hold", f"the file was changed: {difference(said, _value(original, key), when='when made')}"
    return "changed since", difference(said, says)


def _value(found: Mapping[str, Unit], key: str) -> Any:
    return found[key].value if key in found else None


def _made_anew(connection: psycopg.Connection[Any], report: Report) -> Report:
    """Return the report that the database gives now for the same request."""
    sections: dict[str, Section] = {one.section: absent_section(one.section, one.reason) for one in report.missing}
    answers: dict[str, dict[str, Answer]] = {}
    coverages: Coverages = {}
    for key, (query, parameters) in _expected(report).items():
        section, _, name = key.partition(".")
        answers.setdefault(section, {})[name] = answer(connection, query, parameters, coverages)
    watermark = seen_data(connection)
    for section, found in answers.items():
        sections[section] = Section(name=section, watermark=watermark, answers=found)
    return compose(_request(report), sections)


def _original(connection: psycopg.Connection[Any], report: Report) -> dict[str, Unit] | None:
    """Return what was stored when the report was made, if a run of the same window still has it."""
    window = report.window.window
    parameters = {"since": window.since, "until": window.until, "zone": window.zone}
    with connection.cursor(row_factory=dict_row) as cursor:
        runs = cursor.execute(statement("discord_airflow.reporting", "runs_of_window"), parameters).fetchall()
    for run in runs:
        remade = compose(_request(report), fetch_sections(connection, run["run_key"]))
        if _same_receipts(remade.receipts, report.receipts):
            return units(remade)
    return None


def _same_receipts(one: Mapping[str, Receipt], other: Mapping[str, Receipt]) -> bool:
    def asked(receipts: Mapping[str, Receipt]) -> dict[str, tuple[Any, Any]]:
        return {key: (_sorted(receipt.parameters), receipt.watermark) for key, receipt in receipts.items()}

    return asked(one) == asked(other)


def _is_newer(report: Report, unit: Unit, now: SeenData) -> bool:
    keys = report.receipts if unit.receipts is None else [key for key in unit.receipts if key in report.receipts]
    return any(report.receipts[key].watermark.precedes(now) for key in keys)


def _since_then(report: Report, now: SeenData) -> str | None:
    moved = [receipt.watermark for receipt in report.receipts.values() if receipt.watermark.precedes(now)]
    if not moved:
        return None
    files = now.files - min(then.files for then in moved)
    return f"{counted(files, 'file')} imported since" if files else "the data was changed since"
