"""OpenFaaS' REST, as faas-cli uses it, against a real gateway with a real function."""

import hashlib
import json
import uuid

import pytest
import requests

TIMEOUT = 30


@pytest.fixture
def ask(echo_gateway):
    def send(method, path, **options):
        return requests.request(method, echo_gateway.rest + path, timeout=TIMEOUT, **options)

    return send


def test_a_list_has_the_fields_of_openfaas(ask):
    found = {each["name"]: each for each in ask("GET", "/system/functions").json()}["echo"]
    assert found["image"].startswith("archive:sha256:")
    assert (found["replicas"], found["availableReplicas"]) == (1, 1)
    assert found["createdAt"].endswith("Z")
    assert "secrets" not in found  # empty fields are left out


def test_another_namespace_is_empty(ask):
    assert ask("GET", "/system/functions?namespace=other").json() == []


def test_one_function_is_described_and_an_unknown_one_is_404(ask):
    assert (
        ask("GET", "/system/function/echo?usage=1&namespace=openfaas-fn").json()["name"] == "echo"
    )
    assert ask("GET", "/system/function/echo.openfaas-fn").status_code == 200
    missing = ask("GET", "/system/function/nope")
    assert (missing.status_code, missing.text) == (404, "no such function: nope\n")
    assert missing.headers["Content-Type"].startswith("text/plain")


def test_faas_cli_deploy_is_put_404_then_post_202_then_put_202_then_delete_202(ask):
    image = ask("GET", "/system/function/echo").json()["image"]
    body = {"service": "second", "image": image, "labels": {"com.openfaas.scale.min": "0"}}
    assert ask("PUT", "/system/functions", json=body).status_code == 404
    assert ask("POST", "/system/functions", json=body).status_code == 202
    assert ask("POST", "/system/functions", json=body).status_code == 409
    assert ask("PUT", "/system/functions", json=body).status_code == 202
    assert ask("POST", "/system/scale-function/second", json={"replicas": 0}).status_code == 202
    assert ask("DELETE", "/system/functions", json={"functionName": "second"}).status_code == 202
    assert ask("DELETE", "/system/functions", json={"functionName": "second"}).status_code == 404


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"{", "validation failed: Input data was truncated"),
        (b"[]", "validation failed: Expected `object`"),
        (b"{}", "validation failed: Object missing required field `service`"),
        (json.dumps({"service": "Upper_Case", "image": "x"}).encode(), "valid DNS entry"),
        (
            json.dumps({"service": "ok", "image": "docker.io/library/nginx"}).encode(),
            "cannot run here",
        ),
        (
            json.dumps({"service": "ok", "image": "archive:sha256:" + "0" * 64}).encode(),
            "is not here",
        ),
        (
            json.dumps({"service": "ok", "image": "x", "envVars": {"A": 1}}).encode(),
            "validation failed: Expected `str`, got `int` - at `$.envVars[...]`",
        ),
        (
            json.dumps({"service": "ok", "image": "x", "labels": {"scale_min": "two"}}).encode(),
            "must be a number",
        ),
        (
            json.dumps(
                {"service": "ok", "image": "x", "labels": {"scale_min": "9" * 5000}}
            ).encode(),
            "must be a number",
        ),
        (
            json.dumps({"service": "ok", "image": "x", "envVars": {"A=B": "1"}}).encode(),
            "variable 'A=B' of envVars",
        ),
        (
            json.dumps({"service": "ok", "image": "x", "envVars": {"A": "\0"}}).encode(),
            "variable 'A' of envVars",
        ),
        (
            json.dumps({"service": "ok", "image": "x", "namespace": "other"}).encode(),
            "namespace 'other' is not here",
        ),
    ],
    ids=[
        "cut",
        "array",
        "empty",
        "name",
        "container",
        "unknown-archive",
        "number",
        "label",
        "digits",
        "variable",
        "nul",
        "namespace",
    ],
)
def test_a_wrong_deploy_is_400_and_says_why(ask, body, words):
    answer = ask("POST", "/system/functions", data=body)
    assert answer.status_code == 400
    assert words in answer.text


@pytest.mark.parametrize("replicas", [-1, 33, "1", True, None], ids=str)
def test_replicas_out_of_range_are_400(ask, replicas):
    assert (
        ask("POST", "/system/scale-function/echo", json={"replicas": replicas}).status_code == 400
    )


def test_scaling_an_unknown_function_is_404(ask):
    assert ask("POST", "/system/scale-function/nope", json={"replicas": 1}).status_code == 404


def test_logs_are_one_json_object_a_line(ask):
    ask("POST", "/function/echo", data=b"x")
    answer = ask("GET", "/system/logs?name=echo&tail=-1&follow=false")
    assert answer.headers["Content-Type"] == "application/x-ndjson"
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert {tuple(line) for line in lines} == {
        ("name", "namespace", "instance", "timestamp", "text")
    }
    assert any("ready" in line["text"] for line in lines)
    assert len(ask("GET", "/system/logs?name=echo&tail=1").text.splitlines()) == 1
    assert ask("GET", "/system/logs?name=nope").status_code == 404
    assert ask("GET", "/system/logs?name=echo&tail=x").status_code == 422


def test_info_has_what_faas_cli_version_reads(ask):
    info = ask("GET", "/system/info").json()
    assert info["version"]["release"]
    assert info["provider"]["version"]["release"]
    assert info["provider"]["orchestration"] == "process"


def test_health_metrics_and_namespaces(ask):
    assert ask("GET", "/healthz").text == "OK"
    assert ask("GET", "/system/namespaces").json() == ["openfaas-fn"]
    ask("POST", "/function/echo", data=b"x")
    metrics = ask("GET", "/metrics").text
    assert (
        'gateway_function_invocation_total{code="200",function_name="echo.openfaas-fn"}' in metrics
    )
    assert 'gateway_service_count{function_name="echo.openfaas-fn"} 1.0' in metrics


def test_an_archive_must_be_what_its_name_says(ask):
    data = b"not what the name says"
    wrong = ask("PUT", "/system/archives/" + "0" * 64, data=data)
    assert (wrong.status_code, "sha256 is" in wrong.text) == (400, True)
    assert ask("PUT", "/system/archives/..%2F..%2Fevil", data=data).status_code == 400
    digest = hashlib.sha256(data).hexdigest()
    assert ask("HEAD", f"/system/archives/{digest}").status_code == 404
    assert ask("PUT", f"/system/archives/{digest}", data=data).status_code == 201
    assert ask("HEAD", f"/system/archives/{digest}").status_code == 200


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


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Host": "localhost:8080"}, 200),
        ({"Host": "[::1]:8080"}, 200),
        ({"Host": "gateway.localhost"}, 200),
        ({"Host": "evil.example"}, 403),
        ({"Host": "127.0.0.1.evil.example"}, 403),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://localhost:1", "Host": "localhost:1"}, 200),
    ],
    ids=["plain", "name", "ipv6", "sub-name", "rebound", "look-alike", "page", "sandbox", "own"],
)
def test_web_pages_of_others_cannot_use_the_gateways_own_routes(ask, headers, status):
    assert ask("GET", "/system/functions", headers=headers).status_code == status
    assert ask("POST", "/function/echo", data=b"x", headers=headers).status_code == 200
