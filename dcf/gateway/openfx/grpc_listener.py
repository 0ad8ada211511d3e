"""The gRPC port: claimed before functions start, opened with the doors, drained with the calls."""

import errno
from collections.abc import Awaitable, Callable
from typing import Any

import grpc

from ..._proto.fxwatcher_pb2_grpc import add_FxWatcherServicer_to_server
from ..._proto.gateway_pb2_grpc import (
    add_FxGatewayServicer_to_server,
    add_GatewayServicer_to_server,
)
from ..access.access import Access
from ..access.certificate import Certificate
from ..access.over_grpc import Guard
from ..access.tokens import DEPLOY
from ..bounds import Bounds
from .grpc_door import GrpcDoor
from .grpc_messages import Messages

MAX_MESSAGE = 64 << 20
_STREAMS = 128  # of one connection; more wait at the client
_GREETING_SECONDS = 5  # a client sends its settings at once
_PING_SECONDS, _PONG_SECONDS = 60, 20
_MESH_CALL = "/pb.FxWatcher/Call"
_REST_SECONDS = 1.0


class GrpcListener:
    """One port. Calls that come before `open` wait.

    Attributes:
        port: The one that was taken.
        mesh_port: Where functions of this machine call one another: the same, or with TLS, whose
            certificate need not name this machine as they do, one without it on loopback alone.
    """

    def __init__(
        self,
        place: tuple[str, int],
        access: Access,
        bounds: Bounds,
        certificate: Certificate | None = None,
    ) -> None:
        """Takes the port.

        Args:
            place: A host, an IPv6 address in brackets, and a port; 0 takes a free one.
            access: Whom it is for.
            bounds: How many connections, and how much of messages; worked out.
            certificate: For TLS; None for none.

        Raises:
            OSError: The port is in use.
        """
        self._draining = _Draining()
        guards: list[grpc.aio.ServerInterceptor] = [self._draining]
        if access.asks(DEPLOY):
            guards.append(Guard(access))
        guards.append(Messages(bounds))
        self._server = grpc.aio.server(interceptors=guards, options=_options(bounds))
        try:
            host, port = place
            where = f"{host}:{port}"
            if certificate is None:
                self.port = self.mesh_port = self._server.add_insecure_port(where)
            else:
                self.port = self._server.add_secure_port(where, certificate.for_grpc)
                self.mesh_port = self._server.add_insecure_port("127.0.0.1:0")
        except RuntimeError as fault:
            raise OSError(errno.EADDRINUSE, "in use") from fault

    async def open(self, door: GrpcDoor) -> None:
        """Answer by this door from now on."""
        add_GatewayServicer_to_server(door, self._server)  # type: ignore[no-untyped-call] # generated code
        add_FxGatewayServicer_to_server(door, self._server)  # type: ignore[no-untyped-call] # generated code
        add_FxWatcherServicer_to_server(door, self._server)  # type: ignore[no-untyped-call] # generated code
        await self._server.start()

    def drain(self) -> None:
        """Take nothing new but what functions ask of one another: calls under way need it."""
        self._draining.begun = True

    async def close(self) -> None:
        """Take nothing any more."""
        await self._server.stop(_REST_SECONDS)


def _options(bounds: Bounds) -> list[tuple[str, int]]:
    """What they mean is in gRPC's channel_arg_names.h."""
    return [
        ("grpc.max_receive_message_length", MAX_MESSAGE),
        ("grpc.max_send_message_length", MAX_MESSAGE),
        ("grpc.so_reuseport", 0),  # else a second gateway would quietly share the port
        ("grpc.max_allowed_incoming_connections", bounds.grpc_connections),
        ("grpc.max_concurrent_streams", _STREAMS),
        ("grpc.server_handshake_timeout_ms", 1000 * min(_GREETING_SECONDS, bounds.head_timeout)),
        ("grpc.max_connection_idle_ms", 1000 * bounds.idle_timeout),
        ("grpc.keepalive_time_ms", 1000 * _PING_SECONDS),
        ("grpc.keepalive_timeout_ms", 1000 * _PONG_SECONDS),
        ("grpc.http2.max_pings_without_data", 0),  # a silent stream's peer is asked again and again
    ]


class _Draining(grpc.aio.ServerInterceptor):
    """UNAVAILABLE for new calls from outside, once it has begun.

    Attributes:
        begun: Whether it has.
    """

    def __init__(self) -> None:
        self.begun = False

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Any]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Any:  # noqa: ANN401 # grpcio's handlers have no type of their own
        """Let a call pass, or end it."""
        if self.begun and handler_call_details.method != _MESH_CALL:
            return grpc.unary_unary_rpc_method_handler(_refuse)
        return await continuation(handler_call_details)


async def _refuse(_request: object, context: Any) -> None:  # noqa: ANN401 # grpcio's context
    await context.abort(grpc.StatusCode.UNAVAILABLE, "the gateway is stopping")
