"""The README's own commands, taken out of it and typed into a fresh copy of the repository."""

import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
import typer
from acceptance.several_versions import write_exports

from discord_airflow import cli

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")

# It runs this very test.
NOT_HERE = {"make test"}


def blocks():
    """Return the README's blocks of commands, each as its lines."""
    return [block.strip().splitlines() for block in re.findall(r"^```sh\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)]


class Copy:
    """A fresh copy of the repository, with the exports of many years in the home of whoever types."""

    def __init__(self, folder):
        self.folder, self.home = folder / "discord_airflow", folder / "home"
        listed = subprocess.check_output(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, text=True
        )
        for name in filter(None, listed.split("\0")):
            if (ROOT / name).is_file():
                (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, self.folder / name)
        # The packages are those of this environment, so nothing is installed again; the code is the copy's own.
        (self.folder / ".venv").symlink_to(ROOT / ".venv")
        self.home.mkdir()
        write_exports(self.home / "discord-exports")

    def type(self, lines):
        """Run *lines* in one shell, which stops at the first that fails; return what they printed."""
        kept = [name for name in ("PATH", "LANG", "TMPDIR") if name in os.environ]
        environment = {name: os.environ[name] for name in kept}
        environment |= {"HOME": str(self.home), "PYTHONPATH": str(self.folder), "PYTHONDONTWRITEBYTECODE": "1"}
        script = "\n".join(["set -eu", *lines])
        done = subprocess.run(
            ["sh", "-c", script],
            cwd=self.folder,
            env=environment,
            capture_output=True,
            text=True,
            timeout=200,
            check=False,
        )
        assert done.returncode == 0, f"{script}\nended with {done.returncode}:\n{done.stdout}\n{done.stderr}"
        return done.stdout


@pytest.fixture(scope="module")
def copy(reachable_folder):
    """A fresh copy; whatever was started in it is stopped."""
    copy = Copy(reachable_folder / "readme")
    yield copy
    copy.type([".venv/bin/discord-airflow db stop"])


@pytest.mark.airflow
@pytest.mark.timeout(400)
def test_the_commands_of_the_readme_do_what_it_says(copy):
    """Every block of commands runs from top to bottom, and what the text promises is there."""
    printed = [copy.type([line for line in block if line not in NOT_HERE]) for block in blocks()]
    assert len(printed) >= 3
    sample = printed[0]
    assert "reports/2026-11-22.md" in sample
    assert "Harbour Makers" in sample
    for suffix in ("md", "html", "json"):
        assert (copy.folder / "reports" / f"2026-11-22.{suffix}").stat().st_size > 1000
    assert "do not hold" not in printed[-1] or "0 do not hold" in printed[-1]


def test_every_file_the_readme_links_to_is_there():
    """A link inside the repository leads to a file that is in it."""
    links = re.findall(r"\]\((?!https?://)([^)#]+)", README)
    assert len(links) > 4
    assert [link for link in links if not (ROOT / link).is_file()] == []


def documented():
    """Yield every `discord-airflow` command in blocks and sentences of README and docs, with the page it stands on."""
    for page in [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]:
        text = page.read_text(encoding="utf-8")
        blocks = re.findall(r"^```(?:sh|console)?\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
        lines = [line for block in blocks for line in block.splitlines()]
        sentences = re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE)
        told = [" ".join(found.split()) for found in re.findall(r"`([^`]+)`", sentences)]
        for line in dict.fromkeys([*lines, *told]):
            words = shlex.split(line, comments=True) if line.startswith("discord-airflow ") else []
            if words:
                yield pytest.param(words[1:], id=f"{page.name}: {line[:60]}")


def command_of(words):
    """Return the words that name a command, and its options."""
    names = []
    found = typer.main.get_command(cli.app)
    for word in words:
        if not hasattr(found, "commands") or word.startswith("-"):
            break
        assert word in found.commands, f"there is no command {' '.join([*names, word])}"
        names.append(word)
        found = found.commands[word]
    return names, {option for parameter in found.params for option in (*parameter.opts, *parameter.secondary_opts)}


@pytest.mark.parametrize("words", list(documented()))
def test_the_docs_name_only_commands_and_options_that_exist(words):
    """What a reader copies out of the docs is understood by the program."""
    own = words[: words.index("--")] if "--" in words else words
    _, options = command_of(own)
    used = {word.partition("=")[0] for word in own if re.match("-[a-z-]", word) and " " not in word}
    assert used <= options | {"--help"}
