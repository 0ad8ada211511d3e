"""Requests that stop coming, or trickle, end on every route; answers take as long as they take."""

import socket
import time

import pytest
import requests

from dcf.gateway.bounds import Bounds
from dcf.gateway.queue.settings import QueueSettings

QUICK = Bounds(head_timeout=1, body_timeout=1, idle_timeout=1)
ROUTES = [
    "POST /function/f",
    "POST /function/f/a/b",
    "POST /async-function/f",
    "POST /openfx/function/f",
    "POST /system/functions",
    "PUT /system/functions",
    "DELETE /system/functions",
    "POST /system/scale-function/f",
    "POST /system/alert",
    "PUT /system/archives/" + "0" * 64,
    "POST /system/secrets",
    "POST /openfx/system/functions",
]


@pytest.fixture(name="gateway")
def _gateway(background, tmp_path):
    made = background(bounds=QUICK, queue=QueueSettings(tmp_path / "queue"))
    deployed = made.ask("POST", "/system/functions", json={"service": "f", "image": "i"})
    assert deployed.status_code == 202
    return made


def connect(gateway) -> socket.socket:
    port = int(gateway.server.rest.rpartition(":")[2])
    return socket.create_connection(("127.0.0.1", port), 20)


def rest_of(one: socket.socket) -> bytes:
    """What comes until the other side ends the connection, which it must."""
    got = b""
    while piece := one.recv(65536):
        got += piece
    return got


def trickle(one: socket.socket, piece: bytes) -> bytes:
    """Send a little again and again until something comes back."""
    one.settimeout(0.2)
    limit = time.monotonic() + 20
    while time.monotonic() < limit:
        try:
            one.sendall(piece)
            return one.recv(65536)
        except TimeoutError:
            continue
    raise AssertionError("it went on for ever")


def test_a_connection_that_says_nothing_ends(gateway):
    with connect(gateway) as one:
        assert rest_of(one) == b""


@pytest.mark.parametrize(
    "head", [b"G", b"POST /function/f HTTP/1.1\r\nHost: localhost\r\nX: "], ids=["letter", "field"]
)
def test_a_head_that_stops_is_told_so(gateway, head):
    with connect(gateway) as one:
        one.sendall(head)
        assert rest_of(one).startswith(b"HTTP/1.1 408 Request Timeout\r\n")


def test_a_head_that_trickles_is_told_so(gateway):
    with connect(gateway) as one:
        one.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: ")
        assert trickle(one, b"a").startswith(b"HTTP/1.1 408 Request Timeout\r\n")


def test_a_second_head_that_trickles_is_told_so(gateway):
    with connect(gateway) as one:
        one.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert one.recv(65536).startswith(b"HTTP/1.1 200")
        one.sendall(b"GET / HTTP/1.1\r\nX-Long: ")
        assert b"HTTP/1.1 408 Request Timeout\r\n" in trickle(one, b"a")


def test_an_idle_connection_ends_without_a_word(gateway):
    with connect(gateway) as one:
        one.sendall(b"GET /nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n")
        got = rest_of(one)
    assert got.startswith(b"HTTP/1.1 404")
    assert got.count(b"HTTP/1.1") == 1


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("size", [1000, 8 << 20], ids=["small", "large"])
def test_a_body_that_stops_is_told_so(gateway, caplog, route, size):
    with connect(gateway) as one:
        head = f"{route} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {size}\r\n\r\n"
        one.sendall(head.encode() + b"{")
        got = rest_of(one)
    assert got.startswith(b"HTTP/1.1 408 "), got
    assert b"X-Error-Code: slow_request" in got
    assert "the request's body did not come in 1 s" in got.decode()
    assert caplog.text == ""


@pytest.mark.parametrize("route", ["POST /function/f", "POST /system/functions"])
def test_a_body_that_trickles_is_told_so(gateway, route):
    with connect(gateway) as one:
        head = f"{route} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
        one.sendall(head.encode())
        assert trickle(one, b"1\r\na\r\n").startswith(b"HTTP/1.1 408 ")


@pytest.mark.parametrize("path", ["/function/f", "/openfx/function/f"])
def test_a_slow_body_that_moves_passes(gateway, path):
    def body():
        for _ in range(40):
            time.sleep(0.1)  # the pace is what is tested: four windows long
            yield b"x" * 1000

    reply = requests.post(gateway.server.rest + path, data=body(), timeout=30)
    assert reply.status_code == 200
    assert len(reply.content.rstrip(b"\n")) == 40_000


def outlive(gateway, turns: int = 3) -> None:
    """Wait until every time-out has passed a few times, as other connections feel it."""
    for _ in range(turns):
        with connect(gateway) as silent:
            assert rest_of(silent) == b""


def is_open(one: socket.socket) -> bool:
    one.setblocking(False)
    try:
        return one.recv(65536) != b""
    except BlockingIOError:
        return True


def test_a_slow_answer_is_not_cut(gateway):
    gateway.slow.set()
    with connect(gateway) as one:
        one.sendall(b"POST /function/f HTTP/1.1\r\nHost: l\r\nContent-Length: 4\r\n\r\nslow")
        outlive(gateway)
        assert is_open(one)
        assert not gateway.left.is_set()


def test_a_follower_of_logs_is_not_cut(gateways, write_function, tmp_path):
    flags = ("--head-timeout", "1", "--body-timeout", "1", "--idle-timeout", "1")
    gateway = gateways(*flags)
    gateway.deploy(write_function(tmp_path / "function"))
    port = int(gateway.rest.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), 20) as one:
        one.sendall(b"GET /system/logs?name=echo&follow=true HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert one.recv(65536).startswith(b"HTTP/1.1 200")
        for _ in range(3):
            with socket.create_connection(("127.0.0.1", port), 20) as silent:
                assert rest_of(silent) == b""
        assert is_open(one)


def test_a_reader_who_is_slow_gets_the_whole_answer(gateway):
    size = 32 << 20  # more than the buffers between us hold
    with connect(gateway) as one:
        head = f"POST /function/f HTTP/1.1\r\nHost: l\r\nContent-Length: {size}\r\n\r\n"
        one.sendall(head.encode() + b"x" * size)
        outlive(gateway)
        got = 0
        while got < size:
            got += (piece := len(one.recv(1 << 20)))
            assert piece
