"""The memory for bodies: who is kept out, who gets in, and what only was announced."""

import contextlib

import requests

from tests.waiting import until


def until_answered(watcher, size, status):
    """Sends bodies of a size until one is answered so."""
    until(lambda: watcher.post(data=b"x" * size).status_code == status, said=lambda: watcher.log)


def test_bodies_under_way_share_the_memory_for_them(start):
    """Whoever does not fit is told so at once, and comes in when another has gone."""
    watcher = start(MAX_BODY_BYTES=100_000, BODY_MEMORY=250_000, CONCURRENCY=4, READ_TIMEOUT="20")
    head = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n"
    with watcher.socket() as one, watcher.socket() as other:
        slow = (one, other)
        for client in slow:
            client.sendall(head + b"x" * 99_000)
        until_answered(watcher, 60_000, 429)
        refused = watcher.post(data=b"x" * 60_000)
        assert refused.json()["error"]["code"] == "overloaded"
        assert "BODY_MEMORY" in refused.json()["error"]["message"]
        assert refused.headers["Retry-After"] == "1"
        chunks = (b"x" * 1000 for _ in range(90))
        assert watcher.post(data=chunks).status_code == 429
        assert watcher.post(data=b"x" * 40_000).status_code == 200
        slow[0].sendall(b"x" * 1000)
        assert slow[0].recv(100).startswith(b"HTTP/1.1 200")
        until_answered(watcher, 60_000, 200)  # a moment after its answer its room is free
    # The other has hung up in the middle of its body: its room is free again.
    until_answered(watcher, 100_000, 200)
    for _ in range(5):
        assert watcher.post(data=b"x" * 100_000).status_code == 200
        assert watcher.post(data=b"x" * 100_001).status_code == 413
    chunks = (b"x" * 1000 for _ in range(99))
    assert watcher.post(data=chunks).status_code == 200
    assert watcher.post(data=b"x" * 100_000).status_code == 200


def test_who_only_announces_a_body_keeps_nobody_out_for_long(start):
    watcher = start(MAX_BODY_BYTES=100_000, BODY_MEMORY=150_000, CONCURRENCY=4, READ_TIMEOUT="20")
    head = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n"
    with watcher.socket() as idle:
        idle.sendall(head)
        until_answered(watcher, 100_000, 429)
        with requests.Session() as kept:
            body = b"x" * 100_000
            until(lambda: kept.post(watcher.url(), data=body, timeout=10).status_code == 200)
            # On one connection the next is answered once the last has ended: its room is free.
            assert kept.get(watcher.url("/_/ready"), timeout=10).status_code == 200
        idle.sendall(b"x" * 100_000)
        assert idle.recv(100).startswith(b"HTTP/1.1 200")
    until_answered(watcher, 100_000, 200)


def test_bodies_that_are_only_announced_take_no_memory(start):
    """Three hundred of 4 MB each: held ready, they would be more than a gigabyte."""
    watcher = start(READ_TIMEOUT="20")
    head = b"POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 4000000\r\n\r\n"
    before = watcher.resident()
    with contextlib.ExitStack() as open_sockets:
        for _ in range(300):
            client = open_sockets.enter_context(watcher.socket())
            client.sendall(head)
            assert client.recv(100).startswith(b"HTTP/1.1 100 ")  # it waits for the body now
            client.sendall(b"x" * 1000)
        assert watcher.post(data=b"x").status_code == 200
        assert watcher.resident() - before < 60e6


def test_a_body_arrives_as_it_was_sent_whatever_its_size(start, examples):
    echo = start(HANDLER_DIR=examples / "dcf_echo", HANDLER_FILE="handler.py")
    body = bytes(index * 7 % 251 for index in range(1000)) * 4001
    for size in (1, 65_535, 65_536, 65_537, 131_072, 131_073, 300_000, 4_000_000):
        assert echo.post(data=body[:size]).content == body[:size]
