"""Tokens in gRPC's metadata: the same roles as over REST."""

import grpc
import pytest

from dcf._proto import fxwatcher_pb2 as fx
from dcf._proto import gateway_pb2 as pb
from dcf._proto.fxwatcher_pb2_grpc import FxWatcherStub
from dcf._proto.gateway_pb2_grpc import GatewayStub
from dcf.gateway.access.access import Access
from dcf.gateway.access.tokens import TokenFile

CODE = grpc.StatusCode
ASKED = pb.InvokeServiceRequest(Service="f", Input=b"in")


@pytest.fixture
def made(background, tmp_path):
    """`made(auth_calls)`: a channel, and the metadata of each role."""

    def make(auth_calls):
        file = TokenFile(tmp_path / "tokens.json")
        roles = {
            role: (("authorization", f"Bearer {file.add(role, role)}"),)
            for role in ("call", "deploy", "all")
        }
        gateway = background(access=Access(None, file, auth_calls))
        channel = grpc.insecure_channel(gateway.server.grpc)
        body = pb.CreateFunctionRequest(Service="f", Image="i")
        GatewayStub(channel).Deploy(body, timeout=20, metadata=roles["deploy"])
        return channel, roles | {"nobody": ()}

    return make


def code_of(call):
    try:
        call()
    except grpc.RpcError as fault:
        return fault.code()
    return CODE.OK


def attempts(channel, metadata):
    gateway, watcher = GatewayStub(channel), FxWatcherStub(channel)
    options = {"timeout": 20, "metadata": metadata}
    request = fx.Request(input=b"in", info=fx.Info(FunctionName="f"))
    return {
        "list": code_of(lambda: gateway.List(pb.Empty(), **options)),
        "invoke": code_of(lambda: gateway.Invoke(ASKED, **options)),
        "invokes": code_of(lambda: list(gateway.Invokes(iter([ASKED]), **options))),
        "mesh": code_of(lambda: watcher.Call(request, **options)),
        "health": code_of(lambda: gateway.HealthCheck(pb.Empty(), **options)),
    }


def expected(of_list, of_calls):
    return {
        "list": of_list, "invoke": of_calls, "invokes": of_calls, "mesh": of_calls,
        "health": CODE.OK,
    }  # fmt: skip


def test_with_calls_guarded(made):
    channel, roles = made(True)
    with channel:
        nobody, denied, ok = CODE.UNAUTHENTICATED, CODE.PERMISSION_DENIED, CODE.OK
        assert attempts(channel, roles["nobody"]) == expected(nobody, nobody)
        assert attempts(channel, roles["call"]) == expected(denied, ok)
        assert attempts(channel, roles["deploy"]) == expected(ok, denied)
        assert attempts(channel, roles["all"]) == expected(ok, ok)


def test_with_calls_open(made):
    channel, roles = made(False)
    with channel:
        assert attempts(channel, roles["nobody"]) == expected(CODE.UNAUTHENTICATED, CODE.OK)
        assert attempts(channel, roles["call"]) == expected(CODE.PERMISSION_DENIED, CODE.OK)


def test_the_refusal_says_which_role(made):
    channel, roles = made(True)
    with channel, pytest.raises(grpc.RpcError) as refused:
        GatewayStub(channel).List(pb.Empty(), timeout=20, metadata=roles["call"])
    assert refused.value.details().startswith("the token call has the role call and may not")
