"""A gateway that is not this project's: OpenFaaS' REST as its own gateway answers it."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest

from dcf.client import connect_as
from dcf.client.base import Invocation
from dcf.errors import GatewayRefused, NotFound

FUNCTION = {"name": "f", "image": "r/f:1", "replicas": 1, "availableReplicas": 1}
INFO = {"provider": {"provider": "faas-netes"}, "version": {"release": "0.27"}}


class Answers(BaseHTTPRequestHandler):
    """Keeps what it is asked, and answers from a table."""

    asked: ClassVar[list[tuple[str, str, str, bytes]]] = []
    table: ClassVar = {
        "GET /system/functions": (200, [FUNCTION]),
        "GET /system/info": (200, INFO),
        "GET /system/function/f": (200, FUNCTION),
        "PUT /system/functions": (404, None),
        "POST /system/functions": (202, None),
        "GET /system/secrets": (200, [{"name": "b", "namespace": "n"}, {"name": "a"}]),
        "GET /system/function/f/history": (404, None),
        "POST /function/f": (200, "answer"),
    }

    def answer(self):
        """Look it up; /system/ wants a login."""
        authorization = self.headers.get("Authorization", "")
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.asked.append((self.command, self.path, authorization, body))
        status, value = self.table[f"{self.command} {self.path}"]
        if self.path.startswith("/system/") and authorization != "Bearer t0ken":
            status, value = 401, None
        text = (
            b"" if value is None else str.encode(value if value == "<html>" else json.dumps(value))
        )
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_PUT = do_POST = do_DELETE = answer

    def log_message(self, *arguments):
        """Say nothing."""


@pytest.fixture
def gateway():
    """Its address and what it was asked."""

    Answers.asked.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", Answers.asked
    server.shutdown()
    server.server_close()
    thread.join()


def test_its_answers_are_understood_and_functions_see_no_token(gateway):
    address, asked = gateway
    client = connect_as(address, "Bearer t0ken")
    assert [each.name for each in client.functions()] == ["f"]
    assert not client.takes_archives()
    assert client.secrets() == ["a", "b"]
    assert client.call(Invocation("f", b"in")) == b'"answer"'
    with pytest.raises(NotFound):
        client.history("f")
    assert {path: header for _, path, header, _ in asked}["/function/f"] == ""


@pytest.mark.parametrize(
    ("info", "takes"),
    [
        ({"capabilities": ["archives", "logs"]}, True),
        ({"capabilities": ["logs"]}, False),
        ({"capabilities": "archives"}, False),
        ({"provider": {"provider": "dcf-process"}}, False),
    ],
    ids=["with", "without", "no-list", "unsaid"],
)
def test_only_a_gateway_with_a_store_for_them_takes_archives(gateway, monkeypatch, info, takes):
    address, _ = gateway
    told = (200, info)
    monkeypatch.setitem(Answers.table, "GET /system/info", told)
    assert connect_as(address, "Bearer t0ken").takes_archives() == takes


def test_what_is_no_gateway_is_told_so(gateway, monkeypatch):
    address, _ = gateway
    for wrong in ("<html>", {"functions": 1}, [{"image": "x"}]):
        monkeypatch.setitem(Answers.table, "GET /system/functions", (200, wrong))
        with pytest.raises(GatewayRefused, match="is no gateway"):
            connect_as(address, "Bearer t0ken").functions()


def test_without_a_login_it_is_told_what_to_do(gateway):
    address, _ = gateway
    with pytest.raises(GatewayRefused, match=f"dcf login -g {address}"):
        connect_as(address, "").functions()


def test_it_is_given_the_image_a_config_file_names(gateway, dcf, write_function, tmp_path):
    address, asked = gateway
    environ = {"XDG_CONFIG_HOME": str(tmp_path), "DCF_GATEWAY": address}
    assert dcf("login", "--token", "-s", stdin=b"t0ken\n", **environ).returncode == 0
    config = write_function(tmp_path, "f")
    folder = dcf("function", "create", "-f", config, **environ)
    assert folder.returncode == 1
    assert b"functions.f.docker_registry" in folder.stderr
    config.write_text(config.read_text() + "    image: r/f:1\n    skip_build: true\n")
    done = dcf("function", "create", "-f", config, **environ)
    assert done.returncode == 0, done.stderr.decode()
    method, _, _, body = next(each for each in asked if each[0] == "POST")
    assert (method, json.loads(body)["image"]) == ("POST", "r/f:1")
