import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcf.gateway.rest.head_limit import MAX_HEAD as GATEWAYS_MAX_HEAD
from watcher.web.head import FRONT_ROOM, MAX_HEAD, fault_of, is_too_large

POST = b"POST /a?b=c HTTP/1.1\r\nHost: x\r\n"
GET_10 = b"GET / HTTP/1.0\r\n"

GOOD = [
    POST,
    GET_10,
    GET_10 + b"Host: x\r\n",
    GET_10 + b"Content-Length: 3\r\n",
    b"GET http://elsewhere/a HTTP/1.1\r\nHost: elsewhere\r\n",
    b"OPTIONS * HTTP/1.1\r\nHost:\r\n",
    b"GET /\xc3\xbc HTTP/1.1\r\nHost: x\r\n",
    *(
        b"GET / HTTP/1.1\r\nhOST:  %b \t\r\n" % host
        for host in (b"x", b"x:80", b"fn.openfaas-fn.svc:8080", b"10.0.0.1:1", b"[::1]:80", b"a_b")
    ),
    POST + b"Content-Length: 0\r\n",
    POST + b"content-length:\t 007 \r\n",
    POST + b"Transfer-Encoding: chunked\r\n",
    POST + b"transfer-encoding:CHUNKED \r\n",
    POST + b"X-Latin: \xe9\tb\r\nX-Empty:\r\nX-Empty: \r\n",
]

BAD = [
    # The first line.
    b"GET / \r\nHost: x\r\n", b"GET /\r\nHost: x\r\n", b"GET  / HTTP/1.1\r\nHost: x\r\n",
    b"GET / HTTP/1.1 \r\nHost: x\r\n", b"GET /a b HTTP/1.1\r\nHost: x\r\n",
    b"GET /\x00 HTTP/1.1\r\nHost: x\r\n", b"GET /\x7f HTTP/1.1\r\nHost: x\r\n",
    b"GET\t/\tHTTP/1.1\r\nHost: x\r\n", b"G(T / HTTP/1.1\r\nHost: x\r\n",
    b"GET / HTTP/2.0\r\nHost: x\r\n", b"GET / HTTP/1.2\r\nHost: x\r\n",
    b"GET / http/1.1\r\nHost: x\r\n", b"GET / HTTP/1.1\nHost: x\r\n",
    b"GET / HTTP/1.1\rHost: x\r\n", b"",
    # Lines.
    b"GET / HTTP/1.1\r\n Host: x\r\n", b"GET / HTTP/1.1\r\n\tHost: x\r\nHost: y\r\n",
    POST + b"X: a\r\n b\r\n", POST + b"X: a\r\n\tb\r\n", POST + b"X: a\r\n \r\n",
    POST + b"X : a\r\n", POST + b"X\t: a\r\n", POST + b": a\r\n", POST + b"no colon\r\n",
    POST + b"X: a\nY: b\r\n", POST + b"X: a\rY: b\r\n", POST + b"X: a\x00b\r\n",
    POST + b"X: a\x0bb\r\n", POST + b"X\x00: a\r\n", POST + b"X: a\x7f\r\n",
    POST + b"X(y): a\r\n", POST + b"\xfcX: a\r\n",
    # Host.
    b"GET / HTTP/1.1\r\n", b"GET / HTTP/1.1\r\nX-Host: x\r\n",
    POST + b"Host: x\r\n", POST + b"host: y\r\n", GET_10 + b"Host: x\r\nHost: x\r\n",
    *(
        b"GET / HTTP/1.1\r\nHost: %b\r\n" % host
        for host in (b"x, y", b"x y", b"x/y", b"u@x", b"x:port", b"x:1:2", b"[::1", b"x?y", b"\xe9")
    ),
    # Framing.
    *(
        POST + b"Content-Length: %b\r\n" % length
        for length in (
            b"", b"+5", b"-5", b"0x5", b"5, 5", b"5,6", b"5 5", b"5_0", b"5.0", b"5e1", b"\xb2",
            b"9" * 5000,
        )
    ),
    POST + b"Content-Length: 5\r\nContent-Length: 6\r\n",
    POST + b"Content-Length: 5\r\ncontent-length: 5\r\n",
    POST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
    POST + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
    POST + b"Transfer-Encoding: identity\r\nContent-Length: 5\r\n",
    *(
        POST + b"Transfer-Encoding: %b\r\n" % coding
        for coding in (
            b"", b"identity", b"chunked, identity", b"identity, chunked", b"gzip, chunked",
            b"chunked, chunked", b"chunked,", b",chunked", b"xchunked", b"chunked;q=1",
            b"\"chunked\"", b"chun ked",
        )
    ),
    POST + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
    POST + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
    GET_10 + b"Transfer-Encoding: chunked\r\n",
    GET_10 + b"Content-Length: 5\r\nContent-Length: 5\r\n",
]  # fmt: skip


@pytest.mark.parametrize("head", GOOD)
def test_what_is_plain_is_taken(head):
    assert fault_of(head + b"\r\n") is None


@pytest.mark.parametrize("head", BAD)
def test_what_two_servers_may_read_differently_is_refused(head):
    fault = fault_of(head + b"\r\n")
    assert fault
    assert fault.isascii()
    assert "\n" not in fault


@given(st.binary(max_size=200))
def test_whatever_comes_is_judged(head):
    fault_of(head)
    fault_of(POST + head + b"\r\n\r\n")


@given(st.sampled_from([bytes([n]) for n in range(32) if n != 9] + [b"\x7f"]), st.integers(0, 60))
def test_a_control_character_is_taken_nowhere(character, place):
    head = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nX-Y: some text\r\n\r\n"
    place = min(place, len(head) - 5)
    if head[place - 1 : place + 1] == b"\r\n":  # an empty line would end the head there
        place -= 1
    assert fault_of(head[:place] + character + head[place:])


def sized(size, *lines):
    start = b"\r\n".join([b"GET / HTTP/1.1", b"Host: x", *lines, b"X: "])
    return start + b"a" * (size - len(start) - 4) + b"\r\n\r\n"


@pytest.mark.parametrize("name", [b"X-Forwarded-For", b"x-call-id", b"X-Start-Time"])
def test_the_limit_counts_what_the_caller_sent(name):
    line = name + b": " + b"1" * 500
    assert not is_too_large(sized(MAX_HEAD))
    assert is_too_large(sized(MAX_HEAD + 1))
    assert not is_too_large(sized(MAX_HEAD + len(line) + 2, line))
    assert is_too_large(sized(MAX_HEAD + len(line) + 3, line))
    assert is_too_large(sized(MAX_HEAD + 1, b"X-Other: 1"))


def test_both_servers_have_the_same_limit():
    assert GATEWAYS_MAX_HEAD == MAX_HEAD


@pytest.mark.parametrize(("over", "status"), [(0, 200), (1, 431), (FRONT_ROOM + 5, 431)])
def test_a_process_holds_it(start, over, status):
    watcher = start()
    with watcher.socket() as one:
        one.sendall(sized(MAX_HEAD + over, b"Authorization: Bearer secret", b"Connection: close"))
        got = b""
        while piece := one.recv(65536):
            got += piece
    assert got.startswith(b"HTTP/1.1 %d " % status)
    assert b"secret" not in got
    assert (b"headers_too_large" in got) == (status == 431)
