"""A real gateway with real functions: what its log and its numbers say of what happened to it."""

import base64
import json
import os
import signal
import time

import grpc
import pytest
import requests
from prometheus_client.parser import text_string_to_metric_families

from dcf._proto import gateway_pb2 as pb
from dcf._proto.gateway_pb2_grpc import GatewayStub
from tests.waiting import until

NAME = "f.openfaas-fn"
PASSWORD, PAYLOAD, VALUE = "hush-9f31", "payload-77aa", "value-of-a-secret-5c"
CODE = f"""
import os

def handle(body):
    if body == "exit":
        print("{PAYLOAD}", flush=True)
        os._exit(7)
    return body
"""
BROKEN = "raise RuntimeError('no weights')\n"


class Watched:
    """A gateway with a password, and what it has told so far."""

    def __init__(self, gateway):
        self.gateway, self.lines = gateway, []
        self.user = ("admin", PASSWORD)

    def ask(self, method, path, **options):
        return requests.request(method, self.gateway.rest + path, timeout=30, **options)

    def asked(self, method, path, **options):
        return self.ask(method, path, auth=self.user, **options)

    def call(self, body, name="f", **headers):
        return self.ask("POST", f"/function/{name}", data=body, headers=headers)

    def samples(self):
        text = self.asked("GET", "/metrics").text
        return [each for family in text_string_to_metric_families(text) for each in family.samples]

    def number(self, name, **labels):
        """The value of a sample with these labels among its own; 0 where there is none."""
        found = [
            each.value
            for each in self.samples()
            if each.name == name and labels.items() <= each.labels.items()
        ]
        assert len(found) < 2, found
        return found[0] if found else 0

    def of(self, name, **labels):
        return self.number(name, function_name=NAME, **labels)

    def state(self):
        return self.asked("GET", "/system/function/f").json()

    def settle(self, rollout, seconds=60):
        until(lambda: self.state().get("rollout") == rollout, seconds)


@pytest.fixture
def watched(gateways, tmp_path, monkeypatch):
    auth = tmp_path / "auth"
    auth.mkdir()
    (auth / "basic-auth-user").write_text("admin")
    (auth / "basic-auth-password").write_text(PASSWORD)
    flags = ("--basic-auth", "--secret-mount-path", auth, "--min-ready-seconds", "0")
    return Watched(gateways(*flags, "--log-format", "json", "--log-level", "debug"))


@pytest.fixture
def put(watched, write_function, tmp_path, dcf):
    """`put(code)` deploys or updates `f` with the password; gives the command's exit status."""

    def create(code):
        config = write_function(tmp_path / "f", "f", code, name="handle")
        environ = {"DCF_GATEWAY": watched.gateway.rest, "XDG_CONFIG_HOME": str(tmp_path / "cfg")}
        login = dcf("login", "-u", "admin", "--password-stdin", stdin=PASSWORD.encode(), **environ)
        assert login.returncode == 0, login.stderr
        return dcf("function", "create", "-f", config, **environ).returncode

    return create


def events(gateway):
    """Every line after the gateway has ended, parsed; stdout's few lines are none."""
    return [json.loads(line) for line in gateway.said if line.startswith("{")]


def test_numbers_and_events_are_those_of_what_happened(watched, put):
    assert put(CODE) == 0
    for _ in range(3):
        assert watched.call(PAYLOAD).text == PAYLOAD
    assert watched.call("x", name="no-such").status_code == 404

    secret = {"name": "s", "value": VALUE}
    assert watched.asked("POST", "/system/secrets", json=secret).status_code == 202
    wrong = base64.b64encode(b"admin:wrong-password").decode()
    for _ in range(50):
        refused = watched.ask(
            "GET", "/system/functions", headers={"Authorization": f"Basic {wrong}"}
        )
        assert refused.status_code == 401
    with grpc.insecure_channel(watched.gateway.grpc) as channel, pytest.raises(grpc.RpcError):
        GatewayStub(channel).List(pb.Empty(), timeout=20)

    assert watched.call("exit", **{"X-Call-Id": "call-that-broke"}).status_code == 502
    until(lambda: watched.state().get("availableReplicas") == 1)
    scale = {"serviceName": "f", "replicas": 2}
    assert watched.asked("POST", "/system/scale-function/f", json=scale).status_code == 202
    until(lambda: watched.state().get("availableReplicas") == 2)
    assert put(BROKEN) != 0

    assert watched.of("gateway_function_invocation_total", code="200") == 3
    assert watched.of("gateway_function_invocation_total", code="502") == 1
    assert watched.of("gateway_function_invocation_started") == 4
    assert watched.of("gateway_functions_seconds_count", code="200") == 3
    assert watched.of("gateway_functions_seconds_bucket", code="200", le="60.0") == 3
    assert watched.of("gateway_function_revision_seconds_count", code="200", revision="1") == 3
    assert watched.of("gateway_function_rollouts_total", result="ready") == 1
    assert watched.of("gateway_function_rollouts_total", result="failed") == 1
    assert watched.of("gateway_function_replica_restarts_total", reason="exit") == 1
    assert watched.of("gateway_function_replicas_wanted") == 2
    assert watched.of("gateway_service_count") == 2
    assert watched.of("gateway_function_memory_bytes") > 10 << 20
    assert watched.of("gateway_function_cpu_seconds_total") > 0
    assert watched.number("gateway_refused_total", door="rest", code="unauthorized") == 50
    assert watched.number("gateway_refused_total", door="grpc", code="unauthorized") == 1
    assert watched.number("http_requests_total", code="401", method="get") == 50
    assert watched.number("http_requests_in_flight") == 1  # this one
    assert not [each for each in watched.samples() if "no-such" in str(each)]
    assert abs(watched.number("process_start_time_seconds") - time.time()) < 600
    assert watched.number("process_resident_memory_bytes") > 10 << 20

    assert watched.asked("DELETE", "/system/functions", json={"functionName": "f"}).ok
    assert not [each for each in watched.samples() if NAME in str(each)]
    assert watched.gateway.end() == 0
    _check(watched.gateway)


def _check(gateway):
    told = events(gateway)
    names = [each["event"] for each in told]
    assert names[0] == "gateway_started"
    assert told[0]["password"] is True
    assert told[0]["rest"] == gateway.rest
    assert [name for name in names if name.startswith("gateway_stop")] == [
        "gateway_stopping", "gateway_stopped",
    ]  # fmt: skip
    steps = [each["step"] for each in told if each.get("step") and each["revision"] == 1]
    assert steps == ["preparing", "starting", "keeping"]
    for once in ("function_deployed", "function_scaled", "function_deleted", "rollout_ready",
                 "secret_put"):  # fmt: skip
        assert names.count(once) == 1, once
    deployed = told[names.index("function_deployed")]
    assert (deployed["function"], deployed["by"]) == ("f", "admin")
    failed = told[names.index("rollout_failed")]
    assert (failed["function"], failed["revision"]) == ("f", 2)
    assert "no weights" in failed["reason"]
    restarted = told[names.index("replica_restarted")]
    assert (restarted["kind"], restarted["revision"]) == ("exit", 1)
    assert "status 7" in restarted["reason"]
    broke = told[names.index("call_failed")]
    assert (broke["call_id"], broke["code"]) == ("call-that-broke", "replica_crashed")
    assert names.count("call") == 4
    refused = [each for each in told if each["event"] == "login_refused"]
    assert [each["door"] for each in refused] == ["rest", "rest", "rest"]
    assert refused[0]["peer"] == "127.0.0.1"
    (summed,) = [each for each in told if each.get("of") == "login_refused"]
    assert summed["more"] == 48  # 47, and the one over gRPC
    said = "\n".join(gateway.said)
    for hidden in (PASSWORD, PAYLOAD, VALUE, "wrong-password"):
        assert hidden not in said


def test_a_killed_replica_is_told_by_its_signal(watched, put):
    assert put(CODE) == 0
    (replica,) = watched.gateway.children()
    os.kill(replica, signal.SIGKILL)
    until(lambda: watched.of("gateway_function_replica_restarts_total", reason="signal") == 1)
    assert watched.gateway.end() == 0
    (event,) = [each for each in events(watched.gateway) if each["event"] == "replica_restarted"]
    assert event["kind"] == "signal"
    assert "SIGKILL" in event["reason"]


def test_queued_calls_that_wait_are_told(watched, put):
    assert put(CODE) == 0
    scale = {"serviceName": "f", "replicas": 0}
    assert watched.asked("POST", "/system/scale-function/f", json=scale).status_code == 202
    until(lambda: watched.state().get("availableReplicas", 0) == 0)
    for _ in range(3):
        assert watched.ask("POST", "/async-function/f", data="x").status_code == 202
    assert watched.number("gateway_queue_waiting") == 3
    assert until(lambda: watched.number("gateway_queue_oldest_seconds")) < 600
    scale["replicas"] = 1
    assert watched.asked("POST", "/system/scale-function/f", json=scale).status_code == 202
    until(lambda: watched.number("gateway_queue_waiting") == 0)
    until(lambda: watched.of("gateway_function_invocation_total", code="200") == 3)


def test_a_gateway_whose_stderr_nobody_reads_answers_on(gateways, write_function, tmp_path):
    gateway = gateways("--log-level", "debug")  # stdout and stderr are one pipe, never read again
    gateway.deploy(write_function(tmp_path / "f"))
    with requests.Session() as session:
        for number in range(1200):  # each is a line of over 100 bytes: twice what the pipe takes
            answer = session.post(
                f"{gateway.rest}/function/echo", data=str(number), timeout=20,
                headers={"X-Call-Id": f"{number:0>60}"},
            )  # fmt: skip
            assert answer.text == str(number)
        assert session.get(f"{gateway.rest}/healthz", timeout=20).text == "OK"
