"""The pages around the reports: what is found, what is never opened, and that strangers' names stay text."""

import json
from datetime import date, timedelta

import html5lib
import pytest

from discord_airflow.report_shelf.pages import (
    PAGE_POLICY,
    REPORT_POLICY,
    SHOWN,
    coverage,
    render_list,
    render_note,
    render_report,
)
from discord_airflow.report_shelf.shelf import FolderShelf, Spanned, TwoShelves, parse_day

HOSTILE = '<script>alert(1)</script> & "><img src=x onerror=alert(1)> \u202egnp.exe {{ 7 * 7 }}'


def put(folder, day, *, kinds=("md", "html", "json"), servers=(), zone="Europe/Helsinki"):
    """Write a report of *day* as far as the list looks at it."""
    content = {
        "format": 1,
        "title": "Weekly report",
        "window": {"since": "2026-11-15T09:00:00+02:00", "until": "2026-11-22T09:00:00+02:00", "zone": zone},
        "servers": list(servers),
    }
    for kind in kinds:
        (folder / f"{day}.{kind}").write_text(json.dumps(content) if kind == "json" else f"{kind} of {day}")


def server(name="Harbour", state="complete", value=1204, change=30):
    return {
        "server_id": "1180000000000000001",
        "name": name,
        "coverage": {"state": state, "receipt": "stats.coverage"},
        "headline": [{"figure": "messages", "label": "Messages", "value": value, "change": change}],
    }


def words(page):
    """Return the text of *page* as a browser shows it, with single spaces."""
    return " ".join(" ".join(html5lib.parse(page, namespaceHTMLElements=False).itertext()).split())


def elements(page):
    return {element.tag for element in html5lib.parse(page, namespaceHTMLElements=False).iter()}


def test_reports_are_listed_newest_first(tmp_path):
    """A report is there when any of its files is; other files in the folder are not reports."""
    put(tmp_path, "2026-11-08")
    put(tmp_path, "2026-11-22", kinds=["md"])
    put(tmp_path, "2026-11-15", kinds=["json"])
    for other in ("notes.md", "2026-11-29.txt", "2026-02-30.md", ".2026-11-29.md.x.part", "2026-11-29.md.bak"):
        (tmp_path / other).touch()
    (tmp_path / "sample").mkdir()
    assert FolderShelf(tmp_path).days() == (date(2026, 11, 22), date(2026, 11, 15), date(2026, 11, 8))


def test_a_folder_that_is_not_there_holds_no_report(tmp_path):
    """Before the first run there is no folder, and the page says what to do."""
    shelf = FolderShelf(tmp_path / "reports")
    assert shelf.days() == ()
    assert "no report yet" in words(render_list(shelf))


def test_a_report_knows_its_neighbours(tmp_path):
    """Weeks may be missing in between."""
    for day in ("2026-10-25", "2026-11-15", "2026-11-22"):
        put(tmp_path, day)
    shelf = FolderShelf(tmp_path)
    assert shelf.neighbours(date(2026, 11, 15)) == (date(2026, 10, 25), date(2026, 11, 22))
    assert shelf.neighbours(date(2026, 10, 25)) == (None, date(2026, 11, 15))
    assert shelf.neighbours(date(2026, 11, 22)) == (date(2026, 11, 15), None)


@pytest.mark.parametrize(
    "text",
    [
        "..",
        "../2026-11-22",
        "2026-11-22/..",
        "%2e%2e",
        "2026-11-22\0",
        "２０２６-11-22",
        "2026-1-1",
        "",
        "2026-02-30",
        "sample",
    ],
)
def test_only_a_day_is_a_name(text):
    """No path can be spelled as a day, so none can be asked for."""
    assert parse_day(text) is None


def test_a_link_out_of_the_folder_is_not_followed(tmp_path):
    """Whoever can plant a link among the reports cannot show other files of the machine."""
    secret = tmp_path / "secret"
    secret.write_text("token")
    reports = tmp_path / "reports"
    reports.mkdir()
    (reports / "2026-11-22.md").symlink_to(secret)
    assert FolderShelf(reports).read(date(2026, 11, 22), "md") is None


def test_a_kind_that_is_none_is_not_opened(tmp_path):
    """Three kinds of files exist, whatever the address says."""
    (tmp_path / "2026-11-22.txt").write_text("x")
    assert FolderShelf(tmp_path).read(date(2026, 11, 22), "txt") is None


def test_the_list_says_how_each_week_went(tmp_path):
    """Servers, how much was collected, and the figures with their change."""
    put(tmp_path, "2026-11-22", servers=[server(), server("Tidewatch", "complete", 88, -5)])
    text = words(render_list(FolderShelf(tmp_path)))
    for part in ("2026-11-22", "2 servers", "Europe/Helsinki", "collected completely", "1,204 ▲ 30", "88 ▼ 5"):
        assert part in text


def test_what_was_not_collected_is_never_a_zero(tmp_path):
    """An unknown figure is "not collected", one from part of the window "at least"; the worst server speaks."""
    put(tmp_path, "2026-11-22", servers=[server(value=None, change=None, state="none"), server(state="partial")])
    text = words(render_list(FolderShelf(tmp_path)))
    assert "Messages not collected" in text
    assert "at least 1,204" in text
    put(tmp_path, "2026-11-22", servers=[server(value=0, change=None, state="partial")])
    assert "Messages unknown" in words(render_list(FolderShelf(tmp_path)))
    assert "2 servers · 7 days · Europe/Helsinki 1 of 2 servers not collected" in text


def test_years_of_reports_are_turned_page_by_page(tmp_path):
    """A page shows half a year and leads to the older half and back; no day is on two pages or on none."""
    days = [date(2026, 11, 22) - timedelta(weeks=number) for number in range(SHOWN + 3)]
    for day in days:
        put(tmp_path, day)
    shelf = FolderShelf(tmp_path)
    newest, older = render_list(shelf), render_list(shelf, before=days[SHOWN - 1])
    assert f'href="?before={days[SHOWN - 1]}"' in newest
    assert 'href="?before=' not in older
    assert 'href="./"' in older
    assert 'href="./"' not in newest
    shown = [[day for day in days if f'href="{day}/"' in page] for page in (newest, older)]
    assert shown == [days[:SHOWN], days[SHOWN:]]
    assert "no report from before 2001-01-01" in words(render_list(shelf, before=date(2001, 1, 1)))


def test_what_became_of_the_newest_run_stands_above_the_list(tmp_path):
    """Whoever looks for Sunday's report learns why it is not there."""
    assert "It failed." in words(render_list(FolderShelf(tmp_path), note="It failed."))


@pytest.mark.parametrize(
    ("since", "until", "days"),
    [
        ("2026-10-18T09:00:00+03:00", "2026-10-25T09:00:00+02:00", 7),  # the clocks go back
        ("2026-11-21T09:00:00+02:00", "2026-11-22T09:00:00+02:00", 1),
        ("2026-11-21T09:00:00", "2026-11-22T09:00:00+02:00", None),
        ("yesterday", "today", None),
    ],
)
def test_a_window_is_as_long_as_a_calendar_says(since, until, days):
    """In days, whatever the clocks did; what cannot be read has no length."""
    assert Spanned(since, until, "Europe/Helsinki").days == days


@pytest.mark.parametrize(
    ("states", "words"),
    [
        (["complete", "complete"], "collected completely"),
        (["complete", "partial", "complete"], "1 of 3 servers collected in part"),
        (["none", "none"], "not collected"),
        (["complete", "something new"], "1 of 2 servers with unknown coverage"),
        ([], "with unknown coverage"),
    ],
)
def test_how_much_was_collected_is_said_of_the_servers_it_is_true_of(tmp_path, states, words):
    """One server that was not collected does not make the others look so."""
    put(tmp_path, "2026-11-22", servers=[server(state=state) for state in states])
    assert coverage(FolderShelf(tmp_path).summary(date(2026, 11, 22)))[1] == words


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"title": 5}', b"\xff\xfe", b'{"title":"x","window":null}'])
def test_a_json_that_cannot_be_read_costs_its_summary_only(tmp_path, content):
    """The report stays in the list and can be opened."""
    put(tmp_path, "2026-11-22")
    (tmp_path / "2026-11-22.json").write_bytes(content)
    assert "no summary" in words(render_list(FolderShelf(tmp_path)))
    assert render_report(FolderShelf(tmp_path), date(2026, 11, 22))


def test_strangers_names_are_text_on_every_page(tmp_path):
    """No element, no attribute and no template comes from a name."""
    put(tmp_path, "2026-11-22", servers=[server()])
    clean = elements(render_list(FolderShelf(tmp_path)))
    put(tmp_path, "2026-11-22", servers=[server(HOSTILE)], zone=HOSTILE)
    page = render_list(FolderShelf(tmp_path))
    assert elements(page) == clean
    assert "{{ 7 * 7 }}" in words(page)
    assert elements(render_note("Reports", HOSTILE)) <= clean


def test_a_report_is_framed_with_its_files_and_neighbours(tmp_path):
    """One step to the weeks beside it, and to what a person forwards."""
    put(tmp_path, "2026-11-15")
    put(tmp_path, "2026-11-22")
    page = render_report(FolderShelf(tmp_path), date(2026, 11, 15))
    for link in ('href="../2026-11-22/"', 'href="report.md"', 'href="report.json"', 'src="report.html"', 'href="../"'):
        assert link in page
    assert "none before" in words(page)
    assert render_report(FolderShelf(tmp_path), date(2026, 11, 1)) is None


@pytest.mark.parametrize("policy", [PAGE_POLICY, REPORT_POLICY])
def test_no_page_may_run_a_script_or_ask_anybody(policy):
    """The sandbox has no scripts, and nothing is fetched unless it is named."""
    parts = dict(part.strip().partition(" ")[::2] for part in policy.split(";"))
    assert "allow-scripts" not in parts["sandbox"]
    assert "allow-top-navigation" not in parts["sandbox"]
    assert parts["default-src"] == "'none'"
    assert parts["frame-ancestors"] == "'self'"
    assert "script-src" not in parts


def test_of_two_places_the_first_one_counts(tmp_path):
    """What a person finds in the folder is what the page shows; the other place fills the gaps."""
    first, second = tmp_path / "first", tmp_path / "second"
    for folder, days in ((first, ["2026-11-22"]), (second, ["2026-11-15", "2026-11-22"])):
        folder.mkdir()
        for day in days:
            (folder / f"{day}.md").write_text(folder.name)
    both = TwoShelves(FolderShelf(first), FolderShelf(second))
    assert both.days() == (date(2026, 11, 22), date(2026, 11, 15))
    assert both.read(date(2026, 11, 22), "md") == b"first"
    assert both.read(date(2026, 11, 15), "md") == b"second"
    assert both.neighbours(date(2026, 11, 22)) == (date(2026, 11, 15), None)
    assert both.kinds(date(2026, 11, 1)) == ()
