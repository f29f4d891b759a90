"""Whatever people write, a digest is made, all of it verified, and it survives JSON and Markdown."""

import json
from dataclasses import replace

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from discord_airflow.analysis.digest_json import digest_from_json, digest_to_json
from discord_airflow.analysis.evidence import Evidence
from discord_airflow.analysis.processor import DigestOptions, make_digest
from discord_airflow.analysis.render import render_markdown
from discord_airflow.analysis.verify import check_statement
from discord_airflow.queries.chunker import Budget, estimate_chunk, plan_chunks
from tests.fakes.chat import GUILD, message
from tests.fakes.meeting import WINDOW
from tests.fakes.ollama.answers import honest, obedient
from tests.fakes.ollama.models import FakeModel

PIECES = (
    *(
        "We decided to go.",
        "I will come tomorrow",
        "Why not?",
        "I disagree, no.",
        "thanks!",
        "definitely the case that",
    ),
    *(
        "http://[",
        "https://a.example/b",
        "https://ä.example:99999/",
        "[x](https://y.example)",
        "```\ncode\n```",
        "```",
        "> quoted",
    ),
    *(
        ">>> rest",
        "||hidden||",
        "~~gone~~",
        "@everyone",
        "<@1>",
        "…",
        "。",
        "？",
        "か。",
        "päätimme",
        "решили",
        "決定しました",
        "\n",
        "\n\n",
    ),
    *(
        "\u200b",
        "\u202e",
        "\u0301" * 5,
        "👨‍👩‍👧‍👦",
        "1. one",
        "- two",
        "a" * 300,
        "word " * 80,
        "e.g. this",
        "“",
        "”",
        " …",
        "\t",
        "ﷺ",
        "İ",
    ),
)
texts = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=30)), max_size=12).map(" ".join)
names = st.one_of(
    st.sampled_from(("Maija", "Otto", "", "\u202e", "**", "a" * 60, "Ville\nWhite")), st.text(max_size=20)
)
authors = st.sampled_from(("A", "B", "C", "D"))
rows = st.lists(st.tuples(authors, texts, names, st.integers(0, 5), st.integers(0, 40), st.booleans()), max_size=25)


def chat_of(drawn):
    made = []
    minute = 0.0
    for number, (author, text, name, reactions, pause, replies) in enumerate(drawn):
        minute += pause
        reply = made[-1] if made and replies else None
        row = message(
            author, text, minute=minute, channel=("general", "news")[pause % 2], reply=reply, reactions=reactions
        )
        made.append(replace(row, id=row.id // 4096 * 4096 + number, author_name=name))
    return made


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rows, st.sampled_from((None, honest, obedient)))
def test_a_digest_of_anything_is_verified(drawn, answer):
    """No content raises an error; every sentence shown holds; JSON gives the same value back; Markdown is made."""
    chat = chat_of(drawn)
    model = FakeModel(answer) if answer else None
    digest = make_digest(chat, DigestOptions(GUILD, WINDOW), model, sleep=lambda _seconds: None)
    evidence = Evidence(chat, WINDOW)
    for statement in digest.statements:
        assert check_statement(statement, evidence).state == statement.state in {"verified", "flagged"}
    assert digest_from_json(json.loads(json.dumps(digest_to_json(digest)))) == digest
    assert digest.summary in render_markdown(digest)
    coverage = digest.coverage
    assert coverage.given == coverage.read + coverage.shortened + sum(coverage.dropped.values()) == len(chat)


@settings(max_examples=50, deadline=None)
@given(rows, st.integers(300, 3000))
def test_chunks_of_anything_fit_and_hold_everything(drawn, tokens):
    """The estimate of every transcript is within the budget; primaries are what was kept, once each."""
    chat = chat_of(drawn)
    plan = plan_chunks(chat, Budget(tokens))
    assert all(estimate_chunk(chunk) <= tokens for chunk in plan.chunks)
    primaries = [row.id for chunk in plan.chunks for row in chunk.primaries]
    assert len(primaries) == len(set(primaries)) == plan.account.used + plan.account.cut
    assert all(len(chunk.transcript.split("\n")) >= len(chunk.lines) for chunk in plan.chunks)
