"""What a disk says in any of its ways becomes one line with a code."""

import errno
import sqlite3

import pytest

from dcf.errors import ArchiveError, StorageFailed, StorageFull
from dcf.state.disk import storage_fault, writing


@pytest.mark.parametrize(
    ("number", "code", "words"),
    [
        (errno.ENOSPC, "storage_full", "the gateway's disk is full: make room"),
        (errno.EDQUOT, "storage_full", "quota is used up: make room"),
        (errno.EFBIG, "storage_full", "ulimit -f"),
        (errno.EROFS, "storage_failed", "read-only"),
        (errno.EIO, "storage_failed", "reports an error"),
        (errno.EACCES, "storage_failed", "(Permission denied): see its owner"),
        (errno.ENOENT, "storage_failed", "(No such file or directory): see its owner"),
        (errno.ENOTDIR, "storage_failed", "(Not a directory): see its owner"),
    ],
)
def test_errors_of_the_system(number, code, words):
    with pytest.raises(StorageFailed) as caught, writing("the archive"):
        raise OSError(number, "words of the system", "/home/who/.dcf/archives/x")
    assert caught.value.message.startswith("the archive cannot be kept: ")
    assert caught.value.code == code
    assert words in caught.value.message
    assert "/home/who" not in caught.value.message
    assert "\n" not in caught.value.message


@pytest.mark.parametrize(
    "fault", [ConnectionResetError(errno.ECONNRESET, "gone"), TimeoutError(), ValueError("x")]
)
def test_what_is_no_disk_s_stays_what_it_is(fault):
    with pytest.raises(type(fault)), writing("the archive"):
        raise fault
    assert storage_fault(fault, "it") is None


def test_a_cause_counts_and_what_is_ours_stays_ours():
    outer = ArchiveError("the archive cannot be unpacked")
    outer.__cause__ = OSError(errno.ENOSPC, "No space left on device")
    assert isinstance(storage_fault(outer, "it"), StorageFull)
    ours = StorageFull("the log cannot be kept")
    assert storage_fault(ours, "it") is ours


@pytest.fixture
def base(tmp_path):
    """A database with a table."""
    opened = sqlite3.connect(tmp_path / "base.db", isolation_level=None)
    opened.execute("CREATE TABLE t (x)")
    yield opened
    opened.close()


def test_a_real_database_without_room(base):
    base.execute("PRAGMA max_page_count = 2")
    with pytest.raises(StorageFull, match="the gateway's disk is full"), writing("the change"):
        base.execute("INSERT INTO t VALUES (?)", ("x" * 100_000,))


def test_a_real_database_that_is_read_only_or_not_one(base, tmp_path):
    reader = sqlite3.connect(f"file:{tmp_path}/base.db?mode=ro", uri=True)
    with pytest.raises(StorageFailed, match="read-only"), writing("the change"):
        reader.execute("INSERT INTO t VALUES (1)")
    reader.close()
    (tmp_path / "text.db").write_text("no database" * 1000)
    text = sqlite3.connect(tmp_path / "text.db")
    with pytest.raises(StorageFailed, match="file is not a database"), writing("the change"):
        text.execute("SELECT * FROM t")
    text.close()
