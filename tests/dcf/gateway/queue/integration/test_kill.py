"""A real gateway with a real watcher, killed with SIGKILL again and again while calls come."""

import collections
import random
import shutil
import signal
import sqlite3
import threading
from contextlib import closing

import pytest
import requests

# It notes each call before it answers, where no gateway's end can undo it.
NOTING = """
class Handler:
    def __call__(self, req):
        with open({path!r}, "a") as file:
            file.write(req.call_id + " " + str(len(req.input)) + "\\n")
        return "noted"
"""
SIZES = (10, 1_000, 200_000)  # the last one is a file of its own


class Callers:
    """Threads that queue calls without a pause and note which were accepted."""

    def __init__(self, number, callback):
        self.address, self.callback = "", callback
        self.accepted, self.refused, self.told = {}, 0, set()
        self._end = threading.Event()
        self._threads = [threading.Thread(target=self._call, daemon=True) for _ in range(number)]

    def start(self):
        for thread in self._threads:
            thread.start()

    def stop(self):
        self._end.set()
        for thread in self._threads:
            thread.join(timeout=30)

    def _call(self):
        while not self._end.is_set():
            size = random.choice(SIZES)
            try:
                url = f"{self.address}/async-function/noting"
                headers = {"X-Callback-Url": self.callback} if random.random() < 0.3 else {}
                answer = requests.post(url, data=b"x" * size, headers=headers, timeout=20)
            except requests.RequestException:
                self.refused += 1
                self._end.wait(0.02)
                continue
            assert answer.status_code in {202, 503}, answer.text
            if answer.status_code == 202:
                self.accepted[answer.headers["X-Call-Id"]] = size
                self.told |= {answer.headers["X-Call-Id"]} if headers else set()


def _noted(path):
    lines = [line.split() for line in path.read_text().splitlines()] if path.exists() else []
    return collections.Counter(call_id for call_id, _ in lines), dict(lines)


@pytest.mark.parametrize(
    "kills", [2, pytest.param(12, marks=pytest.mark.slow)], ids=["few", "many"]
)
def test_every_call_that_was_accepted_is_delivered_however_the_gateway_ends(
    gateways, write_function, wait_for, tmp_path, posted, kills
):
    seen = tmp_path / "seen.txt"
    code = NOTING.format(path=str(seen))
    address, came = posted
    allowed = ("--allow-callback", "127.0.0.1")
    gateway = gateways(*allowed)
    gateway.deploy(write_function(tmp_path / "f", "noting", code))
    callers = Callers(4, address)
    callers.address = gateway.rest
    callers.start()
    try:
        for _ in range(kills):
            more = len(callers.accepted) + random.randint(1, 40)
            wait_for(lambda more=more: len(callers.accepted) >= more, 60)
            gateway.end(signal.SIGKILL)
            gateway = gateways(*allowed)
            callers.address = gateway.rest
        more = len(callers.accepted) + 20
        wait_for(lambda: len(callers.accepted) >= more, 60)
    finally:
        callers.stop()

    def is_empty():
        counts = requests.get(gateway.rest + "/system/queue", timeout=10).json()
        return counts["waiting"] == counts["running"] == 0

    wait_for(is_empty, 60)
    assert requests.get(gateway.rest + "/system/queue/failed", timeout=10).json() == []
    times, sizes = _noted(seen)
    assert len(callers.accepted) > kills
    assert callers.refused
    lost = [call_id for call_id in callers.accepted if call_id not in times]
    assert lost == []
    assert {call_id: int(sizes[call_id]) for call_id in callers.accepted} == callers.accepted
    answers = [came.get_nowait() for _ in range(came.qsize())]
    assert callers.told <= {headers["X-Call-Id"] for headers, _ in answers}
    assert {body for _, body in answers} == {b"noted"}
    assert list((gateway.home / "queue" / "bodies").iterdir()) == []


def _kept(queue, copy):
    """What is on the queue's disk of the counts, looked up in a copy."""
    shutil.rmtree(copy, ignore_errors=True)
    copy.mkdir()
    for file in queue.glob("queue.db*"):
        shutil.copy(file, copy)
    with closing(sqlite3.connect(copy / "queue.db")) as base:
        return base.execute("SELECT function, count FROM calls").fetchall()


def test_counts_of_calls_survive_a_kill_but_for_the_last_seconds(
    gateways, write_function, wait_for, tmp_path
):
    gateway = gateways()
    gateway.deploy(write_function(tmp_path / "f"))

    def count():
        found = requests.get(gateway.rest + "/system/function/echo", timeout=10).json()
        return found.get("invocationCount", 0)

    for _ in range(5):
        assert requests.post(gateway.rest + "/function/echo", data=b"x", timeout=20).ok
    wait_for(lambda: _kept(gateway.home / "queue", tmp_path / "copy") == [("echo", 5)])
    gateway.end(signal.SIGKILL)
    gateway = gateways()
    assert count() == 5
    wait_for(lambda: requests.post(gateway.rest + "/function/echo", data=b"x", timeout=20).ok)
    gateway.end()
    gateway = gateways()
    assert count() > 5
