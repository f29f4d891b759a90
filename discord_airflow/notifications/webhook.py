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


class UnsureError(ServiceDownError):
    """A message was sent, but whether Discord has it is not known: no answer came, or one from something between."""


@dataclass(frozen=True, slots=True)
class Webhook:
    """A webhook; its token is a secret, as whoever has it can post. *variable* is where its address is set."""

    id: int
    token: str = field(repr=False)
    variable: str = "NOTIFY_WEBHOOK"

    @property
    def url(self) -> str:
        return f"https://discord.com/api/webhooks/{self.id}/{self.token}"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a webhook posts."""

    guild_id: int
    channel_id: int


def parse_webhook(text: str, variable: str = "NOTIFY_WEBHOOK") -> Webhook:
    """Return the webhook at the address *text*; any address but one of Discord's own raises ConfigurationError."""
    match = _ADDRESS.fullmatch(text.strip())
    if not match:
        raise ConfigurationError(
            f"{variable} cannot be used: only https://discord.com/api/webhooks/ID/TOKEN is, as Discord shows it"
            " under Server Settings > Integrations > Webhooks."
        )
    return Webhook(int(match[1]), match[2], variable)


def new_client() -> httpx.Client:
    """Return a client that goes to Discord and nowhere it is sent from there."""
    return httpx.Client(timeout=SECONDS, follow_redirects=False)


def place_of(webhook: Webhook, client: httpx.Client) -> Place:
    """Return where *webhook* posts, as Discord says; the errors are those of post()."""
    answer = _asked(webhook, client, "GET")
    try:
        found = answer.json()
        return Place(int(found["guild_id"]), int(found["channel_id"]))
    except (ValueError, KeyError, TypeError):
        raise ServiceDownError(f"Discord did not say where the webhook {webhook.id} posts.") from None


def post(webhook: Webhook, text: str, client: httpx.Client) -> int:
    """
    Post *text* in as many messages as it takes, and return how many; nobody is pinged by any of them.

    ServiceDownError when Discord does not take them, AccessDeniedError when the webhook is no more.
    """
    pieces = split_text(without_pings(text))
    for piece in pieces:
        post_piece(webhook, piece, client)
    return len(pieces)


def post_piece(webhook: Webhook, piece: str, client: httpx.Client) -> int:
    """
    Post *piece* as one message, and return the message's id.

    UnsureError when it may or may not have arrived; every other error means that it has not.
    """
    message = {"content": piece, "allowed_mentions": {"parse": []}, "flags": NO_PREVIEWS}
    answer = _asked(webhook, client, "POST", message)
    try:
        return int(answer.json()["id"])
    except (ValueError, KeyError, TypeError):
        return 0  # taken, but Discord gave no id: it does without `wait`, or something between swallowed it


def _asked(webhook: Webhook, client: httpx.Client, method: str, message: object = None) -> httpx.Response:
    """Return Discord's answer, which is a good one, after as much patience as it asks for."""
    with _no_address_in_logs():
        answer = _once(webhook, client, method, message)
        for _ in range(1, TRIES):
            if answer.status_code != 429:
                break
            _wait(answer)
            answer = _once(webhook, client, method, message)
    if answer.is_success:
        return answer
    if answer.status_code in (401, 403, 404):
        raise AccessDeniedError(
            f"Discord does not know the webhook {webhook.id} any more ({answer.status_code}); make a new one and"
            f" set {webhook.variable} in .env."
        )
    if answer.status_code in (502, 504):
        raise UnsureError(f"A server before Discord gave up on the webhook {webhook.id} ({answer.status_code}).")
    raise ServiceDownError(f"Discord did not take a message by the webhook {webhook.id} ({answer.status_code}).")


def _once(webhook: Webhook, client: httpx.Client, method: str, message: object) -> httpx.Response:
    # Not the errors' own words: they may hold the address, and with it the token.
    try:
        if method == "GET":
            return client.get(webhook.url)
        # With `wait` the answer comes when the message is there, and names it.
        return client.post(webhook.url, params={"wait": "true"}, json=message)
    except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError) as error:
        raise ServiceDownError(f"Discord could not be reached to post a message ({type(error).__name__}).") from None
    except httpx.HTTPError as error:
        raise UnsureError(f"Discord gave no answer about a message ({type(error).__name__}).") from None


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
