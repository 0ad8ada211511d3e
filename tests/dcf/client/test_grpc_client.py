"""Where a gRPC client goes for what gRPC does not carry, and whom it shows its password."""

from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest

from dcf._proto import gateway_pb2 as pb
from dcf._proto.gateway_pb2_grpc import GatewayServicer, add_GatewayServicer_to_server
from dcf.client import connect_as, credentials
from dcf.errors import GatewayRefused


@pytest.fixture
def info():
    """A gRPC gateway that answers `Info` with what its list holds; gives address and list."""
    told = [""]

    class Informant(GatewayServicer):
        def Info(self, request, context):
            return pb.Message(Msg=told[0])

    server = grpc.server(ThreadPoolExecutor(1))
    add_GatewayServicer_to_server(Informant(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield f"127.0.0.1:{port}", told
    server.stop(None).wait()


@pytest.fixture
def shown(monkeypatch):
    """The authorization each REST client is made with."""
    from dcf.client import grpc_client

    made = []
    monkeypatch.setattr(grpc_client, "RestClient", lambda *given: made.append(given[:2]))
    return made


def test_a_password_goes_to_the_same_host_alone(info, shown, monkeypatch, tmp_path):
    address, told = info
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    credentials.keep("http://elsewhere:1", "Bearer its-own")
    client = connect_as(address, "Basic mine")
    for rest in ("http://127.0.0.1:1", "http://elsewhere:1", "http://stranger:1"):
        told[0] = f"rest: {rest}"
        client._rest()
    assert [header for _, header in shown] == ["Basic mine", "Bearer its-own", ""]


def test_a_gateway_without_rest_is_told_so(info):
    address, told = info
    told[0] = "{}"
    client = connect_as(address, "")
    assert not client.takes_archives()
    with pytest.raises(GatewayRefused, match="--gateway http://"):
        client.history("f")


def test_only_a_gateway_with_a_store_for_them_takes_archives(info):
    address, told = info
    client = connect_as(address, "")
    for stores, takes in (("[archives, logs]", True), ("[logs]", False), ("archives", False)):
        told[0] = f"provider: process\ncapabilities: {stores}\nrest: http://127.0.0.1:1"
        assert client.takes_archives() == takes
