"""A report cut into what can hold or not: single figures, rows of tables, sentences."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from discord_airflow.reporting.labels import figure
from discord_airflow.reporting.model import Listing, Report, Server

_TABLES = {
    "contributors": "who wrote most",
    "channels": "busiest channels",
    "days": "days",
    "hours": "hours of the week",
    "weeks": "trend",
    "new_people": "new people",
    "highlights": "most-reacted messages",
    "months": "membership by month",
}


LONGEST_SHOWN = 72


@dataclass(frozen=True, slots=True)
class Unit:
    """
    One thing a report states: where it stands, and the receipts it rests on (None: all of them).

    *shown* is what a reader recognises it by; *is_row*: one of many in a table.
    """

    table: str
    name: str
    value: Any
    receipts: tuple[str, ...] | None
    shown: str = ""
    is_row: bool = False


def units(report: Report) -> dict[str, Unit]:
    """Return everything *report* states, by a key that is the same in another report about the same question."""
    found: dict[str, Unit] = {}
    for unit in _of_report(report):
        found[f"{unit.table}: {unit.name}" if unit.name else unit.table] = unit
    return found


def difference(stated: Any, found: Any, when: str = "now") -> str:
    """Return in words how *found* differs from *stated*: ``messages 412, now 415``."""
    if isinstance(stated, Mapping) and isinstance(found, Mapping):
        parts = [
            f"{key} {_shown(stated.get(key))}, {when} {_shown(found.get(key))}"
            for key in (*stated, *(key for key in found if key not in stated))
            if stated.get(key) != found.get(key)
        ]
        return "; ".join(parts)
    return f"{_shown(stated)}, {when} {_shown(found)}"


def _of_report(report: Report) -> Iterator[Unit]:
    plain = msgspec.to_builtins(report)
    head = {key: plain[key] for key in ("title", "window", "preceding", "names", "top", "trend_weeks", "week_start")}
    yield Unit("the head of the report", "", head | {"servers": [server.server_id for server in report.servers]}, None)
    at = _distinct(report.servers)
    for server in report.servers:
        yield from _of_server(server, at[server.server_id])
    if report.connectors is not None:
        yield from _of_table("people across servers", report.connectors)
    for key, receipt in report.receipts.items():
        value = {"coverage": receipt.coverage, "rows": receipt.rows}
        yield Unit("receipts", key, value, (key,), is_row=True)


def _distinct(servers: Iterable[Server]) -> dict[str, str]:
    """Return what each server is called, with its id where two have the same name."""
    names = Counter(server.name for server in servers)
    return {
        server.server_id: server.name if names[server.name] == 1 else f"{server.name} ({server.server_id})"
        for server in servers
    }


def _of_server(server: Server, at: str) -> Iterator[Unit]:
    for number, sentence in enumerate(server.summary, start=1):
        yield Unit(f"{at}, sentence", str(number), sentence, None, _shown(sentence))
    for line in server.headline:
        shown = figure(line.value, line.state)
        yield Unit(f"{at}, headline", line.label.lower(), msgspec.to_builtins(line), (line.receipt,), shown)
    if server.coverage:
        before = {"state_before": server.state_before}
        value = msgspec.to_builtins(server.coverage) | before
        yield Unit(f"{at}, coverage", "", value, (server.coverage.receipt, "stats.coverage_before"))
    if server.left_out:
        yield Unit(f"{at}, not counted", "", msgspec.to_builtins(server.left_out), (server.left_out.receipt,))
    if server.people:
        receipts = (server.people.receipt, server.people.receipt_half)
        yield Unit(f"{at}, where people came from", "", msgspec.to_builtins(server.people), receipts)
    if server.plausibility:
        receipt = (server.plausibility.receipt,)
        yield Unit(f"{at}, is the data plausible", "", msgspec.to_builtins(server.plausibility), receipt)
    for attribute, table in _TABLES.items():
        listing = getattr(server, attribute)
        if listing is not None:
            yield from _of_table(f"{at}, {table}", listing)


def _of_table(table: str, listing: Listing[Any]) -> Iterator[Unit]:
    yield Unit(table, "number of rows", len(listing.rows), (listing.receipt,), is_row=True)
    for number, row in enumerate(listing.rows, start=1):
        shown = str(getattr(row, "name", ""))
        yield Unit(table, f"row {number}", msgspec.to_builtins(row), (listing.receipt,), shown, is_row=True)


def _shown(value: Any) -> str:
    text = "nothing" if value is None else str(value)
    return text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 1] + "…"
