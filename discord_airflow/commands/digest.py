"""`discord-airflow digest`, `summary` and `profile`: what was said, each sentence with its source."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Annotated

import psycopg
import typer

from discord_airflow.analysis.choose_model import model_from
from discord_airflow.analysis.digest_json import digest_to_json
from discord_airflow.analysis.focus import make_channel_summary, make_profile
from discord_airflow.analysis.model import Model
from discord_airflow.analysis.options import DigestOptions
from discord_airflow.analysis.processor import make_digest
from discord_airflow.analysis.render import render_markdown
from discord_airflow.analysis.statements import Digest
from discord_airflow.commands.options import Config, Servers
from discord_airflow.database import apply_schema, connect
from discord_airflow.errors import ConfigurationError, UsageError
from discord_airflow.queries.digest_cache import DatabaseCache
from discord_airflow.queries.names import resolve_accounts, resolve_channels, resolve_guilds
from discord_airflow.queries.source_rows import SourceMessage
from discord_airflow.queries.sources import fetch_source_messages, guilds_with_messages
from discord_airflow.reporting.due import default_until
from discord_airflow.runs.ledger import Run, recorded
from discord_airflow.settings import Settings, load_settings
from discord_airflow.terminal import say
from discord_airflow.weekly_options import parse_until
from discord_airflow.window import Window, window_ending

Channel = Annotated[
    str | None, typer.Option("--channel", help="Only this channel and its threads, by name or id.", metavar="CHANNEL")
]
Days = Annotated[
    int | None, typer.Option(help="How many days; default: report.days of the settings.", min=1, max=366, metavar="N")
]
Until = Annotated[
    str | None,
    typer.Option(help="Where it ends: a day (nine o'clock) or a moment; default: as `report`.", metavar="WHEN"),
]
NoModel = Annotated[bool, typer.Option("--no-model", help="Ask no language model, whatever the settings say.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the digests as JSON.")]

Maker = Callable[[Iterable[SourceMessage], DigestOptions, Model | None, DatabaseCache], Digest]


def register(app: typer.Typer) -> None:
    """Add the three commands to *app*."""
    app.command("digest", epilog="Example: discord-airflow digest --server Tidewatch --days 14")(digest)
    app.command("summary", epilog="Example: discord-airflow summary help-desk --days 90")(summary)
    app.command("profile", epilog="Example: discord-airflow profile maija --days 90")(profile)


def digest(
    server: Servers = None,
    channel: Channel = None,
    days: Days = None,
    until: Until = None,
    config: Config = None,
    *,
    no_model: NoModel = False,
    as_json: AsJson = False,
) -> None:
    """
    Tell what was said on a server, each sentence with its source.

    Topics, decisions, plans, questions, disagreements, links. Every sentence is checked against the stored messages and
    carries its links. Without a language model, code chooses.
    """
    asked = Asked(server, channel, days, until)
    _print(_make(asked, load_settings(config), make_digest, no_model=no_model), as_json=as_json)


def summary(
    channel: Annotated[str, typer.Argument(help="The channel or thread, by name or id.", metavar="CHANNEL")],
    server: Servers = None,
    days: Days = None,
    until: Until = None,
    config: Config = None,
    *,
    no_model: NoModel = False,
    as_json: AsJson = False,
) -> None:
    """
    Tell what was asked and answered in a channel.

    And what was decided and shared there; checked and linked as in a digest.
    """
    asked = Asked(server, channel, days, until)
    _print(_make(asked, load_settings(config), make_channel_summary, no_model=no_model), as_json=as_json)


def profile(
    account: Annotated[str, typer.Argument(help="The account, by any name it ever had, or id.", metavar="ACCOUNT")],
    server: Servers = None,
    days: Days = None,
    until: Until = None,
    config: Config = None,
    *,
    no_model: NoModel = False,
    as_json: AsJson = False,
) -> None:
    """
    Tell what one person wrote about, in their own words.

    Only quotes from their messages; never a trait, a mood or a judgement. Needs analysis.profiles: true in config.yaml
    and at least twenty messages. It is in no report and no schedule.
    """
    settings = load_settings(config)
    if not settings.analysis.profiles:
        raise ConfigurationError(
            "Profiles are off, for a page about one person is a sensitive thing; analysis.profiles: true in config.yaml"
            " switches them on."
        )
    with connect(settings.database) as connection:
        apply_schema(connection)
        accounts = resolve_accounts(connection, [account])
    if len(accounts) != 1:
        raise UsageError(f"{len(accounts)} accounts are or were called {account!r}; name one by its id.")

    def of_person(
        rows: Iterable[SourceMessage], options: DigestOptions, model: Model | None, cache: DatabaseCache
    ) -> Digest:
        return make_profile(rows, accounts[0], options, model, cache)

    _print(_make(Asked(server, None, days, until), settings, of_person, no_model=no_model), as_json=as_json)


@dataclass(frozen=True, slots=True)
class Asked:
    """The options that all three commands share."""

    server: list[str] | None
    channel: str | None
    days: int | None
    until: str | None


def _make(asked: Asked, settings: Settings, maker: Maker, *, no_model: bool) -> dict[str, Digest]:
    """Return the digests by the name of their server, and note in the run ledger that they were made."""
    with recorded(settings.database, "digest") as run:
        made = _made(asked, settings, maker, run, no_model=no_model)
        run.count(servers=len(made), statements=sum(digest.scores.published for digest in made.values()))
    return made


def _made(asked: Asked, settings: Settings, maker: Maker, run: Run, *, no_model: bool) -> dict[str, Digest]:
    with connect(settings.database, query_seconds=settings.limits.query_seconds) as connection:
        apply_schema(connection)
        guild_ids = resolve_guilds(connection, asked.server) if asked.server else settings.servers
        run.window = window = _window(connection, settings, asked, guild_ids)
        channels = resolve_channels(connection, [asked.channel], guild_ids or None) if asked.channel else (None,)
        if len(channels) != 1:
            raise UsageError(f"{len(channels)} channels are called {asked.channel!r}; name one by its id.")
        made: dict[str, Digest] = {}
        for guild in guilds_with_messages(connection, window, guild_ids or None):
            rows = fetch_source_messages(connection, guild.id, window, settings.excluded_channels, channels[0])
            connection.commit()
            if not rows and asked.channel:
                continue
            options = DigestOptions(
                guild.id,
                window,
                run_seconds=settings.analysis.run_minutes * 60.0,
                context_tokens=settings.analysis.context_tokens,
            )
            model = None if no_model else model_from(settings.ollama, settings.analysis)
            made[guild.name] = maker(rows, options, model, DatabaseCache(connection))
    if not made:
        raise UsageError(f"There are no messages in {window.label()}.")
    return made


def _window(
    connection: psycopg.Connection[tuple[object, ...]], settings: Settings, asked: Asked, guild_ids: tuple[int, ...]
) -> Window:
    zone = settings.report.timezone
    end = parse_until(asked.until, zone) if asked.until else default_until(connection, settings, guild_ids)
    try:
        return window_ending(end, asked.days or settings.report.days, zone)
    except ValueError as error:
        raise UsageError(f"There is no such window: {error}.") from None


def _print(digests: dict[str, Digest], *, as_json: bool) -> None:
    if as_json:
        say(json.dumps({name: digest_to_json(made) for name, made in digests.items()}, ensure_ascii=False))
        return
    for name, made in digests.items():
        window = Window(made.since, made.until, made.zone)
        say(f"# {' '.join(name.split())}: {window.label()}\n")
        say(render_markdown(made))
