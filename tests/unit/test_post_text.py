"""What is posted of a report: inert whatever was written, within Discord's limits, and nobody's name by default."""

import re

import pytest

from discord_airflow.analysis.digest_json import digest_to_json
from discord_airflow.analysis.statements import Coverage, Digest, Provenance, Scores, Section, Segment, Statement
from discord_airflow.errors import UsageError
from discord_airflow.notifications.pieces import LIMIT, length, split_text
from discord_airflow.posting.text import post_pieces, stricter, words_of
from discord_airflow.reporting.digest_part import digest_section
from tests.reports.build import ADA, GENERAL, HARBOUR, ORCHARD, TEXTS, THREAD, WINDOW, request, sections
from tests.reports.hostile import HOSTILE

LINK = f"https://discord.com/channels/{HARBOUR}/{GENERAL}/1573712758885221418"
MENTIONS = re.compile(r"@everyone|@here|<@|<#|<a?:\w+:\d+>|<t:\d|</|<id:", re.IGNORECASE)


def statement(text, *, state="verified", kind="claim"):
    """A sentence with *text* in every kind of piece that does not come from code."""
    pieces = (
        *(Segment("person", text, person_id=ADA), Segment("words", " wrote in ")),
        *(Segment("channel", f"#{text}", channel_id=GENERAL), Segment("words", ", ")),
        *(Segment("channel", f"#a › {text}", channel_id=THREAD), Segment("words", ": ")),
        *(Segment("quote", text), Segment("words", " about "), Segment("term", text), Segment("words", " and ")),
        *(Segment("label", text), Segment("words", ", "), Segment("address", text, url=text), Segment("words", " (")),
        *(Segment("source", "Tue 17:00", url=LINK), Segment("words", ").")),
        *(Segment("words", " "), Segment("source", "x", url="javascript:alert(1)")),
    )
    return Statement(kind, pieces, (3,), ("f",), state=state, reasons=())


def stored(statements, texts=None):
    """The sections of a run whose digest of one server has *statements*, and *texts* in its figures."""
    digest = Digest(
        guild_id=HARBOUR,
        since=WINDOW.since,
        until=WINDOW.until,
        zone="UTC",
        status="model",
        sections=(Section("claim", "Claims worth checking", tuple(statements)),),
        notes=("http://localhost:11434",),
        coverage=Coverage(1, 1, 0, {}, 1, 1, 1),
        scores=Scores(1, 1, 1, 0, 0, 1, 1, 0),
        provenance=Provenance(checker="1.0", model="m", server="http://localhost:11434"),
    )
    section = digest_section(HARBOUR, digest_to_json(digest))
    return {**sections(TEXTS | (texts or {})), section.name: section}


def posted(statements=(), texts=None):
    """The messages about the server, with names and words shown."""
    return post_pieces(request(), stored(statements, texts), HARBOUR, "shown")


@pytest.mark.parametrize("text", HOSTILE[:: max(1, len(HOSTILE) // 220)])
def test_hostile_texts_neither_ping_nor_link_nor_grow(text):
    """With names and words shown, in every place: no mention, no link but to messages, no message too long."""
    messages = posted([statement(text)] * 3, dict.fromkeys(("guild_name", "user_name", "channel_name"), text))
    for message in messages:
        assert length(message) <= LIMIT
        assert not MENTIONS.search(message)
        rest = message.replace(LINK, "")
        assert not re.search(r"[a-z]://", rest)
        assert len(re.findall(r"(?<!\\)\]\(", message)) == message.count(f"]({LINK})")
        assert len(message.splitlines()) < 60


def test_names_and_words_are_left_out_unless_they_are_asked_for():
    """By default people are numbers, threads, too, and nothing that somebody wrote is repeated; links stay."""
    named = posted([statement("Zebedee")], {"user_name": "Zebedee", "thread_name": "Zebedee"})
    assert "Zebedee" in "".join(named)
    for names in ("pseudonym", "none"):
        text = "".join(
            post_pieces(
                request(),
                stored([statement("Zebedee")], {"user_name": "Zebedee", "thread_name": "Zebedee"}),
                HARBOUR,
                names,
                words_of(["Zebedee the Great"]),
            )
        )
        assert "Zebedee" not in text.replace("\\#Zebedee", "")  # a channel's name is not a member's
        assert LINK in text
        assert str(ADA) not in text
        assert ("Member 1" in text) is (names == "pseudonym")
        assert ("a member" in text) is (names == "none")


def test_a_term_that_is_a_name_is_left_out():
    """Also with an ending; other terms stay."""
    terms = Statement(
        "topic",
        (Segment("term", "Ainon"), Segment("words", ", "), Segment("term", "valve")),
        (3,),
        ("f",),
        state="verified",
        reasons=(),
    )
    text = "".join(post_pieces(request(), stored([terms]), HARBOUR, "pseudonym", words_of(["Aino"])))
    assert "Ainon" not in text
    assert "*valve*" in text


def test_the_stricter_of_the_two_settings_holds():
    """A report without names does not get them back by being posted."""
    assert [stricter(*pair) for pair in (("shown", "none"), ("none", "pseudonym"), ("shown", "shown"))] == [
        "none",
        "none",
        "shown",
    ]
    assert "Ada" not in "".join(post_pieces(request(names="none"), stored([]), HARBOUR, "shown"))


def test_only_the_webhooks_server_is_told_of():
    """Another server of the same report is not in the text; a server that is not in the report is an error."""
    text = "".join(posted([statement("x")], {"guild_name": "Harbour"}))
    assert str(ORCHARD) not in text
    with pytest.raises(UsageError, match="is not about the server 5"):
        post_pieces(request(), stored([]), 5, "shown")


def test_doubtful_sentences_and_inner_addresses_are_not_published():
    """What the check doubts stays in the report; where the model runs is nobody's business."""
    text = "".join(posted([statement("certain"), statement("doubtful", state="flagged")]))
    assert "certain" in text
    assert "doubtful" not in text
    assert "11434" not in text


def test_the_same_sections_give_the_same_messages():
    """Otherwise an approval would be for nothing."""
    assert posted([statement("x")]) == posted([statement("x")])


@pytest.mark.parametrize(
    "whole",
    [
        f"[Tue 17 Nov 07:15]({LINK})",
        "`code with spaces in it`",
        "**bold words of some length**",
        "<:name_of_an_emoji:123456789012345678>",
        "https://example.org/a/long/way?to=go",
        "👩\u200d👩\u200d👧\u200d👦",
        "🇫🇮",
        "👍🏽",
        "\\*",
    ],
)
def test_what_belongs_together_is_never_cut(whole):
    """At every offset: a link under words, code, bold words, emoji of several parts and switched-off signs."""
    for before in range(60, 130):
        pieces = split_text("x" * before + whole + " y" * 80, 130)
        assert any(whole in piece for piece in pieces)
        assert all(length(piece) <= 130 for piece in pieces)


def test_a_heading_goes_with_what_stands_below_it():
    """A cut falls between paragraphs where that leaves more than half of a message."""
    pieces = split_text("a " * 35 + "\n\n**Heading**\n- " + "b " * 40, 120)
    assert pieces[1].startswith("**Heading**")
