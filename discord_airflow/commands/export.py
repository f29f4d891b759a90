"""`discord-airflow export`: fetch what is missing with DiscordChatExporter, and prove it."""

import json
import logging
import shlex
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from discord_airflow.collectors import exporter
from discord_airflow.collectors.chat_exporter import Exporter, export_command
from discord_airflow.collectors.export_session import Exported, ExportSession, export_session
from discord_airflow.collectors.exporter import ExportRequest, Plan, Task
from discord_airflow.collectors.find_exporter import find_exporter
from discord_airflow.commands.export_report import plain, print_summary
from discord_airflow.commands.options import Config
from discord_airflow.errors import AccessDeniedError, UsageError
from discord_airflow.log_lines import json_asked_for, tell
from discord_airflow.runs.ledger import recorded
from discord_airflow.settings import Settings, load_settings
from discord_airflow.snowflake import parse_snowflake, snowflake_at
from discord_airflow.terminal import say

log = logging.getLogger(__name__)

Guilds = Annotated[
    list[str] | None, typer.Option("--server", "--guild", help="Only this server, by id; repeatable.", metavar="ID")
]
Channels = Annotated[
    list[str] | None,
    typer.Option("--channel", help="Only this channel and its threads, by id; repeatable.", metavar="ID"),
]
After = Annotated[
    str | None, typer.Option("--after", help="From this day, moment (UTC) or after this message id.", metavar="WHEN")
]
Before = Annotated[
    str | None, typer.Option("--before", help="Up to this day, moment (UTC) or message id, exclusive.", metavar="WHEN")
]
Full = Annotated[bool, typer.Option("--full", help="Everything again, also what is proven already.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Only list the channels and print what would be run.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]

PERSONAL_ACCOUNT_WARNING = (
    "This run uses a personal token: Discord forbids automating a user account and may close it. "
    "A bot's token carries no such risk (docs/setup-discord-bot.md)."
)
UNKNOWN_ACCOUNT_WARNING = (
    "Say in config.yaml whose token DISCORD_TOKEN is (export.token_kind: bot or personal); "
    "automating a personal account breaks Discord's rules."
)


def register(app: typer.Typer) -> None:
    """Add `export` to *app*."""
    app.command("export", epilog="Example: discord-airflow export --after 2024-01-01 --dry-run")(export)


def export(
    guild: Guilds = None,
    channel: Channels = None,
    after: After = None,
    before: Before = None,
    config: Config = None,
    *,
    full: Full = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> int:
    """
    Export what the database lacks, channel by channel.

    Only what is proven complete is kept. The files lie in collectors/exports with their proofs; `discord-airflow
    import` stores them and moves the cursor.
    """
    settings = load_settings(config)
    request = request_of(settings, guild, channel, after, before, full=full)
    with recorded(None if dry_run else settings.database, "export") as run, collecting(settings) as (session, state):
        plan = exporter.make_plan(session, state, request, settings.export, datetime.now(UTC))
        if dry_run:
            _print_plan(plan, session.exporter, settings, as_json=as_json)
            return 65 if any(listing.trouble for listing in plan.listings) else 0
        progress = Progress(len(plan.tasks))
        summary = exporter.run_plan(session, state, plan, parallel=settings.export.parallel, done=progress.done)
        run.count(**summary.numbers())
        run.ends_with(summary.exit_code)
    print_summary(summary, as_json=as_json)
    return summary.exit_code


def request_of(
    settings: Settings,
    guilds: list[str] | None,
    channels: list[str] | None,
    after: str | None,
    before: str | None,
    *,
    full: bool,
) -> ExportRequest:
    """Return what is asked for; UsageError names the value that cannot be read."""
    guild_ids = tuple(_id("--server", text) for text in guilds or ()) or settings.servers
    if not guild_ids:
        raise UsageError("No server is named: put its id into config.yaml (servers) or give it with --server.")
    # A moment is inclusive, an id exclusive; the exporter excludes both ids.
    after_id = None if after is None else _moment("--after", after, shift=-1)
    before_id = None if before is None else _moment("--before", before, shift=0)
    if after_id is not None and before_id is not None and after_id >= before_id:
        raise UsageError(f"--after {after} does not lie before --before {before}.")
    return ExportRequest(
        guild_ids=guild_ids,
        channel_ids=tuple(_id("--channel", text) for text in channels or ()),
        excluded=settings.excluded_channels,
        after=after_id,
        before=before_id,
        full=full,
    )


@contextmanager
def collecting(settings: Settings) -> Iterator[tuple[ExportSession, Any]]:
    """Yield what an export needs: the session that holds the lock, and the state of earlier exports."""
    from discord_airflow.collectors.coverage_state import CoverageState
    from discord_airflow.database import apply_schema, connect

    if settings.discord.token is None or not settings.discord.token.get_secret_value().strip():
        raise AccessDeniedError(
            "DISCORD_TOKEN is not set; put it into .env (docs/layer1-setup.md says where to get it)."
        )
    token = settings.discord.token.get_secret_value()
    with _stoppable():
        program = find_exporter(settings.export.executable, settings.home / ".data" / "exporter")
        _warn_of_token(settings)
        with (
            connect(settings.database, autocommit=True) as connection,
            export_session(program, settings.export, token, settings.home / ".data" / "locks") as session,
        ):
            apply_schema(connection)
            yield session, CoverageState(connection)


class Progress:
    """One line for each finished window, on stderr when a person watches."""

    def __init__(self, total: int) -> None:
        self._console = Console(stderr=True, highlight=False)
        self._total = total
        self._done = 0

    def done(self, task: Task, exported: Exported) -> None:
        """Tell that one window has ended."""
        self._done += 1
        if self._console.is_terminal:
            self._console.print(
                f"[{self._done}/{self._total}] {escape(plain(task.channel.name))}: "
                f"{exported.verdict.state} - {escape(plain(exported.verdict.reason))}",
                markup=False,
            )


def _print_plan(plan: Plan, program: Exporter, settings: Settings, *, as_json: bool) -> None:
    commands = [
        export_command(
            program,
            task.channel.id,
            task.window,
            settings.export.directory / ".staging" / f"{task.channel.id}.json",
            respect_rate_limits=settings.export.respect_rate_limits,
        )
        for task in plan.tasks
    ]
    if as_json:
        say(
            json.dumps(
                [
                    {"channel_id": str(task.channel.id), "channel": task.channel.name, "command": command}
                    for task, command in zip(plan.tasks, commands, strict=True)
                ],
                ensure_ascii=False,
                indent=2,
            )
        )
        return
    for listing in plan.listings:
        if listing.trouble is not None:
            say(f"Server {listing.guild_id} cannot be listed: {plain(listing.trouble.reason)}.")
    for task, command in zip(plan.tasks, commands, strict=True):
        say(f"{plain(task.channel.name)}\n  DISCORD_TOKEN=*** {shlex.join(command)}")
    say(f"{len(commands)} windows would be exported; nothing was.")


def _warn_of_token(settings: Settings) -> None:
    warnings = {"personal": PERSONAL_ACCOUNT_WARNING, "auto": UNKNOWN_ACCOUNT_WARNING}
    if settings.export.token_kind in warnings and json_asked_for():
        tell(log, "the token is or may be a person's", logging.WARNING, token_kind=settings.export.token_kind)
    elif settings.export.token_kind in warnings:
        say(warnings[settings.export.token_kind], err=True)


def _id(option: str, text: str) -> int:
    try:
        return parse_snowflake(text)
    except ValueError as error:
        raise UsageError(f"{option}: {error}.") from None


def _moment(option: str, text: str, *, shift: int) -> int:
    """Return the exclusive bound for a day, a moment or an id."""
    if text.isdigit():
        if len(text) < 15:
            raise UsageError(f"{option} {text} is neither an id nor a date; write a date as 2024-01-31.")
        return _id(option, text)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{option} {text!r} is no date; write 2024-01-31 or 2024-01-31T18:00+02:00.") from None
    aware = moment if moment.utcoffset() is not None else moment.replace(tzinfo=UTC)
    return max(0, snowflake_at(aware) + shift)


@contextmanager
def _stoppable() -> Iterator[None]:
    """Let SIGTERM end the run like Ctrl-C: the exporter is stopped first."""

    def stop(_number: int, _frame: object) -> None:
        raise KeyboardInterrupt

    try:
        earlier: Callable[..., Any] | int | None = signal.signal(signal.SIGTERM, stop)
    except ValueError:  # not the main thread: a task of Airflow's, which has its own way
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, earlier)


def main() -> int:
    """Run `collectors/exporter.py`."""
    from discord_airflow.cli import main as command_line

    return command_line(["export", *sys.argv[1:]])
