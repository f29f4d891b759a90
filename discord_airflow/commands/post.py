"""`discord-airflow post`: the summary of a report for a Discord channel, posted after a question."""

from typing import Annotated

import typer

from discord_airflow.commands.options import Config
from discord_airflow.database import apply_schema, connect
from discord_airflow.errors import UsageError
from discord_airflow.notifications.webhook import new_client
from discord_airflow.posting.choose import post_webhook, prepare
from discord_airflow.posting.once import forget, is_posted, post_once
from discord_airflow.report_shelf.shelf import parse_day
from discord_airflow.settings import load_settings
from discord_airflow.terminal import say


def register(app: typer.Typer) -> None:
    """Add `post` to *app*."""
    app.command("post", epilog="Example: discord-airflow post --dry-run")(post)


def post(
    day: Annotated[
        str | None, typer.Option("--day", help="The day of the report; default: the newest.", metavar="YYYY-MM-DD")
    ] = None,
    config: Config = None,
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the messages and post nothing.")] = False,
    again: Annotated[bool, typer.Option("--again", help="Post it anew even if it was posted before.")] = False,
) -> int:
    """
    Show a report's summary, ask, and post it to a channel.

    It stands here as it would stand in the channel of POST_WEBHOOK. Nothing is posted twice.
    """
    asked = parse_day(day) if day is not None else None
    if day is not None and asked is None:
        raise UsageError(f"--day: {day!r} is not a day such as 2026-11-22.")
    settings = load_settings(config)
    post_webhook(settings.post)
    with connect(settings.database, autocommit=True) as connection, new_client() as client:
        apply_schema(connection)
        chosen = prepare(connection, settings.post, asked, client)
        if not dry_run and not again and is_posted(connection, chosen):
            say(f"The summary of the report of {chosen.day} was posted already; --again posts it anew.")
            return 0
        for number, piece in enumerate(chosen.pieces, start=1):
            say(f"--- message {number} of {len(chosen.pieces)} ---\n{piece}")
        say("---")
        if dry_run:
            return 0
        if not typer.confirm(f"Post this to the channel {chosen.channel_id} of the server {chosen.guild_id}?"):
            say("Nothing was posted.")
            return 0
        if again:
            forget(connection, chosen)
        sent = post_once(connection, chosen, client)
    say(f"{sent} of {len(chosen.pieces)} messages posted." if sent else "All of it was posted already.")
    return 0
