"""`discord-airflow notify`: which ways of being told there are, and whether they work."""

from typing import Annotated

import typer

from discord_airflow.commands.options import Config
from discord_airflow.errors import ConfigurationError
from discord_airflow.notifications.notice import Notice
from discord_airflow.notifications.notices import tell, ways
from discord_airflow.settings import load_settings
from discord_airflow.terminal import say

TRIAL = Notice(
    "discord_airflow: a test",
    "This is a test of `discord-airflow notify --test`; nothing has happened. Word of failed tasks and of reports that"
    " are late will come this way.",
)


def register(app: typer.Typer) -> None:
    """Add `notify` to *app*."""
    app.command("notify", epilog="Example: discord-airflow notify --test")(notify)


def notify(
    config: Config = None,
    *,
    test: Annotated[bool, typer.Option("--test", help="Send a test notice by each way.")] = False,
) -> int:
    """
    Say by which ways failures are told: webhook, e-mail.

    With --test each of them is tried, and what happened is said.
    """
    settings = load_settings(config)
    names = [way for way, _ in ways(settings, TRIAL)]
    if not names:
        raise ConfigurationError(
            "Nobody is told of failures: set NOTIFY_WEBHOOK or the lines NOTIFY_EMAIL_... in .env (see .env.example)."
        )
    if not test:
        say(f"Failures are told by {' and '.join(names)}; --test tries it.")
        return 0
    told = tell(TRIAL, settings)
    for one in told:
        say(f"{one.way}: {one.trouble or 'sent; look whether it is there.'}")
    return next((one.trouble.exit_code for one in told if one.trouble), 0)
