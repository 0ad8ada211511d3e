"""Calls over gRPC: one that is answered, and bytes that are no message."""

import grpc

from benchmarks.soak.calls import SECONDS, Client, Kind
from benchmarks.soak.ledger import ANSWERED, BUSY, REFUSED, BrokeOff, Lost
from dcf._proto import gateway_pb2 as pb


async def rpc(client: Client) -> str:
    """Invoke of pb.Gateway."""
    invoke = client.channel.unary_unary(
        "/pb.Gateway/Invoke",
        request_serializer=pb.InvokeServiceRequest.SerializeToString,
        response_deserializer=pb.Message.FromString,
    )
    text = f"word {client.chance.random()}"
    try:
        answer = await invoke(
            pb.InvokeServiceRequest(Service="echo", Input=text.encode()), timeout=SECONDS
        )
    except grpc.aio.AioRpcError as fault:
        return _status_of(fault)
    if answer.Msg != text:
        raise Lost(f"another answer than was sent: {answer.Msg[:120]!r}")
    return ANSWERED


def _status_of(fault: grpc.aio.AioRpcError) -> str:
    words = f"{fault.code().name} {fault.details()}"
    if fault.code() is grpc.StatusCode.RESOURCE_EXHAUSTED:
        return BUSY
    if fault.code() is grpc.StatusCode.UNAVAILABLE and "Can't reach service" in words:
        raise BrokeOff(words)
    raise Lost(words)


async def bad_message(client: Client) -> str:
    """Bytes that are no message of the rpc."""
    asked = client.channel.unary_unary("/pb.Gateway/Invoke")
    try:
        await asked(b"\xff" * client.chance.choice((1, 50, 5000)), timeout=SECONDS)
    except grpc.aio.AioRpcError as fault:
        if fault.code() is not grpc.StatusCode.INVALID_ARGUMENT:
            raise Lost(f"{fault.code().name} for bytes that are no message") from fault
        return REFUSED
    raise Lost("bytes that are no message were answered")


RPC = (Kind("gRPC Invoke", "echo", 4, rpc), Kind("gRPC, no message", "", 1, bad_message))
