"""The fast check: questions in SQL that a sound database answers with "nothing"."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import psycopg

from discord_airflow.sql_files import statement

Outcome = Literal["ok", "warning", "fail"]

REMEDY = "restore a backup, or import all files again into an empty database"
_REPORT_AGAIN = "make the report again: discord-airflow report"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found: how many things it looked at, how many are wrong, some of them, and what to do."""

    name: str
    question: str
    outcome: Outcome
    looked_at: int
    wrong: int
    examples: tuple[str, ...] = ()
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """One question: the name of its SQL file, what it asks, and what to do when it finds something."""

    name: str
    question: str
    advice: str
    only_warns: bool = False


CHECKS = (
    Check("places", "every message, channel and file has its channel and server", REMEDY),
    Check("sources", "every message comes from a file in the ledger", REMEDY),
    Check("ledger_counts", "as many messages are stored as the files brought", REMEDY),
    Check("ledger_rows", "the ledger agrees with itself and the quarantine", REMEDY),
    Check("children", "every part belongs to a message", REMEDY),
    Check("positions", "no part of a message is missing in between", REMEDY),
    Check("people", "everybody who is named is stored as an export showed them", REMEDY),
    Check("emojis", "every emoji that is shown is stored", REMEDY),
    Check("values", "ids and kinds are possible", REMEDY),
    Check("clock", "ids and times agree, or are marked", REMEDY),
    Check("future", "nothing comes from the future", "look whether that computer's clock was wrong", only_warns=True),
    Check("revisions", "earlier texts differ from current ones", REMEDY),
    Check("channel_authors", "first and last messages of people are right", REMEDY),
    Check("coverage", "covered ranges are possible and agree with their files", REMEDY),
    Check("deletions", "deleted messages are proven deleted, and no other", REMEDY),
    Check("confirmations", "what was seen again was seen in a file, and ranges are apart", REMEDY),
    Check("report_sections", "stored reports are as they were written", _REPORT_AGAIN),
    Check("report_figures", "the newest report's figures count up", _REPORT_AGAIN),
)


def check_consistency(
    connection: psycopg.Connection[Any], begun: Callable[[Check], None] = lambda _: None
) -> list[Finding]:
    """
    Ask all of CHECKS about one moment of the database; *connection* must not be in a transaction.

    *begun* hears of each before it is asked: some take minutes in a large archive.
    """
    findings: list[Finding] = []
    with connection.transaction():
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        for check in CHECKS:
            begun(check)
            findings.append(_answer(connection, check))
    return findings


def _answer(connection: psycopg.Connection[Any], check: Check) -> Finding:
    row = connection.execute(statement("discord_airflow.checking", check.name)).fetchone()
    assert row is not None
    looked_at, wrong, examples = row
    bad: Outcome = "warning" if check.only_warns else "fail"
    advice = check.advice if wrong else ""
    outcome = bad if wrong else "ok"
    return Finding(check.name, check.question, outcome, looked_at, wrong, tuple(examples), advice)
