"""The command's entry: faults of the program keep their trace, faults of a disk are one line."""

import errno
import shutil

import pytest

from dcf import __main__ as entry


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), "the output cannot be written"),
        (OSError(errno.EACCES, "Permission denied", "/a/b"), "/a/b cannot be written"),
        (shutil.Error([("a", "b/c", "[Errno 28] No space")]), "b/c cannot be written"),
    ],
)
def test_a_disk_that_fails_is_one_line(monkeypatch, fault, words):
    def fail(**_):
        raise fault

    monkeypatch.setattr(entry, "cli", fail)
    with pytest.raises(SystemExit, match=words):
        entry.main()


@pytest.mark.parametrize("fault", [OSError("a fault of ours"), OSError(errno.ECONNRESET, "reset")])
def test_another_fault_keeps_its_trace(monkeypatch, fault):
    def fail(**_):
        raise fault

    monkeypatch.setattr(entry, "cli", fail)
    with pytest.raises(OSError, match=str(fault.args[-1])):
        entry.main()
