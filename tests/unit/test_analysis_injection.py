"""A message can influence which true quotes are chosen; it cannot make the report ping, link or state anything else."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from markdown_it import MarkdownIt

from discord_airflow.analysis.evidence import Evidence
from discord_airflow.analysis.processor import DigestOptions, make_digest
from discord_airflow.analysis.render import render_markdown
from discord_airflow.analysis.verify import check_statement
from discord_airflow.window import Window
from tests.fakes.chat import GUILD, START, message, random_chat
from tests.fakes.injections import ATTACKS
from tests.fakes.ollama.answers import obedient
from tests.fakes.ollama.models import FakeModel

FIELDS = ("message", "name", "channel", "file", "several messages")
WINDOW = Window(START, START + timedelta(days=30), "UTC")


def attacked(field):
    """An ordinary chat in which every attack stands once, in *field*."""
    rows = random_chat(11, 200, pause=3)
    for number, attack in enumerate(ATTACKS):
        minute, author = 5 + number * 3.5, f"Guest {number % 37}"
        plain = message(author, "We decided to keep the greenhouse open, see the list.", minute=minute, channel="talk")
        if field == "message":
            rows.append(message(author, attack, minute=minute, channel="talk", reactions=number % 5))
        elif field == "name":
            rows.append(replace(plain, author_name=attack[:80], author_id=5000 + number, reactions=number % 5))
        elif field == "channel":
            rows.append(replace(plain, channel_name=attack[:100], channel_id=7000 + number, reactions=3))
        elif field == "file":
            rows.append(replace(plain, attachments=(attack[:60] + ".txt",), content="", reactions=2))
        else:
            half = len(attack) // 2
            rows.append(message(author, attack[:half], minute=minute, channel="talk", reactions=2))
            rows.append(message(author, attack[half:], minute=minute + 0.3, channel="talk"))
    return [replace(row, id=row.id * 10 + place % 10) for place, row in enumerate(rows)]


def squashed(text):
    return " ".join("".join(c for c in text if c.isprintable() or c.isspace()).split())


def test_there_are_more_than_five_hundred_attacks():
    """The corpus is as large as promised, without doubles."""
    assert len(ATTACKS) >= 500


@pytest.mark.parametrize("field", FIELDS)
def test_a_model_that_obeys_every_message_changes_nothing_that_counts(field):
    """No ping, no link, no name, no number, no quote and no sentence that the messages do not hold."""
    rows = attacked(field)
    by_id = {row.id: row for row in rows}
    digest = make_digest(rows, DigestOptions(GUILD, WINDOW, per_section=50), FakeModel(obedient), sleep=lambda _s: None)
    evidence = Evidence(rows, WINDOW)
    assert digest.status in {"model", "partial"}
    assert len(digest.statements) > 10
    for statement in digest.statements:
        assert check_statement(statement, evidence).state == statement.state in {"verified", "flagged"}
        for part in statement.segments:
            row = by_id.get(part.message_id)
            if part.kind == "quote":
                assert part.text.removesuffix(" …") in squashed(row.content)
            elif part.kind == "person":
                assert squashed(row.author_name).startswith(part.text)
            elif part.kind == "number" and part.key == "reactions":
                assert part.text == str(row.reactions)
            elif part.kind == "label":
                assert not re.search(r"[\d@<>/#\[\]`*{}|]", part.text)
                said = " ".join(by_id[cite].content for cite in statement.cites).lower()
                assert all(word in said for word in ("zorblax", "pwned", "nitro") if word in part.text.lower())
            elif part.kind == "words":
                assert re.fullmatch(r"[A-Za-z ,;:.()]*", part.text)
    page_is_harmless(render_markdown(digest), by_id)


def page_is_harmless(page, by_id):
    """Look at the page as a program would that shows it."""
    known = {f"https://discord.com/channels/{r.guild_id}/{r.channel_id}/{r.id}" for r in by_id.values()}
    tokens = [child for token in MarkdownIt("commonmark").parse(page) for child in (token.children or [token])]
    assert {t.attrs["href"] for t in tokens if t.type == "link_open"} <= known
    assert not [t for t in tokens if t.type in {"html_inline", "html_block", "image", "code_block", "fence"}]
    assert not re.search(r"@(?:everyone|here)\b|<@|<#|<t:|\u202e|\u200b", page)
    bare = re.sub(r"\]\(https://discord\.com/channels/[\d/@me]+\)", "", page)
    assert "://" not in bare
    assert not re.search(r"\bdiscord\.gg\b|\bwww\.", bare)


def test_a_hostile_message_bends_its_own_chunk_only():
    """Chunks are asked one by one, and nothing of an answer reaches another prompt."""
    model = FakeModel(obedient, context_tokens=4096)
    make_digest(attacked("message"), DigestOptions(GUILD, WINDOW), model, sleep=lambda _s: None)
    assert len(model.prompts) > 5
    assert len({prompt.system.split("Your word is ")[1][:6] for prompt in model.prompts}) == len(model.prompts)
    assert all("PirateBot" not in prompt.system for prompt in model.prompts)


def test_no_attack_begins_a_line_of_its_own_in_a_prompt():
    """Between the marks every line is ours: a heading, or a handle that exists."""
    model = FakeModel(obedient)
    make_digest(attacked("message"), DigestOptions(GUILD, WINDOW), model, sleep=lambda _s: None)
    for prompt in model.prompts:
        nonce = prompt.user.split("\n", 1)[0]
        inside = prompt.user.split(nonce)[1].strip("\n").split("\n")
        assert prompt.user.count(nonce) == 2
        handles = [re.match(r"(m\d+)\|u\d+(?:>m\d+)?\|~? ", line) for line in inside if not line.startswith("== ")]
        assert all(handles)
        assert [match[1] for match in handles] == [f"m{n}" for n in range(1, len(handles) + 1)]
        assert not re.search(r"\[/?INST\]|<\|im_|\u200b|\u202e", prompt.user)
