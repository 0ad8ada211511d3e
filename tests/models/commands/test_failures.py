import errno

import pytest

from models.commands.failures import one_line
from models.ssd.errors import BundleError


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (BundleError("labels.txt was changed"), "labels.txt was changed"),
        (FileNotFoundError(errno.ENOENT, "No such file", "a.jpg"), "a.jpg: No such file"),
        # A full disk is told without a name; it is a person's all the same.
        (
            OSError(errno.ENOSPC, "No space left on device"),
            "the output cannot be written (No space left on device): make room on the disk",
        ),
        (
            OSError(errno.EROFS, "Read-only file system", "a/b"),
            "a/b cannot be written (Read-only file system): choose a folder that you may write to",
        ),
        (KeyError("mine"), None),
        (OSError("not from the system"), None),
    ],
    ids=["ours", "file", "full disk", "read-only", "fault", "other"],
)
def test_whose_an_error_is(error, line):
    assert one_line(error) == line
