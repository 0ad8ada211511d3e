"""Output that cannot be written is one line and exit status 1, for every verb of both commands."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.waiting import without_waiting

ROOT = Path(__file__).parents[3]
PHOTO = str(ROOT / "samples" / "coffee.jpg")
SSD = Path(sys.executable).with_name("ssd")
DCF = [sys.executable, "-m", "dcf"]
ALONE = ["--help", "function --help", "function create --help", "version", "runtime list",
         "completion bash", "export --help"]  # fmt: skip
ASKING = ["list", "list --json", "info echo", "info echo --json", "log echo", "history echo",
          "scale echo 1", "ready echo", "call echo --file -"]  # fmt: skip


def run(command, stdout, **options):
    with open(stdout, "wb") as full:  # noqa: PTH123 - a device
        return subprocess.run(
            command, stdout=full, stderr=subprocess.PIPE, timeout=60, check=False,
            env={**os.environ, "NO_COLOR": "1"}, **options,
        )  # fmt: skip


def told_in_one_line(done):
    assert done.returncode == 1
    (line,) = without_waiting(done.stderr.decode()).splitlines()
    assert line.startswith("Error: ")
    assert "No space left on device" in line


@pytest.mark.parametrize("verb", ALONE)
def test_a_full_disk(verb):
    told_in_one_line(run([*DCF, *verb.split()], "/dev/full"))


@pytest.mark.parametrize("verb", ASKING)
def test_a_full_disk_under_an_answer(echo_gateway, verb):
    words = [*DCF, "function", *verb.split(), "-g", echo_gateway.rest]
    told_in_one_line(run(words, "/dev/full", input=b"x" * 100_000))


@pytest.mark.parametrize("verb", ["--help", f"detect {PHOTO}", f"detect --help {PHOTO}"])
def test_a_full_disk_under_ssd(verb):
    told_in_one_line(run([SSD, *verb.split()], "/dev/full"))


@pytest.mark.parametrize("command", [[*DCF, "version"], [*DCF, "--help"], [SSD, "detect", PHOTO]])
def test_a_closed_stdout_leaves_no_trace(command):
    done = subprocess.run(
        ["sh", "-c", 'exec "$@" >&-', "sh", *map(str, command)],
        stderr=subprocess.PIPE, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) <= 1
    assert b"Traceback" not in done.stderr


def test_a_full_stderr_leaves_the_exit_status():
    done = subprocess.run(
        ["sh", "-c", 'exec "$@" 2>/dev/full', "sh", *DCF, "function", "info"],
        stdout=subprocess.PIPE, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode in {1, 2}


@pytest.mark.parametrize(
    ("output", "words"),
    [
        ("file/x", "(Not a directory): a file stands where a folder should be: name another"),
        ("folder", "(Is a directory): a folder stands where a file should be: name another"),
        ("none/x", "(No such file or directory): make its folder first"),
        ("x" * 300, "(File name too long): choose a shorter name"),
        ("/dev/full", "(No space left on device): make room on the disk"),
    ],
)
def test_an_answer_that_cannot_be_kept_says_what_to_do(echo_gateway, tmp_path, output, words):
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("")
    command = [*DCF, "function", "call", "echo", "-g", echo_gateway.rest, "-o", output]
    done = subprocess.run(
        command, input=b"x" * 100_000, cwd=tmp_path, capture_output=True, timeout=60, check=False
    )
    assert done.returncode == 1
    assert done.stderr.decode() == f"Error: {output} cannot be written {words}\n"
