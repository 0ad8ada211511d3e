"""Whatever a gateway turns away is counted by its code, wherever it was turned away."""

import socket
from urllib.parse import urlsplit

import grpc
import pytest
from prometheus_client.parser import text_string_to_metric_families

from dcf.gateway.bounds import Bounds
from tests.waiting import until

HEAD = b"Host: 127.0.0.1\r\n"


@pytest.fixture(scope="module")
def gateway(module_background):
    made = module_background(bounds=Bounds(head_timeout=1, body_timeout=1))
    deployment = {"service": "f", "image": "any"}
    assert made.ask("POST", "/system/functions", json=deployment).status_code == 202
    return made


def refusals(gateway, door, code):
    text = gateway.ask("GET", "/metrics").text
    for family in text_string_to_metric_families(text):
        for each in family.samples:
            if each.name == "gateway_refused_total" and each.labels == {"code": code, "door": door}:
                return each.value
    return 0


def raw(gateway, data):
    """The answer to bytes that are sent, after which nothing more comes."""
    place = urlsplit(gateway.server.rest)
    with socket.create_connection((place.hostname, place.port), timeout=20) as one:
        one.sendall(data)
        got = b""
        while piece := one.recv(1 << 16):
            got += piece
            if b"\r\n\r\n" in got:
                break
    return got


@pytest.mark.parametrize(
    ("code", "status", "data"),
    [
        ("bad_request", b"400", b"\x16\x03\x01 this is no HTTP\r\n\r\n"),
        ("headers_too_large", b"431", b"GET / HTTP/1.1\r\nX: " + b"y" * 20_000 + b"\r\n\r\n"),
        ("slow_request", b"408", b"GET / HTTP/1.1\r\nHost: half"),
        (
            "slow_request", b"408",
            b"POST /function/f HTTP/1.1\r\n" + HEAD + b"Content-Length: 9\r\n\r\nhalf",
        ),
        (
            "slow_request", b"408",
            b"POST /system/functions HTTP/1.1\r\n" + HEAD + b"Content-Length: 9\r\n\r\nhalf",
        ),
        (
            "foreign_origin", b"403",
            b"GET /system/functions HTTP/1.1\r\n" + HEAD + b"Origin: http://evil\r\n\r\n",
        ),
        ("foreign_name", b"403", b"GET /system/functions HTTP/1.1\r\nHost: evil.example\r\n\r\n"),
        ("not_found", b"404", b"GET /function/none HTTP/1.1\r\n" + HEAD + b"\r\n"),
        (
            "unsupported", b"501",
            b"GET /function/f HTTP/1.1\r\n" + HEAD + b"Upgrade: websocket\r\n\r\n",
        ),
    ],
    ids=[
        "no-http", "long-head", "half-head", "half-body-of-a-call", "half-body", "origin", "name",
        "unknown", "websocket",
    ],
)  # fmt: skip
def test_over_rest(gateway, code, status, data):
    before = refusals(gateway, "rest", code)
    assert raw(gateway, data).split()[1] == status
    until(lambda: refusals(gateway, "rest", code) == before + 1)


def test_a_body_that_is_too_large(gateway):
    before = refusals(gateway, "rest", "body_too_large")
    body = b'{"service": "' + b"x" * (5 << 20) + b'"}'
    assert gateway.ask("POST", "/system/functions", data=body).status_code == 413
    assert refusals(gateway, "rest", "body_too_large") == before + 1


def test_over_grpc(gateway):
    before = refusals(gateway, "grpc", "bad_request")
    with grpc.insecure_channel(gateway.server.grpc) as channel:
        deploy = channel.unary_unary("/pb.Gateway/Deploy")
        with pytest.raises(grpc.RpcError):
            deploy(b"\xff\xff no message", timeout=20)
    assert refusals(gateway, "grpc", "bad_request") == before + 1
