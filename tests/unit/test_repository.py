"""The repository is what it says: nothing from one machine in it, nothing missing from what it installs."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
LOCKS = sorted(ROOT.glob("*.lock"))
LONGEST_FILE = 300
# Somebody's home or working folder; those inside a container image are everybody's.
SOMEBODYS_FOLDER = re.compile(r"(?<![\w.~-])/(?:work|Users|home(?!/airflow)|root(?!/\.ollama))/[\w.-]+")


def tracked(*patterns):
    """Return the files of the repository that match *patterns*."""
    listed = subprocess.run(["git", "ls-files", "-z", *patterns], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_a_lock_holds_versions_and_hashes_only(lock):
    """
    Where packages come from is each machine's own business: no address, host or option stands in a lock.
    """
    text = lock.read_text()
    assert not re.search(r"://|^-(?!-hash)|^\s*--(?!hash=sha256:[0-9a-f]{64})|@ ", text, re.MULTILINE)
    pinned = re.findall(r"^([a-z0-9][\w.\[\],-]*)==\S+", text, re.MULTILINE)
    assert pinned == sorted(pinned)
    assert text.count("==") >= len(pinned) > 0


def test_every_dependency_is_locked():
    """
    What pyproject.toml names is pinned in the lock that installs it.
    """
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    groups = project["dependency-groups"]
    runtime = [*project["project"]["dependencies"], *project["project"]["optional-dependencies"]["embedded"]]
    runtime += groups["airflow"] + groups["build"]
    development = runtime + groups["tests"] + groups["lint"] + groups["types"]
    for lock, requirements in (("requirements.lock", runtime), ("requirements-dev.lock", development)):
        pinned = dict(re.findall(r"^([a-z0-9-]+)(?:\[.*\])?==([^\s;]+)", (ROOT / lock).read_text(), re.MULTILINE))
        for requirement in map(Requirement, requirements):
            assert requirement.specifier.contains(pinned[requirement.name.lower()]), f"{lock}: {requirement}"


def test_both_locks_agree():
    """
    Whoever runs the tests runs the versions that users get.
    """
    versions = [
        dict(re.findall(r"^(\S+)==(\S+)", (ROOT / lock).read_text(), re.MULTILINE))
        for lock in ("requirements.lock", "requirements-dev.lock")
    ]
    assert versions[0].items() <= versions[1].items()


def test_nothing_names_the_machine_it_was_written_on():
    """
    No tracked text holds a path into somebody's home or working folder.
    """
    found = {
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path in tracked(
            "*.py", "*.md", "*.toml", "*.yml", "*.yaml", "*.sql", "*.sh", "Makefile", "Dockerfile", "scripts/*"
        )
        for match in SOMEBODYS_FOLDER.finditer(path.read_text(encoding="utf-8"))
    }
    assert found == set()


def test_no_file_has_outgrown_one_subject():
    """
    A module of more than 300 lines has two subjects.
    """
    long = [
        f"{path.relative_to(ROOT)}: {lines}"
        for path in tracked("discord_airflow/**/*.py", "dags/*.py", "plugins/*.py", "collectors/*.py")
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST_FILE
    ]
    assert long == []


def test_no_secret_or_database_is_tracked():
    """
    Settings of one's own, tokens, the database and raw exports stay out of the repository.
    """
    names = {str(path.relative_to(ROOT)) for path in tracked()}
    assert not {".env", "config.yaml"} & names
    assert not [name for name in names if name.startswith((".data/", ".venv/"))]
    assert [name for name in names if name.startswith("collectors/exports/")] == ["collectors/exports/.gitkeep"]
    token = re.compile(rb"[MNO][\w-]{23,25}\.[\w-]{6}\.[\w-]{27,38}")
    assert [str(path) for path in tracked() if token.search(path.read_bytes())] == []


def test_nothing_is_printed_past_the_door_that_makes_it_harmless():
    """
    What came from outside may hold what steers a terminal: discord_airflow/terminal.py prints for all.
    """
    past = re.compile(r"\b(typer\.(secho|echo)|click\.\w*echo|(?<!\.)print)\(|std(out|err)\.write\(")
    found = [
        str(path.relative_to(ROOT))
        for path in tracked("discord_airflow/**/*.py")
        if path.name not in {"terminal.py", "cli.py"} and past.search(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_sql_is_never_put_together_from_text():
    """
    Statements are literals or files; the type checker guards it too, and this names the place in plain words.
    """
    found = [
        str(path.relative_to(ROOT))
        for path in tracked("discord_airflow/**/*.py", "dags/*.py", "plugins/*.py")
        if re.search(
            r"execute\(\s*(rf?|fr?)?f[\"']|execute\([^)]*\.format\([^)]*\)\s*%", path.read_text(encoding="utf-8")
        )
    ]
    assert found == []


def test_make_help_names_every_target():
    """
    A target without a line of help would never be found.
    """
    told = subprocess.run(
        ["make", "--no-print-directory", "help"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    phony = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)[1].split()
    assert sorted(re.findall(r"^  make (\S+)", told.stdout, re.MULTILINE)) == sorted(set(phony) - {"help"} | {"help"})
