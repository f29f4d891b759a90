"""The digest inside the report: made of quotes when there is no model, checked again, and tampering is found."""

import json
from pathlib import Path

import msgspec
import pytest

from discord_airflow import database as door
from discord_airflow.collectors.importer import import_paths
from discord_airflow.digests import store_digest
from discord_airflow.reporting.build import build_report
from discord_airflow.reporting.request import SECTIONS, ReportRequest
from discord_airflow.reporting.sections import compute_section, reported_guilds
from discord_airflow.reporting.verify import verify_report
from discord_airflow.reporting.write import write_report
from discord_airflow.settings import load_settings
from discord_airflow.weekly_options import parse_until
from discord_airflow.window import window_ending

SAMPLE = Path(__file__).parents[2] / "sample" / "exports"


@pytest.fixture
def stored(database_settings):
    """A connection to a database with the sample in it."""
    import_paths([SAMPLE], lambda: door.connect(database_settings))
    with door.connect(database_settings) as connection:
        yield connection


def make(connection, folder, names="shown"):
    """Make the sample's report with its digests."""
    window = window_ending(parse_until("2026-11-22", "UTC"), 7, "UTC")
    request = ReportRequest(run_key="test", window=window, names=names)
    settings = load_settings()
    settings = settings.model_copy(update={"analysis": settings.analysis.model_copy(update={"enabled": False})})
    for section in SECTIONS:
        compute_section(connection, section, request)
    guilds = reported_guilds(connection, ())
    connection.rollback()
    for guild_id in guilds:
        store_digest(connection, request, guild_id, settings)
    return write_report(build_report(connection, "test"), folder)


def test_every_sentence_of_the_digest_is_in_the_report_and_holds(stored, tmp_path):
    """The claim about the tunnel is told as a claim, with who said it and who did not believe it."""
    markdown, _, data = make(stored, tmp_path)
    text = markdown.read_text()
    assert "The week in words" in text
    assert "Claims worth checking" in text
    assert "tunnel from Helsinki to Tallinn" in " ".join(text.split())
    checks = verify_report(stored, data).checks
    sentences = [check for check in checks if "digest" in check.table]
    assert len(sentences) > 30
    assert {check.outcome for check in sentences} == {"holds"}


def test_a_sentence_that_was_rewritten_does_not_hold(stored, tmp_path):
    """In what is shown, and in the record beneath it."""
    _, _, data = make(stored, tmp_path)
    report = json.loads(data.read_text())
    shown = report["servers"][0]["digest"]["sections"][0]["lines"][0]["pieces"]
    shown[0]["text"] += "!"
    data.write_bytes(msgspec.json.format(msgspec.json.encode(report), indent=1) + b"\n")
    found = [check for check in verify_report(stored, data).checks if "digest" in check.table]
    assert "does not hold" in {check.outcome for check in found}


def test_an_edited_message_makes_its_sentence_a_changed_one(stored, tmp_path):
    """The sentence was right when it was written, and the check says so."""
    _, _, data = make(stored, tmp_path)
    stored.execute(
        "UPDATE messages SET content = 'I take it back.', edited_at = sent_at + interval '2 days'"
        " WHERE content LIKE '%digging the tunnel from Helsinki%'"
    )
    stored.commit()
    found = [check for check in verify_report(stored, data).checks if "digest" in check.table]
    changed = [check for check in found if check.outcome != "holds"]
    assert changed
    assert {check.outcome for check in changed} == {"changed since"}


def test_a_report_without_names_has_no_digest_and_says_why(stored, tmp_path):
    """Quotes and names would tell who wrote."""
    for names in ("pseudonym", "none"):
        markdown, html, data = make(stored, tmp_path / names, names=names)
        assert "A digest quotes people by name" in " ".join(markdown.read_text().split())
        assert "Rasmus" not in markdown.read_text() + html.read_text() + data.read_text()
