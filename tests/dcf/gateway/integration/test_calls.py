"""Calls over HTTP through a real gateway to a real function."""

import uuid

import pytest

TIMEOUT = 30


@pytest.mark.parametrize("name", ["echo", "echo.openfaas-fn"])
@pytest.mark.parametrize(
    "path", ["", "/", "/deep/er%20path?x=1&y=%2F"], ids=["bare", "slash", "path"]
)
def test_a_call_brings_bytes_there_and_back(ask, name, path):
    answer = ask("POST", f"/function/{name}{path}", data=bytes(range(256)))
    assert (answer.status_code, answer.content) == (200, bytes(range(256)))


def test_a_call_carries_the_headers_of_the_contract(ask):
    answer = ask("POST", "/function/echo", data=b"x")
    assert uuid.UUID(answer.headers["X-Call-Id"])
    assert int(answer.headers["X-Start-Time"]) > 1_600_000_000_000_000_000
    assert answer.headers["X-Served-By"].startswith("dcf-gateway/")
    assert float(answer.headers["X-Duration-Seconds"]) >= 0


def test_a_chunked_body_and_a_large_one_pass(ask):
    def pieces():
        for _ in range(64):
            yield b"p" * 65536

    assert len(ask("POST", "/function/echo", data=pieces()).content) == 64 * 65536
    assert len(ask("POST", "/function/echo", data=b"q" * (8 << 20)).content) == 8 << 20


@pytest.mark.parametrize("chunked", [False, True], ids=["length", "chunked"])
def test_a_body_over_the_functions_limit_is_its_413_and_no_broken_call(ask, chunked):
    body = b"z" * (40 << 20)
    answer = ask("POST", "/function/echo", data=iter([body]) if chunked else body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "body_too_large")


def test_a_call_of_an_unknown_function_is_404_in_one_shape(ask):
    answer = ask("POST", "/function/nope", data=b"x")
    assert (answer.status_code, answer.headers["X-Error-Code"]) == (404, "not_found")
    assert answer.headers["X-OpenFaaS-Internal"] == "proxy"
    error = answer.json()["error"]
    assert error["message"].startswith("error finding function nope.openfaas-fn:")
    assert set(error) == {"code", "message", "call_id"}


def test_a_functions_own_error_passes_as_it_is_and_without_its_words(ask):
    answer = ask("POST", "/function/echo", data=b"raise")
    assert answer.status_code == 500
    assert "X-Error-Code" not in answer.headers or answer.headers["X-Error-Code"] == "handler_error"
    assert b"secret words" not in answer.content


def test_a_method_outside_the_contract_is_405(ask):
    assert ask("PROPFIND", "/function/echo").status_code == 405
