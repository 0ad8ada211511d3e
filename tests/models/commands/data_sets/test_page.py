"""Every command of docs/datasets.md works as it stands and answers as the page shows."""

import os
import re
import shlex
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.models.datasets.digits.drawn import write_mnist

PAGE = (Path(__file__).parents[4] / "docs/datasets.md").read_text()


def shown():
    """The commands of the page, each with the lines that are shown below it."""
    block = re.compile(r"^    \$ (ssd .*)\n((?:    .*\n)*)", re.MULTILINE)
    return [
        (found[1], [line[4:] for line in found[2].splitlines()]) for found in block.finditer(PAGE)
    ]


def shape(line):
    """A line without its figures, bars and digests, which other digits change."""
    line = re.sub(r"\b[0-9a-f]{64}\b", "DIGEST", line)
    return re.sub(r"[\d.,]+|#+", "N", line).split()


@pytest.fixture
def place(tmp_path):
    """A folder whose `ssd` takes its digits from a drawn MNIST, not from a registry."""
    mnist = write_mnist(tmp_path / "mnist")
    program = tmp_path / "bin/ssd"
    program.parent.mkdir()
    program.write_text(
        f'#!/bin/sh\nif [ "$3" = digits ]; then set -- "$@" --digits {mnist}; fi\n'
        f'exec {Path(sys.executable).with_name("ssd")} "$@"\n'
    )
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    (tmp_path / "cwd").mkdir()
    return tmp_path


def test_the_page(place):
    environment = os.environ | {"PATH": f"{place / 'bin'}:{os.environ['PATH']}"}
    commands = shown()
    assert {shlex.split(line)[2] for line, _ in commands if " data " in line} == {
        "make", "check", "stats", "split", "show",
    }  # fmt: skip
    for line, lines in commands:
        done = subprocess.run(
            shlex.split(line), env=environment, cwd=place / "cwd",
            capture_output=True, text=True, timeout=100, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{line}\n{done.stderr}"
        said = [shape(each) for each in done.stdout.splitlines()]
        for each in lines:
            # Which bins are filled, and how figures are ordered, is the digits' affair.
            if each.strip() != "..." and not re.match(r"(\d+|\d+ to \d+|\{.*) ", each):
                assert shape(each) in said, f"{line}\n{each}\n{done.stdout}"
