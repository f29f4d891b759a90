"""The digest of a server, from the value that the analysis left to the lines that a page shows."""

from collections.abc import Iterator, Mapping
from typing import Any

from discord_airflow.analysis.digest_json import digest_from_json
from discord_airflow.analysis.render import provenance_line
from discord_airflow.analysis.sections import HINTS, footer
from discord_airflow.analysis.statements import Digest, Segment, Statement
from discord_airflow.reporting.digest_model import DigestLine, DigestPart, DigestPiece, DigestSection
from discord_airflow.reporting.message_text import without_formatting
from discord_airflow.reporting.model import Missing, Report, Server
from discord_airflow.reporting.payload import Section
from discord_airflow.reporting.plain_text import QUOTE_LIMIT, plain, plain_name
from discord_airflow.reporting.request import DIGEST, ReportRequest

NAMES_HIDDEN = (
    "A digest quotes people by name, and this report shows no names (report.names); `discord-airflow digest` makes one."
)
_MESSAGES = "https://discord.com/channels/"
NOT_MADE = "The digest was not made in this run; clear the task llm_digest to try again."


def section_name(guild_id: int) -> str:
    """Return the name under which the digest of a server waits between the tasks."""
    return f"{DIGEST}:{guild_id}"


def digest_section(guild_id: int, value: Mapping[str, Any]) -> Section:
    """Return the section that holds the digest of a server, as digest_to_json() gave it."""
    return Section(name=section_name(guild_id), watermark=None, answers={}, digest=dict(value))


def digest_part(guild_id: int, request: ReportRequest, sections: Mapping[str, Section]) -> DigestPart | None:
    """Return what the report on the server shows of its digest; None when there is none, or names are not shown."""
    section = sections.get(section_name(guild_id))
    if section is None or section.digest is None or request.names != "shown":
        return None
    return shown_part(section.digest)


def shown_part(record: Mapping[str, Any]) -> DigestPart:
    """Return the lines of the digest *record*; the same record gives the same lines."""
    digest = digest_from_json(record)
    return DigestPart(
        summary=f"{digest.summary}.",
        notes=tuple(plain(note, QUOTE_LIMIT) for note in digest.notes),
        sections=tuple(_sections(digest)),
        footer=footer(digest.scores, digest.coverage),
        provenance=plain(provenance_line(digest), 2 * QUOTE_LIMIT),
        record=dict(record),
    )


def missing_digest(
    request: ReportRequest, servers: tuple[Server, ...], sections: Mapping[str, Section]
) -> list[Missing]:
    """Say why servers have no digest in this report; nothing when all have one."""
    if request.names != "shown":
        return [Missing(section=DIGEST, reason=NAMES_HIDDEN)]
    stated = sections.get(DIGEST)
    if stated is not None and stated.absent:
        return [Missing(section=DIGEST, reason=stated.absent)]
    without = [server for server in servers if server.digest is None]
    if not without:
        return []
    reasons = [sections.get(section_name(int(server.server_id))) for server in without]
    pairs = zip(without, reasons, strict=True)
    told = [f"{server.name}: {found.absent}" for server, found in pairs if found and found.absent]
    return [Missing(section=DIGEST, reason=" ".join(told) or NOT_MADE)]


def digests_of(report: Report) -> Iterator[tuple[Server, DigestPart, Digest]]:
    """Yield the servers that have a digest, with what is shown of it and the value it was made from."""
    for server in report.servers:
        if server.digest is not None:
            yield server, server.digest, digest_from_json(server.digest.record)


def _sections(digest: Digest) -> Iterator[DigestSection]:
    for section in digest.sections:
        yield DigestSection(
            key=section.key,
            title=section.title,
            hint=HINTS.get(section.key),  # type: ignore[call-overload]  # keys of sections are kinds
            lines=tuple(_line(statement) for statement in section.statements),
        )


def _line(statement: Statement) -> DigestLine:
    doubts = tuple(plain(reason, QUOTE_LIMIT) for reason in statement.reasons) if statement.state == "flagged" else ()
    return DigestLine(pieces=tuple(_piece(part) for part in statement.segments), doubts=doubts)


def _piece(part: Segment) -> DigestPiece:
    match part.kind:
        case "words" | "number":
            return DigestPiece(kind=part.kind, text=part.text, link=None)
        case "source":
            leads_there = part.url is not None and part.url.startswith(_MESSAGES)
            return DigestPiece(
                kind="source", text=plain(part.text, QUOTE_LIMIT), link=part.url if leads_there else None
            )
        case "person":
            return DigestPiece(kind="person", text=plain_name(part.text), link=None)
        case "quote":  # word for word, but without Discord's marks, and what a spoiler hides stays hidden
            text = plain(without_formatting(part.text), QUOTE_LIMIT)
            return DigestPiece(kind="quote", text=text, link=None)
        case _:
            return DigestPiece(kind=part.kind, text=plain(part.text, QUOTE_LIMIT), link=None)
