"""
Answers of a real model, recorded once and played back for ever: whoever has a model lets others test with it.

    transport = Cassette(path, record=True)    # needs a server; each answer is written as one line of JSON
    transport = Cassette(path)                 # needs none; a question that was never asked is an error

A question is known by its method, path and body, which hold neither a time nor a random mark.
"""

import base64
import json
from hashlib import sha256
from pathlib import Path

import httpx


class UnknownQuestionError(AssertionError):
    """The cassette has no answer to this question: the prompt, the options or the messages have changed."""


class Cassette(httpx.BaseTransport):
    """A transport for OllamaModel that records, or plays back."""

    def __init__(self, path, *, record=False):
        self.path = Path(path)
        self.record = record
        self._network = httpx.HTTPTransport() if record else None
        lines = self.path.read_text(encoding="utf-8").splitlines() if self.path.exists() else []
        self._answers = {entry["key"]: entry for entry in map(json.loads, lines)}

    def handle_request(self, request):
        """Answer from the cassette, else, when recording, from the server."""
        key = key_of(request)
        if key not in self._answers:
            if self._network is None:
                raise UnknownQuestionError(f"no answer recorded for {request.method} {request.url.path} ({key[:12]})")
            self._keep(key, request)
        entry = self._answers[key]
        body = base64.b64decode(entry["body"])
        return httpx.Response(entry["status"], headers={"Content-Type": entry["type"]}, content=body)

    def _keep(self, key, request):
        response = self._network.handle_request(request)
        body = b"".join(response.stream)
        response.close()
        entry = {
            "key": key,
            "asked": f"{request.method} {request.url.path}",
            "status": response.status_code,
            "type": response.headers.get("Content-Type", ""),
            "body": base64.b64encode(body).decode(),
        }
        self._answers[key] = entry
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry) + "\n")

    def close(self):
        if self._network is not None:
            self._network.close()


def key_of(request):
    """What an answer is found under."""
    body = json.loads(request.content) if request.content else None
    asked = [request.method, request.url.path, body]
    return sha256(json.dumps(asked, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
