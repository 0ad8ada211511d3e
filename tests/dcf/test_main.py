"""The command's entry point: how a run ends where nobody reads, or nothing can be written."""

import subprocess
import sys

import pytest


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
