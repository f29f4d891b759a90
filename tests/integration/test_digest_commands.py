"""`discord-airflow digest`, `summary` and `profile` as a person types them, over a real database."""

import json
from dataclasses import replace

import pytest

from discord_airflow.analysis.chunk_cache import CachedAnswer
from discord_airflow.analysis.digest_json import digest_from_json
from discord_airflow.analysis.processor import DigestOptions, make_digest
from discord_airflow.analysis.recheck import recheck_digest
from discord_airflow.cli import main
from discord_airflow.queries.digest_cache import DatabaseCache
from discord_airflow.queries.sources import fetch_source_messages, guilds_with_messages
from tests.fakes.chat import GUILD
from tests.fakes.meeting import WINDOW, week
from tests.fakes.ollama.models import FakeModel
from tests.fakes.ollama.server import FakeOllama
from tests.rows.world import Channel, Message, Person, Reaction, World, store

UNTIL = ("--until", "2026-03-08", "--days", "8")


def a_world():
    """The invented week as rows of the tables."""
    rows = week()
    messages = [
        Message(
            id=row.id,
            channel_id=row.channel_id,
            author_id=row.author_id,
            content=row.content,
            kind=row.kind,
            sent_at=row.sent_at,
            reference=row.reply_to_id,
            reactions=(Reaction("👍", row.reactions, None),) if row.reactions else (),
        )
        for row in rows
    ]
    channels = {row.channel_id: Channel(row.channel_id, GUILD, row.channel_name) for row in rows}
    people = {row.author_id: Person(row.author_id, row.author_name, row.author_kind) for row in rows}
    return World(tuple(channels.values()), tuple(people.values()), tuple(messages), guilds={GUILD: "Harbour"})


@pytest.fixture
def stored(database):
    """A database with the invented week."""
    store(database, a_world())
    database.commit()
    return database


@pytest.fixture
def home(stored, database_settings, tmp_path, monkeypatch):
    """A folder with settings, over that database, and with no model to be found."""
    from discord_airflow import embedded
    from discord_airflow.embedded import PORT, SUPERUSER

    place = embedded.place_of(database_settings)
    for name, value in {
        "DB_HOST": place.sockets,
        "DB_PORT": PORT,
        "DB_USER": SUPERUSER,
        "DB_NAME": database_settings.name,
        "DISCORD_AIRFLOW_HOME": tmp_path,
        "OLLAMA_HOST": "127.0.0.1:9",
    }.items():
        monkeypatch.setenv(name, str(value))
    (tmp_path / "config.yaml").write_text("report:\n  timezone: Europe/Helsinki\n")
    return tmp_path


def test_the_door_gives_the_rows_as_people_see_them(stored):
    """Every field of a message arrives; bots come with their kind, deleted messages not at all."""
    deleted = max(row.id for row in week())
    stored.execute("UPDATE messages SET deleted_at = now() WHERE id = %s", [deleted])
    found = fetch_source_messages(stored, GUILD, WINDOW)
    expected = [row for row in sorted(week(), key=lambda row: row.id) if row.id != deleted]
    assert [replace(row, reactors=None, parent_name=None) for row in found] == expected


def test_the_door_names_what_is_mentioned_and_leaves_out_what_is_excluded(stored):
    """Mentions become names, so that a quote pings nobody; a channel in the settings is left out."""
    one, other = week()[0], week()[1]
    stored.execute(
        "UPDATE messages SET content = %s WHERE id = %s",
        [f"Ask <@{other.author_id}> in <#{one.channel_id}> <:wave:123> <@77> <@&5> <t:0:R>", one.id],
    )
    stored.execute("INSERT INTO mentions VALUES (%s, 0, %s, 0)", [one.id, other.author_id])
    first = fetch_source_messages(stored, GUILD, WINDOW)[0]
    assert first.content == "Ask @Maija in #general :wave: @someone @role 1970-01-01 00:00 UTC"
    rest = fetch_source_messages(stored, GUILD, WINDOW, excluded_channels=[one.channel_id])
    assert rest
    assert all(row.channel_id != one.channel_id for row in rest)
    only = fetch_source_messages(stored, GUILD, WINDOW, channel_id=one.channel_id)
    assert {row.channel_id for row in only} == {one.channel_id}


def test_servers_without_messages_are_not_told_about(stored):
    """Only servers with something in the window are listed."""
    stored.execute("INSERT INTO guilds (id, name, raw, observed_at) VALUES (5, 'Empty', '{}', now())")
    assert [guild.name for guild in guilds_with_messages(stored, WINDOW)] == ["Harbour"]
    assert guilds_with_messages(stored, WINDOW, [5]) == []


def test_answers_are_kept_in_the_database(stored):
    """A second run over the same messages asks no model; the answers survive the connection's rollback."""
    rows = fetch_source_messages(stored, GUILD, WINDOW)
    options = DigestOptions(GUILD, WINDOW)
    first, second = FakeModel(), FakeModel()
    made = make_digest(rows, options, first, DatabaseCache(stored))
    stored.rollback()
    assert make_digest(rows, options, second, DatabaseCache(stored)) == made
    assert first.prompts
    assert second.prompts == []
    assert 0.5 < DatabaseCache(stored).token_ratios("feedc0de")[0] < 1.5


def test_an_answer_with_a_nul_can_be_filed(stored):
    """What PostgreSQL cannot hold is left out rather than costing the run."""
    cache = DatabaseCache(stored)
    cache.store("key", CachedAnswer(GUILD, "d", "p", (1, 2), "a\0b", 10, None))
    cache.store("key", CachedAnswer(GUILD, "d", "p", (1, 2), "another", 10, None))
    assert (cache.find("key"), cache.find("other")) == ("ab", None)


def test_digest_prints_checked_sentences_with_their_links(home, capsys):
    """Without a model there is a digest all the same, and it says why."""
    assert main(["digest", *UNTIL]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("# Harbour: Sat 2026-02-28 09:00 - Sun 2026-03-08 09:00 (Europe/Helsinki)")
    assert "statements, all checked against 26 messages; 0 removed, 0 flagged" in printed
    assert "No language model was reachable" in printed
    assert "## Decisions" in printed
    assert f"https://discord.com/channels/{GUILD}/" in printed


def test_digest_asks_the_model_that_is_configured(home, capsys, monkeypatch):
    """With a server there, the footer names the model; run again, nothing is asked."""
    with FakeOllama() as server:
        monkeypatch.setenv("OLLAMA_HOST", server.url)
        assert main(["digest", *UNTIL]) == 0
        first = capsys.readouterr().out
        asked = len(server.chats)
        assert main(["digest", *UNTIL]) == 0
        assert capsys.readouterr().out == first
        assert len(server.chats) == asked > 0
        assert main(["digest", *UNTIL, "--no-model"]) == 0
    assert "Chosen by mistral" in first
    assert "Made without a language model" in capsys.readouterr().out


def test_digest_as_json_can_be_checked_again(home, stored, capsys):
    """The JSON is the whole value: read back, it holds over the database."""
    assert main(["digest", *UNTIL, "--no-model", "--json"]) == 0
    digest = digest_from_json(json.loads(capsys.readouterr().out)["Harbour"])
    rows = fetch_source_messages(stored, GUILD, WINDOW)
    assert recheck_digest(digest, rows).holds
    assert recheck_digest(digest, rows).count("verified") == len(digest.statements)


COUNTED_BY_SQL = {
    "reactions": "SELECT coalesce(sum(count), 0) FROM reactions WHERE message_id = %(first)s",
    "messages": "SELECT count(*) FROM messages WHERE {inside}",
    "people": "SELECT count(DISTINCT author_id) FROM messages WHERE {inside}",
}
INSIDE = (
    "channel_id = (SELECT channel_id FROM messages WHERE id = %(first)s) AND deleted_at IS NULL AND author_kind <> 1"
    " AND kind IN (0, 19) AND sent_at BETWEEN (SELECT sent_at FROM messages WHERE id = %(first)s)"
    " AND (SELECT sent_at FROM messages WHERE id = %(last)s)"
)


def test_every_number_equals_one_counted_by_the_database(stored):
    """Each figure in a sentence is what a query written for this test counts."""
    digest = make_digest(fetch_source_messages(stored, GUILD, WINDOW), DigestOptions(GUILD, WINDOW))
    numbers = [part for s in digest.statements for part in s.segments if part.kind == "number"]
    assert {part.key for part in numbers} == set(COUNTED_BY_SQL)
    for part in numbers:
        query = COUNTED_BY_SQL[part.key].format(inside=INSIDE)
        (value,) = stored.execute(query, {"first": part.message_id, "last": part.until_id}).fetchone()
        assert part.text == f"{value:,}"


def test_summary_is_about_one_channel(home, capsys):
    """Questions and answers of the channel that was named."""
    assert main(["summary", "help", *UNTIL, "--no-model"]) == 0
    printed = capsys.readouterr().out
    assert "Put a relay between them" in printed
    assert "general" not in printed


@pytest.mark.parametrize(
    ("arguments", "status", "says"),
    [
        (["profile", "Maija", *UNTIL], 78, "analysis.profiles: true"),
        (["summary", "nowhere", *UNTIL], 64, "nowhere"),
        (["digest", "--server", "Nowhere", *UNTIL], 64, "Nowhere"),
        (["digest", "--until", "2020-01-01"], 64, "no messages"),
        (["digest", "--until", "soon"], 64, "soon"),
    ],
)
def test_what_cannot_be_told_is_one_sentence(home, capsys, arguments, status, says):
    """What, where, why, what next; with the documented exit status."""
    assert main(arguments) == status
    error = capsys.readouterr().err
    assert says in error
    assert len(error.strip().splitlines()) == 1


def test_a_profile_has_to_be_switched_on_and_needs_twenty_messages(home, capsys):
    """Both are said in a sentence."""
    config = home / "config.yaml"
    config.write_text(config.read_text() + "analysis:\n  profiles: true\n")
    assert main(["profile", "Maija", *UNTIL, "--no-model"]) == 64
    assert "at least 20" in capsys.readouterr().err
