"""What a new user does: unpack the sources in an empty folder, `make run`, get an answer."""

import json
import os
import signal
import subprocess
import time
import urllib.request
from pathlib import Path

import pytest

from tests.ports import free_port
from tests.waiting import until

ROOT = Path(__file__).parents[1]
PATIENCE = 600


def running_under(folder):
    """Processes whose working folder or program lies in a folder."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            places = {str((entry / "cwd").readlink()), (entry / "cmdline").read_text()}
        except OSError:
            continue
        if any(str(folder) in place for place in places):
            found.append(int(entry.name))
    return found


def wait_for(text, log, process):
    end = time.monotonic() + PATIENCE
    while text not in log.read_text():
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < end, log.read_text()
        time.sleep(0.2)


def run(folder, log):
    """Starts `make run`; waits for its first answer, calls it as well, ends it by SIGINT.

    Gives when its environment was made.
    """
    port = free_port()
    environ = {"PATH": os.environ["PATH"], "HOME": str(folder)}
    command = ["make", "run", f"PORT={port}", f"GRPC_PORT={free_port()}"]
    with log.open("w") as output:
        process = subprocess.Popen(
            command, cwd=folder, env=environ, stdout=output, stderr=output, start_new_session=True
        )
    try:
        wait_for("Ctrl-C", log, process)
        picture = (folder / "samples/astronaut.jpg").read_bytes()
        address = f"http://127.0.0.1:{port}/function/ssd"
        with urllib.request.urlopen(address, picture, timeout=30) as reply:
            assert json.load(reply)[0]["class"] == "person"
    finally:
        os.killpg(process.pid, signal.SIGINT)
        process.wait(60)
    return (folder / ".venv/.ready").stat().st_mtime_ns


@pytest.mark.slow
@pytest.mark.timeout(2 * PATIENCE)
def test_from_sources_to_the_first_answer(tmp_path):
    folder = tmp_path / "clone"
    folder.mkdir()
    archive = subprocess.run(["git", "archive", "HEAD"], cwd=ROOT, capture_output=True, check=True)
    subprocess.run(["tar", "-x"], cwd=folder, input=archive.stdout, check=True)
    made = run(folder, tmp_path / "first.log")
    first = (tmp_path / "first.log").read_text()
    assert '"class": "cup"' in first
    assert "| base64 | dcf function" in first
    assert first.count("curl") >= 2
    assert not list((folder / ".venv").glob("lib/*/site-packages/tensorflow*"))
    assert run(folder, tmp_path / "second.log") == made  # a second start installs nothing
    until(lambda: not running_under(folder))
