"""Messages over gRPC: decoded or refused, in time, within their memory, which is given back."""

import re
import socket
import threading
from contextlib import ExitStack
from pathlib import Path

import grpc
import pytest
import requests

from dcf._proto import gateway_pb2 as pb
from dcf._proto.gateway_pb2_grpc import GatewayStub
from dcf.gateway.bounds import Bounds

CODE = grpc.StatusCode
SECONDS = 30
BIG = [("grpc.max_send_message_length", 64 << 20)]
NO_MESSAGE = b"\xff\xff\xff\xff"
RPCS = ["Invoke", "Invokes", "List", "Deploy", "Update", "Delete", "GetMeta", "GetLog"]


def port_of(address: str) -> int:
    return int(address.rpartition(":")[2])


def memory_mb(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) >> 10


@pytest.fixture(name="deployed")
def _deployed(background):
    def start(**bounds: int):
        gateway = background(bounds=Bounds(**bounds))
        spec = {"service": "f", "image": "i"}
        assert gateway.ask("POST", "/system/functions", json=spec).status_code == 202
        return gateway

    return start


@pytest.mark.parametrize("service", ["Gateway", "FxGateway"])
@pytest.mark.parametrize("rpc", RPCS)
def test_what_is_no_message_is_an_invalid_argument(echo_gateway, service, rpc):
    if (service, rpc) == ("FxGateway", "Invokes"):
        pytest.skip("Invokes is pb.Gateway's alone")
    with grpc.insecure_channel(echo_gateway.grpc) as channel:
        call = channel.stream_stream(f"/pb.{service}/{rpc}")
        with pytest.raises(grpc.RpcError) as raised:
            list(call(iter([NO_MESSAGE]), timeout=SECONDS))
    assert raised.value.code() is CODE.INVALID_ARGUMENT
    assert raised.value.details().startswith("the message cannot be decoded")


def test_an_unknown_rpc_stays_unimplemented(echo_gateway):
    with (
        grpc.insecure_channel(echo_gateway.grpc) as channel,
        pytest.raises(grpc.RpcError) as raised,
    ):
        channel.unary_unary("/pb.Gateway/Nothing")(b"", timeout=SECONDS)
    assert raised.value.code() is CODE.UNIMPLEMENTED


@pytest.mark.parametrize("rpc", ["Invoke", "Invokes"])
def test_a_message_that_does_not_come_ends_its_call(deployed, rpc):
    gateway = deployed(body_timeout=1)
    over = threading.Event()

    def never():
        over.wait(SECONDS)
        yield from ()

    with grpc.insecure_channel(gateway.server.grpc) as channel:
        with pytest.raises(grpc.RpcError) as raised:
            list(channel.stream_stream(f"/pb.Gateway/{rpc}")(never(), timeout=SECONDS))
        over.set()
    assert raised.value.code() is CODE.DEADLINE_EXCEEDED
    assert raised.value.details() == "the message did not come in 4 s: send it faster"


def test_messages_beyond_the_memory_for_them_are_refused(deployed, wait_for):
    gateway = deployed(grpc_message_bytes=64)
    gateway.slow.set()
    other = pb.InvokeServiceRequest(Service="f", Input=b"x" * 56)
    with grpc.insecure_channel(gateway.server.grpc) as channel:
        stub = GatewayStub(channel)
        held = stub.Invoke.future(pb.InvokeServiceRequest(Service="f", Input=b"slow"))
        wait_for(lambda: gateway.call_ids)
        with pytest.raises(grpc.RpcError) as raised:
            stub.Invoke(other, timeout=SECONDS)
        assert raised.value.code() is CODE.RESOURCE_EXHAUSTED
        assert "--grpc-message-bytes" in raised.value.details()
        assert stub.HealthCheck(pb.Empty(), timeout=SECONDS).Msg == "OK"
        held.cancel()
        assert gateway.left.wait(SECONDS)
        assert stub.Invoke(other, timeout=SECONDS).Msg == "x" * 56


@pytest.mark.timeout(300)  # 360 MB of messages, on a machine that may have other work
@pytest.mark.parametrize("rpc", ["Invoke", "Invokes"])
def test_memory_of_large_messages_is_given_back(gateways, write_function, tmp_path, wait_for, rpc):
    gateway = gateways()
    gateway.deploy(write_function(tmp_path / "function"))
    before = memory_mb(gateway.process.pid)
    large = pb.InvokeServiceRequest(Service="echo", Input=b"z" * (60 << 20)).SerializeToString()
    with grpc.insecure_channel(gateway.grpc, options=BIG) as channel:
        call = channel.stream_stream(f"/pb.Gateway/{rpc}")
        for _ in range(3):
            with pytest.raises(grpc.RpcError) as raised:
                list(call(iter([large]), timeout=90))
            assert "body_too_large" in raised.value.details()
        wait_for(lambda: memory_mb(gateway.process.pid) < before + 40, 90)


def test_silent_connections_to_the_grpc_port_stop_nobody(gateways, write_function, tmp_path):
    gateway = gateways(files=256)
    gateway.deploy(write_function(tmp_path / "function"))
    with ExitStack() as held:
        for _ in range(300):
            address = ("127.0.0.1", port_of(gateway.grpc))
            held.enter_context(socket.create_connection(address, SECONDS))
        called = requests.post(f"{gateway.rest}/function/echo", data=b"call", timeout=SECONDS)
        assert called.content == b"call"
        with grpc.insecure_channel(gateway.grpc) as channel:
            request = pb.InvokeServiceRequest(Service="echo", Input=b"call")
            invoke = GatewayStub(channel).Invoke
            assert invoke(request, timeout=SECONDS, wait_for_ready=True).Msg == "call"
