"""Requests that a front and a watcher might read differently, over raw sockets."""

import json
import re

import pytest

POST = b"POST /?do=echo HTTP/1.1\r\nHost: x\r\n"
NEXT = b"GET /?do=text&text=smuggled HTTP/1.1\r\nHost: x\r\n\r\n"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n"


def exchange(watcher, raw):
    with watcher.socket() as client:
        client.sendall(raw)
        answer = b""
        while piece := client.recv(65536):
            answer += piece
        return answer


REFUSED = {
    "length and chunks": CHUNKED + b"Content-Length: 5\r\n\r\n0\r\n\r\n" + NEXT,
    "chunks and length": POST
    + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + NEXT,
    "two lengths": POST + b"Content-Length: 0\r\nContent-Length: 5\r\n\r\nhello" + NEXT,
    "the same length twice": POST + b"Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello",
    "plus": POST + b"Content-Length: +5\r\n\r\nhello" + NEXT,
    "hexadecimal": POST + b"Content-Length: 0x5\r\n\r\nhello" + NEXT,
    "a length of five thousand digits": POST + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n",
    "chunked and identity": POST + b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
    "chunked twice": POST + b"Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n" + NEXT,
    "two encodings": CHUNKED + b"Transfer-Encoding: identity\r\n\r\n0\r\n\r\n" + NEXT,
    "an empty encoding": POST + b"Transfer-Encoding:\r\n\r\n" + NEXT,
    "chunks over 1.0": b"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + NEXT,
    "a folded header": POST + b"X: a\r\n b\r\n\r\n" + NEXT,
    "a folded length": POST + b"Content-Length: 5\r\n 5\r\n\r\n" + NEXT,
    "a header with a leading space": b"GET / HTTP/1.1\r\n Host: x\r\n\r\n" + NEXT,
    "a space before the colon": POST + b"Content-Length : 5\r\n\r\nhello" + NEXT,
    "no host": b"GET / HTTP/1.1\r\n\r\n" + NEXT,
    "two hosts": POST + b"Host: y\r\n\r\n" + NEXT,
    "the same host twice": POST + b"Host: x\r\n\r\n" + NEXT,
    "two hosts in one": b"GET / HTTP/1.1\r\nHost: x, y\r\n\r\n" + NEXT,
    "a bare line feed in a header": POST + b"X: a\nContent-Length: 5\r\n\r\nhello" + NEXT,
    "a bare return in a header": POST + b"X: a\rContent-Length: 5\r\n\r\nhello" + NEXT,
    "nul in a header": POST + b"X: a\x00b\r\n\r\n" + NEXT,
    "nul in the target": b"GET /\x00 HTTP/1.1\r\nHost: x\r\n\r\n" + NEXT,
    "a space before the request": b" GET / HTTP/1.1\r\nHost: x\r\n\r\n" + NEXT,
    "a line feed and a space before it": b"\r\n\x0bGET / HTTP/1.1\r\nHost: x\r\n\r\n" + NEXT,
    "no version": b"GET /\r\nHost: x\r\n\r\n" + NEXT,
    "version 2.0": b"GET / HTTP/2.0\r\nHost: x\r\n\r\n" + NEXT,
    "a line feed behind a chunk's size": CHUNKED + b"\r\n5\n\r\nhello\r\n0\r\n\r\n" + NEXT,
    "an empty line for a chunk's size": CHUNKED + b"\r\n\r\n0\r\n\r\n" + NEXT,
    "a chunk's size with a sign": CHUNKED + b"\r\n+5\r\nhello\r\n0\r\n\r\n" + NEXT,
    "a chunk longer than its size": CHUNKED + b"\r\n4\r\nhello\r\n0\r\n\r\n" + NEXT,
    "a request in the trailer": CHUNKED + b"\r\n0\r\nGET /x HTTP/1.1\r\nHost: y\r\n\r\n" + NEXT,
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_doubtful_framing_is_refused_and_nothing_behind_it_is_answered(shared, name):
    answer = exchange(shared, REFUSED[name])
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith((b"HTTP/1.0 400 ", b"HTTP/1.1 400 ")), answer
    assert json.loads(body)["error"]["code"] == "bad_request"
    assert b"smuggled" not in answer
    assert len(re.findall(rb"HTTP/1\.[01] \d{3} ", answer)) == 1


def test_a_refusal_says_what_is_wrong(shared):
    answer = exchange(shared, REFUSED["length and chunks"])
    assert b"Content-Length or Transfer-Encoding must be there once, and not both" in answer


@pytest.mark.parametrize("path", ["/_/health", "/_/ready", "/_/info"])
@pytest.mark.parametrize(
    "head",
    [b"", b"Host: x\r\n", b"User-Agent: probe\r\nAccept: */*\r\n", b"Connection: close\r\n"],
)
def test_probes_without_a_host_are_answered_over_http_1_0(shared, path, head):
    answer = exchange(shared, b"GET %b HTTP/1.0\r\n%b\r\n" % (path.encode(), head))
    assert answer.startswith(b"HTTP/1.0 200 OK")


def test_plain_requests_one_behind_the_other_are_all_answered(shared):
    last = NEXT.replace(b"Host: x", b"Host: [::1]:80\r\nConnection: close")
    raw = (
        b"\r\n" + POST + b"Content-Length: 3\r\n\r\none\r\n\r\n"
        + CHUNKED + b"\r\n2;a=b\r\ntw\r\n1\r\no\r\n0\r\nExpires: never\r\n\r\n" + last
    )  # fmt: skip
    answer = exchange(shared, raw)
    bodies = [part.partition(b"\r\n\r\n")[2] for part in answer.split(b"HTTP/1.1 200 OK")[1:]]
    assert bodies == [b"one", b"two", b"smuggled"]
