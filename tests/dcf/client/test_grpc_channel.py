"""Which service a question by gRPC goes to, and what is shown to it."""

from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest

from dcf._proto import gateway_pb2 as pb
from dcf._proto.gateway_pb2_grpc import FxGatewayServicer, add_FxGatewayServicer_to_server
from dcf.client.grpc_channel import GrpcChannel, Unimplemented
from dcf.errors import ConfigError, GatewayRefused


@pytest.fixture
def old():
    """A gateway with OpenFx' service alone; gives its address and what it was shown."""
    shown = []

    class Old(FxGatewayServicer):
        def Invoke(self, request, context):
            shown.append(dict(context.invocation_metadata()))
            return pb.Message(Msg=f"{request.Service}: {request.Input.decode()}")

    server = grpc.server(ThreadPoolExecutor(1))
    add_FxGatewayServicer_to_server(Old(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield f"127.0.0.1:{port}", shown
    server.stop(None).wait()


CALL = pb.InvokeServiceRequest(Service="f", Input=b"word")


def test_a_question_goes_to_the_service_that_is_there(old):
    address, shown = old
    channel = GrpcChannel(address, "Basic mine", 20)
    found = channel.ask("Invoke", CALL, pb.Message, metadata=(("x-query", "a=b"),))
    assert found.Msg == "f: word"
    (only,) = shown
    assert (only["authorization"], only["x-query"]) == ("Basic mine", "a=b")
    assert "@" in only["x-deployed-by"]


def test_what_no_service_has_is_an_error_of_the_gateway(old):
    with pytest.raises(GatewayRefused):
        GrpcChannel(old[0], "", 20).ask("Scale", pb.Empty(), pb.Message)


def test_a_gateway_without_streams_says_so_before_anything_ran(old):
    address, shown = old
    with pytest.raises(Unimplemented):
        list(GrpcChannel(address, "", 20).invokes(CALL, ()))
    assert shown == []


def test_a_file_of_certificates_that_is_not_there_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none.pem"))
    with pytest.raises(ConfigError, match=r"none\.pem"):
        GrpcChannel("grpcs://127.0.0.1:1", "", 20)
    assert GrpcChannel("127.0.0.1:1", "", 20).place == "127.0.0.1:1"
