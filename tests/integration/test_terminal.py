"""
No command prints a character that steers a terminal, hides or turns text around, whatever stands in names and files.

The commands come from the parser: a new one fails here until it says how it is run.
"""

import os
import re
from pathlib import Path

import pytest
import typer
from export_documents import CHANNEL, GUILD, MIRA, OTTO, document, message, reaction, snowflake, user, write
from shared_database import database_copy

from discord_airflow import cli
from discord_airflow.queries.registry import QUERIES

EVIL = "evil\x1b[31m\x1b]0;t\x07\x9b1m\x85\u202e\u2066\u2028\x08\x7f\r\xad\u200b\u061c\U000e0041\ufeffend"
LEAK = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\U000e0041]")
FOLDER = EVIL.replace("/", "")

EMOJI = {"id": "5", "name": EVIL, "code": EVIL, "isAnimated": False, "imageUrl": EVIL}
ARGUMENTS = {"history": [str(CHANNEL)], "user_messages": [str(MIRA), "--context=1"], "users": ["e"], "search": ["evil"]}
SCENARIOS = {
    "import": [["again"], ["again", "--json"], ["again", "--retry"], ["again", "--dry-run"], ["again", "-v"]],
    "export": [["--dry-run"], ["--dry-run", "--json"], []],
    "collect": [[], ["--json"]],
    "coverage": [[], ["--json"]],
    "report": [["--until=2026-03-06"], ["--until=2026-03-06", "--json"]],
    "verify": [["reports/2026-03-06.json", "--all"], ["reports/2026-03-06.md", "--json"], ["broken.json"]],
    "check": [["--read-data", FOLDER], ["--read-data", FOLDER, "--json"], ["--replay", FOLDER]],
    "digest": [["--no-model", "--until=2026-03-06"], ["--no-model", "--until=2026-03-06", "--json"]],
    "summary": [[str(CHANNEL), "--no-model", "--until=2026-03-06"], ["nothing"]],
    "profile": [[str(MIRA), "--no-model", "--until=2026-03-06"]],
    "doctor": [[], ["--json"]],
    "notify": [[]],
    "post": [["--day=2026-03-06", "--dry-run"], ["--day=2026-03-06"]],
    "runs": [[], ["--json"]],
    "exporter install": [["--file=broken.json"], ["--host=http://127.0.0.1:9"]],
    "exporter which": [[]],
    "db start": [[]],
    "db stop": [[]],
    "db status": [[], ["--json"]],
    "db migrate": [[]],
    "db backup": [["dump"]],
    "db psql": [[]],
    "db search-index": [["--drop"], ["--drop", "--json"]],
    "db roles": [[]],
    **{
        f"query {name.replace('_', '-')}": [[*ARGUMENTS.get(name, []), *how] for how in ([], ["--json"], ["--csv"])]
        for name in QUERIES
    },
}
SAFE = {"exporter install": ["--host=http://127.0.0.1:9"]}
"""What keeps a command from leaving the machine while one of its options is tried."""


def commands(command, name=()):
    """Yield every command with its name, found from the parser."""
    found = getattr(command, "commands", None)
    for part, one in (found or {}).items():
        yield from commands(one, (*name, part))
    if not found:
        yield " ".join(name), command


COMMANDS = dict(commands(typer.main.get_command(cli.app)))


def fill(folder):
    """Write exports in which everything that is text is hostile, and files that are no exports."""
    mira, otto = user(name=EVIL, nickname=f"nick {EVIL}"), user(OTTO, f"otto {EVIL}", discriminator=EVIL[:8])
    texts = [f"{EVIL} {number}, is that decided? https://evil.example/{EVIL}" for number in range(12)]
    kept = [
        message(number * 60, text, author=(mira, otto)[number % 2], reactions=[reaction(mira, otto, emoji=EMOJI)])
        for number, text in enumerate(texts)
    ]
    broken = message(5, EVIL, author=mira, timestamp=EVIL)
    named = {"id": str(CHANNEL), "type": "GuildTextChat", "categoryId": "5"}
    named |= dict.fromkeys(("category", "name", "topic"), EVIL)
    guild = {"id": str(GUILD), "name": f"server {EVIL}", "iconUrl": EVIL}
    write(folder, document(*kept, broken, channel_=EVIL, guild=guild) | {"channel": named}, f"{FOLDER}.json")
    write(folder, document(message(1, EVIL, id=EVIL)) | {"channel": {**named, "id": EVIL}}, f"header {FOLDER}.json")
    (folder / f"cut {FOLDER}.json").write_bytes(b'{"guild": {"id": "' + EVIL.encode())
    (folder / os.fsdecode(b"bytes \xff\xfe.json")).write_text("<html>")


@pytest.fixture(scope="module")
def home(server, template, tmp_path_factory):
    """A folder to run commands in, whose environment leads to a database of hostile names, and a report on them."""
    folder = tmp_path_factory.mktemp("home")
    (folder / FOLDER).mkdir()
    fill(folder / FOLDER)
    (folder / "again").symlink_to(folder / FOLDER)
    (folder / "broken.json").write_text('{"title": "' + EVIL + '"')
    with database_copy(server, template) as settings, pytest.MonkeyPatch.context() as patch:
        from discord_airflow import database

        with database.connect(settings) as connection:
            where = {"DB_HOST": connection.info.host, "DB_PORT": str(connection.info.port), "DB_NAME": settings.name}
        for name, value in {**where, "DB_USER": "postgres", "DISCORD_AIRFLOW_HOME": str(folder)}.items():
            patch.setenv(name, value)
        patch.setenv("OLLAMA_HOST", "http://127.0.0.1:9")
        patch.setattr(os, "execve", lambda *_: typer.echo("psql"))
        patch.chdir(folder)
        (folder / "config.yaml").write_text("analysis: {profiles: true}\n")
        cli.main(["import", FOLDER])
        with database.connect(settings) as connection:
            connection.execute(
                "INSERT INTO coverage (channel_id, after_id, before_id, observed_at, state, guild_id, reason)"
                " VALUES (%(id)s, 0, %(middle)s, now(), 'complete', %(guild)s, NULL),"
                " (%(id)s, %(middle)s, %(end)s, now(), 'failed', %(guild)s, %(reason)s)",
                {"id": CHANNEL, "middle": snowflake(300), "end": snowflake(900), "guild": GUILD, "reason": EVIL},
            )
        cli.main(["report", "--until", "2026-03-06"])
        yield folder


def printed(capsys, words):
    """Return what a command prints, after a look that nothing in it steers."""
    capsys.readouterr()
    cli.main(words)
    done = capsys.readouterr()
    for text in (done.out, done.err):
        leaks = {f"U+{ord(sign):04X}" for sign in LEAK.findall(text)}
        assert not leaks, (words, leaks, text[:2000])
    assert "Traceback" not in done.err
    return done.out + done.err


def test_every_command_has_a_scenario():
    """A command that is not here was never run on hostile names."""
    assert SCENARIOS.keys() == COMMANDS.keys()


@pytest.mark.parametrize("name", SCENARIOS)
def test_no_command_prints_what_steers_a_terminal(home, capsys, name):
    """Names, texts, reasons and paths out of the database and the files, as text, JSON and CSV."""
    shown = [printed(capsys, [*name.split(), *words]) for words in SCENARIOS[name]]
    assert all(shown)


def test_the_names_were_there_to_be_shown(home, capsys):
    """The tests above would pass over an empty database."""
    for words in (["query", "contributors"], ["coverage"], ["query", "search", "evil"], ["import", FOLDER]):
        assert "evil" in printed(capsys, words)
    assert "evil" in Path("reports/2026-03-06.md").read_text()


@pytest.mark.parametrize("name", COMMANDS)
def test_no_option_comes_back_as_what_steers_a_terminal(home, capsys, name):
    """A hostile word as each option and argument, and as an option that is not there."""
    command = COMMANDS[name]
    needed = [one for one in command.params if one.param_type_name == "argument" and one.required]
    for parameter in command.params:
        if getattr(parameter, "is_flag", False) or parameter.name == "help":
            continue
        is_option = parameter.param_type_name == "option"
        words = [f"{parameter.opts[-1]}={EVIL}", *("x" for _ in needed)] if is_option else [EVIL]
        printed(capsys, [*name.split(), *SAFE.get(name, ()), *words])
    printed(capsys, [*name.split(), f"--{EVIL}"])
    printed(capsys, [*name.split(), "x", EVIL, EVIL, f"-{EVIL}"])
