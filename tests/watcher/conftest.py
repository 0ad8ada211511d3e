"""Starts real watcher processes on free ports and ends them, whatever the test did."""

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest
import requests

from tests.ports import free_port
from tests.waiting import until

ROOT = Path(__file__).parents[2]
HANDLERS = ROOT / "tests" / "data" / "handlers"
EXAMPLES = ROOT / "examples"
START_S = 60
ANSWER_S = 60  # longer than a test holds a call back, on a busy machine too


class Watcher:
    """One process, its log and its ports."""

    def __init__(self, folder, settings, pass_fds=(), flags=(), stdout=subprocess.DEVNULL):
        self.log_file = folder / "log.txt"
        self.lock = folder / "lock"
        env = {
            "PATH": os.environ["PATH"],
            **{name: text for name, text in os.environ.items() if name.startswith("COVERAGE_")},
            "HANDLER_DIR": str(HANDLERS),
            "HANDLER_FILE": "good.py",
            "HOST": "127.0.0.1",
            "PORT": "0",
            "WATCHER_PORT": "0",
            "MESH_PORT": "0",
            "METRICS_PORT": "0",
            "LOCK_FILE": str(self.lock),
            "CONCURRENCY": "2",
        } | {name: str(value) for name, value in settings.items()}
        self.settings = env
        with self.log_file.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "watcher", *flags],
                env=env,
                cwd=folder,
                stdout=stdout,
                stderr=log,
                pass_fds=pass_fds,
            )

    @property
    def log(self):
        return self.log_file.read_text()

    def wait_ready(self):
        def found():
            if self.process.poll() is not None:
                pytest.fail(f"the watcher ended with {self.process.returncode}: {self.log}")
            return re.search(r"http 127\.0\.0\.1:(\d+)", self.log)

        self.port = int(until(found, START_S, lambda: self.log)[1])
        return self

    def wait_log(self, text, seconds=20):
        until(lambda: text in self.log, seconds, lambda: f"{text!r} in {self.log}")
        return self.log

    def url(self, path="/"):
        return f"http://127.0.0.1:{self.port}{path}"

    def get(self, path="/", **kw):
        return requests.get(self.url(path), timeout=ANSWER_S, **kw)

    def post(self, path="/", data=b"", **kw):
        return requests.post(self.url(path), data=data, timeout=ANSWER_S, **kw)

    def connect(self):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=ANSWER_S)

    def socket(self):
        return socket.create_connection(("127.0.0.1", self.port), timeout=ANSWER_S)

    def metrics(self):
        port = self.settings["METRICS_PORT"]
        return requests.get(f"http://127.0.0.1:{port}/metrics", timeout=ANSWER_S).text

    def wait_inflight(self, count, seconds=30):
        """Waits until exactly so many calls are running and waiting; needs METRICS_PORT."""
        line = f"\nfunction_calls_in_flight {count}.0\n"
        until(lambda: line in self.metrics(), seconds, self.metrics)

    def resident(self):
        """Bytes of the process that are in memory."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1]) * 1000

    def signal(self, number=signal.SIGTERM):
        self.process.send_signal(number)

    def wait(self, seconds=30):
        return self.process.wait(timeout=seconds)


@pytest.fixture
def start(tmp_path):
    """Starts a watcher; `ready=False` does not wait for it."""
    started = []

    def begin(*, ready=True, pass_fds=(), flags=(), stdout=subprocess.DEVNULL, **settings):
        folder = tmp_path / f"w{len(started)}"
        folder.mkdir()
        one = Watcher(folder, settings, pass_fds, flags, stdout)
        started.append(one)
        return one.wait_ready() if ready else one

    yield begin
    for one in started:
        if one.process.poll() is None:
            one.process.kill()
        one.process.wait(timeout=10)


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    """One watcher for the tests of a module that leave it as it was."""
    ports = {"WATCHER_PORT": free_port(), "METRICS_PORT": free_port(), "FUNCTION_NAME": "steered"}
    one = Watcher(tmp_path_factory.mktemp("shared"), ports).wait_ready()
    yield one
    one.process.terminate()
    assert one.wait() == 0


@pytest.fixture
def handlers():
    """The folder of handlers that the tests load."""
    return HANDLERS


@pytest.fixture
def examples():
    """The folder of examples that users read."""
    return EXAMPLES


@pytest.fixture
def behind():
    """Runs calls in threads; each thread has its results in the list `done`."""
    threads = []

    def begin(call, *args, **kw):
        thread = threading.Thread(target=lambda: thread.done.append(call(*args, **kw)))
        thread.done = []
        threads.append(thread)
        thread.start()
        return thread

    yield begin
    for thread in threads:
        thread.join(30)


@pytest.fixture
def parent():
    """A pipe's end for PARENT_FD; `parent.go()` ends the watcher, whose DRAIN_DELAY may be long."""
    reading, writing = os.pipe()
    with os.fdopen(writing, "wb", buffering=0) as ours:
        yield SimpleNamespace(fd=reading, go=ours.close)
    os.close(reading)


@pytest.fixture
def free():
    """Names a port that nobody listens on."""
    return free_port


@pytest.fixture
def gate(tmp_path):
    """A file that lets calls of `do=until` go on, once it is there; `hold` makes such calls."""
    return tmp_path / "gate"


@pytest.fixture
def hold(gate, behind):
    """Takes slots of a watcher until the gate is made; needs METRICS_PORT."""

    def begin(watcher, count=1, **kw):
        calls = [behind(watcher.post, f"/?do=until&file={gate}", **kw) for _ in range(count)]
        watcher.wait_inflight(count)
        return calls

    yield begin
    gate.touch()
