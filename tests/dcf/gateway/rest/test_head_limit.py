"""One limit of a request's head, whatever it is made of, and no word of it comes back."""

import json
import socket

import pytest

from dcf.gateway.rest.head_limit import MAX_AHEAD, MAX_HEAD, HeadLimit
from tests.dcf.gateway.rest.raw import exchange

SECRET = "top-secret-value"


def head(path: str, size: int, *lines: str) -> bytes:
    """A whole head of exactly so many bytes."""
    start = "\r\n".join([f"POST {path} HTTP/1.1", "Host: localhost", *lines, "Content-Length: 2"])
    rest = f"{start}\r\nAuthorization: Bearer {SECRET}"
    return f"{rest}{'a' * (size - len(rest) - 4)}\r\n\r\n".encode()


@pytest.fixture(name="gateway", scope="module")
def _gateway(module_background):
    made = module_background()
    made.ask("POST", "/system/functions", json={"service": "f", "image": "i"})
    return made


def refused(answer: bytes) -> None:
    """It is 431 with the body of every error, and shows nothing of what came."""
    start, _, body = answer.partition(b"\r\n\r\n")
    assert start.startswith(b"HTTP/1.1 431 Request Header Fields Too Large\r\n"), answer
    assert json.loads(body)["error"]["code"] == "headers_too_large"
    assert str(MAX_HEAD) in json.loads(body)["error"]["message"]
    assert SECRET.encode() not in answer


@pytest.mark.parametrize("path", ["/function/f", "/system/functions", "/nowhere"])
def test_too_large_a_head_is_431_everywhere(gateway, path):
    refused(exchange(gateway, head(path, MAX_HEAD + 1)))


@pytest.mark.parametrize("size", [9000, MAX_HEAD])
def test_a_head_within_the_limit_is_read(gateway, size):
    answer = exchange(gateway, head("/function/f", size, "Connection: close") + b"hi")
    assert answer.startswith(b"HTTP/1.1 200 "), answer[:300]


def many(count: int) -> bytes:
    return b"".join(b"X-%d: %s\r\n" % (number, SECRET.encode()) for number in range(count))


@pytest.mark.parametrize(
    "pieces",
    [
        [b"GET / HTTP/1.1\r\nHost: localhost\r\n", many(1000), b"\r\n"],
        [b"GET / HTTP/1.1\r\nHost: localhost\r\n" + b"a:b\r\n" * 3500 + b"\r\n"],
        [b"GET /?" + SECRET.encode() * 2000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n"],
        [b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + SECRET.encode(), b"a" * 20_000],
        [b"\r\n\r\n", b"GET / HTTP/1.1\r\n", *[b"X: " + b"a" * 5000 + b"\r\n"] * 4],
        [b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * 3_000_000 + b"\r\n\r\n"],
    ],
    ids=["many", "many small", "target", "no end", "pieces", "huge"],
)
def test_whatever_it_is_made_of(gateway, pieces):
    refused(exchange(gateway, *pieces))


def test_many_small_headers_are_read(gateway):
    start = b"POST /function/f HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
    answer = exchange(gateway, start + b"a:b\r\n" * 3000 + b"Content-Length: 2\r\n\r\nhi")
    assert answer.startswith(b"HTTP/1.1 200 "), answer[:300]


def test_the_next_request_of_a_connection_is_counted_alone(gateway):
    whole = head("/function/f", 10_000) + b"hi"
    last = head("/function/f", 10_000, "Connection: close") + b"hi"
    assert exchange(gateway, whole, whole, last).count(b"HTTP/1.1 200 ") == 3
    answer = exchange(gateway, whole + head("/function/f", MAX_HEAD + 100) + b"hi")
    assert answer.count(b"HTTP/1.1 200 ") == 1
    refused(answer[answer.index(b"HTTP/1.1 431") :])


def test_who_sends_heads_without_end_behind_a_call_is_cut_off(gateway, wait_for):
    gateway.slow.set()
    before = len(gateway.call_ids)
    port = int(gateway.server.rest.rpartition(":")[2])
    start = b"POST /function/f HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\nslow"
    with socket.create_connection(("127.0.0.1", port), 20) as one:
        one.sendall(start)
        wait_for(lambda: len(gateway.call_ids) > before)  # else it may be cut off before that
        one.sendall(b"GET / HTTP/1.1\r\n")
        line = b"a: " + b"b" * 8000 + b"\r\n"
        with pytest.raises(ConnectionError):
            one.sendall(line * (8 * MAX_AHEAD // len(line)))
        assert gateway.left.wait(20)
    gateway.slow.clear()


def test_a_large_body_is_no_head(gateway):
    start = b"POST /function/f HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
    answer = exchange(gateway, start + b"Content-Length: 500000\r\n\r\n" + b"x" * 500_000)
    assert answer.startswith(b"HTTP/1.1 200 ")


def test_pieces_are_counted_as_one():
    whole = head("/function/f", MAX_HEAD)
    for step in (1, 7, 4096):
        limit = HeadLimit()
        pieces = [whole[at : at + step] for at in range(0, len(whole), step)]
        assert not any(map(limit.take, pieces))
        assert not limit.take(b"x" * (1 << 20))
        limit.restart()
        assert limit.take(whole[:-4] + b"aaaaa")
