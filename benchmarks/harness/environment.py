"""Where the project lies, and the few variables that every measured program gets."""

import os
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
_INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "LD_LIBRARY_PATH")


def plain_environment() -> dict[str, str]:
    """The few variables every program gets, so that this shell's settings measure nothing."""
    return {name: os.environ[name] for name in _INHERITED if name in os.environ}


def python_environment() -> dict[str, str]:
    """The same, for a Python that imports this project."""
    return {**plain_environment(), "PYTHONPATH": str(ROOT)}


def scratch() -> "tempfile.TemporaryDirectory[str]":
    """A folder for the files of one program."""
    return tempfile.TemporaryDirectory(prefix="benchmark-")
