"""The pages tell of what is there: files, settings, variables, columns, targets, exit statuses, and each other."""

import re
import subprocess
from pathlib import Path

import pytest

from discord_airflow import errors
from discord_airflow.settings import Settings

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted(ROOT.glob("docs/*.md")), ROOT / "deploy/helm/README.md"]
TEXTS = {page: page.read_text(encoding="utf-8") for page in PAGES}
TRACKED = set(
    subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
)
SETTING = re.compile(r"(report|export|analysis|database|notify|post|limits)\.(?!json|html|md)([a-z_]+)\b(?!\.\w|\()")
every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


def code(page):
    """Yield what stands between back-ticks on a page, apart from its blocks."""
    prose = re.sub(r"^```.*?^```$", "", TEXTS[page], flags=re.DOTALL | re.MULTILINE)
    yield from re.findall(r"`([^`\n]+)`", prose)


def anchors(page):
    """Return the anchors of a page's headings, as a code host makes them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


@every_page
def test_every_link_inside_the_repository_leads_somewhere(page):
    """The file is there, and where a heading is meant it has that heading."""
    broken = []
    for path, _, anchor in re.findall(r"\]\((?!https?://)([^)#]*)(#([^)]*))?\)", TEXTS[page]):
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            broken.append(f"{path}#{anchor}")
    assert broken == []


@every_page
def test_every_file_that_is_named_is_there(page):
    """A path that begins with a folder of ours, or the name of a test or a statement."""
    folders = {name.partition("/")[0] for name in TRACKED if "/" in name} - {"reports", "collectors"}
    names = {Path(name).name for name in TRACKED}
    gone = []
    for text in code(page):
        if re.fullmatch(r"[\w./-]+", text) and text.partition("/")[0] in folders and "/" in text:
            path = text.rstrip("/")
            if path not in TRACKED and not any(name.startswith(f"{path}/") for name in TRACKED):
                gone.append(text)
        elif re.fullmatch(r"test_\w+\.py", text) and text not in names:
            gone.append(text)
    assert gone == []


@every_page
def test_every_setting_that_is_named_exists(page):
    """`section.key` of config.yaml, as it stands in the settings."""
    sections = Settings.model_fields
    named = {match.groups() for text in code(page) if (match := SETTING.match(text))}
    assert [f"{one}.{key}" for one, key in named if key not in sections[one].annotation.model_fields] == []


@every_page
def test_every_variable_that_is_named_exists(page):
    """Variables of .env are in its example, those of containers in docker-compose.yml, ours in the code."""
    places = (
        ".env.example",
        "docker-compose.yml",
        "Makefile",
        "Dockerfile",
        "deploy/helm/*",
        "discord_airflow/**/*.py",
    )
    known = "".join(
        path.read_text(encoding="utf-8") for place in places for path in ROOT.glob(place) if path.suffix != ".md"
    )
    named = {
        word for text in code(page) for word in re.findall(r"\b(?:DB|DISCORD|OLLAMA|NOTIFY|POST|LOG)_[A-Z_]+\b", text)
    }
    assert {name for name in named if name not in known} == set()


@every_page
def test_every_column_that_is_named_exists(page):
    """`table.column`, for the tables of the schema."""
    schema = (ROOT / "db_schema.sql").read_text(encoding="utf-8")
    tables = dict(re.findall(r"^CREATE TABLE IF NOT EXISTS (\w+) \((.*?)^\)", schema, re.DOTALL | re.MULTILINE))
    assert "messages" in tables
    gone = []
    for text in code(page):
        match = re.fullmatch(r"(\w+)\.(\w+)", text)
        if (
            match
            and match[1] in tables
            and match[2] != "sql"
            and not re.search(rf"^\s+{match[2]}\s", tables[match[1]], re.MULTILINE)
        ):
            gone.append(text)
    assert gone == []


@every_page
def test_every_target_of_make_that_is_named_exists(page):
    """`make something`, in a sentence or a block."""
    phony = set(re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)[1].split())
    assert set(re.findall(r"(?:`|^)make ([a-z-]+)", TEXTS[page], re.MULTILINE)) <= phony


def test_every_exit_status_is_documented():
    """The page of the first layer lists the status of every error, and that of being stopped."""
    listed = TEXTS[ROOT / "docs/layer1-setup.md"].partition("## Exit status")[2]
    kinds = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, Exception)]
    statuses = {kind.exit_code for kind in kinds} - {errors.DiscordAirflowError.exit_code} | {0, 130}
    assert {int(number) for number in re.findall(r"(?:^|· )(\d+) ", listed, re.MULTILINE)} == statuses


def test_every_page_is_in_the_list_of_the_readme_or_linked_from_one():
    """Nobody finds a page that nothing leads to."""
    linked = {
        (page.parent / path).resolve()
        for page in PAGES
        for path in re.findall(r"\]\((?!https?://)([^)#]+)", TEXTS[page])
    }
    assert [page.name for page in sorted(ROOT.glob("docs/*.md")) if page not in linked] == []


def test_a_picture_runs_nothing_and_names_no_day():
    """The plots stand by themselves: no script, and the same bytes for the same figures."""
    plots = [path.read_text(encoding="utf-8") for path in sorted(ROOT.glob("docs/images/*.svg"))]
    assert len(plots) >= 5
    assert not [plot for plot in plots if re.search(r"<script|<!--|https?://(?!www\.w3\.org/)", plot)]
