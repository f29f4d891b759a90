"""A message of the sample, before it is written in an exporter's layout."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from cast import Person


@dataclass
class Message:
    """*at_ms* and *edited_ms* are milliseconds since 1970; *former_text* stood there before an edit."""

    id: str
    server: str
    place: str
    at_ms: int
    author: Person
    text: str
    kind: str = "Default"
    shown_name: str | None = None
    reference: dict[str, Any] | None = None
    forwarded: Message | None = None
    mentions: list[Person] = field(default_factory=list)
    attachments: list[dict[str, Any]] = field(default_factory=list)
    embeds: list[dict[str, Any]] = field(default_factory=list)
    stickers: list[dict[str, Any]] = field(default_factory=list)
    reactions: list[tuple[str, list[Person], int]] = field(default_factory=list)
    interaction: tuple[str, str, Person] | None = None
    pinned: bool = False
    edited_ms: int | None = None
    former_text: str | None = None
