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
        (OSError(errno.ENOSPC, "No space left on device"), "No space left on device"),
        (KeyError("mine"), None),
        (OSError("not from the system"), None),
    ],
    ids=["ours", "file", "full disk", "fault", "other"],
)
def test_whose_an_error_is(error, line):
    assert one_line(error) == line
