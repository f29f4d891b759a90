"""A Discord webhook: which addresses are one, and how a text gets there."""

import logging
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx

from discord_airflow.errors import AccessDeniedError, ConfigurationError, ServiceDownError
from discord_airflow.notifications.pieces import split_text, without_pings

SECONDS = 10
TRIES = 3
LONGEST_WAIT = 30.0
NO_PREVIEWS = 1 << 2
"""Discord's flag for a message whose links are not looked up."""

_ADDRESS = re.compile(r"https://discord\.com/api/(?:v\d{1,2}/)?webhooks/(\d{1,19})/([\w-]{1,200})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Webhook:
    """A webhook; its token is a secret, as whoever has it can post."""

    id: int
    token: str = field(repr=False)

    @property
    def url(self) -> str:
        return f"https://discord.com/api/webhooks/{self.id}/{self.token}"


def parse_webhook(text: str) -> Webhook:
    """Return the webhook at the address *text*; any address but one of Discord's own raises ConfigurationError."""
    match = _ADDRESS.fullmatch(text.strip())
    if not match:
        raise ConfigurationError(
            "NOTIFY_WEBHOOK cannot be used: only https://discord.com/api/webhooks/ID/TOKEN is, as Discord shows it"
            " under Server Settings > Integrations > Webhooks."
        )
    return Webhook(int(match[1]), match[2])


def new_client() -> httpx.Client:
    """Return a client that goes to Discord and nowhere it is sent from there."""
    return httpx.Client(timeout=SECONDS, follow_redirects=False)


def post(webhook: Webhook, text: str, client: httpx.Client) -> int:
    """
    Post *text* in as many messages as it takes, and return how many; nobody is pinged by any of them.

    ServiceDownError when Discord does not take them, AccessDeniedError when the webhook is no more.
    """
    pieces = split_text(without_pings(text))
    with _no_address_in_logs():
        for piece in pieces:
            _post_one(webhook, {"content": piece, "allowed_mentions": {"parse": []}, "flags": NO_PREVIEWS}, client)
    return len(pieces)


def _post_one(webhook: Webhook, message: dict[str, object], client: httpx.Client) -> None:
    for attempt in range(1, TRIES + 1):
        try:
            answer = client.post(webhook.url, json=message)
        except httpx.HTTPError as error:
            # Not the error's own words: they may hold the address, and with it the token.
            raise ServiceDownError(
                f"Discord could not be reached to post a message ({type(error).__name__})."
            ) from None
        if answer.is_success:
            return
        if answer.status_code in (401, 403, 404):
            raise AccessDeniedError(
                f"Discord does not know the webhook {webhook.id} any more ({answer.status_code}); make a new one and"
                " set NOTIFY_WEBHOOK in .env."
            )
        if answer.status_code != 429 or attempt == TRIES:
            raise ServiceDownError(
                f"Discord did not take a message by the webhook {webhook.id} ({answer.status_code})."
            )
        _wait(answer)


@contextmanager
def _no_address_in_logs() -> Iterator[None]:
    """Keep httpx from logging the address of each request: it holds the token."""
    logger = logging.getLogger("httpx")
    logger.addFilter(_nothing)
    try:
        yield
    finally:
        logger.removeFilter(_nothing)


def _nothing(_: logging.LogRecord) -> bool:
    return False


def _wait(answer: httpx.Response) -> None:
    try:
        seconds = float(answer.headers.get("retry-after", "1"))
    except ValueError:
        seconds = 1.0
    time.sleep(min(max(seconds, 0.0), LONGEST_WAIT))
