"""What is no HTTP is told so, and nothing of it comes back."""

import json

import pytest

from tests.dcf.gateway.rest.raw import exchange

SECRET = "top-secret-value"


@pytest.fixture(name="gateway", scope="module")
def _gateway(module_background):
    return module_background()


@pytest.mark.parametrize(
    "piece",
    [
        b"GET / HTTP/1.1\r\nHost: localhost\r\n" + SECRET.encode() + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX\x00: " + SECRET.encode() + b"\r\n\r\n",
        b"GET / " + SECRET.encode() + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + SECRET.encode() + b"\r\n\r\n",
        SECRET.encode() + b"\r\n\r\n",
    ],
    ids=["no colon", "name", "target", "length", "no HTTP"],
)
def test_what_is_no_http_is_not_shown_either(gateway, piece):
    answer = exchange(gateway, piece)
    assert answer.split(b"\r\n")[0].endswith(b" 400 Bad Request"), answer
    assert SECRET.encode() not in answer
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["error"]["code"] == "bad_request"
