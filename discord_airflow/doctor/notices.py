"""Checks of the ways out: is somebody told of failures, and may summaries be posted?"""

from collections.abc import Iterator

from discord_airflow.doctor.finding import Finding, ok, warn
from discord_airflow.errors import ConfigurationError
from discord_airflow.notifications.mail import parse_account
from discord_airflow.notifications.webhook import parse_webhook
from discord_airflow.settings import Settings

_TRY = "discord-airflow notify --test"


def check_notices(settings: Settings) -> Iterator[Finding]:
    """Look whether the settings for telling and posting can be used; nothing is sent."""
    ways: list[str] = []
    try:
        if settings.notify.webhook:
            parse_webhook(settings.notify.webhook.get_secret_value())
            ways.append("webhook")
        if parse_account(settings.notify):
            ways.append("e-mail")
    except ConfigurationError as error:
        yield warn("notices", str(error).rstrip("."), f"correct that line of .env, then: {_TRY}")
    else:
        if ways:
            yield ok("notices", f"failures are told by {' and '.join(ways)}; `{_TRY}` tries it")
        else:
            fix = "set NOTIFY_WEBHOOK, or NOTIFY_EMAIL_HOST and NOTIFY_EMAIL_TO, in .env"
            yield warn("notices", "nobody is told of a failed task or a late report", fix)
    yield from _posting(settings)


def _posting(settings: Settings) -> Iterator[Finding]:
    if settings.post.webhook is None:
        return
    address = settings.post.webhook.get_secret_value()
    try:
        parse_webhook(address, "POST_WEBHOOK")
    except ConfigurationError as error:
        yield warn("posting", str(error).rstrip("."), "copy the address again into POST_WEBHOOK in .env")
        return
    if settings.notify.webhook and settings.notify.webhook.get_secret_value() == address:
        fix = "make a webhook of its own for POST_WEBHOOK: failures are for those who look after this, not for members"
        yield warn("posting", "POST_WEBHOOK is the same as NOTIFY_WEBHOOK", fix)
    else:
        yield ok("posting", f"a summary can be posted after approval, names: {settings.post.names}")
