"""The REST door as it is put together: every row of the table, guarded or not, within limits."""

import socket

import pytest

from dcf.gateway.access.access import OPEN, Access
from dcf.gateway.access.credentials import Credentials
from dcf.gateway.application import application
from dcf.gateway.bounds import Bounds
from dcf.gateway.doors.alert import AlertDoor
from dcf.gateway.routes import ROUTES
from tests.waiting import until


def test_a_door_that_the_table_names_must_be_there():
    with pytest.raises(KeyError, match="Door"):
        application([AlertDoor(None)])


@pytest.mark.parametrize("has_password", [True, False])
def test_every_route_of_the_gateways_own_is_guarded_and_no_call_is(background, has_password):
    gateway = background(access=Access(Credentials("me", "word")) if has_password else OPEN)
    for route in ROUTES:
        path = route.path.split("{")[0] + (
            "f.js" if "{file" in route.path else "f" if "{" in route.path else ""
        )
        for method in route.methods.replace("*", "GET").split():
            headers = {} if has_password else {"Host": "evil.example"}
            status = gateway.ask(method, path, headers=headers).status_code
            refused = 401 if has_password else 403
            is_guarded = route.guarded or (route.page and not has_password)
            if is_guarded and "/" not in route.path.partition("}")[2]:
                assert status == refused, (method, path)
            elif not is_guarded and not route.guarded:
                assert status != refused, (method, path)


@pytest.mark.parametrize(
    ("path", "code"), [("/function/f", "too_many_connections"), ("/openfx/function/f", None)]
)
def test_above_the_limit_calls_get_503_and_health_is_answered(background, path, code):
    gateway = background(bounds=Bounds(connections=1, grpc_connections=1, per_address=1))
    assert gateway.ask("POST", "/system/functions", json={"service": "f", "image": "i"}).ok
    gateway.slow.set()
    head = b"POST /function/f HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\nslow"
    port = int(gateway.server.rest.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), 20) as first:
        first.sendall(head)
        until(lambda: gateway.call_ids)  # it has the one place, and is at work
        refused = gateway.ask("POST", path, data=b"x")
        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "1")
        assert refused.headers["Connection"] == "close"
        assert refused.headers.get("X-Error-Code") == code
        assert "as many connections as it may have" in refused.text
        assert gateway.ask("GET", "/healthz").text == "OK"
        assert len(gateway.call_ids) == 1
    assert gateway.left.wait(20)
