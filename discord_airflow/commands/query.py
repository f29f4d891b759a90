"""`discord-airflow query`: every question of the query layer, as a table, JSON or CSV."""

import inspect
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Annotated, Any

import typer
from rich.console import Console

from discord_airflow import database
from discord_airflow.commands.options import Config
from discord_airflow.commands.query_options import Asked, options_of, understand
from discord_airflow.commands.query_output import TABLE_WIDTH, as_json, columns_of, render_csv, render_json
from discord_airflow.commands.query_text import render_rows
from discord_airflow.errors import ConfigurationError, UsageError
from discord_airflow.queries import query_builder
from discord_airflow.queries.coverage import fetch_guild_names
from discord_airflow.queries.registry import QUERIES, Query
from discord_airflow.queries.rows import Activity, State
from discord_airflow.queries.statements import Connection
from discord_airflow.reporting.plain_text import plain_name
from discord_airflow.settings import Settings, load_settings
from discord_airflow.terminal import say

EXAMPLES: Mapping[str, str] = {
    "activity": "--days 14 --until 2026-11-22",
    "contributors": '--server "Tea House" --limit 10 --csv',
    "coverage": "--since 2026-11-01 --until 2026-12-01",
    "history": "general --limit 20",
    "search": "'lunch \"next friday\" -pizza from:ada after:2026-03-01'",
    "user_messages": "ada --context 2",
    "users": "ada --json",
    "weekly_trend": "--weeks 12 --json",
}

OUTPUT = (
    ("as_json", Annotated[bool, typer.Option("--json", help="Print JSON: a list of rows, ids as text.")], False),
    ("as_csv", Annotated[bool, typer.Option("--csv", help="Print comma-separated values.")], False),
    (
        "config",
        Config,
        None,
    ),
)

HELP = (
    "Ask the database. A window ends at --until, else with the newest stored message, and is --days long or begins at"
    " --since; days and hours are those of report.timezone or --zone."
)


def register(app: typer.Typer) -> None:
    """Add `query` with a command for every query to *app*."""
    group = typer.Typer(help=HELP, no_args_is_help=False)
    for query in QUERIES.values():
        example = f"Example: discord-airflow query {command_name(query)} {EXAMPLES.get(query.name, '')}".rstrip()
        context = {"ignore_unknown_options": True, "help_option_names": ["--help"]} if query.name == "search" else {}
        add = group.command(command_name(query), help=query.question, epilog=example, context_settings=context)
        add(command_of(query))
    app.add_typer(group, name="query")


def command_name(query: Query) -> str:
    """Return how the query is called on the command line."""
    return query.name.replace("_", "-")


def command_of(query: Query) -> Callable[..., None]:
    """
    Return the command that asks *query*; typer reads its options from the signature that it is given here.
    """

    def run(**words: Any) -> None:
        answer(query, words)

    options = options_of(query.parameters)
    keyword = inspect.Parameter.KEYWORD_ONLY
    options += [inspect.Parameter(name, keyword, default=default, annotation=kind) for name, kind, default in OUTPUT]
    run.__signature__ = inspect.Signature(options)
    run.__annotations__ = {option.name: option.annotation for option in options}
    return run


def answer(query: Query, words: Mapping[str, Any]) -> None:
    """Ask *query* with the *words* of a command line, and print what comes back."""
    if words["as_json"] and words["as_csv"]:
        raise UsageError("--json and --csv exclude each other.")
    settings = load_settings(words["config"])
    with database.connect(settings.database, read_only=True) as connection, working():
        milliseconds = str(settings.limits.query_seconds * 1000)
        connection.execute("SELECT set_config('statement_timeout', %s, false)", (milliseconds,))
        check_tables(connection)
        asked = understand(connection, query.parameters, words, settings)
        found = query.run(connection, asked.arguments) if asked else []
        states, names = collected(connection, asked, settings) if asked else ({}, {})
    if asked and asked.window:
        say(asked.window.label(), err=words["as_json"] or words["as_csv"])
    if not found:
        say(nothing(query, asked, states, names), err=True)
    if words["as_json"]:
        say(render_json(with_unknown(found, states)))
    elif words["as_csv"]:
        say(render_csv(with_unknown(found, states), columns_of(query.row_type)), nl=False)
    elif found and asked:
        text = render_rows(found, zone=asked.zone, width=terminal_width(), states=states, names=names)
        say(f"\n{text}" if asked.window else text)


def check_tables(connection: Connection) -> None:
    """Say what to do where not even the tables are there."""
    row = connection.execute("SELECT to_regclass('messages')").fetchone()
    if row is None or row[0] is None:
        raise ConfigurationError("nothing was imported yet; import exports first: discord-airflow import FOLDER")


def collected(connection: Connection, asked: Asked, settings: Settings) -> tuple[dict[int, State], dict[int, str]]:
    """Return how much of the window was collected of each server, and the names of the servers asked for."""
    guild_ids = asked.arguments.get("guild_ids")
    if asked.window is None:
        names = fetch_guild_names(connection)
        return {}, {one: name for one, name in names.items() if guild_ids is None or one in guild_ids}
    excluded = settings.excluded_channels
    found = query_builder.fetch_coverage(
        connection, window=asked.window, guild_ids=guild_ids, excluded_channels=excluded
    )
    return {row.guild_id: row.state for row in found}, {row.guild_id: row.guild_name for row in found}


def with_unknown(found: list[Any], states: Mapping[int, State]) -> list[dict[str, Any]]:
    """Return rows as JSON has them; figures of a window of which nothing was collected are null, not 0."""
    written = as_json(found)
    for row, one in zip(written, found, strict=True):
        if isinstance(one, Activity) and states.get(one.guild_id) == "none":
            row |= {name: None for name, value in row.items() if isinstance(value, int)}
    return written


def nothing(query: Query, asked: Asked | None, states: Mapping[int, State], names: Mapping[int, str]) -> str:
    """Return why there are no rows, in words: nothing happened, or nothing was collected."""
    if asked is None:
        return "No messages are stored yet. Import exports first: discord-airflow import FOLDER"
    where = " in this window" if asked.window else ""
    said = f"{command_name(query)}: nothing was found{where}."
    missing = [plain_name(names[guild_id]) for guild_id, state in states.items() if state != "complete"]
    if not missing:
        return said
    return f"{said} Not all of it was collected on {', '.join(missing)}; see discord-airflow query coverage."


def terminal_width() -> int:
    """Return how wide a table may be: as the terminal, and 80 columns where there is none."""
    return max(40, shutil.get_terminal_size((TABLE_WIDTH, 24)).columns) if sys.stdout.isatty() else TABLE_WIDTH


@contextmanager
def working() -> Iterator[None]:
    """Show on a terminal that something happens."""
    if not sys.stderr.isatty():
        yield
        return
    with Console(stderr=True).status("asking the database"):
        yield
