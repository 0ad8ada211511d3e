"""What gRPC's failures come down to: failures of a real channel to a server that fails as told."""

from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest

from dcf._proto import gateway_pb2 as pb
from dcf._proto.gateway_pb2_grpc import GatewayServicer, GatewayStub, add_GatewayServicer_to_server
from dcf.client.grpc_failures import code_of, failure
from dcf.errors import (
    AlreadyExists,
    FunctionFailed,
    GatewayRefused,
    GatewayUnreachable,
    NotFound,
)

CODE = grpc.StatusCode


@pytest.fixture
def fails():
    """`fails(code, words)` is what a client gets of a server that says so."""
    told = []

    class Failing(GatewayServicer):
        def List(self, request, context):
            context.abort(*told[-1])

    pool = ThreadPoolExecutor(1)
    server = grpc.server(pool)
    add_GatewayServicer_to_server(Failing(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    channel = grpc.insecure_channel(f"127.0.0.1:{port}")

    def ask(code, words):
        told.append((code, words))
        with pytest.raises(grpc.RpcError) as caught:
            GatewayStub(channel).List(pb.Empty(), timeout=10)
        return caught.value

    yield ask
    channel.close()
    server.stop(0).wait(10)
    pool.shutdown()


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (CODE.NOT_FOUND, NotFound),
        (CODE.ALREADY_EXISTS, AlreadyExists),
        (CODE.INTERNAL, FunctionFailed),
        (CODE.UNAVAILABLE, FunctionFailed),
        (CODE.DEADLINE_EXCEEDED, FunctionFailed),
    ],
)
def test_a_code_of_the_gateways_own_has_its_kind_and_any_other_the_callers(fails, code, kind):
    fault = fails(code, "its own words")
    assert code_of(fault) is code
    found = failure("a:1", fault, FunctionFailed)
    assert (type(found), found.message) == (kind, "its own words")


def test_a_wrong_password_says_what_to_do(fails):
    found = failure("a:1", fails(CODE.UNAUTHENTICATED, "no"), FunctionFailed)
    assert type(found) is GatewayRefused
    assert found.message == (
        "the gateway at a:1 wants a login, or another one (no): use `dcf login -g a:1`"
    )


def test_nobody_there_is_told_so():
    with (
        grpc.insecure_channel("127.0.0.1:1") as channel,
        pytest.raises(grpc.RpcError) as caught,
    ):
        GatewayStub(channel).List(pb.Empty(), timeout=10)
    found = failure("127.0.0.1:1", caught.value, FunctionFailed)
    assert type(found) is GatewayUnreachable
    assert found.message.startswith("no gateway answers at 127.0.0.1:1 by gRPC: ")


def test_words_have_a_limit(fails):
    assert len(failure("a:1", fails(CODE.INTERNAL, "x" * 6000), FunctionFailed).message) == 4000


def test_a_failure_that_is_no_call_has_its_words_and_no_code():
    fault = grpc.RpcError("odd")
    assert code_of(fault) is CODE.UNKNOWN
    assert failure("a:1", fault, GatewayRefused).message == "odd"
