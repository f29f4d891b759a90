"""What can be asked of every query on the command line, and how words become parameters."""

import inspect
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import typer

from discord_airflow.errors import UsageError
from discord_airflow.queries.coverage import fetch_newest_message
from discord_airflow.queries.names import resolve_accounts, resolve_channels, resolve_guilds
from discord_airflow.queries.statements import Connection, checked_zone
from discord_airflow.settings import Settings
from discord_airflow.window import Window, window_ending, zone_named

ALL = "all"


def _option(annotation: Any, default: Any, flag: str, text: str, metavar: str) -> tuple[Any, Any]:
    option = typer.Option(flag, help=text, metavar=metavar, show_default=default is not None)
    return Annotated[annotation, option], default


def _argument(annotation: Any, text: str, metavar: str) -> Any:
    return Annotated[annotation, typer.Argument(help=text, metavar=metavar)]


OPTIONS: Mapping[str, tuple[Any, Any]] = {
    "since": _option(str | None, None, "--since", "From this day or moment on.", "WHEN"),
    "until": _option(str | None, None, "--until", "Up to this day or moment, which is left out.", "WHEN"),
    "days": _option(int | None, None, "--days", "The length of the window, counted back from its end.", "N"),
    "zone": _option(str | None, None, "--zone", "The time zone of days and hours, such as Europe/Helsinki.", "ZONE"),
    "server": _option(list[str] | None, None, "--server", "Only this server, by name or id; repeatable.", "SERVER"),
    "channel": _option(list[str] | None, None, "--channel", "Only this channel, with threads; repeatable.", "CHANNEL"),
    "author": _option(list[str] | None, None, "--author", "Only what this account wrote; repeatable.", "NAME"),
    "weeks": _option(int, 8, "--weeks", "How many windows, the last included.", "N"),
    "months": _option(int, 12, "--months", "How many calendar months, the last included.", "N"),
    "min_messages": _option(int, 1, "--min-messages", "The least number of messages on each server.", "N"),
    "context": _option(int, 0, "--context", "Show so many messages before and after each.", "N"),
    "order": _option(str, "newest", "--order", "newest or relevance.", "ORDER"),
}

OPTIONS_OF: Mapping[str, tuple[str, ...]] = {
    "window": ("since", "until", "days", "zone", "server"),
    "since": ("since", "until", "days", "zone"),
    "guild_ids": ("server",),
    "channel_ids": ("channel",),
    "author_ids": ("author",),
    "zone": ("zone",),
}
"""The options behind a parameter of a query, where they do not simply share its name."""

ARGUMENTS: Mapping[str, tuple[str, Any]] = {
    "channel_id": ("channel", _argument(str, "The channel or thread, by name or id.", "CHANNEL")),
    "user_id": ("account", _argument(str, "The account, by any name it ever had, or id.", "ACCOUNT")),
    "name": ("name", _argument(str, "A name or nickname, a part of one, or an id.", "NAME")),
    "text": ("words", _argument(list[str], 'What to search for: words, "a phrase", -without.', "WORDS")),
}
"""The parameters that a query cannot do without."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A command line, understood: keyword arguments of a query. *window* is None where the query has none."""

    arguments: Mapping[str, Any]
    window: Window | None
    zone: str


def options_of(parameters: Mapping[str, inspect.Parameter]) -> list[inspect.Parameter]:
    """
    Return arguments and options for a query with these *parameters*, as typer reads them from a signature.
    """
    found: dict[str, inspect.Parameter] = {}
    for name, one in parameters.items():
        if name in ARGUMENTS:
            word, annotation = ARGUMENTS[name]
            found[word] = inspect.Parameter(word, inspect.Parameter.KEYWORD_ONLY, annotation=annotation)
        elif name == "limit":
            found[name] = _limit(one.default, per_server="window" in parameters)
        elif name != "excluded_channels":
            for option in OPTIONS_OF.get(name, (name,)):
                annotation, default = OPTIONS[option]
                kind = inspect.Parameter.KEYWORD_ONLY
                found[option] = inspect.Parameter(option, kind, default=default, annotation=annotation)
    return list(found.values())


def understand(
    connection: Connection, parameters: Mapping[str, inspect.Parameter], words: Mapping[str, Any], settings: Settings
) -> Asked | None:
    """
    Return what *words* ask for; None when they leave the end of the window to the newest message and there is
    none.
    """
    zone = checked_zone(words.get("zone") or settings.report.timezone)
    guilds = resolve_guilds(connection, words["server"]) if words.get("server") else settings.servers or None
    arguments: dict[str, Any] = {}
    window = None
    if "window" in parameters:
        window = _window(connection, words, zone, guilds, settings)
        if window is None:
            return None
        arguments["window"] = window
    for name in parameters:
        if name in TRANSLATIONS:
            arguments[name] = TRANSLATIONS[name](connection, words, guilds)
        elif name in words:
            arguments[name] = words[name]
    if "since" in parameters:
        arguments |= _instants(words, zone)
    return Asked(arguments | _shared(parameters, guilds, zone, settings), window, zone)


def parse_when(text: str, zone: str, option: str) -> datetime:
    """
    Return the instant of a day (its midnight in *zone*) or a moment (on the clock of *zone*, unless it names
    another), on that clock: where it jumps over the time named, only the wall time tells which window ends then.
    """
    shape = r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?([Zz]|[+-]\d\d:?\d\d)?)?"
    try:
        if not re.fullmatch(shape, text, re.ASCII):
            text = ""
        moment = datetime.fromisoformat(text.upper())
        aware = moment if moment.tzinfo else moment.replace(tzinfo=zone_named(zone))
        aware.astimezone(UTC)  # what no calendar holds in UTC is no moment either
    except (ValueError, OverflowError):
        raise UsageError(f"{option} is not a day or a moment; write 2026-11-22, 2026-11-22T09:00 or with Z.") from None
    return aware


def _limit(default: int | None, *, per_server: bool) -> inspect.Parameter:
    shown = ALL if default is None else str(default)
    text = f"At most so many{' of each server' if per_server else ''}; {ALL} for no limit."
    annotation = Annotated[str, typer.Option("--limit", help=text, metavar="N")]
    return inspect.Parameter("limit", inspect.Parameter.KEYWORD_ONLY, default=shown, annotation=annotation)


def _shared(
    parameters: Mapping[str, inspect.Parameter], guilds: tuple[int, ...] | None, zone: str, settings: Settings
) -> dict[str, Any]:
    values = {"guild_ids": guilds, "excluded_channels": settings.excluded_channels, "zone": zone}
    return {name: value for name, value in values.items() if name in parameters}


def _one_channel(connection: Connection, words: Mapping[str, Any], guilds: tuple[int, ...] | None) -> int:
    found = resolve_channels(connection, [words["channel"]], guilds)
    return _only(found, f"channels are called {words['channel']!r}")


def _one_account(connection: Connection, words: Mapping[str, Any], _: tuple[int, ...] | None) -> int:
    found = resolve_accounts(connection, [words["account"]])
    return _only(found, f"accounts are or were called {words['account']!r}")


def _only(found: Sequence[int], what: str) -> int:
    if len(found) > 1:
        raise UsageError(f"several {what}; give the id of one: {', '.join(str(one) for one in found)}.")
    return next(iter(found))


def _search_text(_: Connection, words: Mapping[str, Any], __: tuple[int, ...] | None) -> str:
    for word in words["words"]:
        if word.startswith("--"):
            raise UsageError(f"there is no option {word.split('=')[0]!r}; see discord-airflow query search --help.")
    return " ".join(words["words"])


def _channels(connection: Connection, words: Mapping[str, Any], guilds: tuple[int, ...] | None) -> Any:
    return resolve_channels(connection, words["channel"], guilds) if words.get("channel") else None


def _authors(connection: Connection, words: Mapping[str, Any], _: tuple[int, ...] | None) -> Any:
    return resolve_accounts(connection, words["author"]) if words.get("author") else None


def _number_or_all(_: Connection, words: Mapping[str, Any], __: tuple[int, ...] | None) -> int | None:
    text = words["limit"].strip().lower()
    if text == ALL:
        return None
    if not re.fullmatch(r"[0-9]{1,9}", text, re.ASCII):
        raise UsageError(f"--limit is {words['limit']!r}; give a number or {ALL}.")
    return int(text)


TRANSLATIONS: Mapping[str, Callable[[Connection, Mapping[str, Any], tuple[int, ...] | None], Any]] = {
    "channel_id": _one_channel,
    "user_id": _one_account,
    "text": _search_text,
    "channel_ids": _channels,
    "author_ids": _authors,
    "limit": _number_or_all,
}
"""How a parameter is made out of words, where they are not the parameter already."""


def _window(
    connection: Connection, words: Mapping[str, Any], zone: str, guilds: tuple[int, ...] | None, settings: Settings
) -> Window | None:
    """
    Return the window: it ends at --until, else with the newest stored message, and is --days long or begins at
    --since.
    """
    if words["since"] is not None and words["days"] is not None:
        raise UsageError("--since and --days both say where the window begins; give one of them.")
    until = parse_when(words["until"], zone, "--until") if words["until"] is not None else None
    if until is None:
        newest = fetch_newest_message(connection, guild_ids=guilds, excluded_channels=settings.excluded_channels)
        if newest is None:
            return None
        until = _next_minute(newest)
    if words["since"] is None:
        return _ending(until, settings.report.days if words["days"] is None else words["days"], zone)
    try:
        since = parse_when(words["since"], zone, "--since")
        return Window(since.astimezone(UTC), until.astimezone(UTC), zone)
    except ValueError as error:
        raise UsageError(f"{error}.") from None


def _ending(until: datetime, days: int, zone: str) -> Window:
    try:
        return window_ending(until, days, zone)
    except (ValueError, OverflowError) as error:
        raise UsageError(f"{error}.") from None


def _instants(words: Mapping[str, Any], zone: str) -> dict[str, datetime | None]:
    """Return the ends of an open window: either may be missing."""
    until = parse_when(words["until"], zone, "--until") if words["until"] is not None else None
    since = parse_when(words["since"], zone, "--since") if words["since"] is not None else None
    if words["days"] is not None:
        if since or until is None:
            raise UsageError("--days counts back from --until; give that, or --since alone.")
        since = _ending(until, words["days"], zone).since
    return {"since": since and since.astimezone(UTC), "until": until and until.astimezone(UTC)}


def _next_minute(instant: datetime) -> datetime:
    """Return the next full minute, so that the printed end of a window is its end."""
    return instant.replace(second=0, microsecond=0) + timedelta(minutes=1)
