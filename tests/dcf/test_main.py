"""The command's entry: faults of the program keep their trace, faults of a disk are one line."""

import errno
import shutil
import subprocess
import sys

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


@pytest.mark.parametrize(
    ("line", "status", "words"),
    [
        (["--help"], 0, "Usage: dcf "),
        (["no-such-command"], 2, "Usage: dcf "),
        (["function", "list", "-g", "http://127.0.0.1:1"], 1, "Error: "),
    ],
)
def test_the_module_is_the_command_and_its_status_says_how_it_went(line, status, words):
    done = subprocess.run(
        [sys.executable, "-m", "dcf", *line],
        capture_output=True, check=False, text=True, timeout=60,
    )  # fmt: skip
    assert (done.returncode, "Traceback" in done.stderr) == (status, False)
    assert (done.stdout + done.stderr).startswith(words)


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-", "<&- >&-", "<&- >&- 2>&-"])
def test_a_command_without_streams_gives_their_numbers_to_no_file(closed, tmp_path):
    """Whatever writes to a number and not to a stream would write into the first file opened."""
    program = """
import sys
from dcf import __main__ as entry
def opened(**_):
    with open(sys.argv[1], "w") as file, open(sys.argv[1] + ".number", "w") as other:
        print(file.fileno(), other.fileno(), file=other)
entry.cli = opened
entry.main()
"""
    line = [sys.executable, "-c", program, tmp_path / "file"]
    subprocess.run(["sh", "-c", f'exec "$@" {closed}', "sh", *line], timeout=60, check=True)
    numbers = (tmp_path / "file.number").read_text().split()
    assert not {"1", "2"}.intersection(numbers)
