"""Calls over gRPC against a real server: answered, busy, lost with their process, or lost."""

import asyncio
import random

import grpc
import pytest

from benchmarks.soak.calls import Client
from benchmarks.soak.ledger import ANSWERED, BUSY, REFUSED, BrokeOff, Lost
from benchmarks.soak.rpc_calls import bad_message, rpc
from dcf._proto import gateway_pb2 as pb


def called(call, answer):
    """What a call comes to where the server does what `answer` says."""

    async def invoke(body, context):
        return await answer(body, context)

    async def run():
        server = grpc.aio.server()
        method = grpc.unary_unary_rpc_method_handler(invoke)
        server.add_generic_rpc_handlers(
            [grpc.method_handlers_generic_handler("pb.Gateway", {"Invoke": method})]
        )
        port = server.add_insecure_port("127.0.0.1:0")
        await server.start()
        try:
            async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
                return await call(
                    Client(None, channel, "", random.Random(1), b"", None, None, None)
                )
        finally:
            await server.stop(None)

    return asyncio.run(run())


async def echo(body, context):
    asked = pb.InvokeServiceRequest.FromString(body)
    return pb.Message(Msg=asked.Input.decode()).SerializeToString()


async def other(body, context):
    return pb.Message(Msg="another").SerializeToString()


def refusing(code, words=""):
    async def refuse(body, context):
        await context.abort(code, words)

    return refuse


def test_an_echo_is_answered_and_anything_else_is_lost():
    assert called(rpc, echo) == ANSWERED
    with pytest.raises(Lost, match="another answer"):
        called(rpc, other)


def test_want_of_room_is_no_loss():
    assert called(rpc, refusing(grpc.StatusCode.RESOURCE_EXHAUSTED)) == BUSY


def test_a_process_that_is_gone_breaks_a_call_off():
    with pytest.raises(BrokeOff, match="reach"):
        called(rpc, refusing(grpc.StatusCode.UNAVAILABLE, "Can't reach service"))
    with pytest.raises(Lost, match="INTERNAL") as lost:
        called(rpc, refusing(grpc.StatusCode.INTERNAL, "no"))
    assert not isinstance(lost.value, BrokeOff)


def test_bytes_that_are_no_message_must_be_refused_as_such():
    assert called(bad_message, refusing(grpc.StatusCode.INVALID_ARGUMENT)) == REFUSED
    with pytest.raises(Lost, match="UNKNOWN for bytes"):
        called(bad_message, refusing(grpc.StatusCode.UNKNOWN))
    with pytest.raises(Lost, match="were answered"):
        called(bad_message, other)
