"""The port of metrics: open from the start, its server made for whoever comes first."""

import http.client
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.waiting import until
from watcher.telemetry.door import MetricsDoor

ROOT = Path(__file__).parents[3]


def thread_of_metrics():
    return next((one for one in threading.enumerate() if one.name == "metrics"), None)


def scrape(port):
    client = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        client.request("GET", "/metrics")
        return client.getresponse().status
    finally:
        client.close()


def test_scrapes_are_answered_until_it_is_stopped(metrics, listener):
    port = listener.getsockname()[1]
    door = MetricsDoor(listener, metrics)
    door.start()
    assert [scrape(port), scrape(port)] == [200, 200]
    thread = thread_of_metrics()
    door.stop()
    thread.join(10)
    assert not thread.is_alive()
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", port), timeout=5)


def test_stopped_before_anybody_came_it_serves_nobody(metrics, listener):
    port = listener.getsockname()[1]
    door = MetricsDoor(listener, metrics)
    door.stop()
    door.start()
    until(lambda: thread_of_metrics() is None)
    assert door._server is None
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", port), timeout=5)


def test_prometheus_library_is_not_loaded_before_the_first_scrape():
    """It takes longer to import than the rest of the watcher together."""
    code = (
        "import http.client, socket, sys\n"
        "from watcher.reply import Reply\n"
        "from watcher.runner import Runner\n"
        "from watcher.telemetry.door import MetricsDoor\n"
        "from watcher.telemetry.metrics import Metrics\n"
        "runner = Runner(lambda r: Reply(), concurrency=1, max_inflight=1, exec_timeout=1)\n"
        "listener = socket.create_server(('127.0.0.1', 0))\n"
        "MetricsDoor(listener, Metrics(runner)).start()\n"
        "print('prometheus_client' in sys.modules)\n"
        "client = http.client.HTTPConnection(*listener.getsockname())\n"
        "client.request('GET', '/metrics')\n"
        "print(client.getresponse().status, 'prometheus_client' in sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-B", "-c", code],
        cwd=ROOT, capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    assert done.stdout == "False\n200 True\n", done.stderr
