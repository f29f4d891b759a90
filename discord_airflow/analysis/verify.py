"""
Does a sentence hold? Every piece of it is compared with the stored messages, and so is the way the pieces stand.

This module shares no code with those that write sentences: it reads the same rows and comes to its own conclusion. It
asks no model. What it does not understand does not hold, so a sentence of any other shape cannot be published.

It checks the digest against the messages, never the messages against the world.
"""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

from discord_airflow.analysis.evidence import Evidence
from discord_airflow.analysis.statements import Segment, Statement, Verdict
from discord_airflow.analysis.verify_label import label_faults
from discord_airflow.analysis.verify_pieces import count_again, piece_fault
from discord_airflow.analysis.verify_quote import quote_doubt, quote_fault
from discord_airflow.analysis.verify_relations import Case, relation_fault
from discord_airflow.queries.source_rows import SourceMessage, fingerprint
from discord_airflow.snowflake import LARGEST_SNOWFLAKE, time_of
from discord_airflow.window import Window

CHECKER = "1.0"
CLOCK_ERROR = timedelta(minutes=1)

_SAID = r"P1 {verb} in C1: Q1 \(S1\)"
_REACTIONS = r"(?:, with Nreactions1 reactions?)?"
_AGREED = r"(?:; P\d+ \(S\d+\)(?:, P\d+ \(S\d+\))*(?: and P\d+ \(S\d+\))? agreed)?"
_DISAGREED = r"(?:; P\d+ disagreed: Q\d+ \(S\d+\))"
_ASKED_BACK = r"(?:; P\d+ asked back: Q\d+ \(S\d+\))"
_TERMS = r"(?: about T1-2(?:, T1-2)*(?: and T1-2)?)?"

_SHAPES: dict[str, str] = {
    "topic": (
        rf"(?:In C1, Nmessages1-2 messages by Npeople1-2 people{_TERMS} \(S1 to S2\)"
        r"(?:; P[123] wrote: Q[123](?: \(S3\))?)?)|(?:" + _SAID.format(verb="wrote") + _REACTIONS + ")"
    ),
    "reacted": _SAID.format(verb="wrote") + r", with Nreactions1 reactions?",
    "decision": _SAID.format(verb="wrote") + _REACTIONS + _AGREED + _DISAGREED + "*",
    "plan": _SAID.format(verb="wrote") + _REACTIONS + _AGREED,
    "announcement": _SAID.format(verb="announced") + _REACTIONS,
    "answered_question": _SAID.format(verb="asked") + r"; P2 answered: Q2 \(S2\)(?:, and P3 said thanks \(S3\))?",
    "open_question": _SAID.format(verb="asked") + "; no answer was seen",
    "disagreement": _SAID.format(verb="wrote") + _REACTIONS + _DISAGREED + "+",
    "claim": _SAID.format(verb="stated") + _REACTIONS + _DISAGREED + "*" + _ASKED_BACK + "*",
    "link": rf"P1 shared A1 in C1(?:: Q1)? \(S1\){_REACTIONS}",
    "quote": _SAID.format(verb="wrote") + _REACTIONS,
}
_COMPILED = {kind: re.compile(rf"(?:L: )?(?:{shape})\.") for kind, shape in _SHAPES.items()}


def check_statement(statement: Statement, evidence: Evidence) -> Verdict:
    """
    Return whether *statement* holds against *evidence* as it is now.

    verified: every piece was found again. flagged: it holds, with a doubt that a reader should know. removed: something
    in it is not in the messages. stale: a message it rests on was edited or deleted since, or a count moved.
    """
    fault = _fault_of_cites(statement)
    if fault:
        return Verdict("removed", (fault,))
    cited: list[SourceMessage] = []
    for message_id, seen in zip(statement.cites, statement.fingerprints, strict=True):
        row = evidence.rows.get(message_id)
        if row is None:
            return _verdict_on_missing(message_id, evidence)
        if fingerprint(row) != seen:
            return Verdict("stale", ("a message it rests on was edited since",))
        cited.append(row)
    faults = _faults(statement, cited, evidence)
    if faults:
        return Verdict("removed", tuple(dict.fromkeys(faults)))
    if any(count_again(count, evidence) != count.value for count in statement.counts):
        return Verdict("stale", ("a count has changed since",))
    doubts = _doubts(statement, cited)
    return Verdict("flagged", tuple(dict.fromkeys(doubts))) if doubts else Verdict("verified")


def check_claimed(statement: Statement, evidence: Evidence) -> Verdict:
    """Return the verdict on a sentence that was just made: where nothing can have changed, stale means false."""
    verdict = check_statement(statement, evidence)
    return Verdict("removed", verdict.reasons) if verdict.state == "stale" else verdict


def _verdict_on_missing(message_id: int, evidence: Evidence) -> Verdict:
    """A message of the window can have been erased since; an id of another time was never in it."""
    if 0 < message_id <= LARGEST_SNOWFLAKE and _near(time_of(message_id), evidence.window):
        return Verdict("stale", ("a message it rests on is not there any more",))
    return Verdict("removed", ("a message it rests on was never there",))


def _near(moment: datetime, window: Window) -> bool:
    return window.since - CLOCK_ERROR <= moment < window.until + CLOCK_ERROR


def _fault_of_cites(statement: Statement) -> str | None:
    if not statement.cites:
        return "it names no source"
    if len(set(statement.cites)) != len(statement.cites) or len(statement.cites) != len(statement.fingerprints):
        return "its sources are not listed properly"
    linked = {part.message_id for part in statement.segments if part.kind == "source"}
    if linked != set(statement.cites):
        return "its sources and its links differ"
    return None


def _faults(statement: Statement, cited: Sequence[SourceMessage], evidence: Evidence) -> list[str]:
    place = {row.id: number for number, row in enumerate(cited, start=1)}
    signature = _signature(statement.segments, place)
    if signature is None or not _COMPILED[statement.kind].fullmatch(signature):
        return ["its parts do not stand as a checked sentence's do"]
    rows = {row.id: row for row in cited}
    faults: list[str] = []
    day = None
    for part in statement.segments:
        row = rows[part.message_id] if part.message_id is not None else None
        fault, day = piece_fault(part, row, evidence, statement.counts, day)
        if fault is None and part.kind == "quote" and row is not None:
            fault = quote_fault(part.text, row)
        if fault:
            faults.append(fault)
    faults += _attribution_faults(statement.segments)
    if not faults:
        fault = relation_fault(Case(statement, cited, evidence))
        faults += [fault] if fault else []
    if not faults:
        labels = [part.text for part in statement.segments if part.kind == "label"]
        faults += [fault for label in labels for fault in label_faults(label, statement, cited, evidence)]
    return faults


def _doubts(statement: Statement, cited: Sequence[SourceMessage]) -> list[str]:
    rows = {row.id: row for row in cited}
    doubts = (
        quote_doubt(part.text, rows[part.message_id])
        for part in statement.segments
        if part.kind == "quote" and part.message_id is not None
    )
    return [doubt for doubt in doubts if doubt]


def _signature(segments: Sequence[Segment], place: dict[int, int]) -> str | None:
    """Return the sentence with a letter and the number of its source for every piece that is not ours, or None."""
    written: list[str] = []
    for part in segments:
        if part.kind == "words":
            if "L: " in part.text:
                return None
            written.append(part.text)
            continue
        if part.kind == "label":
            written.append("L")
            continue
        number = place.get(part.message_id or 0)
        if number is None:
            return None
        letter = {"person": "P", "channel": "C", "quote": "Q", "source": "S", "address": "A", "term": "T"}.get(
            part.kind, f"N{part.key}"
        )
        until = place.get(part.until_id) if part.until_id is not None else 0
        if until is None:
            return None
        written.append(f"{letter}{number}" + (f"-{until}" if until else ""))
    return "".join(written)


def _attribution_faults(segments: Sequence[Segment]) -> list[str]:
    """A quote follows its author's name, and a source follows what it is the source of."""
    speaker: int | None = None
    faults: list[str] = []
    for part in segments:
        if part.kind == "person":
            speaker = part.message_id
        elif part.kind == "quote" and part.message_id != speaker:
            faults.append("the words are not of the person named")
    return faults
