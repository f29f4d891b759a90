"""Texts from Discord become plain; what they say stays."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from discord_airflow.reporting.message_text import KnownNames, quote
from discord_airflow.reporting.plain_text import NO_NAME, graphemes, plain, plain_name, shorten

NAMES = KnownNames(people={123: "Ada"}, channels={5: "general"}, roles={7: "Keepers"})
ZONE = "Europe/Helsinki"


def test_a_plain_text_stays_as_it_is():
    """Letters, accents, digits, signs and emoji of every script pass."""
    text = "Grüße, Дмитрий! 漢字 한국어 می\u200cخواهم 👩‍👩‍👧 🇫🇮 1 < 2 & 3 > 2"
    assert plain(text, 100) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\nb\r\n\tc", "a b c"),
        ("\u202eevil\u202c", "evil"),
        ("a\u200bb\ufeffc\u00add", "abcd"),
        ("\x1b[31mred", "[31mred"),
        ("a\x00b", "ab"),
        ("a\ud800b", "a\ufffdb"),
        ("@everyone", "＠everyone"),
        ("ada@harbour", "ada＠harbour"),
        ("5 @ 3", "5 @ 3"),
        ("e" + "\u0301" * 9, "e" + "\u0301" * 4),
    ],
)
def test_what_could_deceive_is_removed_or_made_visible(text, shown):
    """Line ends are folded, the unseen goes, half characters show as such, nothing pings, accents do not pile up."""
    assert plain(text, 100) == shown


@pytest.mark.parametrize("name", ["", " ", "\u200b", "\u3164", "\u2800\u2800", "\U000e0041", None])
def test_a_name_that_shows_nothing_says_so(name):
    """A reader never meets an empty cell that is somebody."""
    assert plain_name(name) == NO_NAME


def test_a_long_text_is_cut_between_visible_characters():
    """Flags, families, skin tones and accents are kept whole or left out whole."""
    text = "🇫🇮🇸🇪👩‍👩‍👧👍🏽é한"
    assert graphemes(text) == ["🇫🇮", "🇸🇪", "👩‍👩‍👧", "👍🏽", "é", "한"]
    assert [shorten(text, limit) for limit in (2, 4, 6)] == ["🇫🇮…", "🇫🇮🇸🇪👩‍👩‍👧…", text]


@given(st.text(max_size=400), st.integers(1, 60))
def test_any_text_fits_its_limit(text, limit):
    """Whatever comes, the result has at most as many visible characters as allowed, on one line."""
    shown = plain(text, limit)
    assert len(graphemes(shown)) <= limit
    assert "\n" not in shown


@given(st.text(max_size=200))
def test_making_plain_twice_changes_nothing(text):
    """A text that is plain stays so: names may pass through more than once."""
    assert plain(plain(text, 500), 500) == plain(text, 500)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("Thanks <@123> and <@!123>", "Thanks ＠Ada and ＠Ada"),
        ("<@99> and <@&8>", "＠someone and ＠some role"),
        ("<@&7> meet in <#5>, not in <#6>", "＠Keepers meet in #general, not in #some-channel"),
        ("nice <:party_blob:42> <a:dance:43>", "nice :party_blob: :dance:"),
        ("at <t:1700000000> or <t:1700000000:R>", "at Wed 15 Nov 2023, 00:13 or Wed 15 Nov 2023, 00:13"),
        ("at <t:9999999999999>", "at (a time)"),
        ("try </play song:42>", "try /play song"),
        ("see <https://harbour.example>", "see https://harbour.example"),
        ("<@<@123>>", "<＠＠Ada>"),
        ("@everyone look", "＠everyone look"),
    ],
)
def test_marks_of_discord_are_spelled_out(content, said):
    """Mentions, emoji, commands and times read as they did in Discord; an unknown id is somebody, never a number."""
    assert quote(content, NAMES, ZONE) == said


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("**bold** and __under__ and ~~gone~~ and `code`", "bold and under and gone and code"),
        ("*soft* _soft_ ***both***", "soft soft both"),
        ("2 * 3 * 4 and snake_case_name and a*b", "2 * 3 * 4 and snake_case_name and a*b"),
        ("# Title\n> quoted\n-# small", "Title quoted small"),
        ("```py\nprint(1)\n```", "print(1)"),
        ("[label](https://harbour.example)", "label (https://harbour.example)"),
        ("the end is ||everybody sings||", "the end is [spoiler]"),
        ("", ""),
    ],
)
def test_formatting_marks_go_and_spoilers_stay_hidden(content, said):
    """A quote reads like the message did, and tells nothing that a click would have had to reveal."""
    assert quote(content, NAMES, ZONE) == said


@pytest.mark.parametrize(
    "text", ["a" * 100_000, "*" * 100_000, "<" * 100_000, "|" * 100_000, "[" * 50_000 + "](", "`" * 99_999]
)
def test_a_long_hostile_text_costs_little(text):
    """No pattern goes back and forth over a text: 100,000 characters take less than half a second."""
    start = time.process_time()
    quote(text, NAMES, ZONE)
    plain(text, 280)
    assert time.process_time() - start < 0.5
