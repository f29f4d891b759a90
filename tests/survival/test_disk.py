"""Everything that writes files, on a disk that fails: old or new, never torn, nothing left over after the next run."""

import errno
import hashlib
import itertools
import os
import shutil
import signal
import subprocess
import sys
import zipfile
from dataclasses import replace

import pytest
from survival.disk import FailingDisk, mounted, sweep
from survival.tiers import LONG, told

from discord_airflow import backups
from discord_airflow.collecting import RunMarks
from discord_airflow.collectors import install as installer
from discord_airflow.collectors.chat_exporter import PROGRAM, IdRange
from discord_airflow.collectors.outcome import State, Verdict
from discord_airflow.collectors.proofs import apply_note
from discord_airflow.collectors.staging import PROOF_SUFFIX, ProofNote, leave_note, prepare_staging, publish, read_note
from discord_airflow.errors import FileTroubleError
from discord_airflow.reporting.files import write_together
from discord_airflow.whole_files import draft_of

ERRORS = (errno.ENOSPC, errno.EIO, errno.EROFS, errno.EDQUOT)
NAMES = ("2026-11-22.json", "2026-11-22.html", "2026-11-22.md")

pytestmark = pytest.mark.timeout(3600 if LONG else 120)


def report(word):
    """The files of a report that says one word, long enough to be written in pieces."""
    return {name: f"{word} {name} ".encode() * 2000 for name in NAMES}


def lying(folder):
    """Everything below *folder* but folders."""
    return {str(path.relative_to(folder)): path for path in folder.rglob("*") if not path.is_dir()}


def in_words(raised, folder):
    """Assert that a failure is ours, with the exit status for files, and names where it happened."""
    assert isinstance(raised, FileTroubleError), repr(raised)
    assert str(folder) in str(raised)
    assert os.strerror(raised.__context__.errno) in str(raised)


def test_a_report_is_old_or_new(tmp_path):
    """
    Whatever fails while a report is written, each of its files is the old or the new one, and the next run tidies up.
    """
    write_together(tmp_path, report("old"))

    def look(raised, disk):
        there = {name: path.read_bytes() for name, path in lying(tmp_path).items() if name in NAMES}
        assert set(there) == set(NAMES)
        renamed = [name for name in NAMES if there[name] == report("new")[name]]
        assert all(there[name] == report("old")[name] for name in NAMES if name not in renamed)
        if raised is not None:
            in_words(raised, tmp_path)
            assert ("Already new there" in str(raised)) == bool(renamed)
            assert disk.error not in {errno.ENOSPC, errno.EDQUOT} or "MB free" in str(raised)
        else:
            assert len(renamed) == 3, disk.struck
        if not disk.lasting:
            assert set(lying(tmp_path)) <= set(NAMES) or disk.struck == "unlink"
        write_together(tmp_path, report("old"))
        assert set(lying(tmp_path)) == set(NAMES)

    failed = sweep(tmp_path, lambda: write_together(tmp_path, report("new")), look, ERRORS)
    assert failed >= 30
    told(f"{failed} disk faults of reports")


def note(sha256=None, channel=571):
    """What an export proved."""
    return ProofNote(1, channel, 10, 20, "complete", "", "2026-03-01T00:00:00+00:00", sha256, "2.47")


def test_an_export_reaches_its_place_whole_or_not_at_all(tmp_path):
    """
    A file never lies in its place without its proof, and what a fault leaves is gone after the next run.
    """
    content, window, exports = b"{}" * 5000, IdRange(10, 20), tmp_path / "exports"
    proof, source = note(hashlib.sha256(content).hexdigest()), tmp_path / "source"
    source.write_bytes(content)

    def attempt():
        staged = prepare_staging(exports, "lock", "run") / "571.10.json"
        subprocess.run(("cp", source, staged), check=True)  # in the exporter's place
        publish(staged, exports, window, "run", Verdict(State.COMPLETE, ""), proof)
        leave_note(exports, "run", note(channel=572))

    def look(raised, disk):
        if raised is not None:
            in_words(raised, exports)
        finals = [path for path in lying(exports).values() if path.suffix == ".json" and ".staging" not in path.parts]
        for final in finals:
            assert final.read_bytes() == content
            assert read_note(final.with_name(final.name + PROOF_SUFFIX)) == proof
        assert raised is not None or len(finals) == 1
        attempt()
        assert set(lying(exports)) == {
            "1/571/10-20.run.json", "1/571/10-20.run.json.proof", "1/572/10-20.run.proof"
        }  # fmt: skip
        shutil.rmtree(exports / "1")

    failed = sweep(exports, attempt, look, ERRORS)
    assert failed >= 20
    told(f"{failed} disk faults of proofs and exports")


def test_a_note_that_cannot_be_removed_costs_no_import(tmp_path, database):
    """
    In a folder that can only be read a note is taken in again and again, and nothing else happens.
    """
    database.autocommit = True
    path = leave_note(tmp_path, "run", replace(note(), state="forbidden"))
    for _ in range(2):
        with FailingDisk(tmp_path, 1, errno.EROFS, lasting=True) as disk:
            assert apply_note(database, path) is not None
        assert disk.struck == "unlink"
    assert database.execute("SELECT state FROM coverage").fetchall() == [("forbidden",)]
    assert apply_note(database, path) is not None
    assert not path.exists()


def test_what_the_tasks_of_a_run_note_is_old_or_new(tmp_path):
    """
    Tasks read the old notes or the new ones.
    """
    marks = RunMarks(tmp_path / "locks" / "run-1.json")
    marks.note(begun="then")

    def look(raised, disk):
        if raised is not None:
            in_words(raised, tmp_path)
        assert marks.read() in ({"begun": "then"}, {"begun": "then", "refused": "now"})
        assert raised is not None or "refused" in marks.read()
        marks.path.unlink()
        marks.note(begun="then")
        assert set(lying(tmp_path)) == {"locks/run-1.json"}

    assert sweep(tmp_path, lambda: marks.note(refused="now"), look, ERRORS) >= 6


@pytest.fixture
def archive(tmp_path):
    """A release to install, and its digest."""
    path = tmp_path / "release.zip"
    with zipfile.ZipFile(path, "w") as made:
        made.writestr(PROGRAM, "#!/bin/sh\necho new\n")
        made.writestr("lib/one.txt", "x" * 5000)
    return path, hashlib.sha256(path.read_bytes()).hexdigest()


def test_the_exporter_is_installed_whole_or_the_older_one_stays(tmp_path, archive):
    """
    A failed installation leaves the program that was there, and the next one leaves nothing but the program.
    """
    file, sha256 = archive
    folder = tmp_path / "exporter"
    target = folder / installer.PINNED

    def install():
        installer.install(folder, archive=file, sha256=sha256, asset="a.zip")

    def put_old():
        shutil.rmtree(folder, ignore_errors=True)
        target.mkdir(parents=True)
        (target / PROGRAM).write_text("old")

    def look(raised, disk):
        program = (target / PROGRAM).read_text() if (target / PROGRAM).exists() else None
        whole = program is not None and "new" in program and (target / "lib/one.txt").read_text() == "x" * 5000
        if raised is not None:
            in_words(raised, folder)
            assert whole or program == "old" or disk.lasting
        else:
            assert whole
        install()
        assert set(lying(folder)) == {
            f"{installer.PINNED}/{PROGRAM}", f"{installer.PINNED}/lib/one.txt", "exporter.lock"
        }  # fmt: skip
        assert [path.name for path in folder.iterdir() if path.name.startswith(".")] == []
        put_old()

    put_old()
    failed = sweep(folder, install, look, ERRORS)
    assert failed >= 30
    told(f"{failed} disk faults of installations")


def test_a_backup_is_there_whole_or_not_at_all(tmp_path, database_settings):
    """
    A backup that fails leaves the one before it.
    """
    file = tmp_path / "backup.dump"
    file.write_bytes(b"older")

    def look(raised, disk):
        if raised is not None:
            in_words(raised, tmp_path)
            # The folder's own flush comes last: then the new one is there.
            assert file.read_bytes() == b"older" or file.read_bytes().startswith(b"PGDMP")
        file.write_bytes(b"older")

    failed = sweep(tmp_path, lambda: backups.write_backup(database_settings, file), look, ERRORS)
    assert failed >= 8
    backups.write_backup(database_settings, file)
    assert set(lying(tmp_path)) == {"backup.dump"}


def test_a_draft_somebody_works_on_is_no_leftover(tmp_path):
    """
    Another report in the same folder does not take a living draft away, and a dead one it does.
    """
    (tmp_path / ".2026-11-15.md.0a1b2c3d.part").write_bytes(b"half")
    with draft_of(tmp_path / "2026-11-29.md") as draft:
        draft.file.write(b"in the making")
        write_together(tmp_path, report("new"))
        assert draft.path.exists()
        draft.flush()
        draft.take_place()
    assert set(lying(tmp_path)) == {*NAMES, "2026-11-29.md"}


@pytest.fixture
def small_disk(reachable_folder):
    """A disk of 2 MB of its own."""
    with mounted(reachable_folder, "2m") as folder:
        yield folder


def fill(disk, leave):
    """Fill the disk up to some bytes."""
    free = shutil.disk_usage(disk).free
    (disk / "other").write_bytes(bytes(max(free - leave, 0)))


def test_a_disk_that_is_really_full(small_disk, database_settings):
    """
    On a disk of 2 MB a report and a backup stay as they were, and say so; with room made they are written.
    """
    folder = small_disk / "reports"
    write_together(folder, report("old"))
    file = folder / "backup.dump"
    fill(small_disk, leave=8192)
    with pytest.raises(FileTroubleError, match=r"No space left on device \(0 MB free\). The files there are as they"):
        write_together(folder, report("new"))
    with pytest.raises(FileTroubleError, match="No space left on device"):
        backups.write_backup(database_settings, file)
    assert {name: path.read_bytes() for name, path in lying(folder).items()} == report("old")
    (small_disk / "other").unlink()
    write_together(folder, report("new"))
    backups.write_backup(database_settings, file)
    assert set(lying(folder)) == {*NAMES, "backup.dump"}


def test_a_folder_that_can_only_be_read(small_disk):
    """
    On a disk mounted to be read, the report says so and the old one stays.
    """
    write_together(small_disk, report("old"))
    subprocess.run(("mount", "-o", "remount,ro", small_disk), check=True)
    with pytest.raises(FileTroubleError, match=rf"into {small_disk}: Read-only file system"):
        write_together(small_disk, report("new"))
    assert {name: path.read_bytes() for name, path in lying(small_disk).items()} == report("old")


WRITER = """
import sys
from pathlib import Path
from discord_airflow.errors import DiscordAirflowError
from discord_airflow.reporting.files import write_together
try:
    write_together(Path(sys.argv[1]), {name: b"new " * 9000 for name in sys.argv[2:]})
except DiscordAirflowError as error:
    sys.exit(error.exit_code)
"""


@pytest.mark.skipif(not LONG or shutil.which("strace") is None, reason="strace makes calls fail in the long tier")
def test_a_report_survives_system_calls_that_fail(tmp_path):
    """
    The same with the real system calls: the first, the second ... of each fails.
    """
    for call in ("write", "fsync", "rename", "unlink", "chmod", "flock", "openat"):
        failed = fail_each(call, tmp_path, lambda turn: f"error={errno.errorcode[ERRORS[turn % 4]]}")
        killed = fail_each(call, tmp_path, lambda _: "signal=SIGKILL")
        told(f"{failed} calls of {call} failed, {killed} were the last")


def fail_each(call, folder, fault):
    """Write a report until none of its calls is left for the *fault*, and again after each; return how many it met."""
    files, trace = dict.fromkeys(NAMES, b"old " * 9000), folder.with_name(f"{folder.name}.trace")
    scope = ("-P", folder) if call == "openat" else ()  # what Python itself opens is not meant
    write_together(folder, files)
    for number in itertools.count(1):
        inject = ("-e", f"trace={call}", "-e", f"inject={call}:{fault(number)}:when={number}")
        command = ("strace", "-f", "-qq", "-o", trace, *scope, *inject, sys.executable, "-c", WRITER, folder, *NAMES)
        ended = subprocess.run(command, check=False, capture_output=True, text=True)
        assert ended.returncode in (0, -signal.SIGKILL, FileTroubleError.exit_code), ended.stderr
        for name, content in files.items():
            assert (folder / name).read_bytes() in (content, b"new " * 9000)
        write_together(folder, files)
        assert set(lying(folder)) == set(NAMES)
        if "INJECTED" not in trace.read_text() and ended.returncode == 0:
            break
    return number - 1
