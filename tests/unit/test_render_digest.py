"""The digest on the pages of a report: whatever a message or a name says, it is shown and not obeyed."""

from datetime import UTC, datetime

import html5lib
import msgspec
import pytest
from markdown_it import MarkdownIt

from discord_airflow.analysis.digest_json import digest_to_json
from discord_airflow.analysis.statements import Coverage, Digest, Provenance, Scores, Section, Segment, Statement
from discord_airflow.reporting.digest_part import shown_part
from discord_airflow.reporting.markdown import render_markdown
from discord_airflow.reporting.page import render_html
from tests.reports.build import HARBOUR, report
from tests.reports.hostile import HOSTILE

LINK = "https://discord.com/channels/1/2/3"
BATCH = 60
DIGEST_ELEMENTS = {"b", "bdi", "q", "a", "i", "span", "ul", "li", "h3", "h4", "p", "div", "details", "summary"}


def statement(text):
    """Return a sentence with *text* in every kind of piece that does not come from code."""
    pieces = [Segment("person", text), Segment("words", " wrote in "), Segment("channel", text), Segment("words", ": ")]
    pieces += [Segment("quote", text), Segment("label", text), Segment("term", text)]
    pieces += [Segment("address", text, url=text), Segment("words", " ("), Segment("source", "Tue 17:00", url=LINK)]
    pieces += [Segment("source", "x", url="javascript:alert(1)"), Segment("words", ").")]
    return Statement("claim", tuple(pieces), (3,), ("f",), state="flagged", reasons=(text,))


def with_digest(texts):
    """Return a report whose server has a digest of hostile sentences, hostile notes and a hostile model."""
    digest = Digest(
        guild_id=HARBOUR,
        since=datetime(2026, 11, 15, tzinfo=UTC),
        until=datetime(2026, 11, 22, tzinfo=UTC),
        zone="UTC",
        status="model",
        sections=(Section("claim", "Claims worth checking", tuple(statement(text) for text in texts)),),
        notes=tuple(texts),
        coverage=Coverage(1, 1, 0, {}, 1, 1, 1),
        scores=Scores(1, 1, 0, 1, 0, 1, 1, 0),
        provenance=Provenance(checker="1.0", model=texts[0], server=texts[-1]),
    )
    made = report()
    part = shown_part(digest_to_json(digest))
    servers = tuple(
        msgspec.structs.replace(server, digest=part if server.server_id == str(HARBOUR) else None)
        for server in made.servers
    )
    return msgspec.structs.replace(made, servers=servers)


@pytest.mark.parametrize("start", range(0, len(HOSTILE), BATCH))
def test_no_hostile_sentence_adds_anything_to_a_page(start):
    """No element, attribute, link or block beyond those that the same digest of harmless texts has."""
    texts = HOSTILE[start : start + BATCH]
    made = with_digest(texts)
    page = html5lib.parse(render_html(made), namespaceHTMLElements=False)
    inside = next(one for one in page.iter("div") if one.get("class") == "digest")
    assert {one.tag for one in inside.iter()} <= DIGEST_ELEMENTS
    assert {one.get("href") for one in inside.iter("a")} == {LINK}
    assert {name for one in inside.iter() for name in one.attrib} <= {"class", "href", "rel", "target", "title"}
    assert not [one for one in page.iter() if one.tag in ("script", "iframe", "img", "form", "object", "embed")]

    tokens = MarkdownIt("gfm-like").parse(render_markdown(made))
    children = [child for token in tokens for child in token.children or ()]
    links = {child.attrGet("href") for child in children if child.type == "link_open"}
    assert all(link.startswith("https://discord.com/channels/") for link in links)
    assert not [one for one in (*tokens, *children) if one.type in ("html_block", "html_inline", "image", "fence")][1:]
    items = sum(token.type == "list_item_open" for token in tokens)
    harmless = MarkdownIt("gfm-like").parse(render_markdown(with_digest(["plain"] * len(texts))))
    assert items == sum(token.type == "list_item_open" for token in harmless)
