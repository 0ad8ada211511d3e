"""The replies of a worker: heads of our own, and refusals in our shape."""

import json
import re

import pytest

from tests.watcher.raw_http import error_of, exchange

LIMIT = 100_000  # of `small`


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


def test_a_body_without_a_length_is_no_body(small):
    raw = exchange(small, b"POST / HTTP/1.1\r\nHost: x\r\n\r\n", b"no length\r\n\r\n")
    first, _, second = raw.partition(b"HTTP/1.0")
    assert b'"bytes":0' in first
    assert error_of(b"HTTP/1.0" + second) == (400, "bad_request")


def answer_to(watcher, *pieces):
    """Head and body of the first reply; the head as a dict, its first line under ''."""
    head, _, body = exchange(watcher, *pieces).partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    pairs = [line.partition(": ")[::2] for line in lines]
    assert len({name.lower() for name, _ in pairs}) == len(pairs), pairs  # none twice
    return {"": first, **dict(pairs)}, body


CLOSING = b"Connection: close\r\n\r\n"


def test_the_usual_reply_has_the_head_that_waitress_would_give_it(small):
    """Written here line by line, and by waitress where the connection ends: but for that, alike."""
    with small.socket() as client:
        client.sendall(b"GET /?do=text HTTP/1.1\r\nHost: x\r\n\r\n")
        raw = client.recv(1000)
        while not raw.endswith(b"plain"):
            raw += client.recv(1000)
    kept = dict(line.split(": ", 1) for line in raw.decode().split("\r\n")[1:-2])
    closed, body = answer_to(small, b"GET /?do=text HTTP/1.1\r\nHost: x\r\n" + CLOSING)
    assert body == b"plain"
    assert closed.pop("") == raw.decode().split("\r\n")[0] == "HTTP/1.1 200 OK"
    assert closed.pop("Connection") == "close"
    assert {name.title() for name in kept} == {name.title() for name in closed}
    for name in ("Content-Type", "Content-Length"):
        assert kept[name] == closed[name]
    assert re.fullmatch(r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT", kept["Date"])


def test_an_old_client_is_answered_in_its_own_version_and_let_go(small):
    head, body = answer_to(small, b"GET /?do=text HTTP/1.0\r\n\r\n")
    assert head[""] == "HTTP/1.0 200 OK"
    assert body == b"plain"


def test_a_large_reply_and_an_empty_one_are_whole(small):
    size = 90_000
    sent = b"POST /?do=echo HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n" % size
    head, body = answer_to(small, sent + CLOSING + b"x" * size)
    assert (head["Content-Length"], body) == (str(size), b"x" * size)
    head, body = answer_to(small, b"GET /?do=nothing HTTP/1.1\r\nHost: x\r\n" + CLOSING)
    assert (head["Content-Length"], body) == ("0", b"")


def test_a_refusal_says_what_to_do_and_ends_the_connection(hasty):
    cases = {
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100001\r\n\r\n": (
            "413 Request Entity Too Large",
            "the body is over 100000 bytes; send less, or raise MAX_BODY_BYTES",
        ),
        b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 20_000 + b"\r\n\r\n": (
            "431 Request Header Fields Too Large",
            "the headers are over 16384 bytes; send less",
        ),
        b"GET / HTTP/1.1\r\nHost: x\r\nX: half": (
            "408 ",
            "the request did not come within 1 s; send it faster, or raise READ_TIMEOUT",
        ),
        b"GET / HTTP/1.1\r\nno colon\r\n\r\n": ("400 Bad Request", "this is not HTTP: "),
    }
    for sent, (status, message) in cases.items():
        head, body = answer_to(hasty, sent)
        assert head[""].split(" ", 1)[1].startswith(status), head
        assert head["Content-Type"] == "application/json"
        assert head["Connection"] == "close"
        error = json.loads(body)["error"]
        assert error["message"].startswith(message)
        assert head["X-Call-Id"] == error["call_id"]


def test_a_body_that_waited_in_a_file_is_the_handlers_whole(start):
    """Above four megabytes it lies in a file until a worker takes it."""
    watcher = start()
    body = bytes(range(256)) * 20_000
    assert watcher.post("/?do=echo", data=body).content == body
