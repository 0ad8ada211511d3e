"""What people and tools ask about functions over HTTP, as faas-cli does."""

import json

import pytest


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
