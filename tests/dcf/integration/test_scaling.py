"""Functions that scale, with real gateways, real processes, and every way of calling."""

import json
import os
import signal
import threading
from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest
import requests

from dcf._proto import gateway_pb2 as pb
from dcf._proto.gateway_pb2_grpc import GatewayStub

PREFIX = "com.openfaas.scale."
SECONDS = 30
SLOW = """
import os, time

def handle(body):
    time.sleep(0.02)
    return f"{body} {os.getpid()}"
"""
FAILS = """
import os, pathlib, sys

if (pathlib.Path(os.environ["PLACE"]) / "broken").exists():
    sys.exit("no weights here")

def handle(body):
    return body
"""
ASKS = """
import mesh

def handle(body):
    return mesh.mesh_call("z", body, timeout=20)
"""
STUCK = """
import os, threading

def handle(body):
    if body == "stick":
        threading.Event().wait()
    return f"{body} {os.getpid()}"
"""


class Scaled:
    """A function of a running gateway."""

    def __init__(self, gateway, name):
        self.gateway, self.name = gateway, name

    def state(self):
        return requests.get(
            f"{self.gateway.rest}/system/function/{self.name}", timeout=SECONDS
        ).json()

    def replicas(self):
        return self.state().get("replicas", 0)

    def call(self, body="x", way="function"):
        return requests.post(f"{self.gateway.rest}/{way}/{self.name}", data=body, timeout=SECONDS)

    def scale(self, replicas):
        done = self.gateway.dcf("scale", self.name, str(replicas))
        assert done.returncode == 0, done.stderr

    def metric(self, name):
        page = requests.get(f"{self.gateway.rest}/metrics", timeout=SECONDS).text
        lines = [each for each in page.splitlines() if each.startswith(f"{name}{{")]
        return next((float(line.split()[-1]) for line in lines if f'"{self.name}.' in line), 0.0)


@pytest.fixture(scope="module", params=["process", "kubernetes"])
def place(request):
    return request.param


@pytest.fixture
def scaled(module_gateway, tmp_path, wait_for):
    """`scaled(code, environment, **labels)` deploys `z` and has it at zero or ready."""

    def deploy(code, environment="", gateway=module_gateway, by_hand=False, **labels):
        source = tmp_path / "src"
        source.mkdir(exist_ok=True)
        (source / "handler.py").write_text(code)
        named = {PREFIX + key.replace("_", "-"): text for key, text in labels.items()}
        (tmp_path / "config.yaml").write_text(
            "functions:\n  z:\n    handler: {dir: ./src, name: handle}\n"
            f"    environment: {{{environment}}}\n    labels: {json.dumps(named)}\n"
        )
        gateway.deploy(tmp_path / "config.yaml")
        function = Scaled(gateway, "z")
        if by_hand:
            function.scale(0)
        if labels.get("zero"):
            wait_for(lambda: function.replicas() == 0, SECONDS)
        return function

    yield deploy
    if module_gateway.process.poll() is None:
        module_gateway.dcf("delete", "z")


AT_ZERO = {"zero": "true", "zero_duration": "1s", "type": "capacity", "target": "25", "max": "2"}


def test_nobody_calls_and_it_ends_and_a_call_of_any_way_brings_it_back(scaled, wait_for):
    function = scaled(SLOW, **AT_ZERO)
    assert function.call("rest").text.startswith("rest ")
    wait_for(lambda: function.replicas() == 0, SECONDS)
    with grpc.insecure_channel(function.gateway.grpc) as channel:
        asked = pb.InvokeServiceRequest(Service="z", Input=b"grpc")
        assert GatewayStub(channel).Invoke(asked, timeout=SECONDS).Msg.startswith("grpc ")
    wait_for(lambda: function.replicas() == 0, SECONDS)
    before = function.state()["invocationCount"]
    assert function.call("later", "async-function").status_code == 202
    wait_for(lambda: function.state()["invocationCount"] == before + 1, SECONDS)
    assert function.metric("gateway_function_wakes_total") == 3


def test_a_function_that_asks_it_through_the_gateway_brings_it_back(
    scaled, place, write_function, tmp_path
):
    function = scaled(SLOW, **AT_ZERO)
    config = write_function(tmp_path / "asks", "asks", ASKS, name="handle")
    if place == "kubernetes":  # as docs/kubernetes.md says
        with config.open("a") as file:
            file.write(f"    environment: {{MESH_ADDRESS: '{function.gateway.grpc}'}}\n")
    function.gateway.deploy(config)
    try:
        assert Scaled(function.gateway, "asks").call("hello").text.startswith("hello ")
        assert function.metric("gateway_function_wakes_total") == 1
    finally:
        function.gateway.dcf("delete", "asks")


def test_a_burst_at_zero_loses_none_and_starts_no_more_than_are_wanted(scaled, wait_for):
    function, numbers = scaled(SLOW, **AT_ZERO), set()
    done = threading.Event()

    def look():
        while not done.is_set():
            numbers.add(function.replicas())

    looking = threading.Thread(target=look)
    looking.start()
    with ThreadPoolExecutor(100) as callers:
        replies = list(callers.map(lambda number: function.call(str(number)), range(100)))
    done.set()
    looking.join(SECONDS)
    assert [(each.status_code, each.text.split()[0]) for each in replies] == [
        (200, str(number)) for number in range(100)
    ]
    assert max(numbers) <= 2
    assert len({each.text.split()[1] for each in replies}) <= 2


def test_a_start_that_fails_is_told_at_once_to_who_waits_and_a_crash_loop_to_who_looks(
    scaled, tmp_path, wait_for
):
    # It stays at one: it is looked at while it ends again and again, however long that takes.
    labels = {**AT_ZERO, "zero_duration": "10m"}
    function = scaled(FAILS, f"PLACE: {tmp_path}", by_hand=True, **labels)
    (tmp_path / "broken").touch()
    with ThreadPoolExecutor(5) as callers:
        for reply in callers.map(function.call, "abcde"):
            assert reply.status_code == 503
            assert int(reply.headers["Retry-After"]) >= 1
            message = reply.json()["error"]["message"]
            assert "exited with status 1" in message
            assert "no weights" not in message  # what it wrote is in its log
    wait_for(lambda: "crashLoop" in function.state(), SECONDS)
    told = function.state()["crashLoop"]
    assert told.startswith("crash loop: restarted ")
    assert "last: exited with status 1" in told
    (served,) = json.loads(function.gateway.dcf("history", "z", "--json").stdout)
    assert served["crash_loop"].startswith("crash loop: restarted ")
    shown = function.gateway.dcf("info", "z").stdout.decode()
    assert "dcf.crash-loop: 'crash loop: restarted" in shown.replace('"', "'")
    (tmp_path / "broken").unlink()
    wait_for(lambda: function.call("well").status_code == 200, SECONDS)


def test_at_zero_by_hand_it_stays_there_unless_calls_start_it(scaled):
    function = scaled(SLOW, max="3")
    function.scale(0)
    reply = function.call()
    assert (reply.status_code, reply.headers["Retry-After"]) == (503, "10")
    assert "It is scaled to 0 replicas: start one with" in reply.text
    assert function.replicas() == 0


def test_a_gateway_that_starts_again_finds_it_at_zero_and_wakes_it(
    gateways, place_flags, scaled, wait_for, tmp_path
):
    first = gateways(*place_flags, home=tmp_path / "home")
    function = scaled(SLOW, gateway=first, **AT_ZERO)
    assert first.end(signal.SIGKILL) == -signal.SIGKILL
    second = Scaled(gateways(*place_flags, home=tmp_path / "home"), "z")
    assert second.replicas() == 0
    assert second.gateway.children() == []
    assert second.call("again").text.startswith("again ")
    assert function.name == second.name


# A cluster's kubelet looks after its containers, with other words and more patience.
BY_GATEWAY = pytest.mark.parametrize("place", ["process"], indirect=True, scope="module")


@BY_GATEWAY
def test_a_watcher_with_every_slot_stuck_is_replaced_and_says_why(scaled, wait_for):
    function = scaled(STUCK, "EXEC_TIMEOUT: 1, CONCURRENCY: 2, SHUTDOWN_TIMEOUT: 120")
    before = function.call("a").text.split()[1]
    with ThreadPoolExecutor(2) as callers:
        stuck = list(callers.map(function.call, ["stick"] * 2))
    assert [each.status_code for each in stuck] == [504, 504]
    wait_for(lambda: function.call("b").status_code == 200, SECONDS)
    assert function.call("c").text.split()[1] != before
    assert not os.path.exists(f"/proc/{before}")  # noqa: PTH110 - no file of ours
    told = function.state()
    assert told["restarts"] == 1
    assert "unhealthy 3 times in a row: every slot is stuck beyond EXEC_TIMEOUT" in told["lastExit"]
    log = function.gateway.dcf("log", "z").stdout.decode()
    assert "every slot is stuck beyond EXEC_TIMEOUT" in log
    history = json.loads(function.gateway.dcf("history", "z", "--json").stdout)
    assert "every slot is stuck" in history[0]["last_exit"]
    restarts = function.metric("gateway_function_replica_restarts_total")
    assert restarts == 1


@BY_GATEWAY
def test_a_watcher_that_does_nothing_more_is_not_waited_for(scaled, wait_for):
    function = scaled(STUCK, "SHUTDOWN_TIMEOUT: 120")
    before = int(function.call("a").text.split()[1])
    os.kill(before, signal.SIGSTOP)
    wait_for(lambda: function.state().get("restarts"), SECONDS)
    wait_for(lambda: function.call("b").status_code == 200, SECONDS)
    assert "unhealthy 3 times in a row: no answer within 1 s" in function.state()["lastExit"]


@pytest.mark.parametrize(
    ("label", "words"),
    [
        ({"max": "99999"}, "label com.openfaas.scale.max is '99999': give a whole number from 1"),
        ({"type": "memory"}, "use capacity"),
        ({"zero_durations": "1m"}, "did you mean com.openfaas.scale.zero-duration?"),
    ],
)
def test_a_label_that_cannot_be_meant_stops_the_deploy_with_one_line(
    module_gateway, write_function, tmp_path, label, words
):
    config = write_function(tmp_path, "y")
    named = {PREFIX + key.replace("_", "-"): text for key, text in label.items()}
    config.write_text(f"{config.read_text()}    labels: {json.dumps(named)}\n")
    done = module_gateway.dcf("create", "-f", config)
    assert done.returncode == 1
    assert words in done.stderr.decode()
    assert b"Traceback" not in done.stderr
    done = module_gateway.dcf("create", "-f", write_function(tmp_path, "y"), "--max", "99999")
    assert done.returncode == 1
    assert b"give a whole number from 1 to" in done.stderr
