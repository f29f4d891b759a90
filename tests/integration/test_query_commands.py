"""`discord-airflow query`, as a user types it."""

import csv
import io
import json
import re
from datetime import UTC, datetime
from functools import partial

import psycopg
import pytest
from shared_database import database_copy

from discord_airflow import database as door
from discord_airflow.cli import main
from discord_airflow.queries.registry import QUERIES
from discord_airflow.weekly_options import parse_until
from discord_airflow.window import Window, window_ending
from tests.rows.world import Channel, Covered, Message, Person, Reaction, World, message_id, store

AT = datetime(2026, 3, 27, 10, 30, 15, tzinfo=UTC)
SERVERS = {1: "Harbour", 2: "Tea House"}
ARGUMENTS = {"history": ["10"], "user_messages": ["ada"], "users": ["ada"], "search": ["hello"]}


@pytest.fixture
def typed(tmp_path, monkeypatch, capsys):
    """Run `discord-airflow query ...` on a database, and return exit status, output and what was said on stderr."""

    def run(settings, *words):
        config = tmp_path / "config.yaml"
        if not config.exists():
            report = "report: {timezone: Europe/Helsinki}"
            config.write_text(f"{report}\ndatabase: {{data_directory: {settings.data_directory}}}\n")
        monkeypatch.setenv("DB_NAME", settings.name)
        monkeypatch.setenv("COLUMNS", "80")
        status = main(["query", *words, "--config", str(config)])
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return run


@pytest.fixture(scope="module")
def shared(server, template):
    """A database with the two servers, which these tests only read."""
    with database_copy(server, template) as settings:
        store_servers(settings)
        yield settings


@pytest.fixture
def query(typed, shared):
    """Ask the two servers."""
    return partial(typed, shared)


def store_servers(settings):
    """Store two servers with one message each; only one of them was exported up to the end."""
    people = (Person(100, "ada", nicknames=((1, "=Ada"),)),)
    channels = (Channel(10), Channel(20, 2, "tea"))
    liked = (Reaction("🎉", 1, ()),)
    first = Message(message_id(AT), 10, 100, "hello [red]there[/red]", reactions=liked)
    messages = (first, Message(message_id(AT, 1), 20, 100, "hello"))
    with door.connect(settings) as connection:
        store(connection, World(channels, people, messages, (Covered(10),), SERVERS))


@pytest.mark.parametrize("name", QUERIES)
def test_every_query_answers_as_table_json_and_csv(query, name):
    """All queries are commands; JSON is a list of objects with the columns that CSV has."""
    words = [name.replace("_", "-"), *ARGUMENTS.get(name, [])]
    status, table, _ = query(*words)
    assert status == 0
    assert table.strip()
    status, text, _ = query(*words, "--json")
    assert status == 0
    status, cells, _ = query(*words, "--csv")
    assert status == 0
    found = json.loads(text)
    assert next(csv.DictReader(io.StringIO(cells))).keys() == found[0].keys()


def test_the_help_lists_every_query_with_a_sentence(capsys):
    """One look shows what can be asked."""
    assert main(["query", "--help"]) == 0
    shown = capsys.readouterr().out
    for one in QUERIES.values():
        assert re.search(rf"^  {one.name.replace('_', '-')} +{re.escape(one.question[:30])}", shown, re.MULTILINE)


@pytest.mark.parametrize("name", QUERIES)
def test_each_query_has_a_help_with_an_example(capsys, name):
    """The example begins with the command itself."""
    command = name.replace("_", "-")
    assert main(["query", command, "--help"]) == 0
    assert f"Example: discord-airflow query {command}" in capsys.readouterr().out


def test_a_window_ends_with_the_newest_message_and_is_printed_with_its_zone(query):
    """Without --until the last stored minute ends the window; with --json the window is said on stderr."""
    _, table, _ = query("activity")
    label = "Fri 2026-03-20 12:31 - Fri 2026-03-27 12:31 (Europe/Helsinki)"
    assert table.startswith(label)
    _, text, said = query("activity", "--json")
    assert said == f"{label}\n"
    assert json.loads(text)[0]["messages"] == 1
    _, table, _ = query("activity", "--since", "2026-03-01", "--until", "2026-03-29", "--zone", "UTC")
    assert table.startswith("Sun 2026-03-01 00:00 - Sun 2026-03-29 00:00 (UTC)")
    _, table, _ = query("activity", "--until", "2026-03-29T09:00", "--days", "14")
    assert table.startswith("Sun 2026-03-15 09:00 - Sun 2026-03-29 09:00 (Europe/Helsinki)")


@pytest.mark.parametrize("words", [["activity"], ["history", "10"]])
def test_a_window_may_end_at_a_time_over_which_the_clock_jumps(query, monkeypatch, words):
    """Half past three does not exist on the last Sunday of March: the week still begins at half past three."""
    asked = {}
    name = words[0]
    monkeypatch.setattr(type(QUERIES[name]), "run", lambda _, __, arguments: asked.update(arguments) or [])
    assert query(*words, "--until", "2026-03-29T03:30", "--days", "7")[0] == 0
    found = asked["window"] if "window" in asked else Window(asked["since"], asked["until"], "Europe/Helsinki")
    assert found == window_ending(parse_until("2026-03-29T03:30", "Europe/Helsinki"), 7, "Europe/Helsinki")
    assert found.since == datetime(2026, 3, 22, 1, 30, tzinfo=UTC)


def test_a_server_can_be_named_in_any_case_or_by_its_id(query):
    """Names and ids both choose."""
    for server in ("tea house", "2"):
        _, text, _ = query("contributors", "--server", server, "--json")
        assert [row["guild_id"] for row in json.loads(text)] == ["2"]


def test_what_was_not_collected_is_null_in_json_and_words_in_a_table(query):
    """A server whose window nobody exported has no figures."""
    window = ("--since", "2026-04-02", "--until", "2026-04-09")
    _, table, _ = query("activity", *window)
    assert "Tea House (2): not collected" in table
    _, text, _ = query("activity", *window, "--json")
    harbour, tea_house = json.loads(text)
    assert (harbour["messages"], tea_house["messages"]) == (0, None)


def test_nothing_found_is_said_in_words(query):
    """An empty answer is a sentence on stderr, an empty list and a lone heading."""
    status, text, said = query("search", "no such text", "--json")
    assert (status, text, said) == (0, "[]\n", "search: nothing was found.\n")
    status, cells, _ = query("search", "no such text", "--csv")
    assert (status, cells.count("\n")) == (0, 1)
    _, _, said = query("connectors", "--since", "2026-04-02", "--until", "2026-04-09")
    assert "Not all of it was collected on Tea House" in said


def test_an_empty_database_says_what_to_do(typed, database_settings):
    """Before the first import nothing is wrong, and the next step is named."""
    status, text, said = typed(database_settings, "activity", "--json")
    assert (status, text) == (0, "[]\n")
    assert "discord-airflow import" in said


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (["contributers"], "contributors"),
        (["activity", "--untill", "2026-01-01"], "--until"),
        (["activity", "--until", "tomorrow"], "2026-11-22"),
        (["activity", "--since", "2026-05-01", "--until", "2026-04-01"], "must end after it begins"),
        (["activity", "--since", "2026-01-01", "--days", "3"], "one of them"),
        (["activity", "--days", "0"], "at least one day"),
        (["activity", "--days", "three"], "--days"),
        (["activity", "--zone", "Europe/Helsinky"], "IANA"),
        (["activity", "--server", "Harbor"], "did you mean 'Harbour'"),
        (["activity", "--json", "--csv"], "exclude each other"),
        (["contributors", "--limit", "-3"], "give a number or all"),
        (["contributors", "--limit", "0"], "between 1 and"),
        (["history", "generl"], "did you mean 'general'"),
        (["history"], "Missing argument 'CHANNEL'"),
        (["user-messages", "nobody"], "nobody is called"),
        (["search", ""], "nothing to search for"),
        (["search", "hello", "--limt", "5"], "--limt"),
        (["search", "on:yesterday"], "not a date"),
        (["search", "hello", "--order", "best"], "newest or relevance"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_a_wrong_command_line_ends_with_64_and_one_sentence(query, words, hint):
    """What is wrong, and what would be right."""
    status, text, said = query(*words)
    assert (status, text) == (64, "")
    assert hint in said
    assert said.count("\n") == 1


def test_words_of_a_search_may_begin_with_a_minus(query):
    """An exclusion is not taken for an option."""
    _, text, _ = query("search", "hello", "-there", "--json")
    assert [hit["content"] for hit in json.loads(text)] == ["hello"]


def test_cells_are_no_formulas_and_markup_is_text(query):
    """What people call themselves and write is shown, not run."""
    _, cells, _ = query("contributors", "--csv")
    assert "'=Ada" in cells
    _, table, _ = query("search", "red")
    assert "hello [red]there[/red]" in table


def test_the_database_is_only_read(typed, database_settings):
    """A query cannot change anything: its connection refuses to write."""
    store_servers(database_settings)
    with door.connect(database_settings, autocommit=True) as connection:
        connection.execute(
            "CREATE OR REPLACE FUNCTION counted_channels(guild_ids bigint[], excluded bigint[]) RETURNS SETOF channels"
            " LANGUAGE sql AS 'DELETE FROM channels RETURNING *'"
        )
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        typed(database_settings, "servers")


def test_a_query_that_takes_too_long_is_stopped(typed, database_settings, tmp_path):
    """limits.query_seconds is kept by the server."""
    store_servers(database_settings)
    assert typed(database_settings, "servers")[0] == 0
    with door.connect(database_settings, autocommit=True) as connection:
        connection.execute(
            "CREATE OR REPLACE FUNCTION counted_channels(guild_ids bigint[], excluded bigint[]) RETURNS SETOF channels"
            " LANGUAGE sql AS 'SELECT channels.* FROM channels, pg_sleep(20)'"
        )
    with (tmp_path / "config.yaml").open("a") as config:
        config.write("limits: {query_seconds: 1}\n")
    status, _, said = typed(database_settings, "servers")
    assert status == 69
    assert "limits.query_seconds" in said


def test_the_search_index_is_built_and_dropped_from_the_command_line(typed, database_settings, tmp_path, capsys):
    """`db search-index` says what it did, also as JSON, and doing it twice does no harm."""
    typed(database_settings, "servers")
    config = ("--config", str(tmp_path / "config.yaml"))
    for words, said in {
        (): "The search index was built",
        ("--json",): '"changed": false',
        ("--drop",): "The search index was removed",
        ("--drop", "--json"): '{"exists": false, "changed": false, "bytes": null}',
    }.items():
        assert main(["db", "search-index", *words, *config]) == 0
        assert said in capsys.readouterr().out
