"""E-mail: the account that NOTIFY_EMAIL_... names, and how a notice gets through its server."""

import re
import smtplib
import ssl
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from threading import Thread
from typing import Literal

from discord_airflow.errors import AccessDeniedError, ConfigurationError, DiscordAirflowError, ServiceDownError
from discord_airflow.notifications.notice import Notice
from discord_airflow.settings import NotifySettings

Security = Literal["starttls", "tls", "none"]

SECONDS = 10
"""For each answer of the server."""

ALL_SECONDS = 30
"""For all of it: a server that sends a byte now and then would keep us for ever, and so would a resolver."""

PORTS = {"starttls": 587, "tls": 465, "none": 25}
SUBJECT_LIMIT = 150

_ADDRESS = re.compile(r"[\w.+=~!#$%&'*/?^`{|}-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})*", re.ASCII)
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Account:
    """From where, by whom and to whom a notice is sent."""

    host: str
    port: int
    security: Security
    user: str | None
    password: str | None = field(repr=False)
    sender: str
    recipients: tuple[str, ...]


def parse_account(settings: NotifySettings) -> Account | None:
    """Return the account that *settings* name, None when they name none; half an account raises ConfigurationError."""
    if settings.email_host is None:
        if settings.email_to or settings.email_user or settings.email_password:
            raise ConfigurationError("NOTIFY_EMAIL_HOST is not set, so no e-mail can be sent; set it in .env.")
        return None
    if not settings.email_to:
        raise ConfigurationError("NOTIFY_EMAIL_TO is not set, so nobody would get an e-mail; set it in .env.")
    if (settings.email_user is None) != (settings.email_password is None):
        raise ConfigurationError(
            "NOTIFY_EMAIL_USER and NOTIFY_EMAIL_PASSWORD go together; set both in .env or neither."
        )
    if settings.email_password and not f"{settings.email_user}{settings.email_password.get_secret_value()}".isascii():
        raise ConfigurationError(
            "NOTIFY_EMAIL_USER and NOTIFY_EMAIL_PASSWORD may hold plain ASCII only, as SMTP logins."
        )
    if settings.email_security == "none" and settings.email_user and settings.email_host not in _LOOPBACK:
        raise ConfigurationError(
            "A password never goes over an open line: set notify.email_security in config.yaml to starttls or tls,"
            " or remove NOTIFY_EMAIL_USER and NOTIFY_EMAIL_PASSWORD from .env."
        )
    recipients = tuple(_address("NOTIFY_EMAIL_TO", part) for part in settings.email_to.split(","))
    return Account(
        host=settings.email_host,
        port=settings.email_port or PORTS[settings.email_security],
        security=settings.email_security,
        user=settings.email_user,
        password=settings.email_password.get_secret_value() if settings.email_password else None,
        sender=_address("NOTIFY_EMAIL_FROM", settings.email_from or settings.email_user or recipients[0]),
        recipients=recipients,
    )


def _address(variable: str, text: str) -> str:
    address = text.strip()
    if not _ADDRESS.fullmatch(address):
        hint = " (without NOTIFY_EMAIL_FROM it is NOTIFY_EMAIL_USER)" if variable == "NOTIFY_EMAIL_FROM" else ""
        raise ConfigurationError(f"{variable} holds something that is not an address like someone@example.org{hint}.")
    return address


def compose(account: Account, notice: Notice) -> EmailMessage:
    """Return *notice* as a message of plain text; nothing in its subject can begin another header."""
    message = EmailMessage()
    message["Subject"] = " ".join(notice.subject.split())[:SUBJECT_LIMIT]
    message["From"] = account.sender
    message["To"] = ", ".join(account.recipients)
    message["Date"] = formatdate(localtime=False)
    message["Message-ID"] = make_msgid(domain=_domain(account))
    message["Auto-Submitted"] = "auto-generated"  # no holiday answer comes back
    message.set_content(notice.for_mail())
    return message


def send(account: Account, notice: Notice) -> None:
    """
    Send *notice* to all recipients.

    ServiceDownError when the server cannot be reached or asks for patience, AccessDeniedError when it refuses us. The
    server's own words are in neither: they may repeat what it was told.
    """
    outcome: list[DiscordAirflowError | None] = []
    # Not a pool, whose threads Python waits for at its end.
    sending = Thread(target=lambda: outcome.append(_trouble(account, notice)), daemon=True)
    sending.start()
    sending.join(ALL_SECONDS)
    trouble = outcome[0] if outcome else ServiceDownError(f"{_server(account)} took longer than {ALL_SECONDS} seconds.")
    if trouble:
        raise trouble


def _trouble(account: Account, notice: Notice) -> DiscordAirflowError | None:
    """Send *notice* and return what went wrong."""
    server = _server(account)
    try:
        refused = _deliver(account, compose(account, notice))
    except smtplib.SMTPAuthenticationError as error:
        return AccessDeniedError(
            f"{server} refused the login ({error.smtp_code}); check NOTIFY_EMAIL_USER and NOTIFY_EMAIL_PASSWORD."
        )
    except smtplib.SMTPNotSupportedError:
        return ConfigurationError(
            f"{server} offers no STARTTLS, or no login;"
            " check notify.email_security in config.yaml and NOTIFY_EMAIL_PORT."
        )
    except smtplib.SMTPRecipientsRefused as error:
        return _refusal(
            f"{server} takes no e-mail for NOTIFY_EMAIL_TO", max(code for code, _ in error.recipients.values())
        )
    except smtplib.SMTPSenderRefused as error:
        return _refusal(f"{server} takes no e-mail from NOTIFY_EMAIL_FROM", error.smtp_code)
    except smtplib.SMTPResponseException as error:
        return _refusal(f"{server} did not take an e-mail", error.smtp_code)
    except ssl.SSLError as error:
        why = getattr(error, "verify_message", "") or error.reason or "no TLS"
        return ServiceDownError(
            f"{server} could not prove who it is, or speaks another protocol ({why}); check NOTIFY_EMAIL_HOST,"
            " NOTIFY_EMAIL_PORT and notify.email_security."
        )
    except (smtplib.SMTPException, OSError, ValueError) as error:
        return ServiceDownError(f"{server} could not be reached, or hung up ({type(error).__name__}).")
    if refused:
        count = f"{len(refused)} of {len(account.recipients)} recipients"
        return AccessDeniedError(f"{server} refused {count} of NOTIFY_EMAIL_TO; the others have the e-mail.")
    return None


def _refusal(sentence: str, code: int) -> DiscordAirflowError:
    """Return the error for the answer *code*: below 500 the server asks to come again."""
    return AccessDeniedError(f"{sentence} ({code}).") if code >= 500 else ServiceDownError(f"{sentence} now ({code}).")


def _deliver(account: Account, message: EmailMessage) -> dict[str, tuple[int, bytes]]:
    """Hand *message* to the server and return whom it refused; the certificate is checked against the host's name."""
    context = ssl.create_default_context()
    name = _domain(account)  # what we call ourselves; the default would ask a resolver, and tell this machine's name
    if account.security == "tls":
        client = smtplib.SMTP_SSL(account.host, account.port, name, timeout=SECONDS, context=context)
    else:
        client = smtplib.SMTP(account.host, account.port, name, timeout=SECONDS)
    with client:
        if account.security == "starttls":
            client.starttls(context=context)
        if account.user and account.password:
            client.login(account.user, account.password)
        return client.send_message(message, account.sender, account.recipients)


def _domain(account: Account) -> str:
    return account.sender.rpartition("@")[2]


def _server(account: Account) -> str:
    return f"The mail server {account.host}:{account.port}"
