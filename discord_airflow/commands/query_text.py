"""The answer to a query as a person reads it in a terminal of 80 columns."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields
from itertools import groupby
from typing import Any

from discord_airflow.commands.query_output import fitted, render_table
from discord_airflow.commands.query_tables import COLUMNS, WEEKDAYS, Column, many, moment, number
from discord_airflow.queries import rows
from discord_airflow.queries.rows import State
from discord_airflow.reporting.plain_text import plain, plain_name

TEXT_LIMIT = 400

HEADINGS: Mapping[State, str] = {
    "complete": "",
    "partial": ': collected in part, so every figure is "at least" (see discord-airflow query coverage)',
    "none": ": not collected",
}


def render_rows(
    found: Sequence[Any], *, zone: str, width: int, states: Mapping[int, State], names: Mapping[int, str]
) -> str:
    """
    Return rows of one type, at least one, as text; rows of servers stand under a heading for each of *names*.

    *states* says of which servers the window was collected; it is empty where a query has no window.
    """
    row_type = type(found[0])
    if row_type in SPECIAL:
        return fitted("\n".join(SPECIAL[row_type](found, zone, width)), width)
    if not hasattr(found[0], "guild_id"):
        return _table(found, zone, width)
    by_guild = {guild_id: list(group) for guild_id, group in groupby(found, lambda row: row.guild_id)}
    blocks: list[str] = []
    for guild_id in names:
        state = states.get(guild_id, "complete")
        theirs = by_guild.get(guild_id, [])
        body = "" if state == "none" and not _tells_state(row_type) else _body(theirs, zone, width)
        blocks.append(f"{plain_name(names[guild_id])} ({guild_id}){HEADINGS[state]}\n{body}".rstrip())
    return fitted("\n\n".join(blocks), width)


def _tells_state(row_type: type) -> bool:
    """Return whether rows of this type say themselves what was not collected, or do not depend on it."""
    own = getattr(row_type, "__dataclass_fields__", {})
    return "state" in own or row_type is rows.Totals


def _body(found: Sequence[Any], zone: str, width: int) -> str:
    if not found:
        return "  nobody and nothing"
    if isinstance(found[0], rows.Activity | rows.Totals):
        return "\n".join(_figures(found[0], zone))
    if isinstance(found[0], rows.HourCell):
        return _hours(found, width)
    if isinstance(found[0], rows.NewPerson):
        return "\n".join(_new_people(found, zone))
    if isinstance(found[0], rows.Highlight):
        return "\n".join(_highlights(found, zone, width))
    return _table(found, zone, width)


def _table(found: Sequence[Any], zone: str, width: int) -> str:
    columns: Sequence[Column] = COLUMNS[type(found[0])]
    cells = [[column.cell(row, zone) for column in columns] for row in found]
    numbers = [place for place, column in enumerate(columns) if column.is_number]
    return render_table([column.heading for column in columns], cells, width=width, numbers=numbers)


def _figures(row: Any, zone: str) -> Iterator[str]:
    for one in fields(row):
        value = getattr(row, one.name)
        if one.name in {"guild_id", "guild_name", "since", "until"}:
            continue
        shown = f"{value:,}" if isinstance(value, int) else moment(value, zone)
        yield f"{one.name.replace('_', ' ').removesuffix(' at'):<26}{shown:>16}"


def _hours(found: Sequence[rows.HourCell], width: int) -> str:
    """
    Return weekdays by hours; an empty cell is an hour that the window does not touch, a dash one not collected.
    """
    cells = {(cell.weekday, cell.hour): _cell(cell) for cell in found}
    lines = [[WEEKDAYS[day], *(cells.get((day, hour), "") for hour in range(24))] for day in range(7)]
    first = [[line[0], *line[1:13]] for line in lines]
    second = [[line[0], *line[13:]] for line in lines]
    tables = [
        render_table(["", *(f"{hour:02}" for hour in hours)], half, width=width, numbers=range(1, 13))
        for hours, half in ((range(12), first), (range(12, 24), second))
    ]
    return "\n\n".join(tables)


def _cell(cell: rows.HourCell) -> str:
    return "-" if cell.messages is None else f"≥{cell.messages}" if cell.state == "partial" else str(cell.messages)


def _new_people(found: Sequence[rows.NewPerson], zone: str) -> Iterator[str]:
    for row in found:
        answered = f"answered {moment(row.first_reply_at, zone)}" if row.first_reply_at else "not answered by a reply"
        wrote = many(row.messages, "message")
        yield f"{moment(row.first_message_at, zone)}  {plain_name(row.name)}: {wrote}, {answered}"
        yield f"  {row.link}"


def _highlights(found: Sequence[rows.Highlight], zone: str, width: int) -> Iterator[str]:
    for row in found:
        people = "" if row.reactors is None else f" by {many(row.reactors, 'person', 'people')}"
        emojis = " ".join(f"{plain(emoji.name, 20)} {emoji.count:,}" for emoji in row.emojis)
        yield f"{many(row.reactions, 'reaction')}{people}: {emojis}"
        yield from _message(row, zone, width)


def _messages(found: Sequence[Any], zone: str, width: int) -> Iterator[str]:
    before = None
    for row in found:
        if before is not None and _begins(row, before):
            yield ""
        yield from _message(row, zone, width)
        before = row


def _begins(row: Any, before: Any) -> bool:
    """Return whether another conversation begins here, where messages stand in their context."""
    own, its = getattr(row, "context_of", None), getattr(before, "context_of", None)
    return own is not None and own not in (its, before.message_id)


def _message(row: Any, zone: str, width: int) -> Iterator[str]:
    """Yield time, place and author, what is answered, the text, and the link; all of a message's context indented."""
    is_context = getattr(row, "context_of", None) is not None
    margin = "    " if is_context else ""
    indent = margin + "  "
    bot = " (bot)" if getattr(row, "author_is_bot", False) else ""
    edited = " (edited)" if getattr(row, "edited_at", None) else ""
    server = plain_name(row.guild_name)
    name = plain_name(row.author_name)
    yield f"{margin}{moment(row.sent_at, zone)}  {server} #{plain_name(row.channel_name)}  {name}{bot}{edited}"
    if getattr(row, "replied_author", None):
        answered = plain(row.replied_content, width - 20) or "(no text)"
        yield f"{indent}> {plain_name(row.replied_author)}: {answered}"
    text = plain(row.content, TEXT_LIMIT)
    if row.attachments:
        text += f" [{many(row.attachments, 'attachment')}]"
    yield f"{indent}{text or '(no text)'}"
    if not is_context:
        yield f"{indent}{row.link}"


def collected(row: rows.GuildCoverage) -> str:
    """Return which server it is, how much of its window was collected, and who says so."""
    proof = "proven by the collector" if row.proven else "as the exports say; nobody watched them being made"
    words = {"complete": f"collected completely, {proof}", "partial": "collected in part", "none": "not collected"}
    return f"{plain_name(row.guild_name)} ({row.guild_id}): {words[row.state]}"


def _coverage(found: Sequence[rows.GuildCoverage], zone: str, width: int) -> Iterator[str]:
    for row in found:
        yield collected(row)
        yield (
            f"  channels and threads: {row.channels:,}; {row.channels_complete:,} complete,"
            f" {row.channels_partial:,} in part, {row.channels_none:,} not at all"
        )
        oldest, newest = moment(row.oldest_message_at, zone), moment(row.newest_message_at, zone)
        yield f"  oldest stored message {oldest}, newest {newest}"
        if row.gaps:
            yield _table(row.gaps, zone, width)


def _plausibility(found: Sequence[rows.GuildPlausibility], zone: str, width: int) -> Iterator[str]:
    for row in found:
        said = many(len(row.doubts), "doubt") if row.doubts else "nothing speaks against it"
        yield f"{plain_name(row.guild_name)} ({row.guild_id}): {said}"
        yield (
            f"  messages held against {many(row.windows, 'earlier window')}; {row.channels:,} of"
            f" {many(row.channels_known, 'channel and thread', 'channels and threads')} against their own"
        )
        if row.doubts:
            yield _table(row.doubts, zone, width)


def _users(found: Sequence[rows.UserMatch], zone: str, width: int) -> Iterator[str]:
    for row in found:
        tag = f"#{plain(row.discriminator, 8)}" if row.discriminator and row.discriminator.strip("0") else ""
        span = ""
        if row.messages:
            span = f", {moment(row.first_message_at, zone)} to {moment(row.last_message_at, zone)}"
        yield f"{plain_name(row.name)}{tag}  {row.account}  {row.user_id}"
        yield f"  {many(row.messages, 'message')}{span}"
        if row.names:
            yield _table(row.names, zone, width)


def _watermark(found: Sequence[rows.Watermark], zone: str, _: int) -> Iterator[str]:
    row = found[0]
    yield f"files imported             {number(row.files)}"
    yield f"newest export              {moment(row.newest_observed_at, zone)}"
    yield f"newest message             {moment(row.newest_message_at, zone)} (id {row.newest_message_id or 'unknown'})"


SPECIAL: Mapping[type, Callable[[Any, str, int], Iterator[str]]] = {
    rows.GuildCoverage: _coverage,
    rows.GuildPlausibility: _plausibility,
    rows.UserMatch: _users,
    rows.Watermark: _watermark,
    rows.MessageRow: _messages,
    rows.SearchHit: _messages,
    rows.Guild: lambda found, zone, width: iter([_table(found, zone, width)]),
}
