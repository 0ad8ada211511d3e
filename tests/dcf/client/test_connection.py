"""One exchange over HTTP with a server that says byte by byte what it is told to."""

import http.client
import re
import socket
import threading

import pytest

from dcf import __version__
from dcf.client import connection as module
from dcf.client.connection import Connection, Exchange
from dcf.client.deadline import Deadline
from dcf.errors import GatewayUnreachable, NotAGateway


def request_from(client):
    """A whole request: its head, and as much of a body as that says."""
    raw = client.recv(1 << 16)
    while b"\r\n\r\n" not in raw:
        raw += client.recv(1 << 16)
    told = re.search(rb"Content-Length: (\d+)", raw)
    size = raw.index(b"\r\n\r\n") + 4 + int(told[1] if told else 0)
    while len(raw) < size:
        raw += client.recv(1 << 16)
    return raw


@pytest.fixture
def server():
    """`server(*pieces)` gives a connection to a server that says them, and what it was sent."""
    running = []

    def begin(*pieces, path="", ending=None):
        listener = socket.create_server(("127.0.0.1", 0))
        got = []

        def serve():
            with listener, listener.accept()[0] as client:
                client.settimeout(20)
                got.append(request_from(client))
                for piece in pieces:
                    client.sendall(piece)
                if ending is not None:
                    assert ending.wait(20)

        thread = threading.Thread(target=serve)
        thread.start()
        running.append(thread)
        return Connection(f"http://127.0.0.1:{listener.getsockname()[1]}{path}"), got

    yield begin
    for thread in running:
        thread.join(20)
        assert not thread.is_alive()


OK = b"HTTP/1.1 200 OK\r\n"


def chunks(*pieces):
    body = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces)
    return OK + b"Transfer-Encoding: chunked\r\n\r\n" + body + b"0\r\n\r\n"


def test_what_is_sent_is_what_was_asked_below_the_addresss_own_path(server):
    connection, got = server(OK + b"Content-Length: 2\r\nX-Some: a\r\n\r\nhi", path="/base")
    exchange = Exchange("PUT", "/x?a=1", b"body", {"X-Mine": "b", "User-Agent": "me"})
    answer = connection.send(exchange)
    assert (answer.status, answer.headers["x-some"], answer.body) == (200, "a", b"hi")
    head, _, body = got[0].partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    assert first == "PUT /base/x?a=1 HTTP/1.1"
    assert {"X-Mine: b", "User-Agent: me", "Content-Length: 4"} <= set(lines)
    assert body == b"body"


def test_it_says_who_it_is(server):
    connection, got = server(OK + b"Content-Length: 0\r\n\r\n")
    connection.send(Exchange("GET", "/"))
    assert f"User-Agent: dcf/{__version__}\r\n".encode() in got[0]


@pytest.mark.parametrize("size", [9, 10, 11])
def test_an_answer_is_read_up_to_its_limit(server, size):
    connection, _ = server(chunks(b"x" * 5, b"x" * (size - 5)))
    if size <= 10:
        assert connection.send(Exchange("GET", "/"), 10).body == b"x" * size
        return
    with pytest.raises(NotAGateway, match="sends more than 0 MiB"):
        connection.send(Exchange("GET", "/"), 10)


@pytest.mark.parametrize(
    ("answer", "body"),
    [
        (OK + b"\r\nto the end", b"to the end"),
        (chunks(b"a", b"bc"), b"abc"),
        (OK + b"Content-Length: 0\r\n\r\n", b""),
        (b"HTTP/1.0 204 No\r\n\r\n", b""),
    ],
)
def test_every_framing_is_read(server, answer, body):
    connection, _ = server(answer)
    assert connection.send(Exchange("GET", "/")).body == body


@pytest.mark.parametrize(
    "answer",
    [OK + b"Content-Length: 10\r\n\r\nhalf", chunks(b"abc")[:-8], chunks(b"abc")[:-6]],
    ids=["length", "inside a chunk", "between chunks"],
)
def test_an_answer_that_breaks_off_is_no_answer(server, answer):
    connection, _ = server(answer)
    with pytest.raises(GatewayUnreachable, match="broke off: try again"):
        connection.send(Exchange("GET", "/"))


@pytest.mark.parametrize(
    ("pieces", "lines"),
    [
        ([b"a\nb\n"], [b"a", b"b"]),
        ([b"a\nb"], [b"a", b"b"]),
        ([b"a", b"b\n", b"\n", b"c"], [b"ab", b"", b"c"]),
        ([b"\r\n"], [b"\r"]),
        ([], []),
    ],
)
def test_lines_are_whole_wherever_they_are_cut(server, pieces, lines):
    connection, _ = server(chunks(*pieces))
    with connection.open(Exchange("GET", "/")) as answer:
        assert list(connection.lines(answer)) == lines


def test_a_line_has_a_limit_and_many_lines_have_none(server, monkeypatch):
    monkeypatch.setattr(module, "MAX_LINE", 100)
    connection, _ = server(chunks(*[b"x" * 99 + b"\n"] * 50))
    with connection.open(Exchange("GET", "/")) as answer:
        assert len(list(connection.lines(answer))) == 50
    connection, _ = server(chunks(*[b"x" * 101]))
    with (
        pytest.raises(NotAGateway, match="MiB in a line"),
        connection.open(Exchange("GET", "/")) as answer,
    ):
        list(connection.lines(answer))


def test_nobody_there_is_told_with_what_to_do():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(GatewayUnreachable) as caught:
            Connection(address).send(Exchange("GET", "/"))
    assert caught.value.message.startswith(f"no gateway answers at {address} (")
    assert "start one with `dcf gateway start`, or name another with --gateway" in (
        caught.value.message
    )


@pytest.mark.parametrize(
    ("exchange", "words"),
    [
        (Exchange("GET", "/", whole=0.2), r"did not finish its answer in 0\.2 s"),
        (Exchange("GET", "/", seconds=0.2), r"no gateway answers at .* \(timed out\)"),
    ],
    ids=["whole", "silence"],
)
def test_a_whole_answer_has_a_time_and_so_has_a_silence(server, exchange, words):
    ending = threading.Event()
    connection, _ = server(OK + b"Content-Length: 9\r\n\r\nx", ending=ending)
    try:
        with pytest.raises(GatewayUnreachable, match=words):
            connection.send(exchange)
    finally:
        ending.set()


def test_a_silence_that_lasts_as_long_as_the_whole_is_told_as_that(server, monkeypatch):
    """Even where the thread comes late that ends the connection: silence has a clock of its own."""
    ending = threading.Event()
    monkeypatch.setattr(Deadline, "_cut", lambda _self, _connected: ending.wait(20))
    connection, _ = server(ending=ending)
    try:
        with pytest.raises(GatewayUnreachable, match=r"did not finish its answer in 0\.2 s"):
            connection.send(Exchange("GET", "/", seconds=0.2, whole=0.2))
    finally:
        ending.set()


def test_who_stops_reading_leaves_no_connection(server):
    connection, _ = server(chunks(b"a", b"b"))
    with connection.open(Exchange("GET", "/")) as answer:
        assert next(connection.pieces(answer)) == b"a"
    assert answer.isclosed()


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("https://127.0.0.1:1", http.client.HTTPSConnection),
        ("http://x", http.client.HTTPConnection),
    ],
)
def test_https_is_spoken_where_it_is_asked_for(address, kind, monkeypatch):
    made = []
    monkeypatch.setattr(
        socket, "create_connection", lambda *given: made.append(given) or socket.socket()
    )
    found = Connection(address)._connected(5.0)
    assert type(found) is kind
    assert made == ([] if kind is http.client.HTTPSConnection else [((b"x", 80), 5.0)])
    found.close()
