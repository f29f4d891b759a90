"""Whatever a server does, there is a digest, in time, with a sentence that says what happened."""

import socket
import time

import pytest

from discord_airflow.analysis.host import parse_host
from discord_airflow.analysis.model import Answer, Prompt
from discord_airflow.analysis.ollama import OllamaModel
from discord_airflow.analysis.processor import DigestOptions, make_digest
from discord_airflow.analysis.streaming import Deadlines
from tests.fakes.chat import GUILD
from tests.fakes.meeting import WINDOW, week
from tests.fakes.ollama.cassettes import Cassette
from tests.fakes.ollama.faults import EXPECTED, FAULTS
from tests.fakes.ollama.server import FakeOllama

QUICK = Deadlines(connect=1.0, first_byte=0.6, stall=0.4)
RUN_SECONDS = 3.0
PATIENT = {"busy_twice": 30.0}
"""Faults that take some waiting; the test does not really wait."""


def model_at(url, name="mistral", **more):
    return OllamaModel(parse_host(url), name, deadlines=QUICK, **more)


def digest_with(model, run_seconds=RUN_SECONDS):
    options = DigestOptions(GUILD, WINDOW, run_seconds=run_seconds)
    return make_digest(week(), options, model, sleep=lambda _seconds: None)


@pytest.mark.parametrize("name", FAULTS)
def test_there_is_always_a_digest_in_time(name):
    """A fault costs the model's part at most; never the digest, never more than the time given, never the reason."""
    with FakeOllama(FAULTS[name]) as server:
        began = time.monotonic()
        digest = digest_with(model_at(server.url), PATIENT.get(name, RUN_SECONDS))
        assert time.monotonic() - began < RUN_SECONDS + 5
    assert digest.status == EXPECTED[name]
    assert len(digest.statements) >= 10
    assert all(statement.state == "verified" for statement in digest.statements)
    assert bool(digest.notes) == (EXPECTED[name] != "model")


def test_there_are_at_least_thirty_faults():
    """The matrix is as long as promised."""
    assert len(FAULTS) >= 30


def test_every_question_forbids_silent_truncation():
    """Window, truncate, shift and two messages are in every request, and one window for all of them."""
    with FakeOllama() as server:
        digest_with(model_at(server.url))
    assert server.chats
    for body in server.chats:
        assert (body["truncate"], body["shift"], body["stream"]) == (False, False, True)
        assert [message["role"] for message in body["messages"]] == ["system", "user"]
        assert body["options"]["num_ctx"] == 8192
        assert body["format"]["properties"]["claims"]["items"]["properties"]["cites"]["items"]["enum"][0] == "m1"
    assert server.requests[-1][1]["keep_alive"] == 0, "the model is unloaded at the end"


def test_nobody_listens():
    """A refused connection is a note with the address."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
    digest = digest_with(model_at(url))
    assert digest.status == "model_unavailable"
    assert f"No language model was reachable at {url} (connection refused)." in digest.notes[0]


def test_a_missing_model_is_named_with_the_command_that_gets_it():
    """We never pull a model ourselves."""
    with FakeOllama() as server:
        digest = digest_with(model_at(server.url, "qwen3"))
        assert not [path for path, _ in server.requests if path == "/api/pull"]
    assert "ollama pull qwen3" in digest.notes[0]


def test_a_cloud_model_is_refused_unless_allowed_by_name():
    """A local Ollama that forwards messages to a cloud is not local."""
    with FakeOllama(FAULTS["model_elsewhere"]) as server:
        assert "ollama.com" in digest_with(model_at(server.url)).notes[0]
        assert server.chats == []
        assert digest_with(model_at(server.url, allowed_hosts=("ollama.com",))).status == "model"


def test_a_deadline_holds_while_bytes_keep_coming():
    """Time is counted over the whole answer, not only between two pieces."""
    with FakeOllama(FAULTS["drips_for_ever"]) as server:
        model = model_at(server.url)
        model.prepare()
        began = time.monotonic()
        with pytest.raises(Exception, match="within"):
            model.complete(Prompt("Your word is bodike.", "m1|u1| hello there", {}, 64), 0.5)
        assert time.monotonic() - began < 1.5


def test_an_answer_carries_the_servers_counts():
    """Counters come through; their absence is "not known"."""
    with FakeOllama() as server:
        model = model_at(server.url)
        facts = model.prepare()
        answer = model.complete(Prompt("Your word is bodike.", "m1|u1| hello there", {}, 64), 5)
    assert (facts.server, facts.context_tokens, facts.digest[:6]) == ("Ollama 0.32.15", 8192, "f974a7")
    assert isinstance(answer, Answer)
    assert answer.prompt_tokens
    assert not answer.is_cut


def test_answers_can_be_recorded_and_played_back_without_a_server(tmp_path):
    """A cassette gives the same digest again; a question it does not know is an error, not a guess."""
    tape = tmp_path / "week.jsonl"
    with FakeOllama() as server:
        recorded = digest_with(model_at(server.url, transport=Cassette(tape, record=True)))
    played = digest_with(model_at("http://127.0.0.1:9", transport=Cassette(tape)))
    assert recorded.status == "model"
    assert played == recorded
    tape.write_text("\n".join(tape.read_text().splitlines()[:3]))
    unknown = digest_with(model_at("http://127.0.0.1:9", transport=Cassette(tape)))
    assert unknown.status == "model_unavailable"
    assert "no answer recorded" in unknown.notes[0]


def test_unloading_at_the_end_takes_no_longer_than_seconds():
    """A server that hangs while it unloads holds nobody up."""

    def hangs_when_told_to_unload(reply):
        if reply.path == "/api/chat" and not reply.is_chat:
            reply.wait(20)
            return True
        return None

    with FakeOllama(hangs_when_told_to_unload) as server:
        model = OllamaModel(parse_host(server.url), "mistral", deadlines=Deadlines(first_byte=60.0))
        began = time.monotonic()
        assert digest_with(model).status == "model"
        assert time.monotonic() - began < 5
