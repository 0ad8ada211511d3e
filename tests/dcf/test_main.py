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
