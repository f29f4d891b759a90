"""What the program says about exports equals an independent count over their raw JSON."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from acceptance.several_versions import write_exports
from truth.archive import Archive
from truth.figures import Figures
from truth.tables import expected_rows

SAMPLE = Path(__file__).parents[2] / "sample" / "exports"

WEEK = ("2026-11-15T09:00", "2026-11-22T09:00", "UTC")
ACROSS_A_CHANGE_OF_CLOCKS = ("2026-10-18T09:00", "2026-11-01T09:00", "Europe/Helsinki")
EVERYTHING = ("2018-01-01T00:00", "2026-12-31T00:00", "UTC")

windows = pytest.mark.parametrize("answers", [WEEK, ACROSS_A_CHANGE_OF_CLOCKS, EVERYTHING], indirect=True)
short_windows = pytest.mark.parametrize("answers", [WEEK, ACROSS_A_CHANGE_OF_CLOCKS], indirect=True)
last_week = pytest.mark.parametrize("answers", [WEEK], indirect=True)


class Answers:
    """Both sides: what the program answers about a window, and what the raw exports say."""

    def __init__(self, terminal, archive, since, until, zone):
        self.terminal, self.archive, self.zone = terminal, archive, zone
        self.words = ("--since", since, "--until", until, "--zone", zone)
        instants = (datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)) for text in (since, until))
        self.truth = Figures(archive, *instants, zone)

    def rows(self, query, *arguments):
        return self.terminal.query(query, *self.words, *arguments)

    def of_each_server(self, query, *arguments):
        """Yield each server's id and its rows."""
        rows = self.rows(query, *arguments)
        for guild_id in self.archive.guilds:
            yield guild_id, [row for row in rows if row["guild_id"] == str(guild_id)]


def same(row, expected):
    """Return whether *row* says what is *expected*; ids are text in JSON, and times are instants."""
    return {key: row[key] for key in expected} == {key: written(value) for key, value in expected.items()}


def written(value):
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return str(value) if isinstance(value, int) and value > 10**12 else value


def known(row):
    """Return messages and posters; where nothing was collected the program gives null, and the files hold nothing."""
    if row["state"] == "none":
        assert (row["messages"], row["posters"]) == (None, None)
        return 0, 0
    return row["messages"], row["posters"]


@pytest.fixture(scope="module", params=["the sample", "several versions"])
def imported(request, new_terminal, tmp_path_factory):
    """A project with an import, and the archive of the same files as the independent counter reads it."""
    several = request.param == "several versions"
    folder = write_exports(tmp_path_factory.mktemp("exports") / "years") if several else SAMPLE
    terminal = new_terminal()
    terminal.importer(folder)
    return terminal, Archive(folder)


@pytest.fixture
def answers(request, imported):
    """Both sides about a window; the several versions lie nine months before the sample."""
    terminal, archive = imported
    since, until, zone = request.param
    if max(message.sent_at for message in archive.messages) < datetime(2026, 6, 1, tzinfo=UTC):
        since, until = (earlier(text, 266) for text in (since, until))
    return Answers(terminal, archive, since, until, zone)


def earlier(text, days):
    return text if text < "2020" else (datetime.fromisoformat(text) - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M")


def test_the_tables_hold_what_the_files_hold(imported, look):
    """Each table has as many rows as the raw exports have such things, each counted once."""
    terminal, archive = imported
    expected = expected_rows(archive)
    found = {table: look(terminal, f"SELECT count(*) FROM {table}")[0][0] for table in expected}
    assert found == expected


@windows
def test_the_headline_equals_the_count(answers):
    """All figures of the window, and all that they leave out."""
    for guild_id, (row,) in answers.of_each_server("activity"):
        assert same(row, answers.truth.activity(guild_id))


@windows
def test_everything_stored_equals_the_count(answers):
    """Totals leave nothing out."""
    for guild_id, (row,) in answers.of_each_server("totals"):
        assert same(row, answers.truth.totals(guild_id))


@windows
def test_people_stand_in_the_order_of_the_count(answers):
    """Every contributor, not only the first five, with their replies, reactions, channels and days."""
    for guild_id, rows in answers.of_each_server("contributors", "--limit", "all"):
        expected = answers.truth.contributors(guild_id)
        assert len(rows) == len(expected)
        assert all(map(same, rows, expected))
        assert [row["name"] for row in rows] == [
            answers.archive.nickname(guild_id, person["user_id"]) for person in expected
        ]


@windows
def test_channels_stand_in_the_order_of_the_count(answers):
    """Every channel, thread and forum post with a message."""
    for guild_id, rows in answers.of_each_server("channels", "--limit", "all"):
        expected = answers.truth.channels(guild_id)
        assert len(rows) == len(expected)
        assert all(map(same, rows, expected))


@windows
def test_new_people_are_those_of_the_count(answers):
    """Whose first message ever lies in the window, where it is, and when somebody answered it first."""
    for guild_id, rows in answers.of_each_server("new_people"):
        expected = answers.truth.new_people(guild_id)
        assert len(rows) == len(expected)
        assert all(map(same, rows, expected))


@windows
def test_connectors_are_those_of_the_count(answers):
    """Who wrote in more than one server, and how much in each."""
    found = [
        (row["user_id"], row["messages"], [(each["guild_id"], each["messages"]) for each in row["guilds"]])
        for row in answers.rows("connectors")
    ]
    assert found == [
        (str(row["user_id"]), row["messages"], [(str(guild_id), count) for guild_id, count in row["servers"]])
        for row in answers.truth.connectors()
    ]


@windows
def test_highlights_are_those_of_the_count(answers):
    """The most-reacted messages, by people who reacted."""
    for guild_id, rows in answers.of_each_server("highlights", "--limit", "20"):
        expected = answers.truth.highlights(guild_id)[:20]
        assert len(rows) == len(expected)
        assert all(map(same, rows, expected))


@windows
def test_half_of_the_messages_are_by_as_many_people_as_counted(answers):
    """On how few people the conversation rests."""
    for guild_id, rows in answers.of_each_server("concentration"):
        assert [row["absence_factor"] for row in rows] == [
            factor for factor in [answers.truth.absence_factor(guild_id)] if factor
        ]


@last_week
def test_weeks_equal_the_count(answers):
    """Messages and posters of eight windows that end where the window ends."""
    for guild_id, rows in answers.of_each_server("weekly_trend"):
        expected = answers.truth.weeks(guild_id, 8)
        assert [(row["since"], *known(row)) for row in rows] == [
            (written(since), messages, posters) for since, messages, posters in expected
        ]


@short_windows
def test_days_and_hours_equal_the_count(answers):
    """On the clock of the zone, also where a day has 25 hours."""
    for guild_id, rows in answers.of_each_server("days"):
        expected = answers.truth.days(guild_id)
        assert [(date.fromisoformat(row["day"]), known(row)) for row in rows] == sorted(expected.items())
    for guild_id, rows in answers.of_each_server("hours"):
        found = {(row["weekday"], row["hour"]): row["messages"] for row in rows if row["messages"]}
        assert found == answers.truth.hours(guild_id)


@last_week
def test_where_the_posters_came_from_equals_the_count(answers):
    """New, returned and lapsed people of the last week."""
    for guild_id, (row,) in answers.of_each_server("weekly_active", "--weeks", "1"):
        assert same(row, answers.truth.people(guild_id))


@short_windows
def test_months_equal_the_count(answers):
    """Observed joins, first-seen and last-seen people."""
    for guild_id, rows in answers.of_each_server("membership", "--months", "2"):
        for row in rows:
            expected = answers.truth.month(guild_id, date.fromisoformat(row["month"]))
            assert same(row, {key: value for key, value in expected.items() if row[key] is not None})
