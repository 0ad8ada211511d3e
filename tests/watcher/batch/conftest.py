"""Runs real batches against a real judge on loopback."""

import json
import os
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.waiting import until

ROOT = Path(__file__).parents[3]
HANDLERS = ROOT / "tests" / "data" / "handlers"
LIMIT_S = 60


class Run:
    """One process, its log and what it printed."""

    def __init__(self, folder, settings, flags):
        self.log_file, self.out_file = folder / "log", folder / "out"
        env = {
            "PATH": os.environ["PATH"],
            "HANDLER_DIR": str(HANDLERS),
            "HANDLER_FILE": "batch.py",
            "LOCK_FILE": str(folder / "lock"),
            "TMPDIR": str(folder),
            "CONCURRENCY": "2",
            "PORT": "1",  # nobody may listen there: a batch opens no port
        } | {name: str(value) for name, value in settings.items() if value is not None}
        with self.log_file.open("w") as log, self.out_file.open("w") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "watcher", *flags],
                env=env, cwd=folder, stdout=out, stderr=log,
            )  # fmt: skip

    @property
    def log(self):
        return self.log_file.read_text()

    @property
    def out(self):
        return self.out_file.read_text()

    def wait(self, seconds=LIMIT_S):
        return self.process.wait(timeout=seconds)

    def until(self, is_so):
        def so():
            assert self.process.poll() is None or is_so(), self.log
            return is_so()

        until(so, LIMIT_S, lambda: self.log)


class Judge:
    """A server that answers posts as it is told, one after the other, and with 200 afterwards."""

    def __init__(self):
        self.script = []  # (status, headers, body)
        self.seen = []  # (time, path, headers, body)
        judge = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                judge.seen.append((time.monotonic(), self.path, self.headers, body))
                step = judge.script.pop(0) if judge.script else (200, {}, b"thank you")
                if callable(step):
                    step(self)
                    return
                status, headers, text = step
                self.send_response(status)
                for name, value in {"Content-Length": str(len(text)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *args):
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            block_on_close = False

            def handle_error(self, request, client_address):
                pass  # clients of these tests leave when they like

        self.server = Server(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,))
        self.thread.start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/answers?key=url-secret"

    def answer(self, number=-1):
        return json.loads(self.seen[number][3])["answer"]

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(5)


@pytest.fixture
def judge():
    one = Judge()
    yield one
    one.close()


@pytest.fixture
def data(tmp_path):
    """A folder of data; files are made by `data.put(name, content)`."""

    class Data:
        path = tmp_path / "data"

        def put(self, name, content):
            file = self.path / os.fsdecode(name)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content if isinstance(content, bytes) else content.encode())
            return file

        def hold(self, name):
            """A file whose call ends when the gate is made, which it gives."""
            gate = tmp_path / "gate"
            self.put(name, f"until {gate}")
            return gate

        def fill(self, count=30, seconds=0.1):
            """So many files that take so long each; gives their names."""
            names = [f"{number:02}.jpg" for number in range(count)]
            for number, name in enumerate(names):
                self.put(name, f"sleep {seconds}{number:02}")
            return names

        def __str__(self):
            return str(self.path)

    one = Data()
    one.path.mkdir()
    return one


@pytest.fixture
def begin(tmp_path, data):
    """Starts a batch over `data`; `RESULT_FILE` is `result.json`, calls are noted in `calls`."""
    started = []

    def run(*flags, **settings):
        folder = tmp_path / f"run{len(started)}"
        folder.mkdir()
        usual = {
            "DATA_PATH": data,
            "RESULT_FILE": tmp_path / "result.json",
            "CALLS_FILE": tmp_path / "calls",
            "BATCH": "true",
        }
        started.append(Run(folder, usual | settings, flags))
        return started[-1]

    yield run
    for one in started:
        if one.process.poll() is None:
            one.process.kill()
        one.process.wait(timeout=10)


@pytest.fixture
def calls(tmp_path):
    """What the handler was called with, so far."""

    def read():
        file = tmp_path / "calls"
        return file.read_text().splitlines() if file.exists() else []

    return read


@pytest.fixture
def answered(begin, tmp_path):
    """Runs a batch to its end, and gives the answer."""

    def run(**settings):
        one = begin(**settings)
        assert one.wait() == 0, one.log
        assert one.out.strip() == str(tmp_path / "result.json")
        assert "Traceback" not in one.log or "secret text" in one.log
        return json.loads((tmp_path / "result.json").read_text())["answer"]

    return run
