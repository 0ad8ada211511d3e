"""OpenFx' REST below /openfx, and what of it is served under its own names."""

import pytest

NEW = {"Service": "f", "Image": "x", "EnvVars": {"A": "1"}, "Labels": {"scale_min": "2"}}


@pytest.fixture
def gateway(background):
    made = background()
    assert made.ask("POST", "/openfx/system/functions", json=NEW).json() == {"Msg": "OK"}
    return made


def test_a_list_is_protobufs_json(gateway):
    assert gateway.ask("GET", "/openfx/system/functions").json() == {
        "Functions": [
            {
                "Name": "f",
                "Image": "x",
                "InvocationCount": "0",
                "Replicas": "2",
                "AvailableReplicas": "2",
                "Annotations": {"dcf.rollout": "ready", "dcf.revision": "1"},
                "Labels": {"scale_min": "2"},
            }
        ]
    }


def test_the_same_path_without_the_prefix_is_openfaas(gateway):
    assert gateway.ask("GET", "/system/functions").json()[0]["name"] == "f"


def test_update_describe_scale_delete(gateway):
    changed = {**NEW, "Image": "y", "MaxReplicas": 4, "unknown": 1}
    assert gateway.ask("PUT", "/openfx/system/functions", json=changed).json() == {"Msg": "OK"}
    meta = gateway.ask("GET", "/openfx/system/function/f").json()
    assert (meta["Image"], meta["Labels"]["com.openfaas.scale.max"]) == ("y", "4")
    for path, replicas in (("/system/scale-function", "3"), ("/openfx/system/scale-function", 1)):
        body = {"ServiceName": "f", "Replicas": replicas}
        assert gateway.ask("PUT", path, json=body).json() == {"Msg": "OK"}
        assert gateway.provider.statuses["f"].replicas == int(replicas)
    assert gateway.ask("DELETE", "/system/function/f").json() == {"Msg": "OK"}
    assert gateway.ask("DELETE", "/openfx/system/function/f").status_code == 404


@pytest.mark.parametrize("prefix", ["", "/openfx"])
def test_a_log_is_told_by_replica(gateway, prefix):
    told = gateway.ask("GET", f"{prefix}/system/function-log/f").json()
    assert told == {"Msg": "---\nName: f\nLog:\nready\nanswered\n"}
    assert gateway.ask("GET", f"{prefix}/system/function-log/nope").json() == {"Msg": ""}


def test_info_and_health(gateway):
    assert "provider: fake" in gateway.ask("GET", "/openfx/system/info").json()["Msg"]
    assert gateway.ask("GET", "/openfx/healthz").json() == {"Msg": "OK"}


@pytest.mark.parametrize("path", ["/openfx/system/functions", "/system/functions"])
@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"\xff", b'{"a":' * 100_000, b'{"service":"f","Service":"f","image":"\\ud800"}'],
    ids=["empty", "cut", "no-utf-8", "deep", "half-a-character"],
)
def test_a_body_that_is_no_json_is_400(gateway, path, body):
    answer = gateway.ask("PUT", path, data=body)
    assert (answer.status_code, "validation failed" in answer.text) == (400, True)


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code"),
    [
        ("POST", "system/functions", NEW, 409, 6),
        ("POST", "system/functions", {"Service": "No_Name", "Image": "x"}, 400, 3),
        ("POST", "system/functions", {"Service": 1}, 400, 3),
        ("POST", "system/functions", [], 400, 3),
        ("PUT", "system/functions", {"Service": "nope", "Image": "x"}, 404, 5),
        ("GET", "system/function/nope", None, 404, 5),
        ("PUT", "system/scale-function", {"ServiceName": "f", "Replicas": 33}, 400, 3),
        ("PUT", "system/scale-function", {"ServiceName": "f", "Replicas": -1}, 400, 3),
    ],
    ids=["there", "name", "kind", "list", "unknown", "meta", "many", "negative"],
)
def test_errors_are_a_grpc_code_and_a_message(gateway, method, path, body, status, code):
    answer = gateway.ask(method, f"/openfx/{path}", json=body)
    assert answer.status_code == status
    told = answer.json()
    assert (told["code"], told["details"], "\n" in told["message"]) == (code, [], False)


@pytest.mark.parametrize("path", ["f", "f/", "f.openfaas-fn"])
def test_a_call_answers_with_the_output_and_a_newline(gateway, path):
    for method in ("GET", "POST"):
        answer = gateway.ask(method, f"/openfx/function/{path}", data=b"\xff in")
        assert (answer.status_code, answer.content) == (200, b"\xff in\n")


def test_a_large_body_passes(gateway):
    body = b"b" * (20 << 20)
    assert len(gateway.ask("POST", "/openfx/function/f", data=body).content) == len(body) + 1


def test_failed_calls_begin_with_openfx_words(gateway):
    unknown = gateway.ask("POST", "/openfx/function/nope")
    assert unknown.status_code == 404
    assert unknown.text.startswith("Can't reach service: nope - ")
    wrong = gateway.ask("POST", "/openfx/function/No_Name")
    assert (wrong.status_code, wrong.text) == (400, "Must be a valid function name: No_Name\n")
    gateway.ask("PUT", "/system/scale-function", json={"ServiceName": "f", "Replicas": 0})
    assert gateway.ask("POST", "/openfx/function/f").status_code == 503


@pytest.mark.parametrize("field", [b'"other": "\xe5x"', b'"\xff": 1', b'"Image": "\xe5x"'])
def test_a_body_that_is_no_utf_8_is_refused_where_no_field_is_read_too(gateway, field):
    body = b'{"Service": "g", "Image": "i", ' + field + b"}"
    answer = gateway.ask("POST", "/openfx/system/functions", data=body)
    assert (answer.status_code, answer.json()["code"]) == (400, 3)
