"""Warnings of a program that stays."""

import contextlib
import subprocess
import sys

import pytest

from tests.terminal import Terminal

CODE = """
import logging
from dcf.terminal.warnings_shown import show_warnings
show_warnings()
log = logging.getLogger("some.library")
log.setLevel(logging.INFO)
log.info("not shown")
log.warning("a \\x1b[2J %s", "word")
try:
    raise ValueError("\\x07")
except ValueError:
    log.exception("failed")
"""


@pytest.fixture
def said(pytestconfig):
    """`said(is_terminal)` is what the program writes to stderr, line by line."""

    def run(*, is_terminal):
        command = [sys.executable, "-B", "-c", CODE]
        if not is_terminal:
            done = subprocess.run(
                command, cwd=pytestconfig.rootpath, capture_output=True, timeout=30, check=True
            )
            return done.stderr.decode().splitlines()
        with contextlib.closing(Terminal()) as terminal:
            subprocess.run(
                command, cwd=pytestconfig.rootpath, stderr=terminal.theirs, timeout=30, check=True
            )
        return terminal.text.split("\n")

    return run


def test_a_pipe_gets_them_as_they_are(said):
    first, second, *trace = said(is_terminal=False)
    assert (first, second) == ("a \x1b[2J word", "failed")
    assert trace[0] == "Traceback (most recent call last):"
    assert trace[-1] == "ValueError: \x07"


def test_a_terminal_gets_nothing_that_steers_it(said):
    lines = said(is_terminal=True)
    assert lines[0] == r"a \x1b[2J word"
    assert r"ValueError: \x07" in lines
    assert not any(character in line for line in lines for character in "\x1b\x07")
