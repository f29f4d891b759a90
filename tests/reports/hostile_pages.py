"""Reports in which every field of every server is one hostile text: one page holds many texts, each in every field."""

from datetime import UTC, datetime, timedelta

import msgspec

from discord_airflow.analysis.digest_json import digest_to_json
from discord_airflow.analysis.statements import Coverage, Digest, Provenance, Scores, Section, Segment, Statement
from discord_airflow.reporting.digest_part import shown_part
from tests.reports.build import FIELDS, HARBOUR, report
from tests.reports.hostile import HOSTILE

BATCH = 40
LARGE_PARTS = ("days", "hours", "weeks", "months")
LINK = "https://discord.com/channels/1/2/3"


def batches(size=BATCH):
    """Return the hostile texts in parts, so that one page holds many."""
    return [HOSTILE[start : start + size] for start in range(0, len(HOSTILE), size)]


def harmless(texts):
    """Return as many texts, all harmless; an empty one stays empty."""
    return tuple("harmless" if text else "" for text in texts)


def page_of(texts, names="shown"):
    """Return a report with a server for each text, in every field of it, and a connector for each."""
    made = [report(state="partial", names=names, texts=dict.fromkeys(FIELDS, text)) for text in texts]
    small = dict.fromkeys(LARGE_PARTS)
    servers = tuple(msgspec.structs.replace(_busy(each), **small) for each in made)
    connectors = msgspec.structs.replace(made[0].connectors, rows=tuple(each.connectors.rows[0] for each in made))
    return msgspec.structs.replace(made[0], servers=servers, connectors=connectors)


def _busy(made):
    return next(server for server in made.servers if server.server_id == str(HARBOUR))


def statement(text):
    """Return a sentence with *text* in every kind of piece that does not come from code."""
    pieces = [Segment("person", text), Segment("words", " wrote in "), Segment("channel", text), Segment("words", ": ")]
    pieces += [Segment("quote", text), Segment("label", text), Segment("term", text)]
    pieces += [Segment("address", text, url=text), Segment("words", " ("), Segment("source", "Tue 17:00", url=LINK)]
    pieces += [Segment("source", "x", url="javascript:alert(1)"), Segment("words", ").")]
    return Statement("claim", tuple(pieces), (3,), ("f",), state="flagged", reasons=(text,))


def digest_of(texts):
    """Return a digest of sentences made of these texts, with such notes, and a model called so."""
    digest = Digest(
        guild_id=HARBOUR,
        since=datetime(2026, 11, 15, tzinfo=UTC),
        until=datetime(2026, 11, 22, tzinfo=UTC),
        zone="UTC",
        status="model",
        sections=(Section("claim", "Claims worth checking", tuple(statement(text) for text in texts)),),
        notes=tuple(texts),
        coverage=Coverage(1, 1, 0, {}, 1, 1, 1),
        scores=Scores(1, 1, 0, 1, 0, 1, 1, 0),
        provenance=Provenance(checker="1.0", model=texts[0], server=texts[-1]),
    )
    return shown_part(digest_to_json(digest))


def whole_page_of(texts, week=0):
    """Return the report of `page_of` in which each server also has a digest of its text, so many weeks earlier."""
    made = page_of(texts)
    servers = tuple(
        msgspec.structs.replace(server, digest=digest_of([text.encode("utf-8", "replace").decode()]))
        for server, text in zip(made.servers, texts, strict=True)
    )
    until = made.window.until - timedelta(weeks=week)
    window = msgspec.structs.replace(made.window, until=until, since=until - timedelta(weeks=1))
    return msgspec.structs.replace(made, servers=servers, window=window)
