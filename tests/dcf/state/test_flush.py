"""A folder's names are flushed, and its descriptor is given back whatever comes of it."""

import errno
import os
from pathlib import Path

import pytest

from dcf.state.flush import flush_folder


def descriptors():
    """Those that are open; what another test left to a thread may be closed at any moment."""
    return set(os.listdir("/proc/self/fd"))  # noqa: PTH208 # names alone


def test_the_folder_itself_is_flushed(tmp_path, monkeypatch):
    flushed = []

    def fsync(number):
        flushed.append(str(Path(f"/proc/self/fd/{number}").readlink()))

    monkeypatch.setattr(os, "fsync", fsync)
    before = descriptors()
    flush_folder(tmp_path)
    assert flushed == [str(tmp_path)]
    assert descriptors() <= before


def test_a_disk_that_fails_is_told_and_leaves_nothing_open(tmp_path, monkeypatch):
    def fail(_number):
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fsync", fail)
    before = descriptors()
    with pytest.raises(OSError, match="Input/output"):
        flush_folder(tmp_path)
    assert descriptors() <= before
    with pytest.raises(FileNotFoundError):
        flush_folder(tmp_path / "gone")
