"""What must hold of every file that was normalised: PostgreSQL would take the rows, and every way gives the same."""

import json
import re
from collections.abc import Container
from datetime import datetime
from functools import cache
from pathlib import Path

import msgspec
from fuzz.normalise import Outcome, normalise

from discord_airflow.collectors import load
from discord_airflow.collectors.tables import MESSAGE_TABLES, PEOPLE_TABLES

ROOT = Path(__file__).parents[2]
SCHEMAS = (ROOT / "db_schema.sql", ROOT / "discord_airflow" / "collectors" / "sql" / "session_tables.sql")
LIMITS = {"bigint": 2**63, "integer": 2**31, "smallint": 2**15}
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?[+-](0\d|1[0-5]):[0-5]\d", re.ASCII)
WAYS = ("generic", "minified", "layout", "lenient")
ESCAPES = {"\\": "\\", "n": "\n", "t": "\t", "r": "\r"}


@cache
def column_types():
    """Return each table's columns with type and whether they may be null, as the schema says."""
    found = {}
    for schema in SCHEMAS:
        text = schema.read_text(encoding="utf-8")
        for table, body in re.findall(
            r"CREATE (?:TEMP )?TABLE (?:IF NOT EXISTS )?(\w+) \(\n(.*?)\n\);", text, re.DOTALL
        ):
            columns = re.findall(r"^    (\w+) +([a-z]+(?:\[\])?)(?= |,|$)([^,\n]*)", body, re.MULTILINE)
            found[table] = {
                name: (kind, "NOT NULL" not in rest and "PRIMARY KEY" not in rest) for name, kind, rest in columns
            }
        for table, twin in re.findall(r"CREATE TEMP TABLE (\w+) \(LIKE (\w+)\)", text):
            found[table] = found[twin]
    return found


def check_rows(outcome: Outcome):
    """Every field of every line is one that PostgreSQL takes for its column."""
    columns = {**MESSAGE_TABLES, **PEOPLE_TABLES, "incoming_authors": load._AUTHORS}
    for table, lines in outcome.lines.items():
        types = column_types()[table]
        for line in lines:
            fields = line.decode("utf-8").split("\t")
            assert len(fields) == len(columns[table]), (table, line)
            for name, text in zip(columns[table], fields, strict=True):
                check_field(f"{table}.{name}", *types[name], text)
    assert len(outcome.lines.get("messages", ())) == outcome.stored
    for text in (
        *outcome.facts,
        *(text for each in outcome.troubles for text in (each.place, each.reason, each.detail)),
    ):
        check_text("text", text)


def check_field(place, kind, may_be_null, text):
    """Assert that *text* is a field of COPY that a column of this kind takes."""
    if text == "\\N":
        assert may_be_null, place
        return
    value = unescaped(place, text)
    if kind in LIMITS:
        assert re.fullmatch(r"-?\d+", value, re.ASCII), (place, value)
        assert -LIMITS[kind] <= int(value) < LIMITS[kind], (place, value)
    elif kind == "boolean":
        assert value in ("t", "f"), (place, value)
    elif kind == "timestamptz":
        assert INSTANT.fullmatch(value), (place, value)
        assert 1 < datetime.fromisoformat(value).year < 9999
    elif kind == "jsonb":
        check_json(place, json.loads(value, parse_constant=refuse, parse_float=finite))
    elif kind == "bigint[]":
        assert re.fullmatch(r"\{(\d+(,\d+)*)?\}", value, re.ASCII), (place, value)
        assert all(int(number) < LIMITS["bigint"] for number in value[1:-1].split(",") if number)
    else:
        assert kind == "text", kind
        check_text(place, value)


def unescaped(place, text):
    """Return the value of a field of COPY; what is no regular escape fails."""
    assert not re.search("[\r\n\0]", text), place
    if "\\" not in text:
        return text
    assert re.fullmatch(r"(?:[^\\]|\\[\\ntr])*", text, re.DOTALL), place
    return re.sub(r"\\(.)", lambda match: ESCAPES[match[1]], text)


def check_text(place, text):
    """Assert that a text column takes *text*."""
    assert "\0" not in text, place
    text.encode("utf-8")


def check_json(place, value):
    """Assert that jsonb takes *value*."""
    pending = [value]
    while pending:
        value = pending.pop()
        if isinstance(value, str):
            check_text(place, value)
        elif isinstance(value, dict):
            pending += [*value, *value.values()]
        elif isinstance(value, list):
            pending += value


def refuse(name):
    """Fail: jsonb takes neither NaN nor infinities."""
    raise AssertionError(name)


def finite(text):
    """Return the number; jsonb's numeric would take more, but nothing larger is written."""
    number = float(text)
    assert number not in (float("inf"), float("-inf")), text
    return number


def check_ways(data: bytes, outcome: Outcome, ways: Container[str] = WAYS):
    """Read value by value, spelled in another way, with a key that nobody knows: the rows are the same."""
    if "generic" in ways and outcome.layout == "exporter":
        same(outcome, normalise(data, generic=True), "value by value")
    if not outcome.is_clean:
        return
    root = root_of(data)
    if root is None:
        return
    if "minified" in ways:
        same(outcome, normalise(json.dumps(root, separators=(",", ":")).encode()), "on one line")
    if "layout" in ways:
        same(outcome, normalise(in_layout(root)), "in the exporter's layout")
    if "lenient" in ways:
        for block in root["messages"]:
            if isinstance(block, dict):
                block["zzz"] = 1
        odd = normalise(in_layout(root))
        for table in PEOPLE_TABLES:
            # A part that must be left out may have shown somebody: the typed way remembers who, before it gives up.
            assert set(odd.lines[table]) <= set(outcome.lines[table]), table
            odd.lines[table] = outcome.lines[table]
        same(comparable(outcome), comparable(odd), "with a key that nobody knows")


def root_of(data: bytes):
    """Return the document in *data*; None where another spelling says less: a key stands twice, bytes are no UTF-8."""
    twice = []

    def as_object(pairs):
        found = dict(pairs)
        twice.extend([True] * (len(found) < len(pairs)))
        return found

    try:
        root = json.loads(data.decode("utf-8-sig"), object_pairs_hook=as_object)
    except UnicodeDecodeError:
        return None
    return None if twice else root


def in_layout(root):
    """Return a document in the exporter's layout, its characters written out where they have bytes."""
    try:
        text = json.dumps(root, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return json.dumps(root, indent=2).encode()
    return msgspec.json.format(text, indent=2)


def same(one, other, way):
    """Assert that two outcomes agree, when one of them is clean."""
    if one.is_clean or other.is_clean:
        assert one.refused == other.refused, way
        assert [(each.place, each.reason) for each in one.troubles] == [
            (each.place, each.reason) for each in other.troubles
        ], way
        for table, lines in one.lines.items():
            assert lines == other.lines[table], (way, table)
        assert one.header == other.header


def comparable(outcome):
    """Return an outcome without what such a key must change: the residue, which tells all keys, and the digest."""
    position = {name: number for number, name in enumerate(MESSAGE_TABLES["messages"])}
    changed = [position[name] for name in ("digest", "residue", "variant")]
    times = [number for name, number in position.items() if name.endswith("_at")]
    lines = {}
    for table, rows in outcome.lines.items():
        lines[table] = [row.decode() for row in rows]
        if table == "messages":
            lines[table] = [_without(row.split("\t"), changed, times) for row in lines[table]]
        elif table in ("forwarded_messages", "incoming_authors"):
            lines[table] = [[_instant(text) for text in row.split("\t")] for row in lines[table]]
    return Outcome(outcome.refused, None, outcome.header, lines, outcome.troubles)


def _without(fields, changed, times):
    return [
        "" if number in changed else _instant(text) if number in times else text for number, text in enumerate(fields)
    ]


def _instant(text):
    return datetime.fromisoformat(text).isoformat() if INSTANT.fullmatch(text) else text


def check(data: bytes, ways: Container[str] = WAYS):
    """Normalise *data* and hold it against everything; return the outcome."""
    outcome = normalise(data)
    check_rows(outcome)
    check_ways(data, outcome, ways)
    return outcome
