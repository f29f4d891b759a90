"""What all commands share, as a person at a terminal meets it."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from discord_airflow import cli, embedded
from discord_airflow.settings import DatabaseSettings

PROGRAM = Path(sys.executable).with_name("discord-airflow")


@pytest.fixture
def run(tmp_path):
    """A function that runs `discord-airflow` in an empty project of its own."""

    def run(*arguments, **environment):
        surroundings = {**os.environ, "DISCORD_AIRFLOW_HOME": str(tmp_path), "COLUMNS": "80", **environment}
        return subprocess.run(
            [PROGRAM, *arguments], env=surroundings, cwd="/", capture_output=True, text=True, timeout=60, check=False
        )

    return run


def script(body):
    """Run a program that adds a command `case` with *body* and then is `discord-airflow case`."""
    lines = ["import sys, time", "from discord_airflow import cli", "@cli.app.command()", "def case():"]
    lines += [f"    {line}" for line in body.splitlines()] + ["sys.exit(cli.main(['case']))"]
    return [sys.executable, "-c", "\n".join(lines)]


def test_the_help_fits_a_terminal_and_names_the_exit_statuses(run):
    """
    The help is no wider than 80 columns, and scripts find there what each exit status means.
    """
    done = run("--help")
    assert done.returncode == 0
    assert max(map(len, done.stdout.splitlines())) <= 80
    for status in (
        "64 usage",
        "65 data quarantined",
        "69 a service is down",
        "75 busy",
        "77 token",
        "78 configuration",
    ):
        assert status in " ".join(done.stdout.split())


def commands(group=cli.app, path=()):
    """Yield the words of every command there is."""
    for found in group.registered_commands:
        name = found.name or found.callback.__name__.replace("_", "-")
        yield (*path, name)
    for found in group.registered_groups:
        yield from commands(found.typer_instance, (*path, found.name or found.typer_instance.info.name))


@pytest.mark.parametrize("command", list(commands()), ids=" ".join)
def test_every_command_has_help_with_an_example(command, capsys):
    """
    The help of each command begins with what it does and shows one line that can be typed as it stands.
    """
    assert cli.main([*command, "--help"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    assert f"discord-airflow {' '.join(command)}" in said.partition("Example")[2]
    assert not re.search("<[a-z]", said.partition("Options:")[2])


@pytest.mark.parametrize("group", [(), ("query",), ("db",), ("exporter",)], ids=" ".join)
def test_a_list_of_commands_says_of_each_in_one_line_what_it_does(group, capsys):
    """
    No sentence is cut where a terminal of 80 columns ends.
    """
    assert cli.main([*group, "--help"]) == 0
    listed = capsys.readouterr().out.partition("Commands:")[2]
    assert listed
    assert "..." not in listed


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "Usage: discord-airflow"),
        (("improt",), "discord-airflow: No such command 'improt'"),
        (("db",), "discord-airflow: Missing command; see discord-airflow db --help."),
        (("db", "stop", "--hard"), "discord-airflow: No such option: --hard"),
        (("db", "backup"), "discord-airflow: Missing argument"),
    ],
)
def test_a_command_line_that_is_not_understood(run, arguments, words):
    """
    One sentence names what is wrong and where the help is; the exit status is 64.
    """
    done = run(*arguments)
    assert done.returncode == 64
    assert (done.stdout + done.stderr).startswith(words)
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("environment", "status", "words"),
    [
        ({"DB_HOST": "127.0.0.1", "DB_PORT": "1"}, 69, "PostgreSQL at 127.0.0.1:1 does not answer"),
        ({"DB_PASSWORD": "hunter2"}, 78, "DB_PASSWORD is set but DB_HOST is not"),
        ({"DISCORD_AIRFLOW_HOME": "/nowhere"}, 78, "is not a directory"),
    ],
)
def test_an_error_is_one_line_on_stderr_with_its_exit_status(run, environment, status, words):
    """
    Nothing goes to stdout, no stack trace is shown, and a script can tell the kinds of trouble apart.
    """
    done = run("db", "migrate", **environment)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (status, "", 1)
    assert done.stderr.startswith("discord-airflow: ")
    assert words in done.stderr


def test_ctrl_c_ends_a_command_with_one_line():
    """
    An interrupted command says so and ends with 130, as shells expect.
    """
    running = subprocess.Popen(
        script("print('ready', flush=True)\ntime.sleep(60)"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert running.stdout.readline() == "ready\n"
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=30)
    assert running.returncode == 130
    assert said.strip() == "discord-airflow: interrupted."


def test_a_reader_that_has_enough_is_no_error():
    """
    `discord-airflow ... | head -1` prints one line and nothing else.
    """
    running = subprocess.Popen(
        script("for number in range(200000): print(number)"), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert running.stdout.readline() == "0\n"
    running.stdout.close()
    assert running.stderr.read() == ""
    running.stderr.close()
    running.wait(timeout=30)


def test_a_full_disk_is_one_sentence():
    """
    What the system refuses is told with the file's name; the exit status is 74.
    """
    done = subprocess.run(
        script("open('/dev/full', 'w').write('x' * 100000)"), capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (74, "discord-airflow: input or output: No space left on device.\n")


@pytest.mark.parametrize(
    ("statement", "status", "words"),
    [
        ("SELECT * FROM missing", 78, "run `discord-airflow db migrate`"),
        ("SELECT pg_terminate_backend(pg_backend_pid())", 69, "PostgreSQL stopped answering"),
        ("SET statement_timeout = 1; SELECT pg_sleep(9)", 69, "limits.query_seconds"),
    ],
)
def test_trouble_with_the_database_in_mid_work_is_one_sentence(database, monkeypatch, capsys, statement, status, words):
    """
    A table that is not there yet, a server that goes away and a query that takes too long are told without a trace.
    """

    def trouble(_config):
        database.execute(statement)

    monkeypatch.setattr("discord_airflow.commands.db.load_settings", trouble)
    assert cli.main(["db", "status"]) == status
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert words in said


def test_the_log_goes_to_stderr_and_only_when_asked():
    """
    Warnings are always told, what happens with -v; stdout stays for results.
    """
    body = (
        "import logging; log = logging.getLogger('discord_airflow.case')\nlog.warning('W'); log.info('I'); print('R')"
    )
    quiet = subprocess.run(script(body), capture_output=True, text=True, check=True)
    assert (quiet.stdout, "W" in quiet.stderr, "I" in quiet.stderr) == ("R\n", True, False)
    verbose = script(body)
    verbose[-1] = verbose[-1].replace("['case']", "['-v', 'case']")
    told = subprocess.run(verbose, capture_output=True, text=True, check=True)
    assert (told.stdout, told.stderr.count("\n")) == ("R\n", 2)


def test_the_life_of_an_embedded_database(run, tmp_path):
    """
    Start, status, migrate, psql, backup and stop, each as typed; what is printed is what happened.
    """
    try:
        assert json.loads(run("db", "status", "--json").stdout)["running"] is False
        assert re.fullmatch(r"PostgreSQL \d+\.\d+ runs in .*\.\n", run("db", "start").stdout)
        assert json.loads(run("db", "status", "--json").stdout)["running"] is True
        assert run("db", "migrate").stdout == "discord_data: the schema was brought up to date.\n"
        assert run("db", "migrate").stdout == "discord_data: the schema is up to date.\n"
        assert run("db", "psql", "--", "-Atc", "SELECT count(*) FROM messages").stdout == "0\n"
        assert run("db", "backup", str(tmp_path / "all.dump")).returncode == 0
        assert (tmp_path / "all.dump").read_bytes().startswith(b"PGDMP")
        assert run("db", "stop").stdout == "Stopped.\n"
        assert run("db", "stop").stdout == "It was not running.\n"
    finally:
        settings = DatabaseSettings(data_directory=tmp_path / ".data" / "postgres")
        embedded.stop(settings)
        shutil.rmtree(embedded.place_of(settings).home, ignore_errors=True)


def test_a_server_of_ones_own_is_not_ours_to_stop(run):
    """
    With DB_HOST set, start and stop refuse: nothing of the user's server is ever started or stopped.
    """
    for command in ("start", "stop"):
        done = run("db", command, DB_HOST="db.example")
        assert (done.returncode, "yours to start and stop" in done.stderr) == (78, True)
