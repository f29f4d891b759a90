"""Sections in, report out: rows go to their server, named as the setting `names` wants, and are never recomputed."""

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

import msgspec

from discord_airflow import __version__
from discord_airflow.reporting import lines
from discord_airflow.reporting.digest_part import digest_part, missing_digest
from discord_airflow.reporting.model import FORMAT, Listing, Missing, Report, Server, Span
from discord_airflow.reporting.namer import Namer
from discord_airflow.reporting.payload import Section
from discord_airflow.reporting.plain_text import plain_name
from discord_airflow.reporting.plausible import plausibility
from discord_airflow.reporting.receipts import Receipt
from discord_airflow.reporting.request import SECTIONS, ReportRequest
from discord_airflow.reporting.summary import summarised
from discord_airflow.reporting.wording import length
from discord_airflow.window import Window, zone_named

MADE_BY = f"discord_airflow {__version__}"
NOT_COMPUTED = "This part was not computed in this run."


class _OfGuild(Protocol):
    guild_id: int


class Answers:
    """The typed rows of all sections by answer, and the receipts that go with them."""

    def __init__(self, sections: Mapping[str, Section]) -> None:
        self._rows = {
            f"{section.name}.{name}": section.rows(name) for section in sections.values() for name in section.answers
        }
        self.receipts = {
            f"{section.name}.{name}": Receipt(
                query=answer.query,
                parameters=answer.parameters,
                watermark=section.watermark,
                coverage=dict(sorted(answer.coverage.items())),
                rows=len(answer.rows),
            )
            for section in sections.values()
            if section.watermark is not None
            for name, answer in section.answers.items()
        }

    def __contains__(self, key: str) -> bool:
        return key in self._rows

    def all(self, key: str) -> list[Any]:
        """Return the rows of the answer *key*, such as ``stats.activity``; none when its section is missing."""
        return self._rows.get(key, [])

    def of(self, key: str, guild_id: int) -> list[Any]:
        """Return the rows of one server."""
        return [row for row in self.all(key) if row.guild_id == guild_id]

    def one(self, key: str, guild_id: int) -> Any | None:
        """Return the only row of one server; None when there is none."""
        rows = self.of(key, guild_id)
        return rows[0] if rows else None

    def guilds(self) -> dict[int, str | None]:
        """Return the servers that any answer was asked about, with their names where a row tells them."""
        found: dict[int, str | None] = {
            int(guild_id): None for receipt in self.receipts.values() for guild_id in receipt.parameters.guild_ids
        }
        named = (row for rows in self._rows.values() for row in rows if hasattr(row, "guild_name"))
        return found | {row.guild_id: row.guild_name for row in named}


def namer_for(request: ReportRequest, sections: Mapping[str, Section]) -> Namer:
    """Return what names people and places in a report made of *sections*."""
    return Namer(request.names, request.zone, _threads(Answers(sections).all("stats.coverage")))


def compose(request: ReportRequest, sections: Mapping[str, Section], namer: Namer | None = None) -> Report:
    """
    Return the report that *request* asks for, made of *sections*; what is missing among them is stated in it.

    A *namer* that is given knows everybody of the report afterwards, and gives the same names to what is added to it.
    """
    answers = Answers(sections)
    namer = namer or namer_for(request, sections)
    servers = tuple(
        msgspec.structs.replace(
            _server(guild_id, name, answers, namer, request), digest=digest_part(guild_id, request, sections)
        )
        for guild_id, name in _in_order(answers.guilds(), request.guild_ids)
    )
    return Report(
        format=FORMAT,
        made_by=MADE_BY,
        title="Weekly report" if length(request.window) == "7 days" else f"Report on {length(request.window)}",
        window=_span(request.window),
        preceding=_span(request.window.preceding()),
        names=request.names,
        top=request.top,
        trend_weeks=request.trend_weeks,
        week_start=request.week_start,
        excluded_channels=tuple(str(channel_id) for channel_id in request.excluded_channels),
        servers=servers,
        connectors=_connectors(answers, namer),
        missing=(*_missing(sections), *missing_digest(request, servers, sections)),
        receipts=dict(sorted(answers.receipts.items())),
    )


def _server(guild_id: int, name: str | None, answers: Answers, namer: Namer, request: ReportRequest) -> Server:
    def listing(key: str, line: Any) -> Listing[Any] | None:
        if key not in answers:
            return None
        rows = answers.of(key, guild_id)
        return Listing(receipt=key, rows=tuple(line(place, row) for place, row in enumerate(rows, start=1)))

    namer.learn(guild_id, answers.of("highlights.mentioned", guild_id))
    before = answers.one("stats.coverage_before", guild_id)
    coverage = answers.one("stats.coverage", guild_id)
    left_out = answers.one("stats.activity", guild_id)
    plausible = answers.one("health.plausibility", guild_id)
    server = Server(
        server_id=str(guild_id),
        name=plain_name(name) if name else f"Server {guild_id}",
        summary=(),
        contributors=listing("stats.contributors", lambda place, row: lines.contributor(place, row, namer)),
        channels=listing("stats.channels", lambda place, row: lines.channel(place, row, namer)),
        new_people=listing("highlights.new_people", lambda _, row: lines.new_person(row, namer)),
        highlights=listing("highlights.highlights", lambda place, row: lines.highlight(place, row, namer)),
        coverage=lines.coverage("stats.coverage", coverage, namer) if coverage else None,
        state_before=before.state if before else None,
        headline=tuple(lines.headlines("stats.changes", answers.of("stats.changes", guild_id), request.window)),
        left_out=lines.left_out("stats.activity", left_out) if left_out else None,
        days=listing("stats.days", lambda _, row: lines.day(row, request.zone)),
        hours=listing("stats.hours", lambda _, row: lines.hour(row)),
        weeks=listing("trends.weeks", lambda _, row: lines.week(row, request.zone)),
        people=_people(answers, guild_id),
        plausibility=plausibility("health.plausibility", plausible, namer, request.window) if plausible else None,
        months=listing("health.months", lambda _, row: lines.month(row, request.zone)),
    )
    return summarised(server, request.window)


def _people(answers: Answers, guild_id: int) -> Any:
    active = answers.one("health.people", guild_id)
    if active is None:
        return None
    return lines.people("health.people", active, "health.concentration", answers.one("health.concentration", guild_id))


def _connectors(answers: Answers, namer: Namer) -> Listing[Any] | None:
    if "connectors.connectors" not in answers:
        return None
    rows = enumerate(answers.all("connectors.connectors"), start=1)
    return Listing(
        receipt="connectors.connectors", rows=tuple(lines.connector(place, row, namer) for place, row in rows)
    )


def _threads(coverage: Iterable[Any]) -> dict[int, bool]:
    return {channel.channel_id: channel.is_thread for guild in coverage for channel in guild.channel_states}


def _in_order(guilds: Mapping[int, str | None], asked: tuple[int, ...]) -> list[tuple[int, str | None]]:
    """Return the servers in the order in which they were asked for, else by name."""
    if asked:
        return sorted(guilds.items(), key=lambda guild: asked.index(guild[0]) if guild[0] in asked else len(asked))
    return sorted(guilds.items(), key=lambda guild: ((guild[1] or "").casefold(), guild[0]))


def _missing(sections: Mapping[str, Section]) -> Iterable[Missing]:
    for name in SECTIONS:
        if name not in sections:
            yield Missing(section=name, reason=NOT_COMPUTED)
        elif reason := sections[name].absent:
            yield Missing(section=name, reason=reason)


def _span(window: Window) -> Span:
    zone = zone_named(window.zone)
    return Span(since=window.since.astimezone(zone), until=window.until.astimezone(zone), zone=window.zone)
