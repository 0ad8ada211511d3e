"""What comes over gRPC, before a door sees it: in time, within the memory for it, and decoded.

grpcio takes a message whole before it asks anybody, waits for it for ever, and fails with a trace
when it cannot be decoded. A unary rpc is taken as a stream of one message here, which is the same
on the wire, so that we are asked first.
"""

import asyncio
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import grpc

from ..bounds import Bounds
from ..memory import give_back
from ..telemetry.refusals import GRPC, refused

# A message shows no progress while it comes; 64 MiB in two minutes is 4.5 Mbit/s.
_WINDOWS = 4
_LARGE = 1 << 20
_REST_SECONDS = 1.0
_Context = grpc.aio.ServicerContext[Any, Any]
_CODE = grpc.StatusCode


class Messages(grpc.aio.ServerInterceptor):
    """Takes every message; must be the last of a server's interceptors."""

    def __init__(self, bounds: Bounds) -> None:
        """None is held yet."""
        self._most, self._seconds = bounds.grpc_message_bytes, _WINDOWS * bounds.body_timeout
        self._bytes = 0
        self._handlers: dict[str, Any] = {}
        self._giving_back: asyncio.TimerHandle | None = None

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Any]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Any:  # noqa: ANN401 # grpcio's handlers have no type of their own
        """The handler that takes the message first; None for an rpc that is not there."""
        method = handler_call_details.method
        if method not in self._handlers:
            found = await continuation(handler_call_details)
            if found is None:
                return None
            self._handlers[method] = (
                self._stream(found) if found.stream_stream else self._one(found)
            )
        return self._handlers[method]

    def _one(self, handler: Any) -> Any:  # noqa: ANN401 # likewise
        async def answer(_raws: object, context: _Context) -> Any:  # noqa: ANN401 # likewise
            raw = await self._first(context)
            if not isinstance(raw, bytes):
                await context.abort(_CODE.INVALID_ARGUMENT, "no message came")
            size = len(raw)
            await self._take(size, context)
            try:
                request = await _decoded(handler.request_deserializer, raw, context)
                del raw  # a large one would be there twice
                return await handler.unary_unary(request, context)
            except BaseException as fault:
                request = None
                _forget(fault)
                raise
            finally:
                self._release(size)

        return grpc.stream_unary_rpc_method_handler(
            answer, response_serializer=handler.response_serializer
        )

    def _stream(self, handler: Any) -> Any:  # noqa: ANN401 # likewise
        async def answer(_raws: object, context: _Context) -> AsyncIterator[Any]:
            held = 0

            async def requests() -> AsyncIterator[Any]:
                nonlocal held
                raw = await self._first(context)
                while isinstance(raw, bytes):
                    await self._take(len(raw), context)
                    held = len(raw)
                    request = await _decoded(handler.request_deserializer, raw, context)
                    del raw
                    yield request
                    del request
                    held = self._release(held)
                    raw = await context.read()

            try:
                async for reply in handler.stream_stream(requests(), context):
                    yield reply
            except BaseException as fault:
                _forget(fault)
                raise
            finally:
                self._release(held)

        return grpc.stream_stream_rpc_method_handler(
            answer, response_serializer=handler.response_serializer
        )

    async def _first(self, context: _Context) -> Any:  # noqa: ANN401 # bytes, or that there is none
        """Read, not iterated: an iterator that is left keeps its last message."""
        try:
            async with asyncio.timeout(self._seconds):
                raw = await context.read()
        except TimeoutError:
            refused(GRPC, "slow_request")
            await context.abort(
                _CODE.DEADLINE_EXCEEDED,
                f"the message did not come in {self._seconds} s: send it faster",
            )
        return raw

    async def _take(self, size: int, context: _Context) -> None:
        if self._bytes + size > self._most:
            refused(GRPC, "no_memory")
            await context.abort(
                _CODE.RESOURCE_EXHAUSTED,
                f"other calls' messages fill the {self._most} bytes that --grpc-message-bytes "
                "allows: call again in a moment",
            )
        self._bytes += size

    def _release(self, size: int) -> int:
        """Nothing is held then; the last references go a moment later, and then the memory."""
        self._bytes -= size
        if size >= _LARGE and self._giving_back is None:
            loop = asyncio.get_running_loop()
            self._giving_back = loop.call_later(_REST_SECONDS, self._give_back)
        return 0

    def _give_back(self) -> None:
        self._giving_back = None
        asyncio.get_running_loop().run_in_executor(None, give_back)


def _forget(fault: BaseException | None) -> None:
    """Let go of what its frames name: grpcio keeps the error, and with it the whole message."""
    while fault is not None:
        traceback.clear_frames(fault.__traceback__)
        fault = fault.__context__


async def _decoded(decode: Callable[[bytes], Any], raw: bytes, context: _Context) -> Any:  # noqa: ANN401 # a message
    try:
        return decode(raw)
    except Exception:  # pylint: disable=broad-exception-caught # protobuf's implementations differ in theirs
        refused(GRPC, "bad_request")
        await context.abort(
            _CODE.INVALID_ARGUMENT,
            "the message cannot be decoded: send what proto/gateway.proto says",
        )
