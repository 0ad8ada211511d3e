"""The command's entry point: how a run ends where nobody reads, or nothing can be written."""

import errno
import shutil
import subprocess
import sys

import pytest

from dcf import __main__ as entry


@pytest.fixture
def shell(pytestconfig):
    """`shell(line)` runs a line of sh in which $DCF is the command."""

    def run(line):
        return subprocess.run(
            ["sh", "-c", f"DCF='{sys.executable} -m dcf'; {line}"],
            cwd=pytestconfig.rootpath, capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip

    return run


@pytest.mark.parametrize(("line", "status"), [("version", 0), ("function info", 2), ("nope", 2)])
def test_the_status_is_what_became_of_the_command(shell, line, status):
    assert shell(f"$DCF {line}").returncode == status


def test_a_full_disk_is_one_line_and_status_1(shell):
    done = shell("$DCF runtime list > /dev/full")
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith("Error: ")


def test_a_closed_output_is_no_trace(shell):
    done = shell("$DCF version >&-")
    assert "Traceback" not in done.stderr


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
