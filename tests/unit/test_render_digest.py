"""The digest on the pages of a report: whatever a message or a name says, it is shown and not obeyed."""

import html5lib
import msgspec
import pytest
from markdown_it import MarkdownIt

from discord_airflow.reporting.markdown import render_markdown
from discord_airflow.reporting.page import render_html
from tests.reports.build import HARBOUR, report
from tests.reports.hostile import HOSTILE
from tests.reports.hostile_pages import LINK, digest_of

BATCH = 60
DIGEST_ELEMENTS = {"b", "bdi", "q", "a", "i", "span", "ul", "li", "h3", "h4", "p", "div", "details", "summary"}


def with_digest(texts):
    """Return a report whose server has a digest of hostile sentences, hostile notes and a hostile model."""
    made = report()
    part = digest_of(texts)
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
