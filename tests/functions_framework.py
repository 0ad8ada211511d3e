"""The real functions-framework, in an environment of its own, on folders that were exported."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from tests.free_port import free_port
from tests.waiting import until

_LOCK = Path(__file__).parents[1] / "requirements/functions-tests.txt"


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    """An environment with what the exports ask for, and a bucket's client and emulator."""
    folder = tmp_path_factory.mktemp("environment")
    subprocess.run([sys.executable, "-m", "venv", folder], check=True, timeout=120)
    subprocess.run(
        [folder / "bin/pip", "install", "--quiet", "--require-hashes", "-r", _LOCK],
        check=True, timeout=500, capture_output=True,
    )  # fmt: skip
    return folder / "bin"


class Framework:
    """One functions-framework, its port and its output."""

    def __init__(self, environment, folder, **variables):
        self.port = free_port()
        self.log = folder.parent / f"log-{self.port}.txt"
        variables = {"FUNCTION_TARGET": "answer", **variables}
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [environment / "functions-framework"], cwd=folder, stdout=log, stderr=log,
                env={"PATH": os.environ["PATH"], "HOST": "127.0.0.1", "PORT": str(self.port),
                     "PYTHONUNBUFFERED": "1", **variables},
            )  # fmt: skip

    @property
    def said(self):
        return self.log.read_text()

    def url(self, path="/"):
        return f"http://127.0.0.1:{self.port}{path}"

    def wait(self, path="/_/ready", seconds=30):
        """Waits until it answers there, whatever it says."""

        def answers():
            assert self.process.poll() is None, self.said
            try:
                requests.get(self.url(path), timeout=2)
            except requests.RequestException:
                return False
            return True

        until(answers, seconds, lambda: self.said)
        return self

    def post(self, data=b"", path="/", **options):
        return requests.post(self.url(path), data=data, timeout=30, **options)

    def lines(self):
        """The lines of JSON that events left."""
        return [json.loads(line) for line in self.said.splitlines() if line.startswith('{"sev')]

    def end(self):
        if self.process.poll() is None:
            self.process.terminate()
        return self.process.wait(timeout=30)


@pytest.fixture
def start(environment):
    started = []

    def begin(folder, **variables):
        started.append(Framework(environment, folder, **variables))
        return started[-1]

    yield begin
    for each in started:
        each.end()
