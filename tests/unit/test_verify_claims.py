"""A sentence is published only when every piece of it is found again in the messages."""

import subprocess
import sys
import time
from dataclasses import replace
from datetime import timedelta

import pytest

from discord_airflow.analysis import compose
from discord_airflow.analysis.compose import Said
from discord_airflow.analysis.extractive import select_statements
from discord_airflow.analysis.statements import Segment
from discord_airflow.analysis.verify import check_statement
from tests.fakes.chat import message
from tests.fakes.meeting import evidence, week


@pytest.fixture(scope="module")
def proof():
    return evidence()


@pytest.fixture(scope="module")
def digest(proof):
    return [s for found in select_statements(proof, 5, timedelta(hours=24)).kept.values() for s in found]


def of_kind(digest, kind):
    return next(statement for statement in digest if statement.kind == kind)


def changed(statement, kind, number=0, **more):
    """The statement with its *number*-th piece of *kind* replaced."""
    place = [at for at, part in enumerate(statement.segments) if part.kind == kind][number]
    parts = list(statement.segments)
    parts[place] = replace(parts[place], **more)
    return replace(statement, segments=tuple(parts))


def state(statement, proof):
    return check_statement(statement, proof).state


def test_what_code_wrote_from_rows_is_verified(digest, proof):
    """Every kind of sentence holds as it was made."""
    assert {s.kind for s in digest} >= {
        "decision",
        "answered_question",
        "open_question",
        "claim",
        "disagreement",
        "link",
    }
    assert [check_statement(s, proof) for s in digest if not check_statement(s, proof).is_good] == []


def test_a_sentence_of_another_shape_is_removed(digest, proof):
    """Words of ours in another order, or other words, are not published."""
    decision = of_kind(digest, "decision")
    assert state(changed(decision, "words", text=" never wrote in "), proof) == "removed"
    praise = Segment("words", " Otto is a wonderful person.")
    assert state(replace(decision, segments=(*decision.segments, praise)), proof) == "removed"
    assert state(replace(decision, segments=decision.segments[:-2]), proof) == "removed"


def test_the_person_named_is_the_author_of_the_words(digest, proof):
    """Another name, another id, or the two sides exchanged: removed."""
    answered = of_kind(digest, "answered_question")
    asker, helper = [part for part in answered.segments if part.kind == "person"][:2]
    assert state(changed(answered, "person", 0, text=helper.text), proof) == "removed"
    assert state(changed(answered, "person", 0, text=helper.text, person_id=helper.person_id), proof) == "removed"
    assert state(changed(answered, "person", 0, text="Somebody Else"), proof) == "removed"
    swapped = {asker: helper, helper: asker}
    parts = tuple(swapped.get(part, part) for part in answered.segments)
    assert state(replace(answered, segments=parts), proof) == "removed"


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text.replace("two", "three"),
        lambda text: text.replace("keep ", ""),
        lambda text: "Really, " + text,
        lambda text: text.removeprefix("How "),
        lambda text: text.removesuffix("at once?"),
        str.upper,
        lambda text: "Nobody ever said this sentence at all?",
        lambda text: text + "\u200b",
    ],
)
def test_a_quote_is_word_for_word_and_whole(digest, proof, damage):
    """A word changed, dropped, added, cut off at an end, or hidden: removed."""
    answered = of_kind(digest, "answered_question")
    quote = next(part.text for part in answered.segments if part.kind == "quote" and "pumps" in part.text)
    assert damage(quote) != quote
    assert state(changed(answered, "quote", text=damage(quote)), proof) == "removed"


def test_numbers_times_channels_and_links_are_those_of_the_rows(digest, proof):
    """Whatever is printed is compared with the message it is printed for."""
    decision, topic, link = of_kind(digest, "decision"), of_kind(digest, "topic"), of_kind(digest, "link")
    source = next(part for part in decision.segments if part.kind == "source")
    for wrong in (
        changed(decision, "number", text="5"),
        changed(topic, "number", text="8"),
        changed(topic, "number", 1, text="5"),
        changed(topic, "term", text="beetle"),
        changed(decision, "source", text=source.text.replace("Mon", "Tue")),
        changed(decision, "source", url=source.url.replace("discord.com", "discord.example")),
        changed(decision, "source", url=source.url[:-1] + str((int(source.url[-1]) + 1) % 10)),
        changed(decision, "channel", text="#help"),
        changed(link, "address", url="https://beetles.example/atlas?page=4"),
        changed(link, "address", text="safe.example"),
        changed(link, "address", url="https://beetles.example/atlas?page="),
    ):
        assert state(wrong, proof) == "removed"


def test_a_count_that_moved_makes_a_sentence_stale_not_false(digest):
    """New reactions since the digest was made are no error of the digest."""
    rows = [replace(row, reactions=row.reactions + 1) if "decided" in row.content else row for row in week()]
    assert state(of_kind(digest, "decision"), evidence(rows)) == "stale"


def test_exactly_the_touched_sentences_become_stale(digest, proof):
    """An edit or a deletion under a sentence is seen; all the others still hold."""
    touched = of_kind(digest, "claim").cites[0]
    edited = [replace(row, content=row.content + " Or so.") if row.id == touched else row for row in week()]
    deleted = [row for row in week() if row.id != touched]
    for rows in (edited, deleted):
        now = evidence(rows)
        stale = {s.cites for s in digest if state(s, now) == "stale"}
        assert stale == {s.cites for s in digest if touched in s.cites}
        assert all(state(s, now) == "verified" for s in digest if touched not in s.cites)


def test_a_source_that_never_was_is_no_later_deletion(digest, proof):
    """A message of the window may have been erased since; an id of another year was made up."""
    decision = of_kind(digest, "decision")
    for invented, verdict in ((decision.cites[0] + 1, "stale"), (123, "removed"), (2**70, "removed"), (-1, "removed")):
        parts = [
            replace(part, message_id=invented) if part.message_id == decision.cites[0] else part
            for part in decision.segments
        ]
        forged = replace(decision, segments=tuple(parts), cites=(invented, *decision.cites[1:]))
        assert state(forged, proof) == verdict


@pytest.mark.parametrize("gone", ["opted out", "outside", "bot"])
def test_sources_that_may_not_be_used_support_nothing(digest, gone):
    """A person who opted out, another window, a bot: no sentence stands on them."""
    decision = of_kind(digest, "decision")
    author = next(part.person_id for part in decision.segments if part.kind == "person")
    rows, more = week(), {}
    if gone == "opted out":
        more = {"opted_out": frozenset({author})}
    elif gone == "outside":
        rows = [
            replace(row, sent_at=row.sent_at - timedelta(days=30)) if row.author_id == author else row for row in rows
        ]
    else:
        rows = [replace(row, author_kind=1) if row.author_id == author else row for row in rows]
    assert state(decision, evidence(rows, **more)) in {"stale", "removed"}


def test_roles_need_replies_order_and_words(proof):
    """An answer answers, those who agree agree, an open question has no answer, a decision was called one."""
    rows = {row.content[:12]: row for row in proof.messages}
    ask, relay = rows["How do I kee"], rows["Put a relay "]
    ladder, noon = rows["Does anybody"], rows["The workshop"]

    def said(row):
        return Said(row, row.content.split(". ")[0])

    wrong = [
        compose.answered_question(said(ask), Said(ladder, ladder.content), proof),
        compose.answered_question(said(relay), said(ask), proof),
        compose.open_question(said(ask), proof),
        compose.open_question(said(noon), proof),
        compose.remark("decision", said(noon), proof),
        compose.remark("plan", said(noon), proof),
        compose.remark("announcement", said(noon), proof),
        compose.remark("disagreement", said(noon), proof, disagreed=[said(rows["That is not "])]),
        compose.remark("claim", Said(ask, ask.content), proof),
        compose.remark("plan", said(rows["I will bring"]), proof, agreed=[rows["I disagree, "]]),
    ]
    assert [check_statement(statement, proof).state for statement in wrong] == ["removed"] * len(wrong)


@pytest.mark.parametrize(
    ("content", "quote", "verdict"),
    [
        ("I would not say that the bridge is safe to cross", "the bridge is safe to cross", "removed"),
        ("It is not true: the bridge is safe to cross", "the bridge is safe to cross", "flagged"),
        ("If it rains, the bridge is safe to cross", "the bridge is safe to cross", "flagged"),
        ("Well, the bridge is safe, unless it rains", "the bridge is safe", "flagged"),
        ("Honestly: the bridge is safe to cross, right?", "the bridge is safe to cross", "flagged"),
        ("> the bridge is safe to cross\nWho wrote that nonsense up there", "the bridge is safe to cross", "removed"),
        ("The bridge is safe to cross. Not really.", "The bridge is safe to cross.", "verified"),
        ("橋は安全に渡れます。", "橋は安全に渡れます。", "verified"),
        ("ok then", "ok then", "removed"),
    ],
)
def test_a_quote_keeps_its_sense(content, quote, verdict):
    """A "not", a condition or a question mark beside the quote is told; words of others are not the author's."""
    row = message("Maija", content, reactions=3)
    proof = evidence([row])
    assert check_statement(compose.remark("reacted", Said(row, quote), proof), proof).state == verdict


def test_a_thousand_sentences_are_checked_within_seconds(digest, proof):
    """The check is fast enough to run for every report."""
    began = time.process_time()
    for number in range(1000):
        check_statement(digest[number % len(digest)], proof)
    assert time.process_time() - began < 2


def test_the_check_shares_no_code_with_those_that_write():
    """Importing it loads neither composer, selection, model nor renderer, no database and no network."""
    strangers = [
        *("psycopg", "httpx", "jinja2"),
        *(f"discord_airflow.analysis.{name}" for name in ("compose", "passages", "extractive", "render", "processor")),
        *("discord_airflow.reporting", "discord_airflow.collectors"),
    ]
    code = f"import sys, discord_airflow.analysis.verify; print(set({strangers}) & set(sys.modules))"
    assert subprocess.check_output([sys.executable, "-c", code], text=True) == "set()\n"
