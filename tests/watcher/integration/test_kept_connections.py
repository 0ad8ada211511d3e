"""The end of a server, as its kept connections see it."""

import contextlib

import pytest


def answer(file):
    """One reply: its status, its headers, its body."""
    status = int(file.readline().split()[1])
    headers = {}
    while (line := file.readline()) not in (b"\r\n", b""):
        name, _, value = line.decode().partition(":")
        headers[name.lower()] = value.strip()
    return status, headers, file.read(int(headers.get("content-length", 0)))


def ask(path="/?do=text&text=here", *more, method="POST", version="1.1"):
    lines = [f"{method} {path} HTTP/{version}", "Host: x", "Content-Length: 0", *more, "", ""]
    return "\r\n".join(lines).encode()


@pytest.fixture
def kept(request):
    """Connections that have had one answer; each with its file to read from."""
    with contextlib.ExitStack() as opened:

        def connect(watcher, first=True):
            one = opened.enter_context(watcher.socket())
            file = opened.enter_context(one.makefile("rb"))
            if first:
                one.sendall(ask())
                status, headers, _ = answer(file)
                assert (status, headers.get("connection")) == (200, None)
            return one, file

        yield connect


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (ask(), 200),
        (ask(method="GET"), 200),
        (ask("/_/info", method="GET"), 200),
        (ask("/_/ready", method="GET"), 503),
        (ask("/_/ready", method="DELETE"), 405),
        (ask("/", "Connection: keep-alive", version="1.0"), 200),
        (ask("/?do=nonsense", "Transfer-Encoding: chunked"), 400),
    ],
    ids=["post", "get", "info", "probe", "wrong method", "HTTP/1.0", "refused"],
)
def test_while_calls_are_still_taken_every_reply_says_that_its_connection_ends(
    start, kept, request_, status
):
    watcher = start(DRAIN_DELAY="60s")
    connection, file = kept(watcher)
    watcher.signal()
    watcher.wait_log("taking calls for")
    connection.sendall(request_)
    got, headers, _ = answer(file)
    assert (got, headers["connection"].lower()) == (status, "close")
    assert file.read() == b""
    new, its_file = kept(watcher, first=False)  # a new one is served, and told the same
    new.sendall(ask())
    assert answer(its_file)[1]["connection"].lower() == "close"


def test_a_request_behind_the_last_reply_does_not_destroy_it(start, kept):
    watcher = start(DRAIN_DELAY="60s")
    connection, file = kept(watcher)
    watcher.signal()
    watcher.wait_log("taking calls for")
    connection.sendall(ask() * 3)
    status, headers, body = answer(file)
    assert (status, body, headers["connection"].lower()) == (200, b"here", "close")
    connection.sendall(ask() * 50)  # without a half-close this resets the connection
    assert file.read() == b""


def test_idle_connections_end_first_and_what_is_on_its_way_is_answered(start, kept, tmp_path):
    gate = tmp_path / "gate"
    watcher = start(DRAIN_DELAY="300ms", CONCURRENCY=4)
    idle = [kept(watcher) for _ in range(5)]
    slow, slow_file = kept(watcher)
    half, half_file = kept(watcher)
    silent, silent_file = kept(watcher, first=False)
    slow.sendall(ask(f"/?do=until&file={gate}"))
    half.sendall(ask()[:-2])
    half.sendall(b"X-More: ")
    watcher.signal()
    watcher.wait_log("draining: ")
    for connection, file in idle:
        assert file.read() == b""  # an end, not a reset: whoever waits takes another connection
        connection.sendall(ask())
    half.sendall(b"1\r\n\r\n")  # it had begun
    assert answer(half_file)[0] == 200
    silent.sendall(ask())  # it had not
    status, headers, _ = answer(silent_file)
    assert (status, headers["connection"].lower()) == (503, "close")
    gate.touch()
    status, headers, _ = answer(slow_file)
    assert (status, headers["connection"].lower()) == (200, "close")
    assert watcher.wait() == 0
