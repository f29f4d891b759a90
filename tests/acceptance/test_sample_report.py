"""From a folder of exports to a report that can be checked, with the commands that a person types."""

import json
import re
import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from truth.archive import Archive
from truth.figures import Figures

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "sample" / "exports"
KEPT = ROOT / "reports" / "sample"
SINCE, UNTIL = datetime(2026, 11, 15, 9, tzinfo=UTC), datetime(2026, 11, 22, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def truth():
    """The independent count of the sample's last full week."""
    return Figures(Archive(SAMPLE), SINCE, UNTIL)


@pytest.fixture(scope="module")
def terminal(new_terminal):
    """A project into which the sample was imported."""
    terminal = new_terminal()
    terminal.importer(SAMPLE)
    return terminal


@pytest.fixture(scope="module")
def report(terminal):
    """The JSON of the report on the last full week, which is what comes without any option."""
    terminal.discord_airflow("report")
    return json.loads((terminal.home / "reports" / "2026-11-22.json").read_text(encoding="utf-8"))


@pytest.fixture(params=["Harbour Makers", "Tidewatch"])
def part(request, report):
    """One server's part of the report."""
    (found,) = [server for server in report["servers"] if server["name"] == request.param]
    return found


def rows(listing, *keys):
    return [tuple(row[key] for key in keys) for row in listing["rows"]]


def counted(found, *keys):
    return [tuple(str(row[key]) if key.endswith("_id") else row[key] for key in keys) for row in found]


def test_the_report_is_about_the_last_full_week(report):
    """Without an option the report ends on the last Sunday, nine o'clock, that the exports reach."""
    window = report["window"]
    assert [datetime.fromisoformat(window[key]) for key in ("since", "until")] == [SINCE, UNTIL]


def test_the_headline_equals_the_count(part, truth):
    """Each headline figure, its week before and its change."""
    before = truth.between(*(moment.replace(day=moment.day - 7) for moment in (SINCE, UNTIL)))
    now, then = (figures.activity(int(part["server_id"])) for figures in (truth, before))
    assert {line["figure"]: (line["value"], line["before"], line["change"]) for line in part["headline"]} == {
        line["figure"]: (now[line["figure"]], then[line["figure"]], now[line["figure"]] - then[line["figure"]])
        for line in part["headline"]
    }
    assert len(part["headline"]) >= 6


def test_what_is_left_out_adds_up(part, truth):
    """Messages, bots, system notices and deleted ones make up all that is stored of the window."""
    left_out, expected = part["left_out"], truth.activity(int(part["server_id"]))
    parts = ("messages", "bot_messages", "system_messages", "deleted_messages")
    assert {key: left_out[key] for key in expected if key in left_out} == {
        key: value for key, value in expected.items() if key in left_out
    }
    assert sum(left_out[name] for name in parts) == left_out["all_messages"]


def test_the_top_five_are_those_of_the_count(part, truth):
    """People and channels in order, with the figures beside them."""
    guild_id = int(part["server_id"])
    people = ("user_id", "messages", "replies", "reactions", "channels", "active_days")
    assert rows(part["contributors"], *people) == counted(truth.contributors(guild_id)[:5], *people)
    places = ("channel_id", "messages", "posters", "replies", "reactions")
    assert rows(part["channels"], *places) == counted(truth.channels(guild_id)[:5], *places)


def test_new_people_are_those_of_the_count(part, truth):
    """Everybody whose first message lies in the week, with a link to it and the minutes until an answer."""
    expected = truth.new_people(int(part["server_id"]))
    assert rows(part["new_people"], "user_id", "messages") == counted(expected, "user_id", "messages")
    for row, person in zip(part["new_people"]["rows"], expected, strict=True):
        assert row["link"].endswith(f"/{person['channel_id']}/{person['first_message_id']}")
        reply = person["first_reply_at"]
        waited = (reply - person["first_message_at"]).total_seconds() / 60 if reply else None
        assert (row["reply_minutes"] is None) == (waited is None)
        assert waited is None or abs(row["reply_minutes"] - waited) <= 1


def test_highlights_are_those_of_the_count(part, truth):
    """The messages that most people reacted to, with their links."""
    expected = truth.highlights(int(part["server_id"]))[:5]
    keys = ("reactors", "reactions", "replies")
    assert rows(part["highlights"], *keys) == counted(expected, *keys)
    for row, message in zip(part["highlights"]["rows"], expected, strict=True):
        assert row["link"].endswith(f"/{message['message_id']}")


def test_the_charts_show_the_count(part, truth):
    """Days, hours of the week and the last eight weeks."""
    guild_id = int(part["server_id"])
    days = {date.fromisoformat(row["day"]): (row["messages"], row["posters"]) for row in part["days"]["rows"]}
    assert days == truth.days(guild_id)
    hours = {(row["weekday"], row["hour"]): row["messages"] for row in part["hours"]["rows"] if row["messages"]}
    assert hours == truth.hours(guild_id)
    assert rows(part["weeks"], "messages", "posters") == [week[1:] for week in truth.weeks(guild_id, 8)]


def test_membership_is_that_of_the_count(part, truth):
    """Where the posters came from, who wrote half, and joins, first and last messages by month."""
    guild_id = int(part["server_id"])
    expected = {**truth.people(guild_id), "half_written_by": truth.absence_factor(guild_id)}
    assert {key: part["people"][key] for key in expected} == expected
    for row in part["months"]["rows"]:
        month = truth.month(guild_id, date.fromisoformat(row["month"]))
        known = {key: row[key] for key in month if row[key] is not None}
        assert known == {key: month[key] for key in known}


def test_connectors_are_those_of_the_count(report, truth):
    """Who wrote on both servers, and how much on each."""
    found = [
        (row["user_id"], row["messages"], [(there["server_id"], there["messages"]) for there in row["servers"]])
        for row in report["connectors"]["rows"]
    ]
    assert found == [
        (str(row["user_id"]), row["messages"], [(str(guild_id), count) for guild_id, count in row["servers"]])
        for row in truth.connectors()
    ]
    assert found


def test_nothing_was_missing(part):
    """The sample covers the week whole, so no figure is a lower bound."""
    assert part["coverage"]["state"] == "complete"
    assert part["coverage"]["gaps"] == []


def test_the_same_report_again_is_the_same_to_the_byte(terminal, report):
    """Whoever makes a report again can compare it."""
    folder = terminal.home / "reports"
    first = {path.name: path.read_bytes() for path in folder.iterdir()}
    terminal.discord_airflow("report")
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == first


def test_a_report_is_verified_and_a_changed_one_is_found_out(terminal, report, tmp_path):
    """Every figure holds; after somebody has improved a number, it does not, and the exit status says so."""
    shutil.copytree(terminal.home / "reports", tmp_path, dirs_exist_ok=True)
    path = tmp_path / "2026-11-22.json"
    terminal.discord_airflow("verify", str(path))
    text = path.read_text(encoding="utf-8")
    value = report["servers"][0]["headline"][0]["value"]
    better = re.sub(rf'"value": {value}\b', f'"value": {value + 1}', text, count=1)
    assert better != text
    path.write_text(better, encoding="utf-8")
    assert "does not hold" in terminal.discord_airflow("verify", str(path), status=65).stdout


def every_row(terminal, look):
    """Return each table's rows with the transactions that wrote them; the ledger of runs notes every run."""
    tables = look(
        terminal,
        "SELECT tablename FROM pg_tables"
        " WHERE schemaname = 'public' AND tablename NOT LIKE 'report%' AND tablename <> 'runs'",
    )
    return {
        table: look(terminal, f"SELECT xmin::text, ctid::text, t::text FROM {table} AS t ORDER BY 2")
        for (table,) in tables
    }


def test_a_second_import_writes_no_row_and_says_so(terminal, look):
    """Nothing is inserted, updated or deleted in any table, and the summary tells that all files are known."""
    before = every_row(terminal, look)
    again = terminal.importer(SAMPLE)
    assert every_row(terminal, look) == before
    assert before["messages"]
    assert "0 new" in again.stdout or "nothing" in again.stdout.lower()


def test_a_copy_under_another_name_adds_nothing(terminal, look, tmp_path):
    """A file is known by its content."""
    before = every_row(terminal, look)
    for number, path in enumerate(sorted(SAMPLE.glob("*.json"))[:3]):
        shutil.copy(path, tmp_path / f"copy-{number}.json")
    terminal.importer(tmp_path)
    assert every_row(terminal, look) == before


@pytest.mark.parametrize("suffix", ["md", "html", "json"])
def test_the_kept_report_holds(terminal, suffix):
    """The report that the README shows is one that this version makes of the sample; else run scripts/sample-report."""
    terminal.discord_airflow("verify", str(KEPT / f"2026-11-22.{suffix}"))


def test_the_findings_of_the_readme_stand_in_the_kept_report():
    """Numbers and quotes in the README are those of the report that it shows."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    quoted = " ".join(re.findall(r"^> ?(.*)$", readme, re.MULTILINE))
    report = " ".join((KEPT / "2026-11-22.md").read_text(encoding="utf-8").split())
    quotes = re.findall("“([^”]+)”", quoted)
    assert len(quotes) >= 2
    assert [quote for quote in quotes if quote not in report] == []
    number, change = re.search(r"(\d+) messages, (▲ \d+ \(.+?\))", quoted).groups()
    assert re.search(rf"\| Messages \| {number} \| \d+ \| {re.escape(change)} \|", report)
