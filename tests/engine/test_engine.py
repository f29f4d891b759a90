"""
A real engine with random weights: transport, grammar, counters and limits are real, only the wisdom is missing.

Runs where the wheels of the dependency group `engine` are installed; no model is downloaded.
"""

import json
import subprocess
import sys

import pytest

from discord_airflow.analysis.claims import parse_reply, schema_for
from discord_airflow.analysis.host import parse_host
from discord_airflow.analysis.model import Prompt, UnusableAnswerError, WindowExceededError
from discord_airflow.analysis.ollama import OllamaModel
from discord_airflow.analysis.openai_compatible import OpenAICompatibleModel
from discord_airflow.analysis.processor import DigestOptions, make_digest
from discord_airflow.queries.chunker import Budget, plan_chunks
from tests.engine.tiny_model import CONTEXT, write_model
from tests.fakes.chat import GUILD, random_chat
from tests.fakes.meeting import WINDOW, week
from tests.fakes.ollama.server import FakeOllama


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    """The two addresses of a running engine."""
    pytest.importorskip("xllamacpp", reason="the dependency group `engine` is not installed")
    pytest.importorskip("gguf", reason="the dependency group `engine` is not installed")
    path = tmp_path_factory.mktemp("engine") / "tiny.gguf"
    write_model(path)
    command = [sys.executable, "-m", "tests.engine.serve", str(path)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        yield json.loads(process.stdout.readline())
        process.stdin.close()
        process.wait(timeout=20)


@pytest.fixture
def model(engine):
    """The engine through Ollama's shapes."""
    made = OllamaModel(parse_host(engine["ollama"]), "tiny", CONTEXT)
    made.prepare()
    yield made
    made.close()


def a_chunk():
    return plan_chunks(random_chat(3, 40), Budget(1200)).chunks[0]


def constrained(chunk):
    """The schema of an answer, with at least one claim and without its free text: random bytes would be no text."""
    schema = schema_for(chunk)
    claims = schema["properties"]["claims"]
    claims["minItems"], claims["maxItems"] = 1, 2
    claims["items"]["properties"]["quote"] = {"enum": ["some words"]}
    return schema


def test_the_grammar_of_our_schema_is_obeyed_by_a_model_without_sense(model):
    """Known handles, known kinds, labels of letters: whatever the weights are. The parser reads every answer."""
    chunk = a_chunk()
    for seed in range(1, 9):
        answer = model.complete(Prompt("Your word is bodike.", f"{seed} words", constrained(chunk), 900, seed), 60)
        if answer.is_cut:
            continue
        reply = parse_reply(answer.text, chunk)
        assert reply.proposals or reply.faults
        for proposal in reply.proposals:
            assert all(handle in chunk.by_handle for handle in proposal.cites)
            assert not any(sign.isascii() and not (sign.isalpha() or sign in " ,.'?!:;()-") for sign in proposal.label)


def test_counts_and_window_errors_come_from_the_engine(model):
    """The prompt is counted; one that is too long is refused with both numbers, not cut."""
    chunk = a_chunk()
    answer = model.complete(Prompt("Your word is bodike.", "hello there", constrained(chunk), 400), 60)
    assert answer.prompt_tokens
    assert answer.prompt_tokens < 100
    with pytest.raises(WindowExceededError) as error:
        model.complete(Prompt("Your word is bodike.", "word " * 3000, constrained(chunk), 100), 60)
    assert error.value.prompt_tokens > error.value.context_tokens == CONTEXT


def test_there_is_a_digest_whatever_the_engine_says(engine):
    """Nonsense is discarded; what is published is verified."""
    model = OllamaModel(parse_host(engine["ollama"]), "tiny", CONTEXT)
    options = DigestOptions(GUILD, WINDOW, run_seconds=60, answer_tokens=256)
    digest = make_digest(week(), options, model, sleep=lambda _seconds: None)
    assert digest.status == "model_unavailable"
    assert all(statement.state == "verified" for statement in digest.statements)
    assert digest.notes


def test_the_shared_api_of_the_engine_itself(engine):
    """The same through the API that other servers have; streamed, counted, constrained."""
    url = f"{engine['openai']}/v1/models"
    import urllib.request

    with urllib.request.urlopen(url) as response:
        name = json.load(response)["data"][0]["id"]
    model = OpenAICompatibleModel(parse_host(engine["openai"]), name, CONTEXT)
    assert model.prepare().context_tokens == CONTEXT
    chunk = a_chunk()
    try:
        answer = model.complete(Prompt("Your word is bodike.", "hello there", constrained(chunk), 900), 60)
        assert answer.prompt_tokens
        parse_reply(answer.text, chunk, is_cut=answer.is_cut)
    except UnusableAnswerError:
        pytest.fail("the engine did not take the request")
    finally:
        model.close()


def test_the_official_client_can_talk_to_our_fake_server():
    """The fake has the shapes of the real thing: its own client lists, chats and streams."""
    ollama = pytest.importorskip("ollama", reason="the dependency group `engine` is not installed")
    with FakeOllama() as server:
        client = ollama.Client(host=server.url)
        assert client.list().models[0].model == "mistral:latest"
        messages = [
            {"role": "system", "content": "Your word is bodike."},
            {"role": "user", "content": "m1|u1| We decided to paint the shed green in spring."},
        ]
        whole = client.chat(model="mistral", messages=messages)
        assert json.loads(whole.message.content)["first_word"] == "bodike"
        parts = list(client.chat(model="mistral", messages=messages, stream=True))
        assert "".join(part.message.content for part in parts) == whole.message.content
        assert (parts[-1].done, parts[-1].done_reason) == (True, "stop")
        with pytest.raises(ollama.ResponseError) as error:
            client.show("missing")
        assert error.value.status_code == 404
        client._client.close()
