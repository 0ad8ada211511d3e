"""`ssd data make digits`, run as a person runs it."""

import json
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.models.datasets.digits.drawn import write_mnist
from tests.waiting import until

SSD = Path(sys.executable).with_name("ssd")


@pytest.fixture(scope="module")
def mnist(tmp_path_factory):
    return write_mnist(tmp_path_factory.mktemp("mnist"))


def words(mnist, out, *more):
    return [SSD, "data", "make", "digits", "--digits", mnist, "--out", out, *map(str, more)]


def run(command, **where):
    return subprocess.run(
        command, capture_output=True, text=True, timeout=100, check=False, **where
    )


def test_pictures_and_how_many_a_second(mnist, tmp_path):
    done = run(words(mnist, tmp_path / "a", "--count", 12, "--seed", 3, "--split", "test"))
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"{tmp_path}/a: 12 pictures, 12 of them new, ")
    assert done.stdout.endswith(" pictures/s\n")
    document = json.loads((tmp_path / "a/instances.json").read_bytes())
    assert len(document["images"]) == 12
    assert document["info"]["recipe"]["split"] == "test"
    # The photos of the checkout were drawn on.
    assert document["info"]["recipe"]["photos"]
    assert "astronaut" in (tmp_path / "a/LICENSES.txt").read_text()
    again = run(words(mnist, tmp_path / "a", "--count", 12, "--seed", 3, "--split", "test"))
    assert "12 pictures, 0 of them new" in again.stdout


def test_ended_by_ctrl_c_and_begun_again(mnist, tmp_path):
    """Once the first piece is there; what is there then is not drawn again."""
    out = tmp_path / "a"
    command = words(mnist, out, "--count", 800)
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        until(lambda: list(out.glob(".making/[0-9]*.json")), 60)
        process.send_signal(signal.SIGINT)
        _out, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert b"Traceback" not in err
    assert not (out / "instances.json").exists()
    assert not list(out.rglob("*.part"))
    taken = {file: file.stat().st_mtime_ns for file in (out / ".making").glob("[0-9]*.json")}
    assert len(taken) < 16
    times = {file: file.stat().st_mtime_ns for file in (out / "images").iterdir()}
    subprocess.run(words(mnist, out, "--count", 800), check=True, timeout=110)
    assert len(json.loads((out / "instances.json").read_bytes())["images"]) == 800
    again = [file for file, when in times.items() if file.stat().st_mtime_ns != when]
    assert len(again) <= len(times) - 50 * len(taken)


@pytest.fixture
def without_npm(tmp_path):
    """An environment whose npm has no registry: nothing is asked for."""
    npm = tmp_path / "bin/npm"
    npm.parent.mkdir()
    npm.write_text("#!/bin/sh\necho 'npm error no registry' >&2\nexit 1\n")
    npm.chmod(npm.stat().st_mode | stat.S_IXUSR)
    return os.environ | {"PATH": f"{npm.parent}:{os.environ['PATH']}"}


def test_without_npm_one_line_says_what_to_do(tmp_path, without_npm):
    (tmp_path / "cwd").mkdir()
    command = [SSD, "data", "make", "digits", "--count", "1", "--out", "a"]
    done = run(command, cwd=tmp_path / "cwd", env=without_npm)
    if done.returncode == 0:  # scikit-learn is installed here
        assert "taking the digits of scikit-learn instead" in done.stderr
    else:
        assert done.stderr.count("\n") == 1
        assert "npm error no registry; or name the file with --digits" in done.stderr


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (["--count", "0"], "--count"),
        (["--split", "val"], "--split"),
        (["--digits", __file__], "SHA-256"),
    ],
)
def test_one_line_says_what_is_wrong(mnist, tmp_path, change, said):
    done = run([*words(mnist, tmp_path / "a", "--count", 1), *change])
    assert done.returncode != 0
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "a").exists()
