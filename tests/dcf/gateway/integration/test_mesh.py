"""Functions of one gateway call one another: mesh_call, from watcher to gateway to watcher."""

import os
import signal
import subprocess
import sys
import threading

import grpc
import pytest

from dcf._proto import fxwatcher_pb2 as fx
from dcf._proto import gateway_pb2 as pb
from dcf._proto.fxwatcher_pb2_grpc import FxWatcherStub
from dcf._proto.gateway_pb2_grpc import GatewayStub

CHAIN = """
import mesh

class Handler:
    def __call__(self, req):
        name, _, rest = req.input.partition(b" ")
        try:
            return b"through " + mesh.mesh_call(name.decode(), rest, timeout=20)
        except mesh.MeshError as fault:
            return "failed: " + fault.message
"""


@pytest.fixture
def chained(gateways, write_function, tmp_path):
    """A gateway with `echo` and `chain`."""
    gateway = gateways()
    gateway.deploy(write_function(tmp_path / "echo"))
    gateway.deploy(write_function(tmp_path / "chain", "chain", CHAIN))
    return gateway


def test_a_function_calls_another_and_itself_by_name(chained):
    assert chained.dcf("call", "chain", stdin=b"echo hello").stdout == b"through hello"
    assert (
        chained.dcf("call", "chain", stdin=b"chain echo hello").stdout == b"through through hello"
    )


def test_what_another_function_fails_with_reaches_the_caller_as_one_line(chained):
    nobody = chained.dcf("call", "chain", stdin=b"nobody hello").stdout.decode()
    assert nobody.startswith("failed: function nobody failed: NOT_FOUND: could not invoke: nobody")
    raised = chained.dcf("call", "chain", stdin=b"echo raise").stdout.decode()
    assert raised.startswith("failed: function echo failed: INTERNAL: could not invoke: echo")
    assert "secret words" not in raised


def test_a_large_message_goes_there_and_back(chained):
    sent = b"x" * (20 << 20)
    assert chained.dcf("call", "chain", stdin=b"echo " + sent).stdout == b"through " + sent


def test_after_a_restart_functions_find_one_another_at_the_gateways_new_port(gateways, chained):
    before = chained.grpc
    chained.end()
    again = gateways()
    assert again.grpc != before
    assert again.dcf("ready", "chain").returncode == 0
    assert again.dcf("ready", "echo").returncode == 0
    assert again.dcf("call", "chain", stdin=b"echo hello").stdout == b"through hello"


def test_a_gateway_with_a_password_lets_functions_call_one_another(gateways, tmp_path):
    (tmp_path / "basic-auth-user").write_text("admin")
    (tmp_path / "basic-auth-password").write_text("secret")
    gateway = gateways("--basic-auth", "--secret-mount-path", tmp_path)
    with grpc.insecure_channel(gateway.grpc) as channel:
        stub = FxWatcherStub(channel)
        with pytest.raises(grpc.RpcError) as failed:
            stub.Call(fx.Request(input=b"", info=fx.Info(FunctionName="nobody")), timeout=10)
    assert failed.value.code() is grpc.StatusCode.NOT_FOUND


def test_a_taken_grpc_port_ends_the_start_before_any_function_runs(chained, tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "dcf", "gateway", "start", "--port", "0",
         "--grpc-port", chained.grpc.rpartition(":")[2], "--home", str(tmp_path / "other")],
        capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    assert done.returncode == 1
    assert "gRPC port" in done.stderr
    assert not (tmp_path / "other").exists()


SLOWLY = """
import os, pathlib
import mesh

class Handler:
    def __call__(self, req):
        mark = pathlib.Path(req.input.decode())
        mark.with_suffix(".begun").touch()
        os.read(os.open(mark, os.O_RDONLY), 1)
        return mesh.mesh_call("chain", b"echo late", timeout=20)
"""


@pytest.mark.parametrize("door", ["rest", "grpc"])
def test_a_chain_that_is_under_way_when_the_gateway_stops_is_finished(
    chained, write_function, tmp_path, wait_for, door
):
    chained.deploy(write_function(tmp_path / "slow", "slow", SLOWLY))
    mark = tmp_path / "go"
    os.mkfifo(mark)
    answers = []

    def call():
        address = chained.rest if door == "rest" else chained.grpc
        done = chained.dcf("call", "slow", stdin=str(mark).encode(), gateway=address)
        answers.append((done.returncode, done.stdout, done.stderr))

    caller = threading.Thread(target=call)
    caller.start()
    wait_for(mark.with_suffix(".begun").exists)
    chained.process.send_signal(signal.SIGTERM)
    wait_for(lambda: refused(chained.grpc))
    mark.write_bytes(b".")
    caller.join(30)
    assert answers == [(0, b"through late", b"")]
    chained.process.wait(timeout=30)
    assert chained.end() == 0


def refused(address):
    """Whether the gateway takes no new calls from outside any more."""
    with grpc.insecure_channel(address) as channel:
        try:
            GatewayStub(channel).Invoke(pb.InvokeServiceRequest(Service="echo"), timeout=5)
        except grpc.RpcError as fault:
            return fault.code() is grpc.StatusCode.UNAVAILABLE
        return False
