"""The digest inside a report: sentences in pieces, so that each page can write them its own way."""

from typing import Any

from discord_airflow.reporting.receipts import Value


class DigestPiece(Value, frozen=True):
    """A piece of a sentence of the digest (see analysis/statements.py); *link* only where it leads to a message."""

    kind: str
    text: str
    link: str | None


class DigestLine(Value, frozen=True):
    """One sentence of the digest, and what the check doubts about it."""

    pieces: tuple[DigestPiece, ...]
    doubts: tuple[str, ...]


class DigestSection(Value, frozen=True):
    """Sentences under one heading, most important first."""

    key: str
    title: str
    hint: str | None
    lines: tuple[DigestLine, ...]


class DigestPart(Value, frozen=True):
    """
    What a server's week was about, in words that were checked against its messages.

    *record* is the digest as the analysis left it: `verify` checks each sentence of it again.
    """

    summary: str
    notes: tuple[str, ...]
    sections: tuple[DigestSection, ...]
    footer: str
    provenance: str
    record: dict[str, Any]
