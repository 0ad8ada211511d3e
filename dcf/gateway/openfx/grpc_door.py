"""The gRPC door: pb.Gateway and pb.FxGateway, the same answers under both names.

pb.FxWatcher, too: a function's mesh_call comes here and is passed on to the function it names.
"""

# ruff: noqa: N802 - names are the wire's

import base64
import functools
import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any, NoReturn, TypeVar

import grpc

from ..._proto import fxwatcher_pb2 as fx
from ..._proto import gateway_pb2 as pb
from ...errors import DcfError, NotReady
from ..access.access import Access
from ..access.over_grpc import metadata_of, rpc_by
from ..calls.forwarding import trace_headers
from ..calls.unary_call import Question, call_unary
from ..calls.upstream import Upstream
from .grpc_converters import error_code, invoke_words, status_of_fault
from .rpcs import Rpcs

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
        except (
            grpc.aio.AbortError
        ):  # raised again from a frame that names it, it would hold itself,
            raise  # and with it the whole message, until the collector comes by
        except Exception as fault:  # pylint: disable=broad-exception-caught # the last line before the wire
            await _end(context, fault, rpc.__name__)

    return answer


class GrpcDoor:
    """One servicer for all services; method names are the wire's."""

    # pylint: disable=invalid-name # rpc names are the contract's

    def __init__(self, rpcs: Rpcs, upstream: Upstream, access: Access) -> None:
        self._rpcs, self._upstream, self._access = rpcs, upstream, access

    @_answering
    async def Invoke(self, request: pb.InvokeServiceRequest, context: _Context) -> pb.Message:
        """Call a function; an answer that is no text travels as base64."""
        output = await self._ask(request.Service, request.Input, context)
        return pb.Message(Msg=_text(output))

    @_answering
    async def Call(self, request: fx.Request, context: _Context) -> fx.Reply:
        """Call a function for another one, which names it in `info`."""
        output = await self._ask(request.info.FunctionName, request.input, context)
        return fx.Reply(Output=_text(output))

    async def Invokes(
        self, requests: AsyncIterator[pb.InvokeServiceRequest], context: _Context
    ) -> AsyncIterator[pb.Messages]:
        """Call a function for each message, in order; answers are bytes as they are.

        The next message is read when the answer to the last one has been taken, so a client that
        sends faster than its function answers, or does not read, is held back by HTTP/2 itself.
        """
        try:
            async for request in requests:
                output = await self._ask(request.Service, request.Input, context)
                yield pb.Messages(Output=output)
        except grpc.aio.AbortError:
            raise
        except Exception as fault:  # pylint: disable=broad-exception-caught # the last line before the wire
            await _end(context, fault, "Invokes")

    async def _ask(self, name: str, body: bytes, context: _Context) -> bytes:
        given = metadata_of(context.invocation_metadata())
        question = Question(
            name,
            body,
            query=given.get("x-query", ""),
            accept=given.get("accept", ""),
            call_id=given.get("x-call-id", ""),
            trace=trace_headers(given),
        )
        try:
            answer = await call_unary(self._upstream, question)
        except DcfError as fault:
            told = [("x-error-code", error_code(fault))]
            if isinstance(fault, NotReady):
                told.append(("retry-after", str(fault.retry_after)))
            await context.abort(status_of_fault(fault), invoke_words(name, fault), tuple(told))
        model = (("x-model", answer.model),) if answer.model else ()
        context.set_trailing_metadata((("x-revision", str(answer.revision)), *model))
        return answer.body

    @_answering
    async def List(self, request: pb.Empty, context: _Context) -> pb.Functions:
        """Every function."""
        return await self._rpcs.functions(request, self._by(context))

    @_answering
    async def Deploy(self, request: pb.CreateFunctionRequest, context: _Context) -> pb.Message:
        """Accept a new function."""
        return await self._rpcs.deploy(request, self._by(context))

    @_answering
    async def Update(self, request: pb.CreateFunctionRequest, context: _Context) -> pb.Message:
        """Begin to replace a function."""
        return await self._rpcs.update(request, self._by(context))

    @_answering
    async def Delete(self, request: pb.DeleteFunctionRequest, context: _Context) -> pb.Message:
        """Delete a function."""
        return await self._rpcs.delete(request, self._by(context))

    @_answering
    async def GetMeta(self, request: pb.FunctionRequest, context: _Context) -> pb.Function:
        """Describe a function."""
        return await self._rpcs.meta(request, self._by(context))

    @_answering
    async def GetLog(self, request: pb.FunctionRequest, context: _Context) -> pb.Message:
        """What its replicas wrote."""
        return await self._rpcs.log(request, self._by(context))

    @_answering
    async def ReplicaUpdate(self, request: pb.ScaleServiceRequest, context: _Context) -> pb.Message:
        """Want so many replicas."""
        return await self._rpcs.scale(request, self._by(context))

    @_answering
    async def Info(self, request: pb.Empty, context: _Context) -> pb.Message:
        """The gateway's release, provider and REST address."""
        return await self._rpcs.info(request, self._by(context))

    @_answering
    async def HealthCheck(self, request: pb.Empty, context: _Context) -> pb.Message:
        """Alive."""
        return await self._rpcs.health(request, self._by(context))

    def _by(self, context: _Context) -> str:
        return rpc_by(metadata_of(context.invocation_metadata()), self._access)


def _text(output: bytes) -> str:
    """An answer for a string field; one that is no text travels as base64."""
    try:
        return output.decode()
    except UnicodeDecodeError:
        return base64.b64encode(output).decode()


async def _end(context: _Context, fault: Exception, rpc: str) -> NoReturn:
    if isinstance(fault, DcfError):
        await context.abort(status_of_fault(fault), fault.message)
    _log.error("%s failed", rpc, exc_info=fault)
    await context.abort(grpc.StatusCode.INTERNAL, "the gateway failed; its log has the reason")
