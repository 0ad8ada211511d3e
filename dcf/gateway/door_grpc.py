"""The gRPC door: pb.Gateway and pb.FxGateway, the same answers under both names."""

# ruff: noqa: N802, ARG002 - names and arguments are the wire's
# pylint: disable=unused-argument

import base64
import json
from collections.abc import AsyncIterator
from typing import Any, NoReturn

import grpc
import yaml
from multidict import CIMultiDict

from dcf import __version__
from dcf._proto import gateway_pb2 as pb
from dcf._proto.gateway_pb2_grpc import (
    add_FxGatewayServicer_to_server,
    add_GatewayServicer_to_server,
)
from dcf.errors import DcfError
from dcf.gateway.core import Gateway, plain_name
from dcf.gateway.upstream import Call, Upstream
from dcf.gateway.wire import annotations_of, first_replicas
from dcf.providers.base import FunctionSpec, FunctionStatus, LogQuery

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


class GrpcDoor:
    """One servicer for both services; method names are the wire's."""

    # pylint: disable=invalid-name # rpc names are the contract's

    def __init__(self, gateway: Gateway, upstream: Upstream, rest: str) -> None:
        self._gateway, self._upstream, self._rest = gateway, upstream, rest

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
            yield pb.Messages(Output=await self._invoke(request, context))

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
        try:
            async with self._upstream.open(plain_name(request.Service), call) as answer:
                body = await answer.read()
        except DcfError as fault:
            await _abort(context, fault)
        if answer.status >= 400:
            await _abort_failed(context, request.Service, answer.status, body)
        return body

    async def List(self, request: pb.Empty, context: _Context) -> pb.Functions:
        """Every function."""
        return pb.Functions(
            Functions=[self._function(each) for each in await self._gateway.functions()]
        )

    async def Deploy(self, request: pb.CreateFunctionRequest, context: _Context) -> pb.Message:
        """Accept a new function."""
        try:
            await self._gateway.deploy(_spec(request))
        except DcfError as fault:
            await _abort(context, fault)
        return pb.Message(Msg="OK")

    async def Update(self, request: pb.CreateFunctionRequest, context: _Context) -> pb.Message:
        """Begin to replace a function."""
        try:
            await self._gateway.update(_spec(request))
        except DcfError as fault:
            await _abort(context, fault)
        return pb.Message(Msg="OK")

    async def Delete(self, request: pb.DeleteFunctionRequest, context: _Context) -> pb.Message:
        """Delete a function."""
        try:
            await self._gateway.delete(request.FunctionName)
        except DcfError as fault:
            await _abort(context, fault)
        return pb.Message(Msg="OK")

    async def GetMeta(self, request: pb.FunctionRequest, context: _Context) -> pb.Function:
        """Describe a function."""
        try:
            return self._function(await self._gateway.describe(request.FunctionName))
        except DcfError as fault:
            words = "function is not exist" if fault.code == "not_found" else fault.message
            await _abort(context, fault, words)

    async def GetLog(self, request: pb.FunctionRequest, context: _Context) -> pb.Message:
        """What its replicas wrote; empty for a function that is not there, as in the original."""
        texts: dict[str, list[str]] = {}
        try:
            async for line in self._gateway.logs(LogQuery(plain_name(request.FunctionName))):
                texts.setdefault(line.instance, []).append(line.text)
        except DcfError as fault:
            if fault.code != "not_found":
                await _abort(context, fault)
        heads = (
            f"---\nName: {request.FunctionName}\nLog:\n" + "\n".join(lines) + "\n"
            for lines in texts.values()
        )
        return pb.Message(Msg="".join(heads))

    async def ReplicaUpdate(self, request: pb.ScaleServiceRequest, context: _Context) -> pb.Message:
        """Want so many replicas."""
        try:
            await self._gateway.scale(request.ServiceName, request.Replicas)
        except DcfError as fault:
            await _abort(context, fault)
        return pb.Message(Msg="OK")

    async def Info(self, request: pb.Empty, context: _Context) -> pb.Message:
        """YAML: where the REST door is (archives are uploaded there) and the provider's kind."""
        told = {"version": __version__, "provider": self._gateway.provider.kind, "rest": self._rest}
        return pb.Message(Msg=yaml.safe_dump(told, sort_keys=False))

    async def HealthCheck(self, request: pb.Empty, context: _Context) -> pb.Message:
        """Alive."""
        return pb.Message(Msg="OK")

    def _function(self, status: FunctionStatus) -> pb.Function:
        return pb.Function(
            Name=status.spec.name,
            Image=status.spec.image,
            InvocationCount=self._gateway.calls(status.spec.name),
            Replicas=status.replicas,
            AvailableReplicas=status.available,
            Annotations=annotations_of(status),
            Labels=status.spec.labels,
        )


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


def _spec(request: pb.CreateFunctionRequest) -> FunctionSpec:
    labels = dict(request.Labels)
    return FunctionSpec(
        name=request.Service,
        image=request.Image,
        env=dict(request.EnvVars),
        labels=labels,
        annotations=dict(request.Annotations),
        constraints=tuple(request.Constraints),
        secrets=tuple(request.Secrets),
        limits=_resources(request.Limits),
        requests=_resources(request.Requests),
        replicas=first_replicas(labels, max(request.MinReplicas, 1)),
    )


def _resources(resources: pb.FunctionResources) -> dict[str, str]:
    fields = {"memory": resources.Memory, "cpu": resources.CPU, "gpu": resources.GPU}
    return {key: value for key, value in fields.items() if value}


async def _abort(context: _Context, fault: DcfError, words: str = "") -> NoReturn:
    await context.abort(_STATUSES.get(fault.code, _CODE.INTERNAL), words or fault.message)


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
