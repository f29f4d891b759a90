"""Whatever strangers write, a report shows it and obeys none of it."""

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from functools import cache

import html5lib
import pytest
from markdown_it import MarkdownIt

from discord_airflow.reporting.markdown import render_markdown
from discord_airflow.reporting.page import render_html
from discord_airflow.reporting.plain_text import plain_name
from discord_airflow.reporting.report_json import read_json, render_json
from tests.reports.build import FIELDS, report
from tests.reports.hostile import HOSTILE
from tests.reports.hostile_pages import batches, harmless, page_of

JUMP_LINK = re.compile(r"https://discord\.com/channels/\d{1,19}/\d{1,19}/\d{1,19}")
MARKED = ("strong_open", "em_open", "link_open")
INLINE = {*MARKED, "text", "text_special", "softbreak", "code_inline", "strong_close", "em_close", "link_close"}
ATTRIBUTES = {
    "html": {"lang"},
    "meta": {"charset", "name", "content", "http-equiv"},
    "h2": {"id", "class"},
    "section": {"aria-labelledby"},
    "a": {"href", "rel", "target"},
    "blockquote": {"dir"},
    "th": {"scope", "class"},
    "td": {"class", "title"},
    "caption": {"hidden"},
    "svg": {"viewBox", "role", "class"},
    "path": {"d", "class"},
    "g": {"class", "transform"},
    "text": {"x", "y", "class", "transform"},
    "rect": {"x", "y", "rx", "ry", "width", "height", "class"},
    "circle": {"cx", "cy", "r", "class"},
}


def elements(page):
    """Return the elements of an HTML page, in order, as a browser's parser finds them."""
    return [one for one in html5lib.parse(page, namespaceHTMLElements=False).iter() if isinstance(one.tag, str)]


def tag(element):
    """Return the name of an element without its namespace."""
    return element.tag.rpartition("}")[2]


def tokens(page):
    """Return the tokens of a Markdown page as a code host reads it: tables, strike-through, links without brackets."""
    return MarkdownIt("gfm-like").parse(page)


@pytest.fixture(scope="module")
def pages():
    """The reports with hostile texts, their pages, and what parsers find in them."""
    return [Page.of(texts) for texts in batches()]


@dataclass(frozen=True)
class Page:
    report: object
    html: str
    markdown: str
    elements: list
    tokens: list

    @classmethod
    @cache
    def of(cls, texts):
        """Return the page with these texts; the harmless ones are asked for again and again."""
        made = page_of(texts)
        html, markdown = render_html(made), render_markdown(made)
        return cls(made, html, markdown, elements(html), tokens(markdown))

    @classmethod
    def harmless(cls, texts):
        """Return the page with the same number of texts, all harmless; an empty one stays empty."""
        return cls.of(harmless(texts))


def test_the_corpus_is_large():
    """Five hundred different texts in eight fields are the least that this proof rests on."""
    assert len(set(HOSTILE)) >= 500
    assert len(FIELDS) == 8


def test_hostile_html_has_the_same_elements_as_harmless_html(pages):
    """A browser finds the same elements in the same order, whatever the texts say."""
    for page, texts in zip(pages, batches(), strict=True):
        assert [tag(each) for each in page.elements] == [tag(each) for each in Page.harmless(texts).elements]


def test_hostile_html_carries_nothing_active(pages):
    """Only attributes of ours, only links inside the page or to messages, nothing that loads or runs."""
    for page in pages:
        for element in page.elements:
            assert set(element.attrib) <= ATTRIBUTES.get(tag(element), {"class"}), element.attrib
            address = element.get("href", "#")
            assert JUMP_LINK.fullmatch(address) or re.fullmatch(r"#[a-z0-9-]*", address)
        assert Counter(map(tag, page.elements))["script"] == 0


def test_hostile_markdown_has_the_same_blocks_as_harmless_markdown(pages):
    """Headings, lists, quotes and every table with all its cells stand where they stand without hostile texts."""
    for page, texts in zip(pages, batches(), strict=True):
        assert [token.type for token in page.tokens] == [token.type for token in Page.harmless(texts).tokens]


def marked(page):
    """How much is bold, in italics or a link."""
    kinds = Counter(child.type for token in page.tokens for child in token.children or ())
    return [kinds[kind] for kind in MARKED]


def test_hostile_markdown_carries_nothing_active(pages):
    """No markup but ours inside lines, no raw HTML, no picture, no link but to a message."""
    for page, texts in zip(pages, batches(), strict=True):
        assert marked(page) == marked(Page.harmless(texts))
        for token in page.tokens:
            for child in token.children or ():
                assert child.type in INLINE, (child.type, token.content)
                if child.type == "link_open":
                    assert JUMP_LINK.fullmatch(child.attrs["href"]), token.content


def test_markdown_shows_names_as_they_are(pages):
    """What a reader sees in the ranking is the name itself: escaping adds nothing and takes nothing away."""
    for page in pages:
        found = page.tokens
        heads = [index for index, token in enumerate(found) if token.content == "Who wrote most"]
        for index, server in zip(heads, page.report.servers, strict=True):
            cells = [token for token in found[index : index + 60] if token.type == "inline" and token.level == 4]
            shown = "".join(child.content for child in cells[7].children)
            expected = server.contributors.rows[0].name
            assert shown.translate({37: None}) == _as_shown(expected).translate({37: None})


def _as_shown(name):
    # Inside the code span that an address becomes, three signs are written as in any address.
    words = name.split(" ")
    return " ".join(
        _in_code(word) if "//" in word or re.search(r"\w\.\w\w|#\d|GH-\d", word) else word for word in words
    )


def _in_code(word):
    return word.replace("`", "%60").replace("|", "%7C").replace("\\", "%5C")


def test_no_format_holds_a_ping_or_an_unseen_character(pages):
    """Nothing reorders, hides or pings, not even in the JSON, which somebody may paste somewhere."""
    for page in pages:
        for content in (page.html, page.markdown, render_json(page.report).decode()):
            assert not re.search(r"@\S", content.replace(_css(page.html), ""))
            unseen = {char for char in content if unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"}} - {"\n"}
            assert unseen <= {"\u200d", "\u200c"}


def _css(html):
    return html[html.find("<style>") : html.find("</style>")]


def test_joiners_stay_only_where_they_join():
    """The two invisible characters that emoji and some scripts need are gone everywhere else."""
    assert plain_name("a\u200db\u200cc") == "abc"
    assert plain_name("👩\u200d👧") == "👩\u200d👧"
    assert plain_name("می\u200cخواهم") == "می\u200cخواهم"


def test_json_with_hostile_texts_reads_back_the_same(pages):
    """The JSON is valid and gives the same report, so that pages can be made from it again."""
    for page in pages:
        written = render_json(page.report)
        assert read_json(written) == page.report
        assert render_json(read_json(written)) == written


@pytest.mark.parametrize("names", ["pseudonym", "none"])
def test_reports_without_names_hold_no_text_from_people(names):
    """What a person called themselves or wrote is nowhere: not in Markdown, not in HTML, not in the JSON."""
    secrets = [f"CANARY{number}" for number in range(3)]
    fields = dict(zip(("user_name", "thread_name", "content"), secrets, strict=True))
    made = report(names=names, texts=fields)
    for page in (render_json(made).decode(), render_html(made), render_markdown(made)):
        assert not [secret for secret in secrets if secret in page]
        assert "538476537809066895" not in page
        assert "discord.com/channels" not in page
