import socket

import pytest

from watcher.reply import Reply
from watcher.runner import Runner
from watcher.telemetry.metrics import Metrics


@pytest.fixture
def metrics():
    """The numbers of a function that nobody calls."""
    runner = Runner(lambda request: Reply(b""), concurrency=1, max_inflight=1, exec_timeout=5)
    yield Metrics(runner)
    assert runner.close(5)


@pytest.fixture
def listener():
    """A socket that listens on a port of its own."""
    with socket.create_server(("127.0.0.1", 0)) as opened:
        yield opened
