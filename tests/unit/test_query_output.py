"""What a query prints: readable at 80 columns, and inactive whatever Discord's users have typed."""

import csv
import io
import json
import re
import unicodedata
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from discord_airflow.commands.query_output import as_json, columns_of, render_csv, render_json
from discord_airflow.commands.query_tables import number
from discord_airflow.commands.query_text import render_rows
from discord_airflow.queries import rows
from tests.rows.naughty import NAUGHTY

AT = datetime(2026, 3, 29, 6, tzinfo=UTC)
WEEK = timedelta(days=7)
SNOWFLAKE = 1487746640117760030

ACTIVITY = rows.Activity(1, "Harbour", AT - WEEK, AT, *range(1000, 1017))


ACTIVE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
"""What CSV must not hold: control characters but tab and line feed, and what turns the direction of text."""


def hostile_rows(text):
    """Return one row of each kind, with *text* wherever text from Discord can stand."""
    place = (SNOWFLAKE, text, SNOWFLAKE)
    gap = rows.Gap(SNOWFLAKE, text, AT - WEEK, AT, text)
    channel = rows.ChannelCoverage(SNOWFLAKE, text, False, "none", False, None)
    seen = rows.NameSeen(text, "nickname", SNOWFLAKE, text, AT, AT)
    emoji = rows.EmojiCount(text, None, 3)
    return [
        rows.Guild(SNOWFLAKE, text, 1, 2, 3, AT, AT, AT),
        rows.GuildCoverage(SNOWFLAKE, text, AT - WEEK, AT, "none", False, 1, 0, 0, 1, None, None, (gap,), (channel,)),
        rows.Activity(SNOWFLAKE, text, AT - WEEK, AT, *range(17)),
        rows.Change(SNOWFLAKE, text, "messages", 5, 7, -2, "complete", "complete"),
        rows.Totals(SNOWFLAKE, text, *range(11), AT, None),
        rows.Concentration(SNOWFLAKE, text, 5, 9, 2),
        rows.WeekPoint(SNOWFLAKE, text, AT - WEEK, AT, "partial", 5, 3),
        rows.WeeklyActive(SNOWFLAKE, text, AT - WEEK, AT, "complete", 5, None, None, None, None, None),
        rows.MembershipMonth(SNOWFLAKE, text, date(2026, 3, 1), AT - WEEK, AT, "complete", None, 3, 2),
        rows.Contributor(SNOWFLAKE, text, SNOWFLAKE, text, 5, 4, 3, 2, 1),
        rows.ChannelActivity(*place, text, True, SNOWFLAKE, text, 5, 4, 3, 2),
        rows.NewPerson(*place, text, SNOWFLAKE, text, SNOWFLAKE, AT, None, 3),
        rows.RecentUser(*place, text, 5, SNOWFLAKE, text, SNOWFLAKE, AT),
        rows.Connector(SNOWFLAKE, text, 5, (rows.GuildMessages(SNOWFLAKE, text, text, 5),)),
        rows.Highlight(*place, text, SNOWFLAKE, SNOWFLAKE, text, False, AT, text, 1, 3, 0, 1, 0, 0, (emoji,)),
        rows.MessageRow(*place, text, SNOWFLAKE, None, 1, text, False, 0, AT, AT, text, 2, 1, 5, text, text),
        rows.SearchHit(*place, text, SNOWFLAKE, SNOWFLAKE, text, False, AT, None, text, 0, 0.5),
        rows.UserMatch(SNOWFLAKE, text, "1234", "person", 5, AT, AT, (seen,)),
    ]


def as_text(row, width=80):
    guild_id = getattr(row, "guild_id", 1)
    states, names = {guild_id: "complete"}, {guild_id: getattr(row, "guild_name", "Harbour")}
    return render_rows([row], zone="Europe/Helsinki", width=width, states=states, names=names)


def active(text):
    """Return the characters of *text* that a terminal would act on, or that turn its direction."""
    return [c for c in text if unicodedata.category(c) in {"Cc", "Cf", "Cs"} and c not in "\n\u200c\u200d"]


@pytest.mark.parametrize("text", NAUGHTY[::5], ids=ascii)
def test_nothing_from_discord_is_active_in_a_terminal(text):
    """No control or direction character reaches the terminal, as a table, as JSON or as CSV."""
    for row in hostile_rows(text.encode("utf-8", "replace").decode()):
        assert active(as_text(row)) == []
        assert active(render_json(as_json([row]))) == []
        assert ACTIVE.search(render_csv(as_json([row]), columns_of(type(row)))) is None


LONG_TEXTS = ("a name", "a word or two " * 20, "東京" * 60, "صباح الخير يا أصدقاء " * 10, "👩‍👩‍👧‍👦" * 30)


@pytest.mark.parametrize("text", LONG_TEXTS, ids=range(len(LONG_TEXTS)))
def test_answers_fit_80_columns(text):
    """Only the link to a message may be wider: cut, it would lead nowhere."""
    for row in hostile_rows(text):
        lines = [line for line in as_text(row).splitlines() if "https://" not in line]
        assert max(map(cell_len, lines)) <= 80, type(row)


def test_markup_is_text():
    """Names that look like the markup of the table library are printed as they are."""
    row = rows.Contributor(1, "Harbour", 2, "[red]ada[/red] :boom:", 5, 4, 3, 2, 1)
    assert "[red]ada[/red] :boom:" in as_text(row)


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30) | st.sampled_from(
    [text.encode("utf-8", "replace").decode() for text in NAUGHTY]
)


@given(st.lists(texts, min_size=1, max_size=4))
def test_json_loses_nothing(names):
    """JSON escapes what is dangerous and says the same."""
    found = [{"name": name, "id": str(SNOWFLAKE)} for name in names]
    assert json.loads(render_json(found)) == found


@given(st.lists(texts, min_size=1, max_size=4))
def test_csv_cells_are_never_formulas_and_come_back(names):
    """Each text comes back from its cell; one that a spreadsheet would calculate has an apostrophe before it."""
    found = [{"name": name, "messages": -5} for name in names]
    back = list(csv.DictReader(io.StringIO(render_csv(found, ("name", "messages")), newline="")))
    for name, row in zip(names, back, strict=True):
        assert row["name"][:1] not in set("=+-@\t\r\n\0")
        guarded = "'" if name.startswith(tuple("=+-@\t\r\n\0")) else ""
        kept = re.sub("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]", "\ufffd", name)
        assert row["name"] == guarded + kept
        assert row["messages"] == "-5"


def test_csv_has_a_heading_also_without_rows():
    """A program that reads the columns finds them; unknown is an empty cell and not 0."""
    assert render_csv([], columns_of(rows.Connector)) == "user_id,name,messages,guilds\n"
    assert columns_of(rows.NewPerson)[-1] == "link"
    week = rows.WeekPoint(1, "Harbour", AT - WEEK, AT, "none", None, None)
    assert render_csv(as_json([week]), columns_of(rows.WeekPoint)).splitlines()[1].endswith(",none,,")


@pytest.mark.parametrize(
    ("value", "state", "shown"),
    [
        (1234, "complete", "1,234"),
        (5, "partial", "≥ 5"),
        (None, "none", "not collected"),
        (0, "none", "not collected"),
        (None, "complete", "unknown"),
        (0, "complete", "0"),
    ],
)
def test_unknown_figures_are_words(value, state, shown):
    """What was not collected is never printed as 0, and what was collected in part says "at least"."""
    assert number(value, state) == shown


def test_a_window_that_was_not_collected_shows_no_figures():
    """The heading says so instead; in part, it says that every figure is "at least"."""
    names = {1: "Harbour"}
    nothing = render_rows([ACTIVITY], zone="UTC", width=80, states={1: "none"}, names=names)
    assert nothing == "Harbour (1): not collected"
    partial = render_rows([ACTIVITY], zone="UTC", width=80, states={1: "partial"}, names=names)
    assert "at least" in partial
    assert "1,000" in partial


def test_servers_without_rows_are_named_too():
    """A server where nobody wrote stands there with nobody, not hidden."""
    person = rows.Contributor(1, "Harbour", 2, "ada", 5, 4, 3, 2, 1)
    names = {1: "Harbour", 2: "Orchard"}
    shown = render_rows([person], zone="UTC", width=80, states={1: "complete", 2: "complete"}, names=names)
    assert shown.endswith("Orchard (2)\n  nobody and nothing")


def test_hours_are_a_table_of_the_week():
    """Weekdays by hours; a dash is an hour that was not collected, an empty cell one that the window has not."""
    cells = [
        rows.HourCell(1, 0, 9, "complete", 7),
        rows.HourCell(1, 0, 10, "none", None),
        rows.HourCell(1, 6, 23, "partial", 4),
    ]
    shown = render_rows(cells, zone="UTC", width=80, states={1: "partial"}, names={1: "Harbour"})
    monday, sunday = (next(re.finditer(rf"^{day}.*", shown, re.MULTILINE)) for day in ("Mon", "Sun"))
    assert monday.group().split() == ["Mon", "7", "-"]
    assert shown.splitlines()[-1].split() == ["Sun", "≥4"]
    assert sunday.group().split() == ["Sun"]
