"""What a report says when data is whole, partial or missing, and how its pages are built."""

import re

import html5lib
import msgspec
import pytest
from rich.cells import cell_len

from discord_airflow.errors import DataQuarantinedError
from discord_airflow.reporting.lines import LABELS
from discord_airflow.reporting.markdown import render_markdown
from discord_airflow.reporting.page import render_html
from discord_airflow.reporting.report_json import read_json, render_json
from discord_airflow.reporting.summary import summarised
from discord_airflow.reporting.write import rendered, write_report
from tests.reports.build import report


def busy_part(page):
    """Return the part of a page that is about the busy server."""
    return page[page.index("Harbour Makers") : page.index("Orchard", page.index("Harbour Makers") + 200)]


def words(html):
    """Return the text of an HTML page, without its style sheet."""
    tree = html5lib.parse(html, namespaceHTMLElements=False)
    return re.sub(r"\s+", " ", "".join(tree.find("body").itertext()))


def test_a_whole_week_is_compared():
    """Figures come with arrow, amount and percent against the week before."""
    page = render_markdown(report())
    assert re.search(r"\| Messages +\| +1,412 \| +1,197 \| ▲ 215 \(\+18 %\) +\|", page)
    assert "Busier than the week before: 1,412 messages (+18 %) from 37 people in 9 channels and 3 threads." in page
    assert "Of 37 people, 4 wrote here for the first time and 6 came back after a pause; 14 of those who wrote" in page


@pytest.mark.parametrize("render", [render_markdown, lambda made: words(render_html(made))])
def test_a_window_that_was_not_collected_has_no_figure_at_all(render):
    """Not collected is said in words; there is no 0, no change and no ranking."""
    page = busy_part(render(report(state="none")))
    assert "not collected" in page
    assert "None of 4 channels and threads was collected" in page
    for label in LABELS.values():
        assert re.search(rf"{label}[ |]+not collected", page), label
    assert "▲" not in page
    assert "▼" not in page
    assert "Who wrote most" not in page


def test_a_window_collected_in_part_says_at_least_and_names_the_gap():
    """Figures are lower bounds, nothing found is unknown, and what is missing is stated with its reason."""
    page = busy_part(render_markdown(report(state="partial")))
    assert "At least 1,412 messages from 37 people" in page
    assert "at least 1,412" in page
    assert "1 in part and 1 not at all. Every figure of this window may be higher." in " ".join(page.split())
    assert "In what was collected, Ada wrote most (84 messages)" in page
    assert "- #general: nothing from Sun 15 Nov, 09:00 to Mon 16 Nov, 15:00 (failed: the connection was lost)" in page
    assert re.search(r"Sun 15 Nov, from 09:00 \| +unknown \| +unknown", page)
    assert "▲" not in page


def silent(state):
    """A report in which no message of the busy server is stored, of a window collected in this state."""
    made = report(state=state)
    replace = msgspec.structs.replace
    server = made.servers[0]
    server = replace(
        server,
        headline=tuple(replace(line, value=0, before=0, change=None) for line in server.headline),
        highlights=replace(server.highlights, rows=()),
        new_people=replace(server.new_people, rows=()),
        weeks=replace(server.weeks, rows=tuple(replace(week, messages=0) for week in server.weeks.rows)),
    )
    return replace(made, servers=(summarised(server, made.window.window), *made.servers[1:]))


@pytest.mark.parametrize("render", [render_markdown, lambda made: words(render_html(made))])
def test_nobody_is_said_of_a_whole_window_only(render):
    """Where a part is missing, an empty list tells of what was collected, and no message is not "at least 0"."""
    page = busy_part(" ".join(render(silent("complete")).split()))
    assert "Nobody wrote anything" in page
    assert "The 7 weeks before had none, either." in page
    assert "Nobody reacted to a message." in page
    assert "Nobody wrote here for the first time." in page
    page = busy_part(" ".join(render(silent("partial")).split()))
    assert "No message is known; this window was collected only in part" in page
    assert "In what was collected nobody reacted to a message." in page
    assert "In what was collected nobody wrote here for the first time." in page
    assert "Nobody" not in page


def test_a_chart_says_that_it_leaves_something_out():
    """Days and weeks that are not known have no bar and no point, just like a zero at a glance."""
    assert "Not every" not in words(render_html(report()))
    page = words(render_html(report(state="none")))
    assert "Not every week is known: see the numbers." in page


@pytest.mark.parametrize(
    ("before", "reason"),
    [("none", "the week before was not collected"), ("partial", "the week before was collected only in part")],
)
def test_no_change_is_printed_against_an_unequal_week(before, reason):
    """The reader is told why there is no comparison."""
    page = busy_part(render_markdown(report(before=before)))
    assert f"No comparison: {reason}." in page
    assert page.count("no comparison") == 6
    assert "▲" not in page
    assert "%" not in page


def test_a_section_that_is_missing_is_stated():
    """A report never leaves out a part in silence, and still holds the others."""
    page = render_markdown(report(without=("health", "highlights")))
    assert "- Membership, and whether the data is plausible: This part was not computed in this run." in page
    assert "- Highlights and new people: This part was not computed in this run." in page
    assert "### Membership" not in page
    assert "### Who wrote most" in page
    assert "Not in this report" in words(render_html(report(without=("stats",))))


def test_a_report_without_any_server_says_so():
    """An empty database gives a page, not a failure."""
    empty = msgspec.structs.replace(report(), servers=(), connectors=None)
    assert "No server was imported yet." in render_markdown(empty)
    assert "No server was imported yet." in words(render_html(empty))


def test_joins_are_unknown_where_a_server_posts_none():
    """No join message at all is not the same as nobody joined."""
    assert re.search(r"Sep 2026.* \| +unknown \| +4 \|", render_markdown(report()))


def test_all_markdown_lines_fit_a_terminal_of_100_columns():
    """Only addresses at the end of the page are longer; what is written in wide letters counts double."""
    texts = {"user_name": "漢字の名前", "content": "long words " * 60, "channel_name": "кириллица-и-смайлы-🎉"}
    for line in render_markdown(report(state="partial", texts=texts)).split("\n"):
        assert cell_len(line) <= 100 or line.startswith("["), line


def test_markdown_tables_line_up_with_wide_letters():
    """Every row of a table ends in the same column of a terminal."""
    page = render_markdown(report(texts={"user_name": "漢字の名前 👩‍👩‍👧", "channel_name": "e\u0301"}))
    widths: list[set[int]] = [set()]
    for line in page.split("\n"):
        if line.startswith("|"):
            widths[-1].add(cell_len(line))
        elif widths[-1]:
            widths.append(set())
    assert len(widths) > 5
    assert all(len(found) <= 1 for found in widths)


def test_html_asks_for_nothing_and_runs_nothing():
    """No script, no picture, no font, no style from elsewhere; the policy in the page forbids them as well."""
    page = render_html(report())
    assert "default-src 'none'" in page
    assert not re.search(r"<(script|img|iframe|object|embed|link|base|form|video|audio)\b", page)
    assert not re.search(r"\b(src|srcset|action|background|poster|data)=|@import|url\(", page)


def test_html_is_well_formed():
    """A strict parser accepts the page: every element is closed where it was opened."""
    html5lib.HTMLParser(strict=True).parse(render_html(report()))
    html5lib.HTMLParser(strict=True).parse(render_html(report(state="none")))


def test_every_chart_has_a_text_alternative_and_its_numbers_in_a_table():
    """What a picture shows is also said."""
    tree = html5lib.parse(render_html(report()), namespaceHTMLElements=False)
    charts = [one for one in tree.iter() if one.tag == "{http://www.w3.org/2000/svg}svg"]
    titles = [chart.find("{http://www.w3.org/2000/svg}title").text for chart in charts]
    assert len(titles) == 2
    assert titles[0].startswith("Messages per day on Harbour Makers: Sun 15 0, Mon 16 25,")
    assert all(chart.get("role") == "img" for chart in charts)
    figures = [one for one in tree.iter("figure") if one.find("details/table") is not None]
    assert len(figures) == len(charts)


def test_the_heat_map_is_a_table_with_headings():
    """Seven days of 24 hours, each cell saying in words what its shade means."""
    tree = html5lib.parse(render_html(report()), namespaceHTMLElements=False)
    (heat,) = [table for table in tree.iter("table") if table.get("class") == "heat"]
    rows = heat.findall("tbody/tr")
    assert [row.find("th").text for row in rows] == ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    assert {len(row.findall("td")) for row in rows} == {24}
    assert rows[1].findall("td")[9].get("title") == "Tue 09:00: 1 message"
    sunday = html5lib.parse(render_html(report(week_start="sunday")), namespaceHTMLElements=False)
    assert (
        next(table for table in sunday.iter("table") if table.get("class") == "heat").find("tbody/tr/th").text == "Sun"
    )


def test_the_same_report_gives_the_same_bytes():
    """No clock, no random id, no order of a set: also for a report that was read back from its JSON."""
    made = rendered(report())
    assert rendered(report()) == made
    assert rendered(read_json(made["2026-11-22.json"])) == made


def test_files_are_named_by_the_last_day_in_the_zone(tmp_path):
    """The window ends at 9 o'clock on the 22nd in Helsinki."""
    paths = write_report(report(), tmp_path)
    assert [path.name for path in paths] == ["2026-11-22.md", "2026-11-22.html", "2026-11-22.json"]


def test_every_listing_of_the_json_names_a_receipt_that_is_there():
    """No number without a receipt: each can be followed to query, parameters, data and coverage."""
    made = msgspec.json.decode(render_json(report()))
    named = set(re.findall(r'"receipt(?:_half)?": "([^"]+)"', render_json(report()).decode()))
    assert named
    assert named <= set(made["receipts"])
    for receipt in made["receipts"].values():
        assert set(receipt) == {"query", "parameters", "watermark", "coverage", "rows"}
    for listing in ("contributors", "channels", "days", "hours", "weeks", "new_people", "highlights", "months"):
        assert made["servers"][0][listing]["receipt"] in made["receipts"]


def test_ids_in_the_json_are_text():
    """JavaScript and spreadsheets lose the last digits of such numbers."""
    assert not re.search(r"\b\d{16,}\b(?!\")", re.sub(r'"[^"]*"', '""', render_json(report()).decode()))


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b'{"format": 99}', b'{"format": 1}', b'{"guild": {}, "messages": []}', b"\xff"]
)
def test_what_is_no_report_is_refused_with_a_reason(content):
    """A reader of JSON never gets half a report."""
    with pytest.raises(DataQuarantinedError):
        read_json(content)


def test_a_json_with_an_unknown_key_is_refused():
    """What this version does not know it cannot vouch for."""
    content = render_json(report()).replace(b'"title"', b'"headline": 1, "title"')
    with pytest.raises(DataQuarantinedError, match="headline"):
        read_json(content)


def test_pseudonyms_are_the_same_person_everywhere():
    """Who leads the ranking and who links the servers has one number in the whole report."""
    page = render_markdown(report(names="pseudonym"))
    assert re.search(r"\| +1 \| Member 1 \| +84 \|", page)
    assert re.search(r"\| Member 1 \| +87 \| Harbour Makers 84, Orchard 3 \|", page)
    assert "People are numbered here" in page
    assert "Fri 20 Nov\n" in page
    assert "Thu 19 Nov; 5 messages" in page


def test_a_report_without_names_lists_no_newcomers():
    """A list of "a member" says nothing; the count in the summary does."""
    page = render_markdown(report(names="none"))
    assert "A member wrote most (84 messages)" in page
    assert "wrote first in" not in page
