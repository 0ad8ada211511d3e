"""The steady address before a function that may not be there."""

import asyncio
import threading

import pytest
import requests

from dcf.local_run import stable_proxy as module
from dcf.local_run.stable_proxy import StableProxy
from dcf.providers.routing import Target


@pytest.fixture
def proxy(monkeypatch):
    """`proxy(target)` gives an address that passes on to what the function `target` gives."""
    monkeypatch.setattr(module, "_LINGER_SECONDS", 20.0)  # for a machine that is busy
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    opened = []

    def open_front(target):
        opened.append(StableProxy(target))
        return asyncio.run_coroutine_threadsafe(opened[-1].open("127.0.0.1", 0), loop).result(5)

    yield open_front
    for each in opened:
        asyncio.run_coroutine_threadsafe(each.close(), loop).result(5)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(5)
    loop.close()


@pytest.mark.parametrize(
    "target", [None, Target("http://127.0.0.1:1")], ids=["none", "nobody-listens"]
)
def test_large_bodies_too_are_told_that_nobody_is_there(proxy, target):
    address = proxy(lambda: target)
    for size in (0, 1, 5_000_000):
        reply = requests.post(address, bytes(size), timeout=10)
        assert (reply.status_code, "not ready" in reply.text) == (503, True)


def test_what_comes_is_passed_on_both_ways(proxy, echo_gateway):
    address = proxy(lambda: Target(echo_gateway.rest))
    body = bytes(range(256)) * 20_000
    reply = requests.post(f"{address}/function/echo", body, timeout=30)
    assert reply.content == body
