"""
A server that speaks as Ollama does, and fails as servers do.

The shapes follow Ollama's published API: NDJSON when streaming, errors as {"error": text}, counters left out when zero.
`fault` names what goes wrong; the faults are the functions of faults.py.
"""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tests.fakes.ollama.answers import honest

MODEL = "mistral:latest"
DETAILS = {
    "parent_model": "",
    "format": "gguf",
    "family": "llama",
    "families": ["llama"],
    "parameter_size": "7.2B",
    "quantization_level": "Q4_0",
}


class FakeOllama:
    """A running server on a port of this machine; use as a context manager."""

    def __init__(self, fault=None, version="0.32.15"):
        self.fault = fault
        self.version = version
        self.requests = []
        self.stopping = threading.Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.stopping.set()
        self._server.shutdown()
        self._server.server_close()

    @property
    def chats(self):
        """The bodies of all questions that were asked."""
        return [body for path, body in self.requests if path == "/api/chat" and body.get("messages")]


def _handler(fake):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            self._answer({})

        def do_HEAD(self):
            self._answer({})

        def do_POST(self):
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            self._answer(json.loads(body or b"{}"))

        def _answer(self, body):
            fake.requests.append((self.path, body))
            reply = Reply(self, fake, body)
            try:
                if not (fake.fault and fake.fault(reply)):
                    reply.properly()
            except (BrokenPipeError, ConnectionResetError):
                pass

        def log_message(self, *_):
            pass

    return Handler


class Reply:
    """One answer in the making, for a fault to bend."""

    def __init__(self, handler, fake, body):
        self.handler = handler
        self.fake = fake
        self.body = body
        self.path = handler.path
        self.is_chat = self.path == "/api/chat" and bool(body.get("messages"))

    @property
    def times_asked(self):
        return len(self.fake.chats)

    def text(self):
        """What an honest model would say."""
        system, user = (message["content"] for message in self.body["messages"])
        return honest(system, user)

    def properly(self):
        """Answer as a healthy server."""
        if self.path == "/":
            self.send(200, b"Ollama is running", kind="text/plain; charset=utf-8")
        elif self.path == "/api/version":
            self.json(200, {"version": self.fake.version})
        elif self.path == "/api/tags":
            self.json(200, {"models": [self.listed()]})
        elif self.path == "/api/show":
            self.json(*self.shown())
        elif self.is_chat:
            self.chat(self.text())
        elif self.path == "/api/chat":
            unload = self.body.get("keep_alive") == 0
            self.json(200, {"model": MODEL, "done": True, "done_reason": "unload" if unload else "load"})
        else:
            self.send(404, b"404 page not found", kind="text/plain")

    def listed(self, **more):
        entry = {"name": MODEL, "model": MODEL, "modified_at": "2026-10-01T10:00:00Z", "size": 4109865159}
        return {
            **entry,
            "digest": "f974a74358d62a017b37c6f424fcdf2744ca02926c4f952513ddf474b2fa5091",
            "details": DETAILS,
            **more,
        }

    def shown(self, **more):
        name = self.body.get("model", "")
        if name not in (MODEL, "mistral"):
            return 404, {"error": f"model '{name}' not found"}
        info = {"general.architecture": "llama", "llama.context_length": 32768}
        about = {"modelfile": "", "parameters": "", "template": "{{ .Prompt }}", "details": DETAILS, "model_info": info}
        return 200, {**about, "capabilities": ["completion", "tools"], "modified_at": "2026-10-01T10:00:00Z", **more}

    def chat(self, text, **last):
        """Stream *text* in pieces that care nothing for the borders of characters or JSON."""
        pieces = [text[at : at + 40] for at in range(0, len(text), 40)]
        lines = [self.part(piece) for piece in pieces] + [self.last(**last)]
        if self.body.get("stream", True):
            self.stream(b"".join(json.dumps(line).encode() + b"\n" for line in lines))
        else:
            self.json(200, {**self.last(**last), "message": {"role": "assistant", "content": text}})

    def part(self, piece):
        return {
            "model": MODEL,
            "created_at": "2026-11-22T07:00:00Z",
            "message": {"role": "assistant", "content": piece},
            "done": False,
        }

    def last(self, **more):
        tokens = sum(len(message["content"]) for message in self.body["messages"]) // 3
        counts = {
            "prompt_eval_count": tokens,
            "prompt_eval_duration": 10**9,
            "eval_count": 120,
            "eval_duration": 2 * 10**9,
        }
        done = {
            **self.part(""),
            "done": True,
            "done_reason": "stop",
            "total_duration": 4 * 10**9,
            "load_duration": 10**9,
        }
        return {key: value for key, value in {**done, **counts, **more}.items() if value is not None}

    def stream(self, data, step=37):
        self.begin(200, "application/x-ndjson")
        for at in range(0, len(data), step):
            self.chunk(data[at : at + step])
        self.chunk(b"")

    def begin(self, status, kind="application/x-ndjson"):
        self.handler.send_response(status)
        self.handler.send_header("Content-Type", kind)
        self.handler.send_header("Transfer-Encoding", "chunked")
        self.handler.end_headers()

    def chunk(self, data):
        self.handler.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        self.handler.wfile.flush()

    def json(self, status, value):
        self.send(status, json.dumps(value).encode(), kind="application/json; charset=utf-8")

    def error(self, status, text):
        self.json(status, {"error": text})

    def send(self, status, data, kind="application/json", **headers):
        self.handler.send_response(status)
        self.handler.send_header("Content-Type", kind)
        self.handler.send_header("Content-Length", str(len(data)))
        for name, value in headers.items():
            self.handler.send_header(name, value)
        self.handler.end_headers()
        if self.handler.command != "HEAD":
            self.handler.wfile.write(data)

    def drop(self):
        """End the connection here and now."""
        self.handler.close_connection = True
        self.handler.connection.shutdown(2)

    def wait(self, seconds):
        """Do nothing for a while, or until the server is stopped."""
        self.fake.stopping.wait(seconds)
