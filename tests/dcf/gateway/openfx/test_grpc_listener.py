"""The gRPC port: taken before anything runs, opened with the door, drained but for functions."""

import asyncio
import socket

import grpc
import pytest

from dcf._proto import fxwatcher_pb2 as fx
from dcf._proto import gateway_pb2 as pb
from dcf._proto.fxwatcher_pb2_grpc import FxWatcherStub
from dcf._proto.gateway_pb2_grpc import FxGatewayStub, GatewayStub
from dcf.gateway.access.access import OPEN, Access
from dcf.gateway.access.credentials import Credentials
from dcf.gateway.bounds import Bounds
from dcf.gateway.calls.metrics import Metrics
from dcf.gateway.calls.upstream import Upstream
from dcf.gateway.core import Gateway
from dcf.gateway.openfx.grpc_door import GrpcDoor
from dcf.gateway.openfx.grpc_listener import GrpcListener
from dcf.gateway.openfx.rpcs import Rpcs
from tests.dcf.providers.fake.provider import FakeProvider

BOUNDS = Bounds(connections=9, grpc_connections=9, per_address=9)
CODE = grpc.StatusCode


@pytest.fixture
def listen(run):
    """`listen(steps, access)` runs `steps(listener, channel, open)`."""

    def all_steps(steps, access=OPEN):
        async def through():
            listener = GrpcListener(("127.0.0.1", 0), access, BOUNDS)
            gateway = Gateway(FakeProvider())
            upstream = Upstream(gateway, Metrics())

            async def opened():
                await listener.open(GrpcDoor(Rpcs(gateway), upstream, access))

            try:
                async with grpc.aio.insecure_channel(f"127.0.0.1:{listener.port}") as channel:
                    await steps(listener, channel, opened)
            finally:
                await listener.close()
                await upstream.close()

        run(through())

    return all_steps


async def failure(call):
    with pytest.raises(grpc.aio.AioRpcError) as raised:
        await call
    return raised.value.code(), raised.value.details()


def test_all_three_services_are_there_once_it_is_open(listen):
    async def steps(_listener, channel, opened):
        waiting = asyncio.ensure_future(
            GatewayStub(channel).HealthCheck(pb.Empty(), wait_for_ready=True, timeout=20)
        )
        await opened()
        assert (await waiting).Msg == "OK"  # it came before, and waited
        assert (await FxGatewayStub(channel).HealthCheck(pb.Empty())).Msg == "OK"
        code, _ = await failure(FxWatcherStub(channel).Call(fx.Request()))
        assert code is not CODE.UNIMPLEMENTED

    listen(steps)


def test_a_port_that_is_taken_is_an_error_at_once_and_is_never_shared(run):
    async def steps():
        with (
            socket.create_server(("127.0.0.1", 0)) as other,
            pytest.raises(OSError, match="in use"),
        ):
            GrpcListener(("127.0.0.1", other.getsockname()[1]), OPEN, BOUNDS)
        listener = GrpcListener(("127.0.0.1", 0), OPEN, BOUNDS)
        with pytest.raises(OSError, match="in use"):
            GrpcListener(("127.0.0.1", listener.port), OPEN, BOUNDS)
        await listener.close()

    run(steps())


def test_while_it_drains_functions_reach_one_another_and_nobody_else_does(listen):
    async def steps(listener, channel, opened):
        await opened()
        listener.drain()
        for stub in (GatewayStub(channel), FxGatewayStub(channel)):
            refused = (CODE.UNAVAILABLE, "the gateway is stopping")
            assert await failure(stub.HealthCheck(pb.Empty())) == refused
        code, words = await failure(FxWatcherStub(channel).Call(fx.Request()))
        assert "stopping" not in words
        assert code is not CODE.UNAVAILABLE

    listen(steps)


def test_with_a_password_all_but_calls_want_it(listen):
    credentials = Credentials("me", "word")

    async def steps(_listener, channel, opened):
        await opened()
        stub = GatewayStub(channel)
        code, _ = await failure(stub.List(pb.Empty()))
        assert code is CODE.UNAUTHENTICATED
        known = (("authorization", credentials.authorization),)
        assert list((await stub.List(pb.Empty(), metadata=known)).Functions) == []
        asked = pb.InvokeServiceRequest(Service="f", Input=b"x")
        code, _ = await failure(stub.Invoke(asked))
        assert code is CODE.NOT_FOUND

    listen(steps, Access(credentials))
