"""Sections are computed from one state of the database, stored with what was asked, and put together into a report."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import ClassVar

import msgspec
import psycopg
import pytest

from discord_airflow import database as door
from discord_airflow.errors import UsageError
from discord_airflow.queries.query_builder import fetch_watermark
from discord_airflow.reporting import sections
from discord_airflow.reporting.build import build_report
from discord_airflow.reporting.due import default_until
from discord_airflow.reporting.markdown import render_markdown
from discord_airflow.reporting.payload import absent_section
from discord_airflow.reporting.questions import ask
from discord_airflow.reporting.request import SECTIONS, ReportRequest
from discord_airflow.reporting.sections import compute_section
from discord_airflow.reporting.store import store_section
from discord_airflow.reporting.write import rendered
from discord_airflow.settings import ReportSettings, Settings
from discord_airflow.window import window_ending
from tests.reports.community import EXPORTED, UNTIL, WINDOW, ZONE, community, computed, imported, spoken, stored
from tests.rows.world import Covered


def server_named(report, name):
    """Return the part of *report* about the server called *name*."""
    return next(server for server in report.servers if server.name == name)


def figures(server):
    """Return the headline of a server: figure to value, value before and change."""
    return {line.figure: (line.value, line.before, line.change) for line in server.headline}


def test_the_headline_equals_a_count_over_the_messages(database):
    """What people wrote in the window and in the week before, counted a second time in Python."""
    stored(database)
    computed(database)
    harbour = server_named(build_report(database, "run"), "Harbour")
    written = [m for m in spoken() if m.author_id != 109 and m.channel_id in {10, 11, 12}]
    this = [m for m in written if m.at in WINDOW]
    before = [m for m in written if m.at in WINDOW.preceding()]
    assert figures(harbour)["messages"] == (len(this), len(before), len(this) - len(before))
    assert figures(harbour)["posters"][:2] == (len({m.author_id for m in this}), len({m.author_id for m in before}))
    assert figures(harbour)["reactions"] == (2, 0, 2)
    assert harbour.left_out.bot_messages == 1


class Asked(psycopg.Cursor):
    """A cursor that keeps what it was asked."""

    questions: ClassVar[list[str]] = []

    def execute(self, query, params=None, **options):
        self.questions.append(f"{query} {params}")
        return super().execute(query, params, **options)


def test_no_section_asks_the_same_twice(database):
    """The figures of a section share what they have in common, and get what they would get alone."""
    stored(database)
    database.cursor_factory = Asked
    for section in sections.QUESTIONS:
        Asked.questions.clear()
        computed_once = compute_section(database, section, ReportRequest("run", WINDOW))
        assert len(set(Asked.questions)) == len(Asked.questions) > 1
        for answer in computed_once.answers.values():
            assert msgspec.to_builtins(ask(database, answer.query, answer.parameters)) == answer.rows
        database.rollback()


def test_what_changed_since_is_asked_anew(database):
    """Only one snapshot shares its answers: the next one sees what was imported in between."""
    stored(database)
    with sections.snapshot(database):
        before = fetch_watermark(database)
        assert fetch_watermark(database) == before
    database.execute("UPDATE ledger SET observed_at = observed_at + interval '1 day'")
    database.commit()
    with sections.snapshot(database):
        assert fetch_watermark(database) != before


def test_direct_messages_are_never_part_of_a_report(database):
    """A report is about servers; what two people wrote to each other is not in it, asked for or not."""
    stored(database)
    computed(database)
    report = build_report(database, "run")
    assert [server.name for server in report.servers] == ["Harbour", "Orchard"]
    assert b"a secret" not in b"".join(rendered(report).values())


def test_highlights_spell_out_who_and_what_was_mentioned(database):
    """Ids in a message become the names that server knows."""
    stored(database)
    computed(database)
    (line,) = server_named(build_report(database, "run"), "Harbour").highlights.rows
    assert line.text == "Hello from ＠cho, is #a thread the place?"
    assert (line.reactors, line.author) == (2, "cho")


def test_new_people_come_with_the_link_to_their_first_message_and_its_answer(database):
    """Who came, where, and after how many minutes somebody answered."""
    stored(database)
    computed(database)
    (line,) = server_named(build_report(database, "run"), "Harbour").new_people.rows
    assert (line.name, line.channel, line.reply_minutes) == ("cho", "general", 7)
    assert re.fullmatch(r"https://discord\.com/channels/1/10/\d+", line.link)


def test_connectors_are_named_as_on_their_busiest_server(database):
    """Ada writes on both servers."""
    stored(database)
    computed(database)
    (line,) = build_report(database, "run").connectors.rows
    assert (line.name, [share.server for share in line.servers]) == ("Ada of the Harbour", ["Harbour", "Orchard"])


def test_an_excluded_channel_leaves_with_its_threads(database):
    """Neither figures nor names of it are anywhere."""
    stored(database)
    computed(database, excluded_channels=(10,))
    report = build_report(database, "run")
    written = [m for m in spoken() if m.channel_id == 12 and m.at in WINDOW]
    assert figures(server_named(report, "Harbour"))["messages"][0] == len(written)
    assert "1 excluded channel is left out of everything." in render_markdown(report)
    assert "#general" not in render_markdown(report)


def test_the_same_request_over_the_same_data_gives_the_same_bytes(database):
    """Computed again, and under another run's key, a report does not differ in one byte; nothing is written again."""
    stored(database)
    computed(database)
    first = rendered(build_report(database, "run"))
    times = database.execute("SELECT computed_at FROM report_sections ORDER BY section").fetchall()
    database.commit()
    computed(database)
    computed(database, run_key="another")
    assert rendered(build_report(database, "run")) == first
    assert rendered(build_report(database, "another")) == first
    again = "SELECT computed_at FROM report_sections WHERE run_key = 'run' ORDER BY section"
    assert database.execute(again).fetchall() == times


def test_a_week_that_no_export_reaches_is_not_collected(database):
    """Exports that end before the window began: no figure, no 0, no change, and the report says why."""
    ended = WINDOW.since - timedelta(days=1)
    before = tuple(message for message in spoken() if message.at < ended)
    covered = tuple(Covered(number, None, ended) for number in (10, 11, 12, 20))
    stored(database, messages=before, coverage=covered)
    computed(database)
    harbour = server_named(build_report(database, "run"), "Harbour")
    assert {value for value, _, _ in figures(harbour).values()} == {None}
    assert {change for _, _, change in figures(harbour).values()} == {None}
    assert "Nothing of this window was collected" in harbour.summary[0]
    assert {line.messages for line in harbour.days.rows} == {None}


def test_a_gap_in_one_channel_makes_the_week_partial(database):
    """The gap is named with channel and time, and nothing is compared."""
    covered = tuple(Covered(number, None, EXPORTED) for number in (10, 11, 20))
    stored(database, coverage=(*covered, Covered(12, None, WINDOW.since + timedelta(days=1))))
    computed(database)
    harbour = server_named(build_report(database, "run"), "Harbour")
    assert harbour.coverage.state == "partial"
    assert [(gap.channel, gap.since) for gap in harbour.coverage.gaps] == [("staff", WINDOW.since + timedelta(days=1))]
    assert {change for _, _, change in figures(harbour).values()} == {None}
    assert harbour.summary[0].startswith("At least ")


def test_a_section_that_was_not_computed_is_stated(database):
    """So is one that was marked absent, with its reason."""
    stored(database)
    request = ReportRequest("run", WINDOW)
    compute_section(database, "stats", request)
    store_section(database, request, absent_section("digest", "No model was reachable."))
    missing = {one.section: one.reason for one in build_report(database, "run").missing}
    assert set(missing) == {*SECTIONS, "digest"} - {"stats"}
    assert missing["digest"] == "No model was reachable."


def test_a_run_never_mixes_two_windows(database):
    """When a run is asked for another window, what it had stored for the first one is dropped."""
    stored(database)
    request = computed(database)
    earlier = replace(request, window=window_ending(UNTIL - timedelta(days=7), 7, ZONE))
    compute_section(database, "stats", earlier)
    report = build_report(database, "run")
    assert report.window.until == earlier.window.until
    assert {one.section for one in report.missing} == {*SECTIONS, "digest"} - {"stats"}


def test_all_figures_of_a_section_come_from_one_state_of_the_database(database, database_settings, monkeypatch):
    """An import that commits while a section is computed is in none of its figures."""
    stored(database)
    fetch = sections.fetch_guild_names

    def fetch_and_import(connection):
        found = fetch(connection)
        with door.connect(database_settings) as other:
            other.execute("DELETE FROM messages")
        return found

    monkeypatch.setattr(sections, "fetch_guild_names", fetch_and_import)
    section = compute_section(database, "stats", ReportRequest("run", WINDOW))
    assert section.watermark.newest_message_id is not None
    assert [row.messages for row in section.rows("activity") if row.guild_id == 1] != [0]


def test_what_cannot_be_asked_is_refused_by_name(database):
    """An unknown section, an unknown server and an unknown run each get one sentence that says what there is."""
    stored(database)
    with pytest.raises(UsageError, match="stats, trends, connectors, highlights, health"):
        compute_section(database, "gossip", ReportRequest("run", WINDOW))
    with pytest.raises(UsageError, match=r"server 77 .*1 \(Harbour\)"):
        compute_section(database, "stats", ReportRequest("run", WINDOW, guild_ids=(77,)))
    with pytest.raises(UsageError, match="'nobody'"):
        build_report(database, "nobody")


def test_an_empty_database_gives_a_report_that_says_so(database):
    """No server, no figure, no failure."""
    computed(database)
    assert "No server was imported yet." in render_markdown(build_report(database, "run"))


def settings():
    """Return settings whose reports are written in Helsinki's time."""
    return Settings(home="/nowhere", report=ReportSettings(timezone=ZONE))


def test_the_default_week_is_the_last_one_that_the_exports_reach(database):
    """Exported on Sunday at eleven: the week that ended at nine. Exported at half past eight: the one before."""
    stored(database)
    assert default_until(database, settings()) == UNTIL
    database.execute("DELETE FROM coverage")
    early = tuple(Covered(number, None, UNTIL - timedelta(minutes=30)) for number in (10, 11, 12))
    for one in early:
        database.execute(
            "INSERT INTO coverage VALUES (%s, %s, %s, %s, 'claimed', 1)",
            (one.channel_id, one.after_id, one.before_id, EXPORTED),
        )
    assert default_until(database, settings()) == UNTIL - timedelta(days=7)
    database.execute("DELETE FROM coverage")
    assert default_until(database, settings()) == UNTIL - timedelta(days=7), "the newest message is 20 hours older"


def test_without_any_import_there_is_no_week(database):
    """The message says what to do first."""
    with pytest.raises(UsageError, match="discord-airflow import"):
        default_until(database, settings())


def test_every_statement_is_accepted_by_the_schema(database):
    """Each .sql file of the reports names only what exists, and opens with its question."""
    from importlib import resources

    files = [path for path in (resources.files("discord_airflow.reporting") / "sql").iterdir() if path.suffix == ".sql"]
    assert len(files) >= 7
    for path in files:
        text = path.read_text()
        assert text.startswith("-- ")
        database.execute("EXPLAIN " + text, dict.fromkeys(re.findall(r"%\((\w+)\)s", text)))


def test_every_receipt_says_what_it_saw_and_what_that_covers(database):
    """The state of the data, and the coverage of each server that was asked about."""
    stored(database)
    imported(database, "second", EXPORTED + timedelta(days=1))
    database.commit()
    computed(database)
    for receipt in build_report(database, "run").receipts.values():
        assert receipt.coverage == {"1": "complete", "2": "complete"}, receipt.query
        assert receipt.watermark.files == 2


def test_the_community_of_these_tests_holds_every_case():
    """A guard: were the fixture emptied, the tests above would prove nothing."""
    world = community()
    assert len(world.messages) > 60
    assert {channel.guild_id for channel in world.channels} == {0, 1, 2}
