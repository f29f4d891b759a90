"""Word of a failure by e-mail, against a real mail server with the faults of real ones."""

import email
import email.policy
import logging
import socket
import threading
import time
from contextlib import contextmanager

import pytest

from discord_airflow.cli import main
from discord_airflow.errors import AccessDeniedError, ConfigurationError, ServiceDownError
from discord_airflow.notifications import mail, notices
from discord_airflow.notifications.notice import Notice
from discord_airflow.settings import NotifySettings, load_settings
from tests.fakes.certificates import server_context
from tests.fakes.mail_server import PASSWORD, USER, Mailbox, mail_server

NOTICE = Notice("discord_weekly: save_report failed", "The database is away.\nRun `manual__1`.")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """What a server called localhost presents, and the file that makes a client trust it."""
    return server_context(tmp_path_factory.mktemp("certificate"), "localhost")


@pytest.fixture
def trusted(certificate, monkeypatch):
    """This machine trusts the test's own authority."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[1]))
    return certificate[0]


def settings(port, **values):
    """Return what `.env` would say about a server on *port*."""
    common = {"email_host": "localhost", "email_port": port, "email_to": "ops@example.org", "email_security": "none"}
    return NotifySettings.model_validate({**common, **values})


def with_login(port, **values):
    """Return the same with the login that the server knows."""
    return settings(port, **{"email_user": USER, "email_password": PASSWORD, "email_from": "us@example.org", **values})


def send(settings):
    mail.send(mail.parse_account(settings), NOTICE)


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_notice_goes_out_after_a_login_over_tls(trusted, security):
    """Both ways of TLS: the login is never seen outside of it, the message is plain text and says it is a machine's."""
    mailbox = Mailbox()
    with mail_server(mailbox, **{security: trusted}, asks_for_login=security == "starttls") as port:
        send(with_login(port, email_to="ops@example.org, on-call@example.org", email_security=security))
    [(sender, recipients, content)] = mailbox.messages
    assert (sender, recipients) == ("us@example.org", ("ops@example.org", "on-call@example.org"))
    message = email.message_from_bytes(content, policy=email.policy.default)
    assert message["Subject"] == NOTICE.subject
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content_type() == "text/plain"
    assert "The database is away." in message.get_content()
    assert socket.gethostname() not in content.decode()
    if security == "starttls":  # a server that speaks TLS from the first byte does not tell its session of it
        assert all(over_tls for _, over_tls in mailbox.logins)


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_server_that_nobody_vouches_for_gets_nothing(certificate, security):
    """The certificate is checked: neither login nor message goes to a stranger."""
    mailbox = Mailbox()
    with mail_server(mailbox, **{security: certificate[0]}) as port, pytest.raises(ServiceDownError) as refused:
        send(with_login(port, email_security=security))
    assert "could not prove who it is" in str(refused.value)
    assert (mailbox.messages, mailbox.logins) == ([], [])


def test_a_certificate_for_another_name_is_not_enough(tmp_path, monkeypatch):
    """A trusted certificate of mail.example.org is no proof for localhost."""
    context, trusted = server_context(tmp_path, "mail.example.org")
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    mailbox = Mailbox()
    with mail_server(mailbox, starttls=context) as port, pytest.raises(ServiceDownError):
        send(with_login(port, email_security="starttls"))
    assert mailbox.logins == []


def test_a_server_without_starttls_gets_no_login(trusted):
    """Somebody on the line who takes the offer out of the answer gains nothing."""
    mailbox = Mailbox()
    with mail_server(mailbox) as port, pytest.raises(ConfigurationError):
        send(with_login(port, email_security="starttls"))
    assert (mailbox.messages, mailbox.logins) == ([], [])


def test_a_refused_login_is_a_sentence_without_the_password(trusted, caplog):
    """Also when the server repeats the password in its answer."""
    caplog.set_level(logging.DEBUG)
    with mail_server(Mailbox(), starttls=trusted) as port, pytest.raises(AccessDeniedError) as refused:
        send(with_login(port, email_password="canary-wrong", email_security="starttls"))
    assert "NOTIFY_EMAIL_PASSWORD" in str(refused.value)
    assert "canary" not in f"{refused.value!r} {refused.value.__cause__!r} {caplog.text}"


@pytest.mark.parametrize(
    ("answers", "error", "word"),
    [
        ({"MAIL": "451 later"}, ServiceDownError, "451"),
        ({"MAIL": "550 never"}, AccessDeniedError, "NOTIFY_EMAIL_FROM"),
        ({"RCPT": {"ops@example.org": "450 greylisted"}}, ServiceDownError, "450"),
        ({"RCPT": {"ops@example.org": "550 nobody"}}, AccessDeniedError, "NOTIFY_EMAIL_TO"),
        ({"DATA": "452 full"}, ServiceDownError, "452"),
        ({"DATA": "554 spam"}, AccessDeniedError, "554"),
        ({"DATA": "hang up"}, ServiceDownError, "hung up"),
    ],
)
def test_what_a_server_answers_becomes_one_sentence(answers, error, word):
    """Four hundred means later, five hundred means a person has to change something, silence means away."""
    mailbox = Mailbox(answers)
    with mail_server(mailbox) as port, pytest.raises(error) as raised:
        send(settings(port))
    assert word in str(raised.value)
    assert mailbox.messages == []


def test_one_refused_recipient_does_not_cost_the_others_their_notice():
    """The rest have it, and the sentence says so."""
    mailbox = Mailbox({"RCPT": {"gone@example.org": "550 nobody"}})
    with mail_server(mailbox) as port, pytest.raises(AccessDeniedError, match="1 of 2 recipients"):
        send(settings(port, email_to="gone@example.org,ops@example.org"))
    assert [recipients for _, recipients, _ in mailbox.messages] == [("ops@example.org",)]


@contextmanager
def silent_server(drip=b""):
    """A server that takes a connection and never says a whole word; with *drip* it says a byte at a time."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        over = threading.Event()

        def serve():
            connection, _ = listening.accept()
            with connection:
                while not over.wait(0.05):
                    if drip:
                        connection.send(drip)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listening.getsockname()[1]
        over.set()
        thread.join()


@pytest.mark.parametrize("drip", [b"", b"2"])
def test_a_server_that_stalls_is_given_up(drip, monkeypatch):
    """Silence ends at the deadline of an answer, a byte now and then at the deadline of it all."""
    monkeypatch.setattr(mail, "SECONDS", 0.3 if not drip else 5)
    monkeypatch.setattr(mail, "ALL_SECONDS", 0.6)
    begun = time.monotonic()
    with silent_server(drip) as port, pytest.raises(ServiceDownError):
        send(settings(port))
    assert time.monotonic() - begun < 4


def test_nobody_listening_is_a_sentence():
    """The port is closed."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(ServiceDownError, match="could not be reached"):
        send(settings(port))


def test_both_ways_are_tried_and_one_that_fails_hides_nothing(monkeypatch, caplog):
    """With a webhook that is none the e-mail arrives; a crash in one way is told as such, without its words."""
    mailbox = Mailbox()
    with mail_server(mailbox) as port:
        broken = load_settings(
            environ={"NOTIFY_WEBHOOK": "https://example.org/canary", "NOTIFY_EMAIL_HOST": "127.0.0.1",
                     "NOTIFY_EMAIL_PORT": str(port), "NOTIFY_EMAIL_TO": "ops@example.org"}
        )  # fmt: skip
        broken = broken.model_copy(update={"notify": broken.notify.model_copy(update={"email_security": "none"})})
        notices.notify(NOTICE, broken)
    assert len(mailbox.messages) == 1
    assert "by webhook: NOTIFY_WEBHOOK cannot be used" in caplog.text
    assert "canary" not in caplog.text

    def crash(*_):
        raise RuntimeError("canary")

    monkeypatch.setattr(notices, "send", crash)
    assert [(one.way, type(one.trouble)) for one in notices.tell(NOTICE, broken)] == [
        ("webhook", ConfigurationError),
        ("e-mail", ServiceDownError),
    ]
    assert "canary" not in caplog.text


def test_the_command_tries_each_way_and_says_what_happened(tmp_path, monkeypatch, capsys):
    """Sent: 0. Refused: the sentence and its status. No way at all: that is a mistake in the settings."""
    monkeypatch.setenv("DISCORD_AIRFLOW_HOME", str(tmp_path))
    assert main(["notify", "--test"]) == 78
    (tmp_path / "config.yaml").write_text("notify: {email_security: none}\n")
    for answers, status, said in (({}, 0, "e-mail: sent"), ({"DATA": "554 no"}, 77, "did not take an e-mail (554)")):
        mailbox = Mailbox(answers)
        with mail_server(mailbox) as port:
            (tmp_path / ".env").write_text(
                f"NOTIFY_EMAIL_HOST=localhost\nNOTIFY_EMAIL_PORT={port}\nNOTIFY_EMAIL_TO=ops@example.org\n"
            )
            assert main(["notify"]) == 0
            assert mailbox.messages == []
            assert main(["notify", "--test"]) == status
        assert said in capsys.readouterr().out
