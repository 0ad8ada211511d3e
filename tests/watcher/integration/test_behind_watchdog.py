"""The watcher as the child of an of-watchdog in http mode, played from its contract.

The stand-in owns the port, the lock file and the drain: it hands requests on without hop-by-hop
headers, adds its time, and at its end passes SIGTERM on at once while it goes on serving.
"""

import http.client
import os
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import requests

from tests.waiting import until

HOP_BY_HOP = {
    "connection", "proxy-connection", "keep-alive", "proxy-authenticate", "proxy-authorization",
    "te", "trailer", "transfer-encoding", "upgrade",
}  # fmt: skip


class Watchdog:
    """One of-watchdog and its child."""

    def __init__(self, folder, upstream, interval, **environment):
        self.lock, self.upstream, self.interval = folder / ".lock", upstream, interval
        self.ready_path = environment.get("ready_path", "")
        self.accepting = True
        self.drained = threading.Event()
        self.log = (folder / "child.txt").open("w+")
        self.child = subprocess.Popen(
            [sys.executable, "-m", "watcher"], cwd=folder, stdout=self.log, stderr=self.log,
            env={"PATH": os.environ["PATH"], "fprocess": "python -m watcher", "mode": "http",
                 "http_upstream_url": f"http://127.0.0.1:{upstream}",
                 "healthcheck_interval": f"{interval}s", **environment},
        )  # fmt: skip
        dog = self

        class Door(BaseHTTPRequestHandler):
            def log_message(self, *_):
                pass

            def serve(self):
                if self.path.startswith("/_/"):
                    dog.own(self)
                else:
                    dog.forward(self, self.path)

            do_GET = do_POST = do_PUT = do_DELETE = serve

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,))
        self.thread.start()
        self.lock.touch(0o660)  # it does not wait for its child

    def url(self, path="/"):
        return f"http://127.0.0.1:{self.server.server_port}{path}"

    def own(self, door):
        if not (self.accepting and self.lock.exists()):
            self.say(door, 503)
        elif door.path == "/_/ready" and self.ready_path:
            self.forward(door, self.ready_path)
        else:
            self.say(door, 200)

    def say(self, door, status):
        door.send_response(status)
        door.send_header("Content-Length", "0")
        door.end_headers()

    def forward(self, door, path):
        began = time.monotonic()
        body = door.rfile.read(int(door.headers.get("Content-Length", 0)))
        kept = {k: v for k, v in door.headers.items() if k.lower() not in HOP_BY_HOP}
        connection = http.client.HTTPConnection("127.0.0.1", self.upstream, timeout=30)
        try:
            connection.request(door.command, path, body, kept)
            answer = connection.getresponse()
            content = answer.read()
        except OSError:  # its answer to a child that is not there
            door.send_response(500)
            door.send_header("X-OpenFaaS-Internal", "of-watchdog")
            door.send_header("Content-Length", "0")
            door.end_headers()
            return
        finally:
            connection.close()
        door.send_response_only(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in {*HOP_BY_HOP, "x-duration-seconds"}:
                door.send_header(name, value)
        door.send_header("X-Duration-Seconds", f"{time.monotonic() - began:f}")
        door.end_headers()
        door.wfile.write(content)

    def end(self):
        """SIGTERM; the child's exit status."""
        self.lock.unlink(missing_ok=True)
        self.accepting = False
        if self.child.poll() is None:
            self.child.terminate()
        self.drained.wait(self.interval)  # its contract: it serves on for so long
        self.server.shutdown()
        self.thread.join(10)
        self.server.server_close()
        return self.child.wait(timeout=20)

    def wait_ready(self):
        def is_ready():
            assert self.child.poll() is None
            return requests.get(self.url("/_/ready"), timeout=20).status_code == 200

        until(is_ready)
        return self


@pytest.fixture
def begin(tmp_path, handlers, free):
    started = []

    def make(interval=0, **more):
        port = free()
        # docs/deploy/openfaas.md says the same settings.
        own = {
            "HANDLER_DIR": str(handlers), "HANDLER_FILE": "good.py", "PORT": str(port),
            "METRICS_PORT": "0", "WATCHER_PORT": "0", "MESH_PORT": "0",
            "LOCK_FILE": str(tmp_path / "child.lock"), "ready_path": "/_/ready", "port": "8080",
            "DRAIN_DELAY": f"{2 * interval + 1}s",  # longer than the watchdog hands calls on
        }  # fmt: skip
        started.append(Watchdog(tmp_path, port, interval, **own, **more))
        return started[-1].wait_ready()

    yield make
    for each in started:
        each.drained.set()
        each.end()
        each.log.close()


def test_calls_and_answers_pass_unchanged(begin):
    dog = begin()
    answer = requests.post(
        dog.url("/p/q?a=1&b=%C3%BC"), data=b"x" * 300_000, timeout=30,
        headers={"X-Call-Id": "one", "Accept": "image/png", "Connection": "keep-alive, upgrade"},
    )  # fmt: skip
    told = answer.json()
    assert (told["bytes"], told["path"], told["query"]) == (300_000, "/p/q", {"a": "1", "b": "ü"})
    assert told["accept"] == "image/png"
    assert answer.headers["X-Call-Id"] == "one"
    assert float(answer.headers["X-Duration-Seconds"]) > 0
    assert requests.post(dog.url("/?do=known"), timeout=30).status_code == 400
    assert requests.post(dog.url("/?do=unknown"), timeout=30).status_code == 500


def test_its_ready_path_asks_the_child(begin, behind, gate):
    dog = begin(CONCURRENCY="1", MAX_INFLIGHT="1")
    slow = behind(requests.post, dog.url(f"/?do=until&file={gate}"), timeout=40)
    until(lambda: requests.get(dog.url("/_/ready"), timeout=20).status_code == 429)
    refused = requests.post(dog.url(), timeout=20)
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "1")
    gate.touch()
    slow.join(30)
    assert requests.get(dog.url("/_/ready"), timeout=20).status_code == 200


def test_the_two_lock_files_do_not_meet(begin, tmp_path):
    dog = begin()
    assert dog.lock.exists()
    assert (tmp_path / "child.lock").exists()
    dog.child.terminate()
    assert dog.child.wait(timeout=20) == 0
    assert dog.lock.exists()
    assert not (tmp_path / "child.lock").exists()


def test_no_call_is_lost_while_it_drains(begin):
    """The child hears SIGTERM at once, and goes on as long as its watchdog hands calls on."""
    dog = begin(interval=2)
    found, stop = [], threading.Event()

    def client():
        while not stop.is_set():
            try:
                found.append(requests.post(dog.url("/?do=text"), timeout=30).status_code)
            except requests.ConnectionError:
                return  # the watchdog itself has gone

    def slow():
        found.append(requests.post(dog.url("/?sleep=3&do=text"), timeout=30).status_code)

    clients = [threading.Thread(target=each) for each in (client, client, slow)]
    for each in clients:
        each.start()
    until(lambda: len(found) > 20)
    assert dog.end() == 0
    stop.set()
    for each in clients:
        each.join(20)
    assert set(found) == {200}
