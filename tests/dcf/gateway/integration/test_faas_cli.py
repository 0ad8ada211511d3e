"""What faas-cli sends, to the header, in the order of its commands, and what it accepts."""

import socket
from dataclasses import replace

import pytest
import requests

from tests.kubernetes.fake.cluster import cluster_in, on_cluster
from tests.kubernetes.fake.kubelet.images import WATCHER
from tests.waiting import until

AGENT = {"User-Agent": "faas-cli/0.17.4"}
# Without a login it sends an empty token.
TOKEN = {**AGENT, "Authorization": "Bearer"}
JSON = {**TOKEN, "Content-Type": "application/json"}
DEPLOYMENT = {
    "service": "ssd",
    "image": "registry.example/ssd:1",
    "namespace": "openfaas-fn",
    "envProcess": "python index.py",
    "envVars": {"THRESHOLD": "0.4"},
    "constraints": ["node.platform.os=linux"],
    "secrets": ["token"],
    "labels": {"com.openfaas.scale.min": "2"},
    "annotations": {"topic": "pictures"},
    "limits": {"memory": "256Mi", "cpu": "500m"},
    "requests": {"memory": "128Mi"},
    "readOnlyRootFilesystem": True,
}
LOGIN = {**AGENT, "Authorization": "Basic YWRtaW46cGFzc3dvcmQ="}

# (command, method, path, headers, JSON body or bytes, status)
STEPS = [
    ("login", "GET", "/system/functions", LOGIN, None, 200),
    ("ready", "GET", "/healthz", TOKEN, None, 200),
    ("secret create", "POST", "/system/secrets", JSON,
     {"name": "token", "namespace": "openfaas-fn", "value": "s3cret"}, 202),
    ("secret create again", "POST", "/system/secrets", JSON, {"name": "token", "value": "x"}, 409),
    ("secret create --from-file", "POST", "/system/secrets", JSON,
     {"name": "key", "rawValue": "/9g=", "value": ""}, 202),
    ("deploy: update", "PUT", "/system/functions", JSON, DEPLOYMENT, 404),
    ("deploy: create", "POST", "/system/functions", JSON, DEPLOYMENT, 202),
    ("deploy again", "PUT", "/system/functions", JSON, DEPLOYMENT, 202),
    ("deploy: create what is there", "POST", "/system/functions", JSON, DEPLOYMENT, 409),
    ("list", "GET", "/system/functions", TOKEN, None, 200),
    ("list -n", "GET", "/system/functions?namespace=openfaas-fn", TOKEN, None, 200),
    ("describe", "GET", "/system/function/ssd?usage=1", TOKEN, None, 200),
    ("describe -n", "GET", "/system/function/ssd?usage=1&namespace=openfaas-fn", TOKEN, None, 200),
    ("describe unknown", "GET", "/system/function/nope?usage=1", TOKEN, None, 404),
    ("describe other -n", "GET", "/system/function/ssd?usage=1&namespace=x", TOKEN, None, 404),
    ("invoke", "POST", "/function/ssd.openfaas-fn", {**AGENT, "Content-Type": "text/plain"},
     b"hi", 200),
    ("invoke --query", "POST", "/function/ssd.openfaas-fn?a=1&b=2",
     {**AGENT, "Content-Type": "text/plain"}, b"hi", 200),
    ("invoke -m GET", "GET", "/function/ssd.openfaas-fn", {**AGENT, "Content-Type": "text/plain"},
     b"", 200),
    ("invoke --sign", "POST", "/function/ssd.openfaas-fn",
     {**AGENT, "Content-Type": "text/plain", "Hmac": "sha256=00"}, b"hi", 200),
    ("invoke unknown", "POST", "/function/nope.openfaas-fn", AGENT, b"hi", 404),
    ("logs", "GET", "/system/logs?follow=true&name=ssd&tail=-1", TOKEN, None, 200),
    ("logs --lines --since", "GET",
     "/system/logs?follow=false&name=ssd&tail=5&since=2026-01-02T03%3A04%3A05%2B01%3A00",
     TOKEN, None, 200),
    ("scale", "POST", "/system/scale-function/ssd", JSON,
     {"serviceName": "ssd", "replicas": 3, "namespace": "openfaas-fn"}, 202),
    ("scale unknown", "POST", "/system/scale-function/nope", JSON,
     {"serviceName": "nope", "replicas": 1}, 404),
    ("secret list", "GET", "/system/secrets?namespace=openfaas-fn", TOKEN, None, 200),
    ("secret update", "PUT", "/system/secrets", JSON, {"name": "token", "value": "new"}, 202),
    ("secret update unknown", "PUT", "/system/secrets", JSON, {"name": "nope", "value": "x"}, 404),
    ("remove", "DELETE", "/system/functions", JSON,
     {"functionName": "ssd", "namespace": "openfaas-fn"}, 202),
    ("remove again", "DELETE", "/system/functions", JSON, {"functionName": "ssd"}, 404),
    ("secret remove", "DELETE", "/system/secrets", JSON, {"name": "token"}, 202),
    ("secret remove again", "DELETE", "/system/secrets", JSON, {"name": "token"}, 404),
    ("namespaces", "GET", "/system/namespaces", TOKEN, None, 200),
    ("namespace get", "GET", "/system/namespace/openfaas-fn", TOKEN, None, 200),
    ("namespace get other", "GET", "/system/namespace/other", TOKEN, None, 404),
    ("namespace update", "PUT", "/system/namespace/openfaas-fn", JSON, {"name": "n"}, 501),
    ("namespace create", "POST", "/system/namespace/", JSON, {"name": "n"}, 501),
    ("version", "GET", "/system/info", TOKEN, None, 200),
]  # fmt: skip


# What the function answers where it is a pod of a cluster.
LINE = """
class Answer:
    body = b""

    def __init__(self, line):
        self.headers = {"Got-Line": line}

class Handler:
    def __call__(self, req):
        query = "&".join(f"{key}={value}" for key, value in req.query.items())
        return Answer(f"{req.method} /?{query}".rstrip("?"))
"""


@pytest.fixture(params=["fake", "kubernetes"])
def play(request, tmp_path):
    """`play(command)` sends its request; gives the answer.

    A function answers with the line of the request: an echo of this process, or pods.
    """
    if request.param == "fake":
        ask = request.getfixturevalue("background")().ask
    else:
        ask = request.getfixturevalue("asks_cluster")

    def send(step):
        _, method, path, headers, body, _ = step
        sent = {"json": body} if isinstance(body, dict) else {"data": body}
        # Lines that follow are read once the function is removed, which ends them.
        return ask(method, path, headers=headers, stream="follow=true" in path, **sent)

    return send


@pytest.fixture
def asks_cluster(gateways, tmp_path):
    """Asks a gateway of a cluster that has the image and a node that it may run on."""
    (tmp_path / "handler.py").write_text(LINE)
    image = replace(WATCHER, env={**WATCHER.env, "HANDLER_DIR": str(tmp_path)})
    with cluster_in(tmp_path, {"registry.example/ssd": image}) as cluster:
        cluster.add_node("linux", {"node.platform.os": "linux"})
        gateway = gateways(*on_cluster(cluster, tmp_path))
        yield lambda method, path, **options: requests.request(
            method, gateway.rest + path, timeout=20, **options
        )


def _is_ready(functions):
    return [(each.get("availableReplicas"), each["rollout"]) for each in functions] == [
        (2, "ready")
    ]


def test_every_command_is_answered_with_what_faas_cli_accepts(play):
    answers = {}
    for step in STEPS:
        if step[0] == "list":
            until(lambda: _is_ready(play(step).json()), 60)  # noqa: B023 - within the turn
        answer = answers[step[0]] = play(step)
        assert answer.status_code == step[-1], (step[0], answer.text)
        if answer.status_code >= 400 and step[0] != "invoke unknown":
            assert answer.headers["Content-Type"].startswith("text/plain"), step[0]
            assert answer.text.endswith("\n"), step[0]
    told = answers["list"].json()
    assert told == answers["list -n"].json()
    assert {key: told[0][key] for key in ("name", "image", "replicas", "availableReplicas")} == {
        "name": "ssd", "image": "registry.example/ssd:1", "replicas": 2, "availableReplicas": 2,
    }  # fmt: skip
    # What `faas-cli diff` compares, under a name with and without its namespace.
    for key in set(DEPLOYMENT) - {"service"}:
        assert told[0][key] == DEPLOYMENT[key], key
    assert answers["namespace get"].json() == {
        "name": "openfaas-fn", "labels": {}, "annotations": {},
    }  # fmt: skip
    assert answers["describe"].json()["createdAt"]
    assert answers["describe"].json()["usage"]["totalMemoryBytes"] > 0
    assert answers["invoke"].headers["Got-Line"] == "POST /"
    assert answers["invoke --query"].headers["Got-Line"] == "POST /?a=1&b=2"
    assert answers["invoke -m GET"].headers["Got-Line"] == "GET /"
    assert answers["logs"].headers["Content-Type"] == "application/x-ndjson"
    assert [each["name"] for each in answers["secret list"].json()] == ["key", "token"]
    assert "s3cret" not in "".join(each.text for each in answers.values())
    assert answers["namespaces"].json() == ["openfaas-fn"]
    words = "Feature not implemented in this version of OpenFaaS\n"
    assert answers["namespace create"].text == words
    info = answers["version"].json()
    assert info["version"]["release"]
    assert info["provider"]["version"]["release"]


def test_a_raw_secret_is_its_bytes(background):
    gateway = background()
    gateway.ask("POST", "/system/secrets", json={"name": "key", "rawValue": "/9g=", "value": ""})
    assert gateway.provider.kept_secrets == {"key": b"\xff\xd8"}
    wrong = gateway.ask("POST", "/system/secrets", json={"name": "k", "rawValue": "hunter2!"})
    assert (wrong.status_code, "hunter2" in wrong.text) == (400, False)


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("name=f", 200),
        ("name=f&tail=x", 422),
        ("name=f&follow=perhaps", 422),
        ("name=f&since=yesterday", 422),
        ("name=f&since=2026-01-02T03:04:05", 422),
        ("name=f&since=0001-01-01T00:00:00%2B14:00", 422),
        ("name=f&since=2026-01-02T03:04:05.123456789Z", 200),
        ("", 400),
        ("name=No_Name", 400),
        ("name=nope", 404),
        ("name=f&namespace=other", 404),
    ],
)
def test_a_log_request_that_cannot_be_read_is_422(background, query, status):
    gateway = background()
    gateway.ask("POST", "/system/functions", json={"service": "f", "image": "x"})
    answer = gateway.ask("GET", f"/system/logs?{query}")
    assert answer.status_code == status
    if status == 422:
        assert answer.text == "could not parse the log request\n"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nowhere", 404), ("PATCH", "/system/functions", 405), ("GET", "/ui/none.js", 404)],
)
def test_what_is_not_there_is_told_in_one_line(background, method, path, status):
    answer = background().ask(method, path)
    assert answer.status_code == status
    assert answer.text.count("\n") == 1


def test_a_body_too_large_for_the_gateways_own_routes_is_413(background):
    answer = background().ask("POST", "/system/functions", data=b"x" * (5 << 20))
    assert (answer.status_code, answer.text) == (413, "Request Entity Too Large\n")


def test_a_fault_of_the_gateway_keeps_its_words(background):
    gateway = background()

    async def broken():
        raise RuntimeError("/private/path")

    gateway.provider.functions = broken
    answer = gateway.ask("GET", "/system/functions")
    assert (answer.status_code, "private" in answer.text) == (500, False)


def test_bytes_that_are_no_http_are_400_and_leave_no_trace_in_the_log(background, caplog):
    gateway = background()
    host, _, port = gateway.server.rest.removeprefix("http://").rpartition(":")
    for sent in (b"\x16\x03\x01 hello\r\n\r\n", b"GET / HTTP/1.1\r\nA: \x00\r\n\r\n"):
        with socket.create_connection((host, int(port)), 20) as peer:
            peer.sendall(sent)
            assert peer.recv(100).startswith(b"HTTP/1.0 400")
    assert gateway.ask("GET", "/healthz").text == "OK"
    assert not [each for each in caplog.records if each.exc_info]
