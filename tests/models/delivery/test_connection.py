"""Questions over a real socket, to whoever answers: a gateway, a stranger, nobody."""

import hashlib
import io
import socket
import threading
from contextlib import closing, contextmanager

import pytest

from models.delivery.connection import Connection
from models.delivery.errors import GatewayRefused, GatewayUnreachable


@contextmanager
def answering(content, *, stay=False):
    """Somebody who takes one connection, reads a little, and sends these bytes."""
    over = threading.Event()

    def serve():
        with listener, listener.accept()[0] as caller:
            caller.recv(65536)
            caller.sendall(content)
            if stay:
                over.wait(30)

    listener = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    over.set()
    thread.join(30)


def test_json_goes_there_and_comes_back_with_the_login(stand_in):
    stand_in.table["PUT /x"] = (202, {"a": 1})
    stand_in.table["POST /y"] = (200, b"")
    connection = Connection(stand_in.address, "Basic xyz")
    assert connection.ask("PUT", "/x", {"b": "ü"}, {"X-Deployed-By": "me"}) == {"a": 1}
    assert connection.ask("POST", "/y") is None
    asked = stand_in.asked[0]
    assert asked.body == b'{"b": "\\u00fc"}'
    assert asked.headers["Authorization"] == "Basic xyz"
    assert asked.headers["X-Deployed-By"] == "me"


def test_a_function_is_asked_without_the_login(stand_in):
    stand_in.table["GET /function/ssd"] = (200, b"usage")
    connection = Connection(stand_in.address, "Basic xyz")
    assert connection.header("/function/ssd", "content-length") == "5"
    assert connection.header("/function/ssd", "X-Model") == ""
    assert not any("Authorization" in each.headers for each in stand_in.asked)


def test_an_upload_says_how_far_it_is(stand_in):
    data = bytes(range(256)) * 1000
    path = f"/system/attachments/{hashlib.sha256(data).hexdigest()}"
    stand_in.table[f"PUT {path}"] = (201, b"")
    sent = []
    Connection(stand_in.address).upload(path, io.BytesIO(data), len(data), sent.append)
    assert sum(sent) == len(data)
    assert len(sent) > 1
    assert stand_in.asked[0].body == data


def test_who_refuses_an_upload_is_heard_though_it_reads_no_more():
    refusal = b"HTTP/1.1 400 Bad\r\nContent-Length: 8\r\n\r\ntoo much"
    data = bytes(8 << 20)
    with answering(refusal, stay=True) as address, pytest.raises(GatewayRefused, match="too much"):
        Connection(address, seconds=2).upload("/x", io.BytesIO(data), len(data), lambda _: None)


def test_a_no_is_told_in_its_own_words(stand_in):
    stand_in.table |= {
        "GET /text": (400, b"variable 'M' names no attachment"), "GET /none": (502, b""),
        "GET /login": (401, b"invalid credentials"), "HEAD /x": (500, b""),
    }  # fmt: skip
    connection = Connection(stand_in.address)
    with pytest.raises(GatewayRefused, match=r"^variable 'M' names no attachment$") as caught:
        connection.ask("GET", "/text")
    assert caught.value.status == 400
    with pytest.raises(GatewayRefused, match="answered with 502"):
        connection.ask("GET", "/none")
    with pytest.raises(GatewayRefused, match=f"use `dcf login -g {stand_in.address}`"):
        connection.ask("GET", "/login")
    with pytest.raises(GatewayRefused, match="answered with 500"):
        connection.has("/x")
    assert not connection.has("/nowhere")


@pytest.mark.parametrize(
    "content",
    [
        b"", b"SSH-2.0-OpenSSH_9.2\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n",
    ],
    ids=["nothing", "ssh", "cut", "chunk"],
)  # fmt: skip
def test_what_is_no_answer_is_one_line(content):
    with answering(content) as address, pytest.raises(GatewayUnreachable, match=address):
        Connection(address).ask("GET", "/")


@pytest.mark.parametrize("content", [b"<html>", b"{", b"[" * 100_000, b"\xff\xfe"])
def test_what_is_no_json_is_a_stranger(stand_in, content):
    stand_in.table["GET /"] = (200, content)
    with pytest.raises(GatewayRefused, match="is no gateway of this project"):
        Connection(stand_in.address).ask("GET", "/")


def test_an_answer_without_end_is_not_read_to_it(stand_in, monkeypatch):
    monkeypatch.setattr("models.delivery.connection._MAX_ANSWER", 1000)
    stand_in.table["GET /"] = (200, b" " * 200_000)
    with pytest.raises(GatewayRefused, match="is no gateway of this project"):
        Connection(stand_in.address).ask("GET", "/")


def test_silence_and_nobody_end_in_time():
    silent = answering(b"HTTP/1.1 200 OK\r\n", stay=True)
    with silent as address, pytest.raises(GatewayUnreachable, match="timed out"):
        Connection(address, seconds=0.2).ask("GET", "/")
    with closing(socket.socket()) as nobody:  # it does not listen, and nobody else can
        nobody.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        with pytest.raises(GatewayUnreachable, match=f"no gateway answers at {address}"):
            Connection(address).ask("GET", "/")
