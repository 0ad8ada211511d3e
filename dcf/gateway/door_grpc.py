"""The gRPC door: pb.Gateway and pb.FxGateway, the same answers under both names."""

# ruff: noqa: N802, ARG002 - names and arguments are the wire's
# pylint: disable=unused-argument

import base64
import functools
import json
import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any, NoReturn, TypeVar

import grpc
import yaml
from multidict import CIMultiDict

from dcf import __version__
from dcf._proto import gateway_pb2 as pb
from dcf._proto.gateway_pb2_grpc import (
    add_FxGatewayServicer_to_server,
    add_GatewayServicer_to_server,
)
from dcf.errors import DcfError, NotFound
from dcf.gateway.core import Gateway, plain_name
from dcf.gateway.upstream import Call, Upstream
from dcf.gateway.wire_grpc import function_of, spec_of
from dcf.providers.base import LogQuery

MAX_MESSAGE = 64 << 20
_CODE = grpc.StatusCode
_STATUSES = {
    "bad_request": _CODE.INVALID_ARGUMENT,
    "bad_archive": _CODE.INVALID_ARGUMENT,
    "not_found": _CODE.NOT_FOUND,
    "already_exists": _CODE.ALREADY_EXISTS,
    "not_ready": _CODE.UNAVAILABLE,
    "upstream_failed": _CODE.UNAVAILABLE,
    "timeout": _CODE.DEADLINE_EXCEEDED,
    "unsupported": _CODE.UNIMPLEMENTED,
}
# What a function's own HTTP answer means here, by its error code first, else by its status.
_FUNCTION_CODES = {
    "body_too_large": _CODE.RESOURCE_EXHAUSTED,
    "overloaded": _CODE.RESOURCE_EXHAUSTED,
}
_FUNCTION_STATUSES = {
    400: _CODE.INVALID_ARGUMENT,
    413: _CODE.INVALID_ARGUMENT,
    415: _CODE.INVALID_ARGUMENT,
    429: _CODE.RESOURCE_EXHAUSTED,
    503: _CODE.UNAVAILABLE,
    504: _CODE.DEADLINE_EXCEEDED,
}
_Context = grpc.aio.ServicerContext[Any, Any]
_Asked = TypeVar("_Asked")
_Answer = TypeVar("_Answer")
_Rpc = Callable[["GrpcDoor", _Asked, _Context], Coroutine[Any, Any, _Answer]]
_log = logging.getLogger(__name__)


def _answering(rpc: _Rpc[_Asked, _Answer]) -> _Rpc[_Asked, _Answer]:
    """End a call with the status of what it raised; an unknown error's text stays in the log."""

    @functools.wraps(rpc)
    async def answer(door: "GrpcDoor", request: _Asked, context: _Context) -> _Answer:
        try:
            return await rpc(door, request, context)
        except grpc.aio.AbortError:
            raise
        except DcfError as fault:
            await _abort(context, fault)
        except Exception:  # pylint: disable=broad-exception-caught # the last line before the wire
            _log.exception("%s failed", rpc.__name__)
            await context.abort(_CODE.INTERNAL, "the gateway failed; its log has the reason")

    return answer


class GrpcDoor:
    """One servicer for both services; method names are the wire's."""

    # pylint: disable=invalid-name # rpc names are the contract's

    def __init__(self, gateway: Gateway, upstream: Upstream, rest: str) -> None:
        self._gateway, self._upstream, self._rest = gateway, upstream, rest

    @_answering
    async def Invoke(self, request: pb.InvokeServiceRequest, context: _Context) -> pb.Message:
        """Call a function; an answer that is no text travels as base64."""
        output = await self._invoke(request, context)
        try:
            return pb.Message(Msg=output.decode())
        except UnicodeDecodeError:
            return pb.Message(Msg=base64.b64encode(output).decode())

    async def Invokes(
        self, requests: AsyncIterator[pb.InvokeServiceRequest], context: _Context
    ) -> AsyncIterator[pb.Messages]:
        """Call a function for each message, in order; answers are bytes as they are."""
        async for request in requests:
            try:
                output = await self._invoke(request, context)
            except DcfError as fault:
                await _abort(context, fault)
            yield pb.Messages(Output=output)

    async def _invoke(self, request: pb.InvokeServiceRequest, context: _Context) -> bytes:
        given = {
            key: value
            for key, value in context.invocation_metadata() or ()
            if isinstance(value, str)
        }
        headers = CIMultiDict({"Content-Type": "application/octet-stream"})
        if accept := given.get("accept"):
            headers["Accept"] = accept
        query = given.get("x-query", "")
        call = Call("POST", f"/?{query}" if query else "/", headers, request.Input)
        async with self._upstream.open(plain_name(request.Service), call) as answer:
            body = await answer.read()
        if answer.status >= 400:
            await _abort_failed(context, request.Service, answer.status, body)
        return body

    @_answering
    async def List(self, request: pb.Empty, context: _Context) -> pb.Functions:
        """Every function."""
        return pb.Functions(
            Functions=[
                function_of(each, self._gateway.calls(each.spec.name))
                for each in await self._gateway.functions()
            ]
        )

    @_answering
    async def Deploy(self, request: pb.CreateFunctionRequest, context: _Context) -> pb.Message:
        """Accept a new function."""
        await self._gateway.deploy(spec_of(request))
        return pb.Message(Msg="OK")

    @_answering
    async def Update(self, request: pb.CreateFunctionRequest, context: _Context) -> pb.Message:
        """Begin to replace a function."""
        await self._gateway.update(spec_of(request))
        return pb.Message(Msg="OK")

    @_answering
    async def Delete(self, request: pb.DeleteFunctionRequest, context: _Context) -> pb.Message:
        """Delete a function."""
        await self._gateway.delete(request.FunctionName)
        return pb.Message(Msg="OK")

    @_answering
    async def GetMeta(self, request: pb.FunctionRequest, context: _Context) -> pb.Function:
        """Describe a function."""
        try:
            status = await self._gateway.describe(request.FunctionName)
        except NotFound as fault:
            raise NotFound("function is not exist") from fault
        return function_of(status, self._gateway.calls(status.spec.name))

    @_answering
    async def GetLog(self, request: pb.FunctionRequest, context: _Context) -> pb.Message:
        """What its replicas wrote; empty for a function that is not there, as in the original."""
        texts: dict[str, list[str]] = {}
        try:
            async for line in self._gateway.logs(LogQuery(plain_name(request.FunctionName))):
                texts.setdefault(line.instance, []).append(line.text)
        except NotFound:
            return pb.Message()
        heads = (
            f"---\nName: {request.FunctionName}\nLog:\n" + "\n".join(lines) + "\n"
            for lines in texts.values()
        )
        return pb.Message(Msg="".join(heads))

    @_answering
    async def ReplicaUpdate(self, request: pb.ScaleServiceRequest, context: _Context) -> pb.Message:
        """Want so many replicas."""
        await self._gateway.scale(request.ServiceName, request.Replicas)
        return pb.Message(Msg="OK")

    @_answering
    async def Info(self, request: pb.Empty, context: _Context) -> pb.Message:
        """YAML: where the REST door is (archives are uploaded there) and the provider's kind."""
        told = {"version": __version__, "provider": self._gateway.provider.kind, "rest": self._rest}
        return pb.Message(Msg=yaml.safe_dump(told, sort_keys=False))

    @_answering
    async def HealthCheck(self, request: pb.Empty, context: _Context) -> pb.Message:
        """Alive."""
        return pb.Message(Msg="OK")


def serve(door: GrpcDoor, host: str, port: int) -> tuple[grpc.aio.Server, int]:
    """A server, not yet started, and its port (0: a free one); RuntimeError when it is taken."""
    options = [
        ("grpc.max_receive_message_length", MAX_MESSAGE),
        ("grpc.max_send_message_length", MAX_MESSAGE),
        ("grpc.so_reuseport", 0),  # else a second gateway would quietly share the port
    ]
    server = grpc.aio.server(options=options)
    add_GatewayServicer_to_server(door, server)  # type: ignore[no-untyped-call] # generated code
    add_FxGatewayServicer_to_server(door, server)  # type: ignore[no-untyped-call] # generated code
    return server, server.add_insecure_port(f"{host}:{port}")


async def _abort(context: _Context, fault: DcfError) -> NoReturn:
    await context.abort(_STATUSES.get(fault.code, _CODE.INTERNAL), fault.message)


async def _abort_failed(context: _Context, name: str, status: int, body: bytes) -> None:
    """End a call that its function failed; only errors with a code speak in their own words."""
    code, message = "", f"status {status}"
    try:
        error = json.loads(body)["error"]
        code, message = str(error["code"]), f"{error['code']}: {error['message']}"
    except (ValueError, KeyError, TypeError):
        pass
    grpc_status = _FUNCTION_CODES.get(code) or _FUNCTION_STATUSES.get(status, _CODE.INTERNAL)
    words = f"could not invoke: {name} - {message}"
    if status == 504:
        words = f"Function timed out - {message}"
    await context.abort(grpc_status, words)
