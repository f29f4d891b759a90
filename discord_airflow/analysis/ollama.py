"""
Ollama's own API, as far as a digest needs it.

Every call says `truncate: false` and `shift: false`: without them Ollama silently drops the front of a prompt that is
too long, and that is where our instructions stand. Older servers ignore the two; so counts are compared as well, here
and, by a word that has to come back, in asking.py.
"""

import json
import re
from collections.abc import Collection, Iterator, Mapping
from contextlib import closing
from typing import Any

import httpx

from discord_airflow.analysis.host import Address, refusal
from discord_airflow.analysis.model import (
    FIRST_SEED,
    Answer,
    BrokenConnectionError,
    BusyServerError,
    ModelError,
    ModelFacts,
    ModelMissingError,
    OutOfMemoryError,
    Prompt,
    RefusedError,
    TooSlowError,
    UnreachableError,
    UnusableAnswerError,
    WindowExceededError,
)
from discord_airflow.analysis.streaming import ONE_EACH, Deadlines, stream_lines

SMALLEST_CONTEXT = 2048
PREPARE_SECONDS = 15.0
CLOSE_SECONDS = 3.0
_MEMORY = ("out of memory", "not enough memory", "insufficient memory", "requires more system memory", "cudamalloc")
_WINDOW = ("exceeds the available context size", "longer than the context length", "exceed_context_size")
_COUNTS = re.compile(r"request \((\d+) tokens\) exceeds the available context size \((\d+) tokens\)")


class OllamaModel:
    """One model of one Ollama server; the same context size in every call, for another one would reload the model."""

    def __init__(
        self,
        address: Address,
        name: str,
        context_tokens: int = 8192,
        deadlines: Deadlines | None = None,
        allowed_hosts: Collection[str] = (),
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.address = address
        self.name = name
        self.context_tokens = context_tokens
        self.deadlines = deadlines or Deadlines()
        self.allowed_hosts = allowed_hosts
        self._thinks = False
        self._is_ready = False
        times = httpx.Timeout(self.deadlines.first_byte, connect=self.deadlines.connect)
        # trust_env: a proxy of the environment would be one more place that messages go to.
        self._client = httpx.Client(timeout=times, limits=ONE_EACH, transport=transport, trust_env=False)

    def prepare(self) -> ModelFacts:
        """Refuse what must not have messages, and find out what answers; nothing of a message is sent."""
        reason = refusal(self.address, self.allowed_hosts)
        if reason:
            raise RefusedError(reason)
        version = str(self._get("/api/version").get("version", "unknown"))
        listed = self._listed()
        shown = self._call("POST", "/api/show", {"model": self.name})
        self._refuse_remote(listed, shown)
        capabilities = shown.get("capabilities") or []
        if capabilities and "completion" not in capabilities:
            raise RefusedError(f"{self.name} is not a model that writes text; choose another one with OLLAMA_MODEL.")
        self._thinks = "thinking" in capabilities
        self.context_tokens = min(self.context_tokens, _trained_context(shown) or self.context_tokens)
        self._is_ready = True
        options = {"temperature": 0, "seed": 1, "num_ctx": self.context_tokens}
        digest = str(listed.get("digest") or "unknown")
        return ModelFacts(self.name, digest, f"Ollama {version}", self.context_tokens, options)

    def complete(self, prompt: Prompt, seconds: float) -> Answer:
        """Ask once; two messages only, so that the server has no old ones to drop."""
        answer = self._chat(prompt, seconds)
        if _looks_truncated(answer, self.context_tokens, prompt.answer_tokens):
            raise WindowExceededError("The server dropped the front of the prompt without saying so.")
        return answer

    def halve_context(self) -> int:
        """Ask for half the context from now on."""
        self.context_tokens = max(SMALLEST_CONTEXT, self.context_tokens // 2)
        return self.context_tokens

    def close(self) -> None:
        """Let the server unload the model at once; one that was never asked, or is gone, needs no word."""
        try:
            if self._is_ready:
                self._call(
                    "POST",
                    "/api/chat",
                    {"model": self.name, "messages": [], "keep_alive": 0, "stream": False},
                    CLOSE_SECONDS,
                )
        except ModelError:
            return
        finally:
            self._client.close()

    def _chat(self, prompt: Prompt, seconds: float) -> Answer:
        body: dict[str, Any] = {
            "model": self.name,
            "messages": [{"role": "system", "content": prompt.system}, {"role": "user", "content": prompt.user}],
            "format": prompt.schema,
            "options": {
                "num_ctx": self.context_tokens,
                "num_predict": prompt.answer_tokens,
                "temperature": 0,
                "seed": prompt.seed,
            },
            "stream": True,
            "truncate": False,
            "shift": False,
            "keep_alive": "10m",
        }
        # Some versions lose the schema when thinking is switched off, so a second try leaves it on.
        if self._thinks and prompt.seed == FIRST_SEED:
            body["think"] = False
        request = self._client.build_request("POST", f"{self.address.url}/api/chat", json=body)
        with closing(stream_lines(self._client, request, self.deadlines, seconds)) as lines:
            return self._read(lines)

    def _read(self, lines: Iterator[int | bytes]) -> Answer:
        status = int(next(lines))
        parts: list[str] = []
        for line in lines:
            value = _json_object(line if isinstance(line, bytes) else b"")
            if "error" in value or status != 200:
                raise _trouble(status, str(value.get("error", "")), self.name)
            parts.append(_content(value))
            if value.get("done") is True:
                return _answer("".join(parts), value)
        if status != 200:
            raise _trouble(status, "", self.name)
        raise BrokenConnectionError("The model's server broke off in the middle of an answer.")

    def _listed(self) -> Mapping[str, Any]:
        models = self._get("/api/tags").get("models")
        wanted = {self.name, f"{self.name}:latest"}
        for entry in models if isinstance(models, list) else []:
            if isinstance(entry, dict) and ({entry.get("name"), entry.get("model")} & wanted):
                return entry
        raise _missing(self.name)

    def _refuse_remote(self, listed: Mapping[str, Any], shown: Mapping[str, Any]) -> None:
        host = str(shown.get("remote_host") or listed.get("remote_host") or "")
        is_cloud = self.name.endswith(("-cloud", ":cloud"))
        if not host and not is_cloud and not shown.get("remote_model") and not listed.get("remote_model"):
            return
        host = host.split("://")[-1].split("/")[0].split(":")[0] or "ollama.com"
        if host not in self.allowed_hosts:
            raise RefusedError(
                f"{self.name} does not run on your own server: Ollama would forward messages to {host}. Choose a local"
                f" model with OLLAMA_MODEL, or add {host} to analysis.allowed_hosts in config.yaml if that is meant."
            )

    def _get(self, path: str) -> dict[str, Any]:
        return self._call("GET", path, None)

    def _call(self, method: str, path: str, body: object, seconds: float = PREPARE_SECONDS) -> dict[str, Any]:
        request = self._client.build_request(method, f"{self.address.url}{path}", json=body)
        try:
            with closing(stream_lines(self._client, request, self.deadlines, seconds)) as lines:
                status = int(next(lines))
                value = _json_object(b"\n".join(line for line in lines if isinstance(line, bytes)))
        except TooSlowError as error:
            raise UnreachableError(f"The server at {self.address.url} is silent. {error}") from error
        except UnusableAnswerError:
            raise UnreachableError(f"What answers at {self.address.url} is not Ollama.") from None
        if status != 200:
            raise _trouble(status, str(value.get("error", "")), self.name)
        return value


def _json_object(line: bytes) -> dict[str, Any]:
    try:
        value = json.loads(line.decode("utf-8"))
    except (ValueError, RecursionError):
        raise UnusableAnswerError("The model's server sent something that is not JSON.") from None
    if not isinstance(value, dict):
        raise UnusableAnswerError("The model's server sent something that is not an answer.")
    return value


def _content(value: Mapping[str, Any]) -> str:
    message = value.get("message")
    content = message.get("content", "") if isinstance(message, dict) else ""
    if not isinstance(content, str):
        raise UnusableAnswerError("The model's server sent an answer without text.")
    return content


def _answer(text: str, last: Mapping[str, Any]) -> Answer:
    # A counter of zero is left out by the server, so that a missing one means "not known".
    counts = [last.get(key) for key in ("prompt_eval_count", "eval_count")]
    prompt_tokens, answer_tokens = (n if isinstance(n, int) and n > 0 else None for n in counts)
    return Answer(text, prompt_tokens, answer_tokens, is_cut=last.get("done_reason") == "length")


def _looks_truncated(answer: Answer, context_tokens: int, answer_tokens: int) -> bool:
    """The count that a silent cut leaves is half the context; and a prompt that fills it had no room for an answer."""
    if answer.prompt_tokens is None:
        return False
    is_half = abs(answer.prompt_tokens - (context_tokens // 2 + 2)) <= 8
    return is_half or answer.prompt_tokens >= context_tokens - answer_tokens


def _trained_context(shown: Mapping[str, Any]) -> int | None:
    info = shown.get("model_info")
    values = info.items() if isinstance(info, dict) else ()
    lengths = [v for key, v in values if str(key).endswith(".context_length") and isinstance(v, int) and v > 0]
    return lengths[0] if lengths else None


def _missing(name: str) -> ModelMissingError:
    return ModelMissingError(f"The server does not have the model {name}; get it with: ollama pull {name}")


def _trouble(status: int, text: str, name: str) -> ModelError:
    lowered = text.lower()
    shown = " ".join(text.split())[:200] or f"status {status}"
    if any(phrase in lowered for phrase in _WINDOW):
        counts = _COUNTS.search(text)
        numbers = (int(counts[1]), int(counts[2])) if counts else (None, None)
        return WindowExceededError("The prompt does not fit the model's context.", *numbers)
    if any(phrase in lowered for phrase in _MEMORY):
        return OutOfMemoryError(f"The model's server ran out of memory: {shown}")
    if status == 404 and ("model" in lowered or not text):
        return _missing(name)
    if status in (401, 403):
        return RefusedError(f"The model's server refused us: {shown}")
    if status in (429, 503):
        return BusyServerError(f"The model's server is busy: {shown}")
    if 300 <= status < 400:
        return RefusedError("The model's server sent us elsewhere; messages are only sent to the address configured.")
    if status >= 500 or status == 200:
        return BrokenConnectionError(f"The model's server failed: {shown}")
    return UnusableAnswerError(f"The model's server did not take the request: {shown}")
