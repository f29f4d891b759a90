"""The language of a search."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from discord_airflow.errors import UsageError
from discord_airflow.queries.patterns import anywhere, spellings
from discord_airflow.queries.search_text import SearchRequest, parse_search


@pytest.mark.parametrize(
    ("text", "request_"),
    [
        ("lunch friday", SearchRequest(words=("lunch", "friday"))),
        ('"next  friday" lunch', SearchRequest(words=("next friday", "lunch"))),
        ("“next friday”", SearchRequest(words=("next friday",))),
        ('lunch -pizza -"at noon"', SearchRequest(words=("lunch",), unwanted=("pizza", "at noon"))),
        ("from:ada", SearchRequest(authors=("ada",))),
        ('FROM:"Ada Lovelace" x', SearchRequest(words=("x",), authors=("Ada Lovelace",))),
        ("in:general in:#random", SearchRequest(channels=("general", "#random"))),
        (
            "x -from:robot -in:off-topic",
            SearchRequest(("x",), unwanted_authors=("robot",), unwanted_channels=("off-topic",)),
        ),
        ('server:"Tea House"', SearchRequest(guilds=("Tea House",))),
        ("on:2026-03-01", SearchRequest(since_day=date(2026, 3, 1), until_day=date(2026, 3, 2))),
        ("after:2026-03-01", SearchRequest(since_day=date(2026, 3, 2))),
        ("before:2026-03-01", SearchRequest(until_day=date(2026, 3, 1))),
        ("before:2026-03-01 before:2026-02-01", SearchRequest(until_day=date(2026, 2, 1))),
        ("https://example.org/a?b=1", SearchRequest(words=("https://example.org/a?b=1",))),
        ("12:30", SearchRequest(words=("12:30",))),
        ("from: ada", SearchRequest(words=("from:", "ada"))),
        ("-", SearchRequest(words=("-",))),
        ("--help", SearchRequest(words=("--help",))),
        ('"unfinished phrase', SearchRequest(words=("unfinished phrase",))),
        ("100% snake_case C:\\temp", SearchRequest(words=("100%", "snake_case", "C:\\temp"))),
        ("東京　大阪", SearchRequest(words=("東京", "大阪"))),
        ("a a a", SearchRequest(words=("a",))),
    ],
)
def test_a_search_means_what_a_user_of_discord_expects(text, request_):
    """Words, phrases, exclusions, people, places and days are told apart; what looks like none of them is a word."""
    assert parse_search(text) == request_


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        '""',
        "on:yesterday",
        "after:2026-02-30",
        "before:99999-01-01",
        "on:0001-01-01",
        "-on:2026-01-01",
        "-server:x",
        " ".join(f"w{number}" for number in range(101)),
        "after:２０２６-01-01",
    ],
)
def test_a_search_that_makes_no_sense_is_refused_in_a_sentence(text):
    """An empty search, an impossible date or a hundred words is a mistake, not an empty answer."""
    with pytest.raises(UsageError, match=r"\w+ .*\."):
        parse_search(text)


@given(st.text(max_size=200))
def test_any_text_is_a_search_or_a_mistake(text):
    """Whatever is typed is understood or refused; nothing else is raised, and no word is empty."""
    try:
        request = parse_search(text)
    except UsageError:
        return
    assert all((*request.words, *request.unwanted, *request.authors, *request.channels, *request.guilds))


def test_wildcards_of_like_are_literal():
    """A percent sign in a search is a percent sign."""
    assert anywhere(["50%_\\"]) == ["%50\\%\\_\\\\%"]


def test_composed_and_decomposed_spellings_are_both_looked_for():
    """A Mac writes é as e and an accent; both are found by either."""
    for typed in ("e\u0301", "é"):
        assert spellings(typed, database_folds_case=True) == ["é", "e\u0301"]


def test_a_database_that_knows_ascii_only_gets_the_cases_spelled_out():
    """With the locale C, ILIKE folds ASCII alone."""
    assert spellings("Жук", database_folds_case=False) == ["Жук", "жук", "ЖУК"]
    assert spellings("Beetle", database_folds_case=False) == ["Beetle"]
    assert spellings("Жук", database_folds_case=True) == ["Жук"]
