"""The contract script finds no difference between the stand-in and itself, and finds one where there is one."""

import os
import subprocess
import sys

import pytest
from standin.launching import EXECUTABLE, install
from standin.population import USER_TOKEN, populate

SCRIPT = EXECUTABLE.with_name("contract.py")


def contract(*arguments, **environment):
    return subprocess.run(
        (sys.executable, SCRIPT, *map(str, arguments)),
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_help_says_what_is_sent_and_where_the_token_comes_from():
    """With an example."""
    result = contract("--help")
    assert result.returncode == 0
    for words in ("Example:", "DISCORD_TOKEN", "--online", "Exit codes:"):
        assert words in result.stdout


def test_a_program_that_behaves_alike_agrees_in_every_check(tmp_path):
    """The stand-in, installed elsewhere, plays the real program; also online with a token."""
    program = install(tmp_path)
    channel = next(key for key, facts in populate(1).channels.items() if facts["messages"] and facts["type"] == 0)
    result = contract(program, "--online", "--channel", channel, DISCORD_TOKEN=USER_TOKEN)
    assert (result.returncode, "differs" in result.stdout) == (0, False)
    assert result.stdout.endswith("24 of 24 checks agree with v2.47.0\n")


def test_the_checks_that_ask_discord_are_asked_for(tmp_path):
    """Offline nothing is sent, whatever token is set."""
    result = contract(install(tmp_path), DISCORD_TOKEN=USER_TOKEN)
    assert "wrong token" not in result.stdout
    assert result.stdout.endswith("21 of 21 checks agree with v2.47.0\n")


def test_differences_are_printed_side_by_side_without_the_token(tmp_path):
    """A program that prints its token is told so as ***."""
    program = tmp_path / "other"
    program.write_text('#!/bin/sh\necho "v2.46.1 $DISCORD_TOKEN $*"\n')
    program.chmod(0o755)
    result = contract(program, "--online", DISCORD_TOKEN="a-canary")
    assert result.returncode == 1
    assert "differs version" in result.stdout
    assert "only the real program: another line" in result.stdout
    assert "a-canary" not in result.stdout + result.stderr


@pytest.mark.parametrize(("arguments", "code"), [((), 64), (("/nowhere/at/all",), 69)])
def test_misuse_and_a_missing_program_have_codes_of_their_own(arguments, code):
    """One sentence on stderr."""
    result = contract(*arguments)
    assert result.returncode == code
    assert result.stderr.splitlines()[-1].startswith("contract: ")


def test_no_token_is_ever_on_a_command_line():
    """It goes by the environment alone."""
    text = SCRIPT.read_text(encoding="utf-8")
    assert '"--token"' not in text
    assert '"-t"' not in text
