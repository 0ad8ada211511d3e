"""The dcf command as a program, with no settings but those a test gives."""

import os
import subprocess
import sys

import pytest


@pytest.fixture(scope="session")
def dcf():
    """`dcf(*arguments, stdin=b"", cwd=None, **environ)` runs it to its end."""

    def run(*arguments, stdin=b"", cwd=None, **environ):
        return subprocess.run(
            [sys.executable, "-m", "dcf", *map(str, arguments)],
            input=stdin,
            capture_output=True,
            timeout=60,
            cwd=cwd,
            env={**clean_environ(), **environ},
            check=False,
        )

    return run


@pytest.fixture(scope="session")
def start_dcf():
    """`start_dcf(*arguments, **options of Popen)` starts it, its output in pipes as text."""

    def start(*arguments, **options):
        return subprocess.Popen(
            [sys.executable, "-m", "dcf", *map(str, arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=clean_environ(),
            **options,
        )

    return start


def clean_environ():
    dropped = ("DCF_", "OPENF", "XDG_CONFIG_HOME", "NO_COLOR")
    return {key: value for key, value in os.environ.items() if not key.startswith(dropped)}
