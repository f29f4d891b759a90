"""The benchmarks run, and what they compare gives the same answers; what they measure is not looked at."""

import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from bench import archive, scale, suite
from bench.page import DOCS, write_page
from bench.processes import ROOT
from bench.query_scale import Cost, Measured
from bench.sections import PUBLISHED, as_text, keep, kept
from bench.servers import bench_server
from discord_airflow import database
from discord_airflow.checking.consistency import check_consistency

TINY = suite.Sizes(messages=600, channels=3, rounds=1, archives=(1_000_000, 20_000_000))

pytestmark = pytest.mark.timeout(600)  # twelve imports in processes of their own


def archives(folder, archives, rounds, *, search_from):
    """Stands for the archives of millions, which no test can fill."""
    costs = {name: Cost((1.0, 2.0), (0.5, 0.5)) for name in ("whole report", "totals")}
    return tuple(Measured(one.messages, costs, costs, costs if one.messages >= search_from else {}) for one in archives)


HELD = """
import sys, time
from bench.servers import bench_server
with bench_server() as server:
    print(server.folder.parent, flush=True)
    time.sleep(300)
"""


def test_a_benchmark_that_is_asked_to_stop_leaves_no_server():
    """
    SIGTERM ends the benchmark with its server, and the folder of both is gone.
    """
    process = subprocess.Popen((sys.executable, "-c", HELD), stdout=subprocess.PIPE, text=True, cwd=ROOT)
    folder = Path(process.stdout.readline().strip())
    assert (folder / "postgres").is_dir()
    process.terminate()
    assert process.wait(60) == 128 + signal.SIGTERM
    process.stdout.close()
    assert not folder.exists()
    assert [one.pid for one in psutil.process_iter(["cmdline"]) if str(folder) in str(one.info["cmdline"])] == []


@pytest.fixture(scope="module")
def sections():
    """What every benchmark finds with six hundred messages."""
    with bench_server() as server, pytest.MonkeyPatch.context() as patch:
        patch.setattr(scale, "run", archives)
        material = suite.Material(server, TINY)
        return [section for run in suite.BENCHMARKS.values() for section in run(material)]


def test_every_benchmark_gives_a_table_of_its_own(sections):
    """
    A benchmark stops when two sides give different answers; here all end, each under a key of its own.
    """
    assert len({section.key for section in sections}) == len(sections) >= len(suite.BENCHMARKS)
    for section in sections:
        assert {len(row) for row in section.rows} == {len(section.head)}
        assert section.title in as_text(section)


def test_the_page_is_made_of_what_is_kept(sections, tmp_path):
    """
    Every section that was measured stands on the page, with its plot where it has bars.
    """
    for section in sections:
        keep(section, tmp_path / "kept")
    page = write_page(kept(tmp_path / "kept"), tmp_path).read_text(encoding="utf-8")
    for section in sections:
        assert section.made_of in page
        assert all(" | ".join(row) in page for row in section.rows)
        assert (tmp_path / "images" / f"benchmark-{section.key}.svg").exists() == bool(section.bars)


def test_the_published_page_is_made_of_the_published_results(tmp_path):
    """
    Who measures one section anew finds all others in the repository, and nobody changes the page by hand.
    """
    page = write_page(kept(PUBLISHED), tmp_path)
    assert page.read_bytes() == (DOCS / "benchmarks.md").read_bytes()
    for plot in (tmp_path / "images").iterdir():
        assert (DOCS / "images" / plot.name).exists()


def test_a_generated_archive_stands_every_check(monkeypatch):
    """
    What questions are measured with is as sound as what an import leaves.
    """
    monkeypatch.setattr(archive, "PHRASES", 200)
    small = archive.Archive(messages=4_000, week=100, weeks=30, channels=10, people=20_000)
    with bench_server() as server:
        settings = server.settings.model_copy(update={"name": "archive"})
        archive.build(settings, small)
        with database.connect(settings, autocommit=True, read_only=True) as connection:
            found = check_consistency(connection)
            assert [one for one in found if one.outcome != "ok"] == []
            assert {one.name: one.looked_at for one in found}["revisions"] > 0
