"""Word of a failure: to Discord's webhooks only, in pieces Discord takes, without a ping and without the secret."""

import email
import email.policy
import json
import logging
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from discord_airflow.errors import AccessDeniedError, ConfigurationError, ServiceDownError
from discord_airflow.notifications import mail, notices, webhook
from discord_airflow.notifications.notice import Notice
from discord_airflow.notifications.pieces import LIMIT, split_text, without_pings
from discord_airflow.report_shelf.shelf import FolderShelf
from discord_airflow.settings import NotifySettings, load_settings
from discord_airflow.window import last_full_week, window_ending

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
    assert set(discord.addresses) == {f"{ADDRESS}?wait=true"}


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
    notice = notices.failure_notice("dag", "task", "run", ValueError("password=hunter2"))
    assert "ValueError" in notice.text
    assert "hunter2" not in notice.text + notice.subject


def test_a_notice_that_cannot_be_sent_hides_nothing(caplog):
    """No webhook: nothing happens. A wrong one: a line in the log, no exception, no address."""
    assert notices.tell(Notice("subject", "text"), load_settings(environ={})) == ()
    notices.notify(Notice("subject", "text"), load_settings(environ={"NOTIFY_WEBHOOK": f"https://example.org/{TOKEN}"}))
    assert "NOTIFY_WEBHOOK" in caplog.text
    assert TOKEN not in caplog.text


def sundays(zone):
    """The Sundays of a year that end a week in which the clock of *zone* changes, and three others."""
    for number in range(52):
        day = date(2026, 1, 4) + timedelta(days=7 * number)
        before, after = (datetime.combine(day - timedelta(days=days), time(9), zone) for days in (7, 0))
        if before.utcoffset() != after.utcoffset() or number in (0, 26, 51):
            yield day


def test_in_every_zone_the_week_that_is_looked_for_is_the_one_that_was_due(tmp_path):
    """
    Each Sunday at ten on the wall of each zone: late, and for that very day; a minute before nobody is told.

    The weeks in which a clock changes are among them. The day is also the name that a report of that moment gets.
    """
    changing = 0
    for zone in sorted(available_timezones() - {"localtime"}):
        for day in sundays(ZoneInfo(zone)):
            ten = datetime.combine(day, time(10), ZoneInfo(zone))
            nine = datetime.combine(day, time(9), ZoneInfo(zone)).astimezone(UTC)
            window = window_ending(nine, 7, zone)
            changing += (window.until - window.since) != timedelta(days=7)
            assert last_full_week(ten.astimezone(UTC), zone) == window.until
            told = notices.late_notice(FolderShelf(tmp_path), ten.astimezone(UTC), zone, timedelta(hours=1))
            assert f"{window.until.astimezone(ZoneInfo(zone)).date()} is not there" in told.subject
            assert str(day) in told.subject
            early = ten.astimezone(UTC) - timedelta(minutes=1)
            assert notices.late_notice(FolderShelf(tmp_path), early, zone, timedelta(hours=1)) is None
    assert changing > 200


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
    told = notices.late_notice(FolderShelf(tmp_path), now, "Europe/Helsinki", timedelta(hours=1))
    assert bool(told) is late
    (tmp_path / "2026-11-22.md").touch()
    assert notices.late_notice(FolderShelf(tmp_path), now, "Europe/Helsinki", timedelta(hours=1)) is None


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"email_to": "ops@example.org"}, "NOTIFY_EMAIL_HOST"),
        ({"email_host": "mail"}, "NOTIFY_EMAIL_TO"),
        ({"email_host": "mail", "email_to": "ops@example.org", "email_user": "us"}, "go together"),
        ({"email_host": "mail", "email_to": "ops"}, "NOTIFY_EMAIL_TO"),
        ({"email_host": "mail", "email_to": "ops@example.org\nBcc: all@example.org"}, "NOTIFY_EMAIL_TO"),
        ({"email_host": "mail", "email_to": "ops@example.org", "email_from": "<a@example.org>"}, "NOTIFY_EMAIL_FROM"),
        ({"email_host": "mail", "email_to": "a@b.c", "email_user": "us", "email_password": "pässword"}, "ASCII"),
        (
            {"email_host": "mail.example.org", "email_to": "a@b.c", "email_user": "a@b.c", "email_password": "canary",
             "email_security": "none"},
            "open line",
        ),
    ],
)  # fmt: skip
def test_half_an_account_is_refused_with_the_variable_to_set(values, said):
    """No notice is lost in silence because a line of .env is missing; the password is in no sentence."""
    with pytest.raises(ConfigurationError, match=said) as refused:
        mail.parse_account(NotifySettings.model_validate(values))
    assert "canary" not in str(refused.value)


@settings(deadline=None)
@given(st.text(max_size=200))
def test_no_subject_can_begin_another_header(subject):
    """Whatever a subject holds, the message has the headers it was given and no more."""
    account = mail.parse_account(NotifySettings.model_validate({"email_host": "mail", "email_to": "ops@example.org"}))
    message = mail.compose(account, Notice(subject.encode("utf-8", "replace").decode(), "text"))
    read = email.message_from_bytes(message.as_bytes(policy=email.policy.SMTP), policy=email.policy.default)
    assert set(read) == {"Subject", "From", "To", "Date", "Message-ID", "Auto-Submitted", "Content-Type",
                         "Content-Transfer-Encoding", "MIME-Version"}  # fmt: skip
    assert read["To"] == "ops@example.org"


def test_an_account_does_not_show_its_password():
    """Neither by itself nor in a list."""
    values = {"email_host": "mail", "email_to": "ops@example.org", "email_user": "a@b.c", "email_password": "canary"}
    account = mail.parse_account(NotifySettings.model_validate(values))
    assert (account.sender, account.port) == ("a@b.c", 587)
    assert "canary" not in f"{account} {[account]!r}"
