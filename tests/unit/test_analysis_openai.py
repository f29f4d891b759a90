"""The API that llama.cpp's server, vLLM and LM Studio share gives the same answers and the same errors."""

import json

import httpx
import pytest

from discord_airflow.analysis import model as trouble
from discord_airflow.analysis.host import parse_host
from discord_airflow.analysis.model import Prompt
from discord_airflow.analysis.openai_compatible import OpenAICompatibleModel

PROMPT = Prompt("Your word is bodike.", "m1|u1| hello", {"type": "object"}, 64)


def sse(*values):
    return "".join(f"data: {json.dumps(value)}\n\n" for value in values) + "data: [DONE]\n\n"


def piece(text, reason=None):
    return {"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": reason}]}


def model_that(answer, status=200, **more):
    """A model whose server answers questions with *answer*, and knows the model `tiny`."""
    asked = []

    def handle(request):
        if request.url.path.endswith("/models"):
            return httpx.Response(200, json={"data": [{"id": "tiny"}]})
        asked.append(json.loads(request.content))
        return httpx.Response(status, text=answer) if isinstance(answer, str) else httpx.Response(status, json=answer)

    made = OpenAICompatibleModel(
        parse_host("localhost:8080"), "tiny", 4096, transport=httpx.MockTransport(handle), **more
    )
    return made, asked


def test_a_streamed_answer_is_put_together_with_its_counts():
    """Pieces, the reason for the end, and the counts of the last event."""
    usage = {"choices": [], "usage": {"prompt_tokens": 30, "completion_tokens": 4}}
    model, asked = model_that(": comment\n\n" + sse(piece('{"a"'), piece(": 1}", "stop"), usage))
    facts, answer = model.prepare(), model.complete(PROMPT, 5)
    assert (facts.name, facts.context_tokens) == ("tiny", 4096)
    assert (answer.text, answer.prompt_tokens, answer.answer_tokens, answer.is_cut) == ('{"a": 1}', 30, 4, False)
    assert asked[0]["response_format"]["json_schema"]["schema"] == {"type": "object"}
    assert [message["role"] for message in asked[0]["messages"]] == ["system", "user"]
    model.close()


def test_an_answer_at_its_limit_is_marked_as_cut():
    """Without counts they are not known, and nothing is made up."""
    model, _ = model_that(sse(piece('{"a"', "length")))
    answer = model.complete(PROMPT, 5)
    assert (answer.is_cut, answer.prompt_tokens) == (True, None)


@pytest.mark.parametrize(
    ("answer", "status", "error"),
    [
        (sse(piece("half")), 200, trouble.BrokenConnectionError),
        ("data: no json\n\n", 200, trouble.UnusableAnswerError),
        (sse({"error": {"message": "something broke"}}), 200, trouble.BrokenConnectionError),
        (sse(piece("x", "stop"), {"choices": [], "usage": {"prompt_tokens": 4090}}), 200, trouble.WindowExceededError),
        ({"error": {"message": "the request exceeds the available context size"}}, 400, trouble.WindowExceededError),
        (
            {"error": {"message": "This model's maximum context length is 4096 tokens"}},
            400,
            trouble.WindowExceededError,
        ),
        ({"error": {"message": "CUDA out of memory"}}, 500, trouble.OutOfMemoryError),
        ({"error": {"message": "no such model"}}, 404, trouble.ModelMissingError),
        ({"error": {"message": "key missing"}}, 401, trouble.RefusedError),
        ({"error": {"message": "slow down"}}, 429, trouble.BusyServerError),
        ({"error": {"message": "oops"}}, 502, trouble.BrokenConnectionError),
        ({"error": {"message": "bad schema"}}, 422, trouble.UnusableAnswerError),
        ("", 500, trouble.BrokenConnectionError),
    ],
)
def test_every_failure_has_a_class(answer, status, error):
    """So that the same tries and notes follow, whichever server it is."""
    model, _ = model_that(answer, status)
    with pytest.raises(error):
        model.complete(PROMPT, 5)


def test_a_model_that_is_not_there_and_a_host_that_is_not_allowed_are_refused():
    """Before any message is sent."""
    model, asked = model_that("")
    model.name = "huge"
    with pytest.raises(trouble.ModelMissingError, match="huge"):
        model.prepare()
    far = OpenAICompatibleModel(parse_host("https://api.example.com/v1"), "tiny", 4096)
    with pytest.raises(trouble.RefusedError, match="allowed_hosts"):
        far.prepare()
    far.close()
    assert asked == []
