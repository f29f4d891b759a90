"""A report can be held against the data at any time, and tells what was tampered with from what merely went on."""

import re
from datetime import timedelta

import msgspec
import pytest

from discord_airflow.errors import DataQuarantinedError, FileTroubleError
from discord_airflow.reporting.build import build_report
from discord_airflow.reporting.report_json import read_json, render_json
from discord_airflow.reporting.verify import verify_report
from discord_airflow.reporting.write import write_report
from tests.reports.community import EXPORTED, computed, imported, stored


@pytest.fixture
def written(database, tmp_path):
    """The Markdown of a report on the community, with its HTML and JSON beside it."""
    stored(database)
    computed(database)
    markdown, _, _ = write_report(build_report(database, "run"), tmp_path)
    database.commit()
    return markdown


def outcomes(verification, outcome):
    """Return the checks that had *outcome*, as text."""
    return [f"{check.table} {check.name}".strip() for check in verification.checks if check.outcome == outcome]


def new_message_deleted(database, *, told=True):
    """Delete a message of the window, as an export that proves it would; *told*: the ledger has that export."""
    database.execute(
        "UPDATE messages SET deleted_at = %s WHERE id = (SELECT max(id) FROM messages WHERE channel_id = 12)",
        (EXPORTED,),
    )
    if told:
        imported(database, "second", EXPORTED + timedelta(days=1))
    database.commit()


@pytest.mark.parametrize("suffix", [".md", ".html", ".json"])
def test_a_report_holds_over_the_same_data(database, written, suffix):
    """Each of its files may be named; every figure, sentence and page holds."""
    verification = verify_report(database, written.with_suffix(suffix))
    assert verification.holds
    assert verification.count("holds") == len(verification.checks) > 100
    assert verification.since_then is None


@pytest.mark.parametrize("names", ["pseudonym", "none"])
def test_a_report_without_names_can_be_verified_too(database, tmp_path, names):
    """The receipts are run over real rows and named like the report."""
    stored(database)
    computed(database, names=names)
    markdown, _, _ = write_report(build_report(database, "run"), tmp_path)
    assert verify_report(database, markdown).holds


def test_a_number_edited_in_the_markdown_is_found(database, written):
    """The JSON holds, the page that says something else does not; the line is named."""
    page = written.read_text()
    written.write_text(page.replace("| Messages         |          14", "| Messages         |          99", 1))
    assert written.read_text() != page
    verification = verify_report(database, written)
    assert not verification.holds
    assert outcomes(verification, "does not hold") == [written.name]
    (check,) = [check for check in verification.checks if check.outcome == "does not hold"]
    assert re.search(r"line \d+", check.detail)


def test_a_word_edited_in_the_html_is_found(database, written):
    """Also when the Markdown is what is verified."""
    html = written.with_suffix(".html")
    html.write_text(html.read_text().replace("Busier", "Quieter", 1))
    assert outcomes(verify_report(database, written), "does not hold") == [html.name]


def tampered(written, old, new):
    """Change the JSON and make the pages follow it, as somebody would who wants it to go unseen."""
    data = written.with_suffix(".json")
    content = data.read_bytes()
    assert old in content
    data.write_bytes(content.replace(old, new, 1))
    write_report(read_json(data.read_bytes()), written.parent)


def test_a_figure_edited_in_all_three_files_is_found(database, written):
    """Only the data can tell, and it does."""
    tampered(written, b'"value": 14', b'"value": 99')
    verification = verify_report(database, written)
    assert outcomes(verification, "does not hold") == ["Harbour, headline messages"]


def test_a_sentence_edited_in_all_three_files_is_found(database, written):
    """Sentences are made from figures, and checked like them."""
    tampered(written, b"Busier than the week before", b"Quieter than the week before")
    assert outcomes(verify_report(database, written), "does not hold") == ["Harbour, sentence 1"]


def test_a_row_that_was_dropped_is_found(database, written):
    """The number of rows is a figure as well."""
    report = read_json(written.with_suffix(".json").read_bytes())
    first, *others = report.servers
    fewer = msgspec.structs.replace(first.contributors, rows=first.contributors.rows[:1])
    write_report(
        msgspec.structs.replace(report, servers=(msgspec.structs.replace(first, contributors=fewer), *others)),
        written.parent,
    )
    found = outcomes(verify_report(database, written), "does not hold")
    assert "Harbour, who wrote most number of rows" in found
    assert "Harbour, who wrote most row 2" in found


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"since": "2026-11-15T07:00:00Z"', b'"since": "2026-11-14T07:00:00Z"'),
        (b'"excluded_channels": [],\n    "limit": 5', b'"excluded_channels": [\n     "12"\n    ],\n    "limit": 5'),
        (b'"query": "contributors"', b'"query": "channels"'),
        (b'"query": "contributors"', b'"query": "pg_sleep"'),
    ],
)
def test_a_receipt_that_asks_something_else_is_found(database, written, old, new):
    """A receipt over another window or fewer channels proves nothing about this report."""
    data = written.with_suffix(".json")
    assert old in data.read_bytes()
    data.write_bytes(data.read_bytes().replace(old, new, 1))
    verification = verify_report(database, written)
    assert any(found.startswith("receipts ") for found in outcomes(verification, "does not hold"))


def test_figures_that_changed_with_the_data_are_explained(database, written):
    """A later import changed the window: the figures it touched changed since, all others hold."""
    new_message_deleted(database)
    verification = verify_report(database, written)
    assert verification.holds
    assert "Harbour, headline messages" in outcomes(verification, "changed since")
    assert verification.count("holds") > verification.count("changed since")
    assert verification.since_then == "1 file imported since"


def test_a_difference_that_no_import_explains_does_not_hold(database, written):
    """Rows changed behind the importer's back are no explanation."""
    new_message_deleted(database, told=False)
    assert "Harbour, headline messages" in outcomes(verify_report(database, written), "does not hold")


def test_tampering_does_not_hide_behind_a_later_import(database, written):
    """What the run stored still tells what the figure was when the report was made."""
    tampered(written, b'"value": 14', b'"value": 99')
    new_message_deleted(database)
    verification = verify_report(database, written)
    assert outcomes(verification, "does not hold") == ["Harbour, headline messages"]
    assert verification.count("changed since") > 0


def test_a_database_that_holds_less_explains_nothing(database, written):
    """An older backup is not newer data: what differs does not hold."""
    new_message_deleted(database, told=False)
    database.execute("DELETE FROM ledger")
    database.commit()
    assert not verify_report(database, written).holds


def test_another_database_cannot_verify(database, written):
    """A server that is not stored is named instead of a list of wrong figures."""
    database.execute("DELETE FROM guilds WHERE id = 2")
    database.commit()
    with pytest.raises(DataQuarantinedError, match=r"Orchard \(2\)"):
        verify_report(database, written)


def test_a_report_without_its_json_cannot_be_verified(database, written):
    """The sentence names the file that is missing."""
    written.with_suffix(".json").unlink()
    with pytest.raises(FileTroubleError, match=r"2026-11-22\.json cannot be read"):
        verify_report(database, written)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"files": 1', b'"files": "many"'),
        (b'"guild_ids": [\n     "1"', b'"guild_ids": [\n     "one"'),
        (b'"zone": "Europe/Helsinki"', b'"zone": "Middle/Earth"'),
        (b'"format": 1', b'"format": 7'),
    ],
)
def test_a_damaged_json_is_refused_with_a_reason(database, written, old, new):
    """Nothing in the file can make the program stumble."""
    data = written.with_suffix(".json")
    content = data.read_bytes()
    assert old in content
    data.write_bytes(content.replace(old, new))
    with pytest.raises(DataQuarantinedError):
        verify_report(database, written)


def test_verifying_changes_nothing(database, written):
    """Neither the files nor the database."""
    before = {path: path.read_bytes() for path in written.parent.iterdir()}
    rows = database.execute("SELECT count(*), max(computed_at) FROM report_sections").fetchone()
    database.commit()
    verify_report(database, written)
    assert {path: path.read_bytes() for path in written.parent.iterdir()} == before
    assert database.execute("SELECT count(*), max(computed_at) FROM report_sections").fetchone() == rows
    assert render_json(read_json(before[written.with_suffix(".json")])) == before[written.with_suffix(".json")]
