"""Do the sentences of a report's digests still say what the messages say?"""

from collections.abc import Iterator
from typing import Any

import msgspec
import psycopg

from discord_airflow.analysis.recheck import Rechecked, recheck_digest
from discord_airflow.queries.sources import fetch_source_messages
from discord_airflow.reporting.check import Check, Outcome
from discord_airflow.reporting.digest_part import digests_of, shown_part
from discord_airflow.reporting.model import Report

_SHOWN = 72


def without_digests(report: Report) -> Report:
    """Return *report* with its figures only."""
    servers = tuple(msgspec.structs.replace(server, digest=None) for server in report.servers)
    return msgspec.structs.replace(report, servers=servers)


def check_digests(connection: psycopg.Connection[Any], report: Report) -> Iterator[Check]:
    """
    Check every sentence of the digests against the messages as they are now.

    What is shown is first held against the record that it was made from: a sentence that was rewritten in the file does
    not hold, whatever its record says.
    """
    excluded = [int(channel_id) for channel_id in report.excluded_channels]
    for server, part, digest in digests_of(report):
        table = f"{server.name}, digest"
        if shown_part(part.record) != part or str(digest.guild_id) != server.server_id:
            yield Check(table, "", "does not hold", "what is shown is not what its record says: the file was changed")
            continue
        messages = fetch_source_messages(connection, digest.guild_id, report.window.window, excluded)
        yield from _checks(table, recheck_digest(digest, messages))


def _checks(table: str, found: Rechecked) -> Iterator[Check]:
    if not found.summary_holds:
        yield Check(table, "the line of summary", "does not hold", "it does not add up")
    for number, (statement, verdict) in enumerate(found.verdicts, start=1):
        outcome: Outcome = "holds"
        if verdict.state == "stale":
            outcome = "changed since"
        elif verdict.state == "removed":
            outcome = "does not hold"
        detail = "" if outcome == "holds" else "; ".join(verdict.reasons)
        yield Check(table, f"sentence {number}", outcome, detail, statement.text[:_SHOWN], is_row=True)
