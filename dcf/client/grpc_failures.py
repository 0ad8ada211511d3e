"""gRPC's failures as the command's."""

import grpc

from ..errors import (
    AlreadyExists,
    DcfError,
    Forbidden,
    GatewayRefused,
    GatewayUnreachable,
    NotFound,
)

_MAX_WORDS = 4000
_CODE = grpc.StatusCode
_KINDS: dict[grpc.StatusCode, type[DcfError]] = {
    _CODE.NOT_FOUND: NotFound,
    _CODE.ALREADY_EXISTS: AlreadyExists,
    _CODE.PERMISSION_DENIED: Forbidden,
}


def code_of(fault: grpc.RpcError) -> grpc.StatusCode:
    """A failure's code."""
    return fault.code() if isinstance(fault, grpc.Call) else _CODE.UNKNOWN


def failure(address: str, fault: grpc.RpcError, otherwise: type[DcfError]) -> DcfError:
    """What to raise.

    Args:
        address: The gateway's.
        fault: What gRPC raised.
        otherwise: For a code that is none of the gateway's own.
    """
    words = str(fault.details() if isinstance(fault, grpc.Call) else fault)[:_MAX_WORDS]
    code = code_of(fault)
    if code is _CODE.UNAVAILABLE and "connect" in words.lower():
        return GatewayUnreachable(
            f"no gateway answers at {address} by gRPC: write http://{address} if that is its REST "
            "address, start one with `dcf gateway start`, or name another with --gateway"
        )
    if code is _CODE.UNAUTHENTICATED:
        return GatewayRefused(
            f"the gateway at {address} wants a login, or another one ({words}): "
            f"use `dcf login -g {address}`"
        )
    return _KINDS.get(code, otherwise)(words)
