"""
A disk that fails at the N-th thing that changes it, below one folder: in this process, so it needs no rights and no
tools.
"""

import builtins
import io
import itertools
import os
import secrets
import subprocess
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

CHANGES = ("replace", "rename", "unlink", "remove", "rmdir", "mkdir", "chmod", "link", "fsync", "ftruncate", "pwrite")


class FailingDisk:
    """
    Below *folder* the *nth* change fails with *error* (an errno), and with *lasting* all that follow it, too.

    A write that fails has written half of its data.
    """

    def __init__(self, folder, nth, error, *, lasting=False):
        self.folder, self.nth, self.error, self.lasting = str(folder), nth, error, lasting
        self.done = 0
        self.struck = ""
        self._real = {name: getattr(os, name) for name in (*CHANGES, "open")}
        self._open = io.open

    def __enter__(self):
        for name in CHANGES:
            setattr(os, name, self._failing(name))
        os.open = self._os_open
        io.open = builtins.open = self._io_open
        return self

    def __exit__(self, *_):
        for name, function in self._real.items():
            setattr(os, name, function)
        io.open = builtins.open = self._open

    def change(self, what, path, dir_fd=None):
        """Count a change and fail when it is the one."""
        if not self._below(path, dir_fd):
            return
        self.done += 1
        if self.done == self.nth or (self.lasting and self.struck):
            self.struck = self.struck or what
            raise OSError(self.error, os.strerror(self.error), path if isinstance(path, str | Path) else None)

    def _failing(self, name):
        real = self._real[name]

        def change(path, *arguments, **options):
            self.change(name, path, options.get("dir_fd"))
            return real(path, *arguments, **options)

        return change

    def _os_open(self, path, flags, mode=0o777, *, dir_fd=None):
        if flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            self.change("open", path, dir_fd)
        return self._real["open"](path, flags, mode, dir_fd=dir_fd)

    def _io_open(self, file, mode="r", *arguments, **options):
        if not set(mode) & set("wax+") or not self._below(file):
            return self._open(file, mode, *arguments, **options)
        if not isinstance(file, int):
            self.change("open", file)
        return _FrailFile(self._open(file, mode, *arguments, **options), self, str(self._place(file)))

    def _below(self, path, dir_fd=None):
        with suppress(OSError):
            return str(self._place(path, dir_fd)).startswith(self.folder)
        return False

    def _place(self, path, dir_fd=None):
        if isinstance(path, int):
            return Path(f"/proc/self/fd/{path}").readlink()
        return Path(Path(f"/proc/self/fd/{dir_fd}").readlink() if dir_fd is not None else "", os.fsdecode(path))


class _FrailFile:
    """A file whose writes and flushes count as changes of its disk."""

    def __init__(self, file, disk, path):
        self._file, self._disk, self._path, self._unwritten = file, disk, path, False

    def __getattr__(self, name):
        return getattr(self._file, name)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def write(self, data):
        try:
            self._disk.change("write", self._path)
        except OSError:
            self._file.write(data[: len(data) // 2])
            raise
        self._unwritten = True
        return self._file.write(data)

    def flush(self):
        self._disk.change("flush", self._path)
        self._unwritten = False
        self._file.flush()

    def close(self):
        try:
            if self._unwritten and not self._file.closed:
                self._unwritten = False
                self._disk.change("close", self._path)
        finally:
            self._file.close()


def sweep(folder, attempt, look, errors, *, only=None):
    """
    Let the first, the second ... change below *folder* fail while *attempt* runs, once for itself and once with all
    after it, until none is left to fail; after each *look* at what the attempt raised. Return how many failed.

    The errors take turns. *only* picks from the numbers where all of them would take too long.
    """
    turns, failed = itertools.cycle(errors), 0
    for lasting in (False, True):
        for nth in itertools.count(1):
            if only is not None and not only(nth):
                continue
            with FailingDisk(folder, nth, next(turns), lasting=lasting) as disk:
                raised = _raised(attempt)
            look(raised, disk)
            if not disk.struck:
                break
            failed += 1
    return failed


def _raised(attempt):
    try:
        attempt()
    except Exception as error:  # noqa: BLE001 - judged by whoever looks
        return error
    return None


@contextmanager
def mounted(parent, size):
    """Yield a folder below *parent* that is a disk of its own, of that *size*; skip the test where only root could."""
    folder = parent / f"disk-{secrets.token_hex(4)}"
    folder.mkdir()
    mount = ("mount", "-t", "tmpfs", "-o", f"size={size}", "none", folder)
    try:
        subprocess.run(mount, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("making a small disk takes root's rights")
    try:
        yield folder
    finally:
        subprocess.run(("umount", "--lazy", folder), check=True)
