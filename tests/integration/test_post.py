"""A report's summary posted by webhook: once, whatever happens in between, to a Discord on loopback."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from shared_database import database_copy

from discord_airflow import database as db
from discord_airflow import weekly
from discord_airflow.cli import main
from discord_airflow.collectors.importer import import_paths
from discord_airflow.errors import AccessDeniedError, BusyError, ServiceDownError, UsageError
from discord_airflow.notifications.webhook import UnsureError, new_client
from discord_airflow.posting import choose, once, tasks
from discord_airflow.posting.errors import (
    ChangedPostError,
    NothingToPostError,
    PostedAlreadyError,
    UncertainPostError,
)
from discord_airflow.settings import load_settings
from discord_airflow.weekly_options import RunFacts
from tests.fakes.discord_webhooks import discord_on_loopback
from tests.reports.hostile import HOSTILE

TOKEN = "canary-webhook-token"
DAY = "2026-11-22"


@pytest.fixture(scope="module")
def made(server, template):
    """A database with the report on one server of the sample; the server's id beside it."""
    with database_copy(server, template) as settings:
        import_paths(sorted(Path("sample/exports").glob("Tidewatch*.json")), lambda: db.connect(settings))
        with db.connect(settings) as connection:
            [(guild_id,)] = connection.execute("SELECT id FROM guilds").fetchall()
        yield settings, guild_id


@pytest.fixture(scope="module")
def loopback(tmp_path_factory, made):
    with discord_on_loopback(tmp_path_factory.mktemp("discord"), made[1]) as discord:
        yield discord


@pytest.fixture
def discord(made, loopback, tmp_path, monkeypatch):
    """A Discord that was sent nothing yet, and a project that posts to it."""
    settings, _ = made
    (tmp_path / "config.yaml").write_text(
        f"database: {{data_directory: {settings.data_directory}}}\nanalysis: {{enabled: false}}\n"
    )
    for name, value in {
        **loopback.variables,
        "DISCORD_AIRFLOW_HOME": str(tmp_path),
        "DB_NAME": settings.name,
        "POST_WEBHOOK": f"https://discord.com/api/webhooks/42/{TOKEN}",
    }.items():
        monkeypatch.setenv(name, value)
    loopback.answers, loopback.messages, loopback.refused = [], [], []
    with db.connect(settings, autocommit=True) as connection:
        connection.execute("DELETE FROM posted_pieces")
        if not choose.report_days(connection):
            run = RunFacts("weekly/1", {}, {"until": DAY}, datetime(2026, 11, 22, 12, tzinfo=UTC), None, None, 7)
            for section in weekly.SECTIONS:
                weekly.compute(section, run)
            for guild in weekly.digest_servers(run):
                weekly.digest(run, guild)
    return loopback


@pytest.fixture
def connection(discord, made):
    with db.connect(made[0], autocommit=True) as connection:
        yield connection


@pytest.fixture
def post(connection):
    """A function that posts the newest report once, as the task does after the approval."""

    def post():
        with new_client() as client:
            chosen = choose.prepare(connection, load_settings().post, None, client)
            return once.post_once(connection, chosen, client)

    return post


def test_it_is_posted_once_and_pings_nobody(discord, post):
    """Each message forbids every ping and every preview; the second approval of the same report posts nothing."""
    count = post()
    assert count == len(discord.messages) > 1
    for message in discord.messages:
        assert message["allowed_mentions"] == {"parse": []}
        assert message["flags"] == 4
        assert len(message["content"]) <= 2000
    assert post() == 0
    assert len(discord.messages) == count
    assert discord.refused == []


def test_two_hundred_hostile_texts_go_out_harmless(discord, connection):
    """What Discord gets, to the byte: no ping allowed, nothing too long, nothing that looks like a mention."""
    from tests.unit.test_post_text import MENTIONS, posted, statement

    webhook = choose.post_webhook(load_settings().post)
    with new_client() as client:
        for text in HOSTILE[:: len(HOSTILE) // 200][:200]:
            for piece in posted([statement(text)], {"user_name": text}):
                once.post_piece(webhook, piece, client)
    assert len(discord.messages) >= 200
    assert all(message["allowed_mentions"] == {"parse": []} for message in discord.messages)
    assert all(len(text.encode("utf-16-le")) // 2 <= 2000 for text in discord.texts)
    assert not [text for text in discord.texts if MENTIONS.search(text)]


@pytest.mark.parametrize("refusal", [(500,), (503,), (400,), (429, {"retry-after": "0"})])
def test_a_post_that_breaks_off_goes_on_with_the_next_message(discord, post, refusal):
    """What was taken is not sent again, what was refused is; together it is the whole text in its order."""
    times = 3 if refusal[0] == 429 else 1
    discord.answers = [(200,), *[refusal] * times]
    with pytest.raises(ServiceDownError):
        post()
    assert len(discord.messages) == 1
    rest = post()
    assert len(discord.messages) == 1 + rest
    assert len(set(discord.texts)) == len(discord.texts)


def test_patience_is_had_when_discord_asks_for_it(discord, post):
    """A 429 with a time to wait is no failure."""
    discord.answers = [(429, {"retry-after": "0"})]
    assert post() == len(discord.messages)


@pytest.mark.parametrize("fault", [("hang up",), (502,)])
def test_a_message_of_which_nobody_knows_is_never_sent_twice(discord, post, fault):
    """The line breaks after the message: the rest is posted, and a person is told which one to look for."""
    discord.answers = [fault]
    with pytest.raises(UnsureError):
        post()
    arrived = len(discord.messages)
    for _ in range(2):
        with pytest.raises(UncertainPostError, match=r"Message 1 of \d+ about the report of 2026-11-22"):
            post()
    assert len(set(discord.texts)) == len(discord.texts)
    assert len(discord.texts) > arrived


def test_a_crash_between_post_and_note_costs_no_second_message(discord, post, connection, monkeypatch):
    """As if the process was killed right after Discord took the message."""
    real = once.statement

    def dying(package, name):
        if name == "end_piece":
            raise KeyboardInterrupt
        return real(package, name)

    monkeypatch.setattr(once, "statement", dying)
    with pytest.raises(KeyboardInterrupt):
        post()
    assert len(discord.messages) == 1
    monkeypatch.setattr(once, "statement", real)
    with pytest.raises(UncertainPostError):
        post()
    assert len(set(discord.texts)) == len(discord.texts)


def test_a_webhook_that_is_gone_is_a_sentence_without_its_token(discord, post):
    """404: made anew by a person; nothing counts as posted."""
    discord.answers = [(404,)]
    with pytest.raises(AccessDeniedError, match="POST_WEBHOOK") as refused:
        post()
    assert TOKEN not in str(refused.value)
    assert post() == len(discord.messages)


def test_two_at_a_time_post_once(discord, post, connection, made):
    """The second is told that somebody is at it."""
    with db.connect(made[0], autocommit=True) as other, new_client() as client:
        chosen = choose.prepare(other, load_settings().post, None, client)
        assert once._locked(other, chosen)
        with pytest.raises(BusyError):
            post()
    assert discord.messages == []


def test_a_report_made_anew_is_not_posted_over_the_old_one(discord, post, connection):
    """Another text of the same day needs a person who says so."""
    post()
    connection.execute("UPDATE posted_pieces SET text_sha256 = 'another'")
    with pytest.raises(PostedAlreadyError, match="--again"):
        post()


def test_the_tasks_ask_and_post_what_was_approved(discord, connection):
    """Only a day and a check sum travel; the question holds each message to the letter, in code that nothing ends."""
    chosen = tasks.prepare(None, [DAY])
    assert set(chosen) == {"day", "sha256", "messages"}
    subject, body = tasks.question(chosen)
    assert DAY in subject
    assert discord.messages == []
    assert tasks.post(chosen)["messages"] == chosen["messages"] == len(discord.messages)
    shown = re.findall(r"```text\n(.*?)\n```", body, re.DOTALL)
    assert ["".join(block.split()) for block in shown] == ["".join(text.split()) for text in discord.texts]
    assert all(len(line) <= tasks.FOLD for block in shown for line in block.split("\n"))
    with pytest.raises(NothingToPostError, match="posted already"):
        tasks.prepare(None, [DAY])
    with pytest.raises(NothingToPostError, match="posted already"):
        tasks.prepare(DAY, [])
    with pytest.raises(NothingToPostError, match="not the newest"):
        tasks.prepare(None, ["2026-11-15"])
    with pytest.raises(ChangedPostError):
        tasks.post({**chosen, "sha256": "another"})


def test_hostile_text_cannot_leave_its_block_in_the_question(discord, made):
    """Fences of any length inside a message are shorter than the one around it."""
    chosen = choose.Post(None, choose.post_webhook(load_settings().post), 1, 2, ("```\n# out\n`````` <b>",))
    body = tasks.render_question(chosen)
    assert "`" * 9 + "text\n" in body
    assert TOKEN not in body


def test_a_webhook_of_another_server_posts_nothing(discord, post):
    """What happened on one server is no business of another one's channel."""
    theirs, discord.guild = discord.guild, 5
    try:
        with pytest.raises(UsageError, match="not about the server 5"):
            post()
    finally:
        discord.guild = theirs
    assert discord.messages == []


def test_the_command_shows_asks_and_posts(discord, monkeypatch, capsys):
    """A dry run posts nothing, a no posts nothing, a yes posts once, --again posts anew."""
    answers = iter([False, True, True])
    monkeypatch.setattr("typer.confirm", lambda _: next(answers))
    assert main(["post", "--dry-run"]) == 0
    assert "Weekly report" in capsys.readouterr().out
    assert main(["post"]) == 0
    assert discord.messages == []
    assert main(["post", "--day", DAY]) == 0
    count = len(discord.messages)
    assert count > 1
    assert main(["post"]) == 0
    assert "posted already" in capsys.readouterr().out
    assert len(discord.messages) == count
    assert main(["post", "--again"]) == 0
    assert len(discord.messages) == 2 * count
    assert main(["post", "--day", "2026-11-15"]) == 64
    assert main(["post", "--day", "tomorrow"]) == 64
    monkeypatch.setenv("POST_WEBHOOK", "")
    assert main(["post"]) == 78
    assert TOKEN not in "".join(capsys.readouterr())
