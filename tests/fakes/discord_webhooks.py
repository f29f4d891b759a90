"""
Discord's interface for webhooks on loopback, behind the very address that the program uses.

It is a proxy: `HTTPS_PROXY` leads here, and for discord.com it answers itself, with a certificate that `SSL_CERT_FILE`
makes trusted. So nothing in the program knows that it is not Discord, and every other host is refused.
"""

import json
import socketserver
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler

from tests.fakes.certificates import server_context

GUILD, CHANNEL = 1_080_284_665_515_226_113, 77


class Discord:
    """What it was sent, and how it is to answer: each of *answers* once, then as if all were well."""

    def __init__(self, guild=GUILD):
        self.guild, self.answers = guild, []
        self.token, self.asked = None, 0
        self.messages, self.refused = [], []
        self.variables = {}

    @property
    def texts(self):
        """The contents of what was taken, in order."""
        return [message["content"] for message in self.messages]


class Answering(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        """Say nothing on stderr."""

    def finish(self):
        """Close what do_CONNECT has put into the place of the plain connection."""
        super().finish()
        self.connection.close()

    def do_CONNECT(self):
        if self.path != "discord.com:443":
            self.server.discord.refused.append(self.path)
            self.send_error(403)
            return
        self.send_response(200)
        self.end_headers()
        self.connection = self.server.context.wrap_socket(self.connection, server_side=True)
        self.rfile = self.connection.makefile("rb")
        self.wfile = self.connection.makefile("wb", buffering=0)
        self.close_connection = False

    def do_GET(self):
        discord = self.server.discord
        discord.asked += 1
        if self.path == "/api/v10/users/@me":
            self.answer(200 if self.headers["authorization"] == discord.token else 401, {})
            return
        self.answer(200, {"id": "42", "guild_id": str(discord.guild), "channel_id": str(CHANNEL)})

    def do_POST(self):
        discord = self.server.discord
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        kind, *more = discord.answers.pop(0) if discord.answers else (200,)
        if kind == "hang up":
            discord.messages.append(body)  # it arrived, and nobody will ever know
            self.close_connection = True
        elif kind == 200:
            discord.messages.append(body)
            self.answer(200, {"id": str(1000 + len(discord.messages))})
        else:
            self.answer(kind, {"message": "no"}, *more)

    def answer(self, status, value, headers=None):
        content = json.dumps(value).encode()
        self.send_response(status)
        for name, text in {"content-type": "application/json", **(headers or {})}.items():
            self.send_header(name, text)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


class Proxy(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True

    def handle_error(self, *_):
        """A client that hangs up is nothing to print."""


@contextmanager
def discord_on_loopback(folder, guild=GUILD):
    """Serve a Discord; its `variables` lead a program to it."""
    discord = Discord(guild)
    context, trusted = server_context(folder, "discord.com")
    with Proxy(("127.0.0.1", 0), Answering) as proxy:
        proxy.discord, proxy.context = discord, context
        thread = threading.Thread(target=proxy.serve_forever, args=(0.05,))
        thread.start()
        discord.variables = {
            "HTTPS_PROXY": f"http://127.0.0.1:{proxy.server_address[1]}",
            "SSL_CERT_FILE": str(trusted),
        }
        try:
            yield discord
        finally:
            proxy.shutdown()
            thread.join()
