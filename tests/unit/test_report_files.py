"""Files appear whole or not at all."""

import errno
import os
from pathlib import Path

import pytest

from discord_airflow.errors import FileTroubleError
from discord_airflow.reporting.files import write_together

CONTENTS = {"a.json": b"1", "a.html": b"2", "a.md": b"3"}


def names(directory):
    """Return everything that lies in *directory*, hidden files too."""
    return sorted(path.name for path in directory.iterdir())


def test_files_are_written_into_a_new_folder_in_order(tmp_path):
    """The folder is made, the paths come back in the order given, and nothing else lies there."""
    written = write_together(tmp_path / "new" / "reports", CONTENTS)
    assert [path.name for path in written] == list(CONTENTS)
    assert [path.read_bytes() for path in written] == list(CONTENTS.values())
    assert names(tmp_path / "new" / "reports") == sorted(CONTENTS)


def test_files_are_as_readable_as_any_other(tmp_path):
    """A colleague may read a report, as far as the writer's umask lets them."""
    mask = os.umask(0o027)
    try:
        (path,) = write_together(tmp_path, {"a.md": b"x"})
    finally:
        os.umask(mask)
    assert path.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize("failing", ["fsync", "replace"])
def test_a_full_disk_leaves_the_old_files_and_nothing_else(tmp_path, monkeypatch, failing):
    """Whatever step fails, the old report stays whole, no part stays behind, and the message says where and why."""
    write_together(tmp_path, dict.fromkeys(CONTENTS, b"old"))

    def fail(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    if failing == "replace":
        monkeypatch.setattr(Path, "replace", fail)
    else:
        monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(
        FileTroubleError, match=r"could not be written into .*: No space left on device \(.* MB free\)"
    ) as caught:
        write_together(tmp_path, CONTENTS)
    assert str(tmp_path) in str(caught.value)
    assert "as they were" in str(caught.value)
    assert names(tmp_path) == sorted(CONTENTS)
    assert {path.read_bytes() for path in tmp_path.iterdir()} == {b"old"}


def test_a_folder_in_the_way_is_named_before_anything_is_written(tmp_path):
    """A directory called a.md does not cost the old JSON."""
    (tmp_path / "a.md").mkdir()
    (tmp_path / "a.json").write_bytes(b"old")
    with pytest.raises(FileTroubleError, match=r"a\.md is a directory"):
        write_together(tmp_path, CONTENTS)
    assert (tmp_path / "a.json").read_bytes() == b"old"
    assert names(tmp_path) == ["a.json", "a.md"]


def test_a_folder_that_is_a_file_is_named(tmp_path):
    """The sentence says what cannot be a folder."""
    (tmp_path / "reports").write_bytes(b"x")
    with pytest.raises(FileTroubleError, match="reports"):
        write_together(tmp_path / "reports", CONTENTS)
