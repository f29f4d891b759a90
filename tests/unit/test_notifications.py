"""Word of a failure: to Discord's webhooks only, in pieces Discord takes, without a ping and without the secret."""

import json
import logging
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from discord_airflow.errors import AccessDeniedError, ConfigurationError, ServiceDownError
from discord_airflow.notifications import notices, webhook
from discord_airflow.notifications.pieces import LIMIT, split_text, without_pings
from discord_airflow.report_shelf.shelf import FolderShelf
from discord_airflow.settings import load_settings

TOKEN = "canary-webhook_token"
ADDRESS = f"https://discord.com/api/webhooks/42/{TOKEN}"


class Discord:
    """What stands for Discord: it remembers what it was sent, and answers as it was told to."""

    def __init__(self, *answers):
        self.answers, self.messages, self.addresses = list(answers), [], []
        self.client = httpx.Client(transport=httpx.MockTransport(self.answer))

    def answer(self, request):
        self.addresses.append(str(request.url))
        self.messages.append(json.loads(request.content))
        return self.answers.pop(0) if self.answers else httpx.Response(204)


@pytest.mark.parametrize(
    "text",
    [
        "http://discord.com/api/webhooks/42/token",
        "https://discord.com.example.org/api/webhooks/42/token",
        "https://discord.com@example.org/api/webhooks/42/token",
        "https://user:word@discord.com/api/webhooks/42/token",
        "https://discord.com:8443/api/webhooks/42/token",
        "https://discord.com/api/webhooks/42/token?wait=true",
        "https://discord.com/api/webhooks/42/../../users/@me",
        "https://discord.com/api/webhooks/42/token\nHost: example.org",
        "https://discord.com/api/webhooks//token",
        "https://discord.com/api/webhooks/٤٢/token",
        "https://discоrd.com/api/webhooks/42/token",
        "https://169.254.169.254/api/webhooks/42/token",
        "https://discord.com/api/webhooks/42/token/slack",
        "",
    ],
)
def test_no_other_address_is_ever_a_webhook(text):
    """Another host, port, scheme or path is refused, and the sentence does not repeat what may be a secret."""
    with pytest.raises(ConfigurationError) as refused:
        webhook.parse_webhook(text)
    assert "token" not in str(refused.value)


def test_a_webhook_does_not_show_its_token():
    """Neither by itself nor in a list; the version of the interface may stand in the address."""
    found = webhook.parse_webhook(f" https://discord.com/api/v10/webhooks/42/{TOKEN}\n")
    assert found.url == ADDRESS
    assert TOKEN not in f"{found} {[found]!r}"


def test_every_message_forbids_every_ping():
    """All pieces of a long text say that nobody is to be told, and none is too long."""
    discord = Discord()
    text = "\n".join(f"@everyone <@42> <@&7> <#9> line {number}" for number in range(200))
    count = webhook.post(webhook.parse_webhook(ADDRESS), text, discord.client)
    assert count == len(discord.messages) > 1
    for message in discord.messages:
        assert message["allowed_mentions"] == {"parse": []}
        assert len(message["content"]) <= LIMIT
        assert "@everyone" not in message["content"]
        assert "<@" not in message["content"]


@given(st.text(alphabet="ab \n`@<", max_size=400), st.integers(20, 60))
def test_pieces_fit_and_nothing_but_space_is_lost(text, limit):
    """Whatever the text, each piece fits, and every visible character but a fence's is there in its order."""
    pieces = split_text(text, limit)
    assert all(0 < len(piece) <= limit for piece in pieces)
    visible = str.maketrans("", "", " \n`")
    assert "".join(pieces).translate(visible) == text.translate(visible)


def test_a_block_of_code_stays_one_on_both_sides_of_a_cut():
    """The fence is closed at the end of a piece and opened again in the next."""
    pieces = split_text("before\n```\n" + "code line\n" * 20 + "```\nafter", 100)
    assert len(pieces) > 2
    assert all(piece.count("```") % 2 == 0 for piece in pieces)


def test_a_link_is_not_cut():
    """The cut goes before it."""
    link = "https://discord.com/channels/1/2/3"
    assert any(link in piece for piece in split_text("word " * 17 + link + " word" * 9, 100))


def test_mentions_in_quoted_text_look_like_text():
    """Nothing that Discord draws as a mention is left."""
    assert "@here" not in without_pings("@here")
    assert "<@" not in without_pings("<@!42>")


@pytest.mark.parametrize(
    ("answers", "error"),
    [
        ([httpx.Response(404)], AccessDeniedError),
        ([httpx.Response(500)], ServiceDownError),
        ([httpx.Response(307, headers={"location": "https://example.org/"})], ServiceDownError),
        ([httpx.Response(429, headers={"retry-after": "0"})] * 3, ServiceDownError),
    ],
)
def test_a_refusal_is_a_sentence_without_the_secret(answers, error):
    """The webhook is gone, Discord is down, it sends us elsewhere, it asks for patience for ever."""
    discord = Discord(*answers)
    with pytest.raises(error) as raised:
        webhook.post(webhook.parse_webhook(ADDRESS), "text", discord.client)
    assert TOKEN not in str(raised.value)
    assert set(discord.addresses) == {ADDRESS}


def test_patience_that_is_asked_for_once_is_had():
    """A 429 is tried again, and then the message is there once."""
    discord = Discord(httpx.Response(429, headers={"retry-after": "0"}))
    assert webhook.post(webhook.parse_webhook(ADDRESS), "text", discord.client) == 1


def test_the_address_is_in_no_log(caplog):
    """Not even at the lowest level, where httpx tells every request."""
    caplog.set_level(logging.DEBUG)
    webhook.post(webhook.parse_webhook(ADDRESS), "text", Discord().client)
    assert TOKEN not in caplog.text


@dataclass
class FailedTask:
    dag_id: str = "discord_weekly"
    task_id: str = "save_report"
    run_id: str = "manual__2026-11-22"


def test_a_failed_task_is_told_with_our_own_words_only(monkeypatch):
    """Our errors are quoted; of a stranger's error only the kind is told, as its words may hold anything."""
    discord = Discord()
    monkeypatch.setattr(notices, "new_client", lambda: discord.client)
    monkeypatch.setattr(notices, "load_settings", lambda: load_settings(environ={"NOTIFY_WEBHOOK": ADDRESS}))
    notices.notify_failure({"ti": FailedTask(), "exception": ServiceDownError("The database is away.")})
    assert "The database is away." in discord.messages[0]["content"]
    text = notices.failure_text("dag", "task", "run", ValueError("password=hunter2"))
    assert "ValueError" in text
    assert "hunter2" not in text


def test_a_notice_that_cannot_be_sent_hides_nothing(caplog):
    """No webhook: nothing happens. A wrong one: a line in the log, no exception, no address."""
    assert notices.notify("text", load_settings(environ={})) is False
    wrong = load_settings(environ={"NOTIFY_WEBHOOK": f"https://example.org/{TOKEN}"})
    assert notices.notify("text", wrong) is False
    assert "NOTIFY_WEBHOOK" in caplog.text
    assert TOKEN not in caplog.text


@pytest.mark.parametrize(
    ("now", "late"),
    [
        (datetime(2026, 11, 22, 7, 59, tzinfo=UTC), False),
        (datetime(2026, 11, 22, 8, 0, tzinfo=UTC), True),
        (datetime(2026, 11, 25, 12, 0, tzinfo=UTC), True),
        (datetime(2026, 11, 29, 7, 30, tzinfo=UTC), False),
    ],
)
def test_a_report_is_late_an_hour_after_nine(tmp_path, now, late):
    """On the clock of the report's zone; with the next one due, the next one counts."""
    told = notices.late_text(FolderShelf(tmp_path), now, "Europe/Helsinki", timedelta(hours=1))
    assert bool(told) is late
    (tmp_path / "2026-11-22.md").touch()
    assert notices.late_text(FolderShelf(tmp_path), now, "Europe/Helsinki", timedelta(hours=1)) is None
