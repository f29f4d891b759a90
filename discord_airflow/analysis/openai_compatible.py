"""
The API that llama.cpp's server, vLLM, LM Studio and others share.

It cannot be told how long a context to use, so the size has to be stated; Ollama is better asked in its own way.
"""

import json
from collections.abc import Collection, Iterator, Mapping
from contextlib import closing
from typing import Any

import httpx

from discord_airflow.analysis.host import Address, refusal
from discord_airflow.analysis.model import (
    Answer,
    BrokenConnectionError,
    BusyServerError,
    ModelError,
    ModelFacts,
    ModelMissingError,
    OutOfMemoryError,
    Prompt,
    RefusedError,
    UnreachableError,
    UnusableAnswerError,
    WindowExceededError,
)
from discord_airflow.analysis.streaming import ONE_EACH, Deadlines, stream_lines

PREPARE_SECONDS = 15.0
_DATA = b"data:"
_DONE = b"[DONE]"


class OpenAICompatibleModel:
    """One model of a server with ``/v1/chat/completions``; *context_tokens* is what the server was started with."""

    def __init__(
        self,
        address: Address,
        name: str,
        context_tokens: int,
        deadlines: Deadlines | None = None,
        allowed_hosts: Collection[str] = (),
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.address = address
        self.name = name
        self.context_tokens = context_tokens
        self.deadlines = deadlines or Deadlines()
        self.allowed_hosts = allowed_hosts
        times = httpx.Timeout(self.deadlines.first_byte, connect=self.deadlines.connect)
        self._client = httpx.Client(timeout=times, limits=ONE_EACH, transport=transport, trust_env=False)

    @property
    def _base(self) -> str:
        return self.address.url if self.address.url.endswith("/v1") else f"{self.address.url}/v1"

    def prepare(self) -> ModelFacts:
        """Refuse what must not have messages, and see whether the server knows the model."""
        reason = refusal(self.address, self.allowed_hosts)
        if reason:
            raise RefusedError(reason)
        request = self._client.build_request("GET", f"{self._base}/models")
        try:
            with closing(stream_lines(self._client, request, self.deadlines, PREPARE_SECONDS)) as lines:
                status = int(next(lines))
                value = _object(b"\n".join(line for line in lines if isinstance(line, bytes)))
        except UnreachableError:
            raise
        except ModelError as error:
            raise UnreachableError(f"What answers at {self._base} is of no use: {error}") from error
        if status != 200:
            raise _trouble(status, _error_text(value), self.name)
        entries = [entry for entry in value.get("data") or [] if isinstance(entry, dict)]
        known = [str(entry.get("id")) for entry in entries]
        if self.name not in known:
            raise ModelMissingError(f"The server at {self._base} does not have the model {self.name}.")
        options = {"temperature": 0, "seed": 1, "context": self.context_tokens}
        return ModelFacts(self.name, "unknown", "OpenAI-compatible", self.context_tokens, options)

    def complete(self, prompt: Prompt, seconds: float) -> Answer:
        """Ask once, with the schema where the server takes one."""
        body = {
            "model": self.name,
            "messages": [{"role": "system", "content": prompt.system}, {"role": "user", "content": prompt.user}],
            "response_format": {"type": "json_schema", "json_schema": {"name": "digest", "schema": prompt.schema}},
            "max_tokens": prompt.answer_tokens,
            "temperature": 0,
            "seed": prompt.seed,
            "stream": True,
            "stream_options": {"include_usage": True},
        }
        request = self._client.build_request("POST", f"{self._base}/chat/completions", json=body)
        with closing(stream_lines(self._client, request, self.deadlines, seconds)) as lines:
            answer = self._read(lines)
        if answer.prompt_tokens and answer.prompt_tokens >= self.context_tokens - prompt.answer_tokens:
            raise WindowExceededError("The prompt fills the model's context.")
        return answer

    def halve_context(self) -> int:
        """Plan for half the context; the server's own stays as it is."""
        self.context_tokens //= 2
        return self.context_tokens

    def close(self) -> None:
        """Close our side; this API has no word for the other."""
        self._client.close()

    def _read(self, lines: Iterator[int | bytes]) -> Answer:
        status = int(next(lines))
        parts: list[str] = []
        counts: Mapping[str, Any] = {}
        reason: str | None = None
        for line in lines:
            data = line.removeprefix(_DATA).strip() if isinstance(line, bytes) else b""
            if status != 200:
                raise _trouble(status, _error_text(_object(data)), self.name)
            if data == _DONE:
                break
            if not isinstance(line, bytes) or not line.startswith(_DATA):
                continue
            value = _object(data)
            if "error" in value:
                raise _trouble(status, _error_text(value), self.name)
            counts = value.get("usage") or counts
            for choice in value.get("choices") or []:
                parts.append(_delta(choice))
                reason = choice.get("finish_reason") or reason
        if status != 200:
            raise _trouble(status, "", self.name)
        if reason is None:
            raise BrokenConnectionError("The model's server broke off in the middle of an answer.")
        tokens = [counts.get(key) for key in ("prompt_tokens", "completion_tokens")]
        prompt_tokens, answer_tokens = (n if isinstance(n, int) and n > 0 else None for n in tokens)
        return Answer("".join(parts), prompt_tokens, answer_tokens, is_cut=reason == "length")


def _object(data: bytes) -> dict[str, Any]:
    try:
        value = json.loads(data.decode("utf-8"))
    except (ValueError, RecursionError):
        raise UnusableAnswerError("The model's server sent something that is not JSON.") from None
    if not isinstance(value, dict):
        raise UnusableAnswerError("The model's server sent something that is not an answer.")
    return value


def _delta(choice: Any) -> str:
    delta = choice.get("delta") if isinstance(choice, dict) else None
    content = (delta.get("content") or "") if isinstance(delta, dict) else ""
    if not isinstance(content, str) or not isinstance(choice, dict):
        raise UnusableAnswerError("The model's server sent an answer without text.")
    return content


def _error_text(value: Mapping[str, Any]) -> str:
    error = value.get("error")
    return str(error.get("message", "")) if isinstance(error, dict) else str(error or "")


def _trouble(status: int, text: str, name: str) -> ModelError:
    lowered = text.lower()
    shown = " ".join(text.split())[:200] or f"status {status}"
    if "context" in lowered and ("exceed" in lowered or "maximum" in lowered or "longer" in lowered):
        return WindowExceededError("The prompt does not fit the model's context.")
    if "memory" in lowered:
        return OutOfMemoryError(f"The model's server ran out of memory: {shown}")
    if status == 404:
        return ModelMissingError(f"The server does not have the model {name}.")
    if status in (401, 403) or 300 <= status < 400:
        return RefusedError(f"The model's server refused us: {shown}")
    if status in (429, 503):
        return BusyServerError(f"The model's server is busy: {shown}")
    if status >= 500 or status == 200:
        return BrokenConnectionError(f"The model's server failed: {shown}")
    return UnusableAnswerError(f"The model's server did not take the request: {shown}")
