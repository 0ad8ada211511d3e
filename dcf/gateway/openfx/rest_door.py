"""OpenFx' REST: the same rpcs as over gRPC, as protobuf's JSON, below /openfx.

OpenFx and OpenFaaS share paths with different bodies, so OpenFx' whole API has a prefix: a client
whose address is `http://host:8080/openfx` finds all of it.
"""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import grpc
from aiohttp import web
from google.protobuf.json_format import MessageToDict, Parse, ParseError
from google.protobuf.message import Message

from ..._proto import gateway_pb2 as pb
from ...errors import DcfError, InvalidRequest, NotReady
from ..access.over_rest import deployed_by
from ..calls.forwarding import trace_headers
from ..calls.unary_call import FunctionFailure, Question, call_unary
from ..calls.upstream import OWN_STATUSES, Upstream
from ..rest.messages import decode
from ..rest.replies import failed, json_reply
from ..telemetry.refusals import REST
from .grpc_converters import status_of_fault
from .rest_messages import OpenFxDeployment, OpenFxError, OpenFxScale
from .rpcs import Rpcs

_CODE = grpc.StatusCode
_STATUSES = {
    _CODE.INVALID_ARGUMENT: 400,
    _CODE.NOT_FOUND: 404,
    _CODE.ALREADY_EXISTS: 409,
    _CODE.DEADLINE_EXCEEDED: 504,
    _CODE.UNIMPLEMENTED: 501,
    _CODE.UNAVAILABLE: 503,
    _CODE.RESOURCE_EXHAUSTED: 507,  # of an rpc: there is no room on the disk
}
_CALL_STATUSES = {**OWN_STATUSES, "not_found": 404, "bad_request": 400}
_Asked = TypeVar("_Asked", bound=Message)
_Rpc = Callable[[_Asked, str], Awaitable[Message]]


class OpenFxDoor:
    """Takes OpenFx' rpcs over HTTP."""

    def __init__(self, rpcs: Rpcs, upstream: Upstream) -> None:
        self._rpcs, self._upstream = rpcs, upstream

    async def functions(self, request: web.Request) -> web.Response:
        """List."""
        return await _answer(request, self._rpcs.functions, pb.Empty())

    async def deploy(self, request: web.Request) -> web.Response:
        """Deploy."""
        return await _answer(
            request, self._rpcs.deploy, pb.CreateFunctionRequest(), OpenFxDeployment
        )

    async def update(self, request: web.Request) -> web.Response:
        """Update."""
        return await _answer(
            request, self._rpcs.update, pb.CreateFunctionRequest(), OpenFxDeployment
        )

    async def delete(self, request: web.Request) -> web.Response:
        """Delete."""
        return await _answer(
            request, self._rpcs.delete, pb.DeleteFunctionRequest(FunctionName=_name(request))
        )

    async def meta(self, request: web.Request) -> web.Response:
        """GetMeta."""
        return await _answer(
            request, self._rpcs.meta, pb.FunctionRequest(FunctionName=_name(request))
        )

    async def log(self, request: web.Request) -> web.Response:
        """GetLog."""
        return await _answer(
            request, self._rpcs.log, pb.FunctionRequest(FunctionName=_name(request))
        )

    async def scale(self, request: web.Request) -> web.Response:
        """ReplicaUpdate."""
        return await _answer(request, self._rpcs.scale, pb.ScaleServiceRequest(), OpenFxScale)

    async def info(self, request: web.Request) -> web.Response:
        """Info."""
        return await _answer(request, self._rpcs.info, pb.Empty())

    async def health(self, request: web.Request) -> web.Response:
        """HealthCheck."""
        return await _answer(request, self._rpcs.health, pb.Empty())

    async def invoke(self, request: web.Request) -> web.Response:
        """Invoke: the output and a newline; a failure begins with OpenFx' words."""
        name = _name(request)
        body = request.content if request.body_exists else b""
        try:
            question = Question(name, body, door=REST, trace=trace_headers(request.headers))
            answer = await call_unary(self._upstream, question)
        except InvalidRequest:
            return failed(400, f"Must be a valid function name: {name}")
        except FunctionFailure as fault:
            return failed(fault.status, f"Can't reach service: {name} - {fault.message}")
        except DcfError as fault:
            words = f"Can't reach service: {name} - {fault.message}"
            later = {"Retry-After": str(fault.retry_after)} if isinstance(fault, NotReady) else None
            return failed(_CALL_STATUSES.get(fault.code, 500), words, later)
        return web.Response(
            body=answer.body + b"\n",
            content_type="text/plain",
            headers={"X-Revision": str(answer.revision)},
        )


async def _answer(
    request: web.Request, rpc: _Rpc[_Asked], asked: _Asked, shape: type | None = None
) -> web.Response:
    """What an rpc answers, as JSON; a body of the given shape fills its message first."""
    try:
        if shape is not None:
            _fill(asked, await request.read(), shape)
        reply = await rpc(asked, deployed_by(request))
    except DcfError as fault:
        code = status_of_fault(fault)
        error = OpenFxError(code.value[0], fault.message, [])
        return json_reply(error, _STATUSES.get(code, 500))
    return json_reply(
        MessageToDict(
            reply, preserving_proto_field_name=True, always_print_fields_with_no_presence=True
        )
    )


def _fill(message: Message, body: bytes, shape: type) -> None:
    decode(body, shape)
    try:
        Parse(body, message, ignore_unknown_fields=True)
    # A text that is no UTF-8 passes the first reading where its field is not looked at.
    except (ParseError, UnicodeDecodeError) as fault:
        raise InvalidRequest(" ".join(str(fault).split())) from fault


def _name(request: web.Request) -> str:
    return request.match_info["name"]
