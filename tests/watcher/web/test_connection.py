"""Callers who give up or leave, on real connections: their calls leave with them."""

import re
import socket
import struct

import pytest

from tests.waiting import until


def request_of(body=b"", path="/?do=text"):
    head = b"POST %b HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n"
    return head % (path.encode(), len(body)) + body


def read_all(client):
    raw = b""
    while piece := client.recv(65536):
        raw += piece
    return raw


def test_bodies_of_calls_that_are_given_up_do_not_pile_up(start, hold, free):
    """Two hundred bodies of a megabyte, each given up after a millisecond behind a busy slot."""
    watcher = start(CONCURRENCY=1, BODY_MEMORY=40_000_000, METRICS_PORT=free())
    hold(watcher)
    body = b"x" * 1_000_000
    given_up = {"X-Timeout": "1ms"}
    assert watcher.post(data=body, headers=given_up).status_code == 504
    before = watcher.resident()
    for _ in range(200):
        assert watcher.post(data=body, headers=given_up).status_code == 504
    assert watcher.resident() - before < 40e6


def test_a_body_counts_while_a_call_that_timed_out_still_runs(start, hold, gate, free):
    watcher = start(CONCURRENCY=2, MAX_BODY_BYTES=100_000, BODY_MEMORY=150_000, METRICS_PORT=free())
    (held,) = hold(watcher, data=b"x" * 100_000, headers={"X-Timeout": "1s"})
    held.join(30)
    assert held.done[0].status_code == 504
    assert watcher.post(data=b"x" * 100_000).status_code == 429
    assert watcher.post("/?do=text", data=b"x" * 40_000).status_code == 200
    gate.touch()
    until(lambda: watcher.post("/?do=text", data=b"x" * 100_000).status_code == 200)


def close(client):
    client.close()


def reset(client):
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()


@pytest.mark.parametrize("leave", [close, reset])
@pytest.mark.parametrize("size", [0, 90_000])
def test_who_leaves_while_the_call_waits_makes_room_at_once(start, hold, gate, free, leave, size):
    watcher = start(
        CONCURRENCY=1,
        MAX_INFLIGHT=2,
        MAX_BODY_BYTES=100_000,
        BODY_MEMORY=100_000,
        METRICS_PORT=free(),
    )
    (held,) = hold(watcher)
    client = watcher.socket()
    client.sendall(request_of(b"x" * size))
    watcher.wait_inflight(2)
    assert watcher.post().status_code == 429
    leave(client)
    watcher.wait_inflight(1)
    watcher.wait_log(" - 499 - ")
    assert not held.done

    def is_let_in():
        """A moment after the line of the log there is room for a body again."""
        late = watcher.post("/?do=text", data=b"x" * 90_000, headers={"X-Timeout": "10ms"})
        return late.status_code == 504  # it waited

    until(is_let_in)
    gate.touch()
    held.join(30)
    assert held.done[0].text == "held"


def test_who_closes_the_sending_side_alone_is_answered_while_a_slot_is_free(start):
    watcher = start()
    for _ in range(20):
        with watcher.socket() as client:
            client.sendall(request_of(b"abc", "/?do=echo"))
            client.shutdown(socket.SHUT_WR)
            assert read_all(client).endswith(b"abc")


def test_who_closes_the_sending_side_while_the_call_waits_reads_why(start, hold, free):
    watcher = start(CONCURRENCY=1, METRICS_PORT=free())
    hold(watcher)
    with watcher.socket() as client:
        client.sendall(request_of(b"abc", "/?do=echo"))
        watcher.wait_inflight(2)
        client.shutdown(socket.SHUT_WR)
        raw = read_all(client)
    assert raw.startswith(b"HTTP/1.1 499 ")
    assert b'"code":"caller_left"' in raw


def test_who_leaves_while_the_call_runs_is_waited_for(start, hold, gate, free):
    watcher = start(CONCURRENCY=1, METRICS_PORT=free())
    client = watcher.socket()
    client.sendall(request_of(path=f"/?do=until&file={gate}"))
    watcher.wait_inflight(1)
    reset(client)
    watcher.signal()
    watcher.wait_log("draining: 1 calls")
    gate.touch()
    assert watcher.wait() == 0
    assert " - 200 - 4B" in watcher.log


def test_requests_sent_ahead_are_all_answered_in_order(start, hold, gate, free):
    watcher = start(CONCURRENCY=1, METRICS_PORT=free())
    hold(watcher)
    with watcher.socket() as client:
        client.sendall(request_of(b"one", "/?do=echo") + request_of(b"two", "/?do=echo"))
        watcher.wait_inflight(2)
        client.sendall(request_of(b"three", "/?do=echo"))  # seen while the first one waits
        gate.touch()
        raw = b""
        while not raw.endswith(b"three"):
            piece = client.recv(65536)
            assert piece, raw
            raw += piece
    assert re.findall(rb"\r\n\r\n(one|two|three)", raw) == [b"one", b"two", b"three"]
