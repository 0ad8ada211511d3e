"""Bounds: so many calls, so long, so large, so slowly; probes answer whatever happens."""

import contextlib
import json
import re
import resource
import socket
import time
from pathlib import Path

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

LIMIT = 100_000


def error_of(raw):
    """Status and error of a raw HTTP reply."""
    head, _, body = raw.partition(b"\r\n\r\n")
    assert b"Content-Type: application/json" in head
    return int(head.split(b" ")[1]), json.loads(body)["error"]["code"]


def read_all(connection):
    raw = b""
    while piece := connection.recv(65536):
        raw += piece
    return raw


def exchange(watcher, *pieces):
    """Sends pieces as far as the server takes them, then reads until it closes."""
    with watcher.socket() as connection:
        try:
            for piece in pieces:
                connection.sendall(piece)
        except OSError:
            pass  # refused while sending; the reply is what matters
        return read_all(connection)


@pytest.fixture
def small(start):
    return start(MAX_BODY_BYTES=LIMIT, READ_TIMEOUT="1")


def test_a_full_function_refuses_and_its_probes_answer_at_once(start, behind):
    watcher = start(CONCURRENCY=1, MAX_INFLIGHT=3)
    calls = [behind(watcher.post, "/?sleep=1.5&do=text") for _ in range(3)]
    time.sleep(0.5)
    began = time.monotonic()
    refused = watcher.post()
    assert refused.status_code == 429
    assert refused.headers["Retry-After"] == "1"
    assert refused.headers["X-OpenFaaS-Internal"] == "faas-middleware"
    assert refused.json()["error"]["code"] == "overloaded"
    assert watcher.get("/_/ready").status_code == 429
    assert watcher.get("/_/health").status_code == 200
    assert watcher.get("/_/info").status_code == 200
    assert time.monotonic() - began < 0.8
    for call in calls:
        call.join(10)
    assert [call.done[0].status_code for call in calls] == [200] * 3
    assert watcher.get("/_/ready").status_code == 200
    assert watcher.post().status_code == 200


def test_a_flood_is_refused_and_never_blocks_the_probes(start, behind):
    watcher = start(CONCURRENCY=1, MAX_INFLIGHT=2)
    calls = [behind(watcher.post, "/?sleep=0.5&do=text") for _ in range(40)]
    began = time.monotonic()
    assert watcher.get("/_/health").status_code == 200
    assert time.monotonic() - began < 1
    for call in calls:
        call.join(20)
    statuses = [call.done[0].status_code for call in calls]
    assert set(statuses) == {200, 429}
    assert statuses.count(200) >= 2


def test_a_call_over_its_time_limit_is_answered_and_keeps_its_slot(start):
    watcher = start(CONCURRENCY=2, EXEC_TIMEOUT="300ms")
    late = watcher.post("/?sleep=2")
    assert late.status_code == 504
    assert late.headers["X-OpenFaaS-Internal"] == "of-watchdog"
    assert late.json()["error"]["code"] == "timeout"
    assert watcher.post().status_code == 200  # the other slot
    assert watcher.get("/_/health").status_code == 200


def test_all_slots_stuck_means_unhealthy_until_one_ends(start, behind):
    watcher = start(CONCURRENCY=2, EXEC_TIMEOUT="300ms")
    for call in [behind(watcher.post, "/?sleep=1.5") for _ in range(2)]:
        call.join(5)
        assert call.done[0].status_code == 504
    time.sleep(0.1)
    sick = watcher.get("/_/health")
    assert (sick.status_code, sick.text) == (503, "every slot is stuck beyond EXEC_TIMEOUT")
    away = watcher.get("/_/ready")
    assert (away.status_code, away.text) == (503, "every slot is stuck beyond EXEC_TIMEOUT")
    waited = watcher.post("/?do=text")  # waiting counts: it never ran
    assert waited.status_code == 504
    time.sleep(1.5)
    assert watcher.get("/_/health").status_code == 200
    assert watcher.post().status_code == 200


def test_a_caller_may_ask_for_less_time_and_never_for_more(start):
    watcher = start(EXEC_TIMEOUT="10s", CONCURRENCY=8)
    cases = {"100ms": 504, "0s": 200, "2m": 200, "soon": 200, "-1s": 200}
    for header, status in cases.items():
        answer = watcher.post("/?sleep=0.3&do=text", headers={"X-Timeout": header})
        assert answer.status_code == status, header


def test_bodies_up_to_the_limit_pass_however_they_come(small):
    assert small.post(data=b"x" * LIMIT).json()["bytes"] == LIMIT
    chunks = (b"x" * 1000 for _ in range(LIMIT // 1000))
    assert small.post(data=chunks).json()["bytes"] == LIMIT
    tiny = (b"x" for _ in range(5000))
    assert small.post(data=tiny).json()["bytes"] == 5000


def test_bodies_over_the_limit_are_refused_however_they_come(small):
    over = b"x" * (LIMIT + 1)
    head = b"POST / HTTP/1.1\r\nHost: x\r\n"
    chunk = b"%x\r\n%b\r\n" % (len(over), over)
    told = head + b"Content-Length: %d\r\n" % len(over)
    variants = {
        "told": [told + b"\r\n", over],
        "told, not sent": [told + b"\r\n"],
        "huge": [head + b"Content-Length: 99999999999999999999\r\n\r\n"],
        "expecting": [told + b"Expect: 100-continue\r\n\r\n"],
        "far over": [head + b"Content-Length: 30000000\r\n\r\n", b"x" * 30_000_000],
        "chunked": [head + b"Transfer-Encoding: chunked\r\n\r\n", chunk, b"0\r\n\r\n"],
        "chunked, endless": [head + b"Transfer-Encoding: chunked\r\n\r\n", *[chunk] * 50],
    }
    for name, pieces in variants.items():
        raw = exchange(small, *pieces)
        assert error_of(raw) == (413, "body_too_large"), name
        assert b"100 Continue" not in raw, name
    assert small.post().status_code == 200


def test_a_refusal_has_the_callers_id_and_its_time(small):
    over = b"x" * (LIMIT + 1)
    refused = small.post(data=over, headers={"X-Call-Id": "mine"})
    assert refused.headers["X-Call-Id"] == refused.json()["error"]["call_id"] == "mine"
    assert 0 < float(refused.headers["X-Duration-Seconds"]) < 10


@pytest.mark.parametrize(
    ("pieces", "status", "code"),
    [
        ([b"\x16\x03\x01\x02\x00garbage\r\n\r\n"], 400, "bad_request"),
        ([b"GET / HTTP/1.1\r\nno colon\r\n\r\n"], 400, "bad_request"),
        ([b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n"], 400, "bad_request"),
        ([b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5, 6\r\n\r\nhello"], 400, "bad_request"),
        ([b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n"], 400, "bad_request"),
        (
            [b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n"],
            400,
            "bad_request",
        ),
        (
            [b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n", b"1" * 60_000],
            400,
            "bad_request",
        ),
        (
            [b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 40_000 + b"\r\n\r\n"],
            431,
            "headers_too_large",
        ),
    ],
    ids=["tls", "header", "negative", "twice", "gzip", "chunk size", "chunk line", "headers"],
)
def test_what_is_not_http_is_refused_in_our_shape(small, pieces, status, code):
    assert error_of(exchange(small, *pieces)) == (status, code)
    assert small.post().status_code == 200


@pytest.mark.parametrize(
    "piece",
    [
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Le",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n\r\nonly this",
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
    ],
    ids=["half a head", "half a body", "half a chunk"],
)
def test_who_stops_sending_is_told_so(small, piece):
    began = time.monotonic()
    assert error_of(exchange(small, piece)) == (408, "slow_request")
    assert time.monotonic() - began < 4


def test_who_sends_a_byte_at_a_time_is_not_waited_for(small):
    with small.socket() as connection:
        connection.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n\r\n")
        began = time.monotonic()
        while time.monotonic() - began < 10:
            try:
                connection.sendall(b"x")
            except OSError:  # reset or broken pipe, as the kernel likes
                break
            time.sleep(0.05)
        assert time.monotonic() - began < 6


def test_a_silent_connection_is_closed(small):
    with small.socket() as connection:
        connection.settimeout(6)
        assert connection.recv(1) == b""


def test_slow_senders_cost_no_worker(small):
    half = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5000\r\n\r\nonly this"
    connections = [small.socket() for _ in range(100)]
    try:
        for connection in connections:
            connection.sendall(half)
        began = time.monotonic()
        assert small.post().status_code == 200
        assert small.get("/_/ready").status_code == 200
        assert time.monotonic() - began < 0.9
    finally:
        for connection in connections:
            connection.close()


def test_a_client_that_does_not_read_costs_no_worker(start):
    watcher = start(CONCURRENCY=1, MAX_INFLIGHT=2)
    body = b"x" * 12_000_000  # more than the sockets' buffers take
    head = b"POST /?do=echo HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(body)
    deaf = [socket.socket() for _ in range(8)]
    try:
        for number, connection in enumerate(deaf, start=1):
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.settimeout(10)
            connection.connect(("127.0.0.1", watcher.port))
            connection.sendall(head + body)
            end = time.monotonic() + 10
            while watcher.log.count(" - 200 - 12000000B") < number:
                assert time.monotonic() < end, "a worker waits for a client"
                time.sleep(0.01)
        assert watcher.post("/?do=text").status_code == 200
    finally:
        for connection in deaf:
            connection.close()


def test_many_calls_leave_no_threads_and_no_files(start):
    watcher = start()

    def count():
        files = len(list(Path(f"/proc/{watcher.process.pid}/fd").iterdir()))
        return watcher.post().json()["threads"], files

    before = count()
    with requests.Session() as session:
        for number in range(300):
            verb = ("tell", "known", "unknown", "bad_type")[number % 4]
            session.post(watcher.url(f"/?do={verb}"), data=b"x" * 10_000, timeout=10)
    end = time.monotonic() + 5
    while count() > before:  # closed connections go with the server's next turn
        assert time.monotonic() < end


def test_a_busy_python_handler_does_not_starve_the_probes(start, behind):
    watcher = start(CONCURRENCY=2)
    for _ in range(2):
        behind(watcher.post, "/?do=spin&for=1.5")
    time.sleep(0.4)
    began = time.monotonic()
    assert watcher.get("/_/health").status_code == 200
    assert time.monotonic() - began < 0.8


def test_a_body_without_a_length_is_no_body(small):
    raw = exchange(small, b"POST / HTTP/1.1\r\nHost: x\r\n\r\n", b"no length\r\n\r\n")
    first, _, second = raw.partition(b"HTTP/1.0")
    assert b'"bytes":0' in first
    assert error_of(b"HTTP/1.0" + second) == (400, "bad_request")


def test_idle_connections_give_way_to_new_ones(start):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (160, hard))  # the watcher inherits room for 32
    try:
        watcher = start()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    idle = [watcher.socket() for _ in range(60)]
    try:
        for connection in idle:
            connection.sendall(b"GET /_/ready HTTP/1.1\r\nHost: x\r\n\r\n")
        assert watcher.get("/_/ready").status_code == 200
    finally:
        for connection in idle:
            connection.close()


FRAGMENTS = st.one_of(
    st.binary(max_size=300),
    st.sampled_from(
        [
            b"POST / HTTP/1.1\r\nHost: x\r\n",
            b"GET /%ff/\x80?%zz=& HTTP/1.1\r\n",
            b"Content-Length: 10\r\n",
            b"Content-Length: 0x10\r\n",
            b"Transfer-Encoding: chunked\r\n",
            b"Transfer-Encoding: chunked, chunked\r\n",
            b"Expect: 100-continue\r\n",
            b"X-Timeout: 999999999999h\r\n",
            b"Connection: keep-alive, Upgrade\r\n",
            b"\r\n",
            b"5\r\nhello\r\n",
            b"0\r\n\r\n",
            b"0\r\nTrailer: x\r\n\r\n",
            b"a" * 5000,
        ]
    ),
)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(FRAGMENTS, min_size=1, max_size=12))
def test_whatever_comes_is_answered_or_refused_and_never_an_error_of_ours(shared, fragments):
    with shared.socket() as connection:
        try:
            for fragment in fragments:
                connection.sendall(fragment)
            connection.shutdown(socket.SHUT_WR)
        except OSError:
            pass
        raw = read_all(connection)
    statuses = re.findall(rb"HTTP/1\.[01] (\d{3}) ", raw)
    assert all(status < b"500" for status in statuses), raw
    assert shared.process.poll() is None


def until(watcher, size, status, seconds=10):
    """Whether a body of that size is answered so before long."""
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        if watcher.post(data=b"x" * size).status_code == status:
            return True
        time.sleep(0.05)
    return False


def test_bodies_under_way_share_the_memory_for_them(start):
    """Whoever does not fit is told so at once, and comes in when another has gone."""
    watcher = start(MAX_BODY_BYTES=100_000, BODY_MEMORY=250_000, CONCURRENCY=4, READ_TIMEOUT="20")
    head = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n"
    with watcher.socket() as one, watcher.socket() as other:
        slow = (one, other)
        for client in slow:
            client.sendall(head + b"x" * 99_000)
        assert until(watcher, 60_000, 429)
        refused = watcher.post(data=b"x" * 60_000)
        assert refused.json()["error"]["code"] == "overloaded"
        assert "BODY_MEMORY" in refused.json()["error"]["message"]
        assert refused.headers["Retry-After"] == "1"
        chunks = (b"x" * 1000 for _ in range(90))
        assert watcher.post(data=chunks).status_code == 429
        assert watcher.post(data=b"x" * 40_000).status_code == 200
        slow[0].sendall(b"x" * 1000)
        assert slow[0].recv(100).startswith(b"HTTP/1.1 200")
        assert until(watcher, 60_000, 200)  # a moment after its answer its room is free
    # The other has hung up in the middle of its body: its room is free again.
    assert until(watcher, 100_000, 200)
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
        time.sleep(0.1)
        assert watcher.post(data=b"x" * 100_000).status_code == 429
        assert until(watcher, 100_000, 200, seconds=8)
        time.sleep(0.3)  # until the room of the answered one is free
        idle.sendall(b"x" * 100_000)
        assert idle.recv(100).startswith(b"HTTP/1.1 200")
    assert until(watcher, 100_000, 200)


def test_bodies_that_are_only_announced_take_no_memory(start):
    """Three hundred of 4 MB each: held ready, they would be more than a gigabyte."""
    watcher = start(READ_TIMEOUT="20")
    head = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 4000000\r\n\r\n"
    before = watcher.resident()
    with contextlib.ExitStack() as open_sockets:
        for _ in range(300):
            open_sockets.enter_context(watcher.socket()).sendall(head + b"x" * 1000)
        time.sleep(0.5)
        assert watcher.post(data=b"x").status_code == 200
        assert watcher.resident() - before < 60e6


def test_a_body_arrives_as_it_was_sent_whatever_its_size(start, examples):
    echo = start(HANDLER_DIR=examples / "dcf_echo", HANDLER_FILE="handler.py")
    body = bytes(index * 7 % 251 for index in range(1000)) * 4001
    for size in (1, 65_535, 65_536, 65_537, 131_072, 131_073, 300_000, 4_000_000):
        assert echo.post(data=body[:size]).content == body[:size]
