"""The pages about queries and metrics name everything there is, and nothing that is not."""

import re
from pathlib import Path

import pytest

import discord_airflow.queries
from discord_airflow.queries.registry import QUERIES
from discord_airflow.queries.search_text import KEYS

ROOT = Path(__file__).parents[2]
QUERIES_PAGE = (ROOT / "docs/layer2-queries.md").read_text(encoding="utf-8")
METRICS_PAGE = (ROOT / "docs/metrics.md").read_text(encoding="utf-8")
FILES = sorted((Path(discord_airflow.queries.__file__).parent / "sql").glob("*.sql"))

LISTS = {"history", "search", "servers", "user_messages", "users", "watermark"}
"""Queries that show what is stored and define no figure."""


@pytest.mark.parametrize("query", QUERIES.values(), ids=lambda query: query.name)
def test_every_query_is_on_the_page_with_its_question(query):
    """The page says in the same words what `query --help` says."""
    assert f"| `{query.name.replace('_', '-')}` | {query.question} |" in QUERIES_PAGE


@pytest.mark.parametrize(
    "query", [query for query in QUERIES.values() if query.name not in LISTS], ids=lambda q: q.name
)
def test_every_figure_is_defined(query):
    """A query that counts has its definition among the metrics."""
    assert f"`{query.name.replace('_', '-')}`" in METRICS_PAGE


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_statement_is_on_the_page_with_its_first_line(path):
    """The table of statements is what the files say about themselves."""
    question = path.read_text(encoding="utf-8").splitlines()[0].removeprefix("-- ")
    assert f"| `{path.name}` | {question} |" in QUERIES_PAGE


def test_the_page_names_no_statement_that_is_gone():
    """A row of the table has its file."""
    named = set(re.findall(r"^\| `(\w+)\.sql` \|", QUERIES_PAGE, re.MULTILINE))
    assert named == {path.stem for path in FILES}


def test_every_key_of_a_search_is_explained():
    """What the language of searches knows stands on the page, apart from second names for the same."""
    assert [key for key in KEYS if f"{key}:" not in QUERIES_PAGE and key not in {"guild", "during"}] == []
