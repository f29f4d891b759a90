"""A real mail server on loopback, which can be told to misbehave as real ones do."""

import asyncio
import logging
from contextlib import contextmanager
from threading import Thread

from aiosmtpd.smtp import SMTP, AuthResult

logging.getLogger("mail.log").setLevel(logging.CRITICAL)  # the server's own log may tell what it likes

USER, PASSWORD = "reports", "canary-mail-password"


class Mailbox:
    """What the server does with what it is told; *answers* replaces its reply to a command."""

    def __init__(self, answers=None):
        self.answers = answers or {}
        self.messages, self.logins = [], []

    async def handle_EHLO(self, server, session, envelope, hostname, responses):  # noqa: N802 (aiosmtpd's names)
        session.host_name = hostname
        return responses

    async def handle_MAIL(self, server, session, envelope, address, options):  # noqa: N802 (aiosmtpd's names)
        envelope.mail_from = address
        return self.answers.get("MAIL", "250 OK")

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802 (aiosmtpd's names)
        answer = self.answers.get("RCPT", {}).get(address, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 (aiosmtpd's names)
        if self.answers.get("DATA") == "hang up":
            server.transport.close()
            return "250 OK"
        answer = self.answers.get("DATA", "250 OK")
        if answer.startswith("250"):
            self.messages.append((envelope.mail_from, tuple(envelope.rcpt_tos), envelope.original_content))
        return answer

    def authenticate(self, server, session, envelope, mechanism, login):
        self.logins.append((mechanism, session.ssl is not None))
        good = (login.login, login.password) == (USER.encode(), PASSWORD.encode())
        # A server that tells the world what it was told: none of it may reach a log.
        refused = f"535 wrong password {login.password.decode()}"
        return AuthResult(success=good, handled=False, message=None if good else refused)


@contextmanager
def mail_server(mailbox, *, starttls=None, tls=None, asks_for_login=False):
    """Serve *mailbox* on a free port of loopback; yields the port."""

    def session():
        return SMTP(
            mailbox,
            hostname="mail.test",
            tls_context=starttls,
            require_starttls=starttls is not None,
            auth_required=asks_for_login,
            auth_require_tls=tls is None,
            authenticator=mailbox.authenticate,
            loop=loop,
        )

    loop = asyncio.new_event_loop()
    # Not aiosmtpd's controller, which looks at its server in plain words before it goes on: one behind TLS has none.
    server = loop.run_until_complete(loop.create_server(session, "127.0.0.1", 0, ssl=tls))
    thread = Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        server.close()
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0.01))
        loop.close()
