"""Who asks over gRPC, and what they may."""

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import unquote

import grpc

from ...errors import Forbidden, Unauthorized
from ..telemetry.refusals import GRPC
from .access import Access
from .over_rest import printable
from .tokens import CALL, DEPLOY, Role

_CALLS = frozenset({"Invoke", "Invokes", "Call"})
_WHO = "x-deployed-by"


class Guard(grpc.aio.ServerInterceptor):
    """UNAUTHENTICATED for those whom nobody knows, PERMISSION_DENIED for those who may not."""

    def __init__(self, access: Access) -> None:
        self._access = access

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Any]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Any:  # noqa: ANN401 # grpcio's handlers have no type of their own
        """Let a call pass, or end it."""
        rpc = handler_call_details.method.rpartition("/")[2]
        wanted: Role = CALL if rpc in _CALLS else DEPLOY
        # The question whether the gateway lives is for everybody.
        if rpc == "HealthCheck" or not self._access.asks(wanted):
            return await continuation(handler_call_details)
        given = metadata_of(handler_call_details.invocation_metadata).get("authorization", "")
        if self._access.knows(given, wanted, GRPC):
            return await continuation(handler_call_details)
        return grpc.unary_unary_rpc_method_handler(self._refusing(given, wanted))

    def _refusing(self, given: str, wanted: Role) -> Callable[[object, Any], Awaitable[None]]:
        """What ends a call; only there it is known who calls."""

        async def refuse(_request: object, context: Any) -> None:  # noqa: ANN401 # grpcio's context
            try:
                self._access.admit(given, wanted, GRPC, _host_of(context.peer()))
            except Unauthorized as fault:
                await context.abort(grpc.StatusCode.UNAUTHENTICATED, fault.message)
            except Forbidden as fault:
                await context.abort(grpc.StatusCode.PERMISSION_DENIED, fault.message)
            # It was revoked, or let in, just now.
            await context.abort(grpc.StatusCode.UNAVAILABLE, "try again")

        return refuse


def metadata_of(metadata: Any) -> dict[str, str]:  # noqa: ANN401 # pairs, or None
    """The textual part of a call's metadata."""
    return {key: value for key, value in metadata or () if isinstance(value, str)}


def rpc_by(metadata: dict[str, str], access: Access) -> str:
    """Who asks; the call has passed `Guard`."""
    return access.name_of(metadata.get("authorization", "")) or printable(metadata.get(_WHO, ""))


def _host_of(peer: str) -> str:
    """`ipv4:10.0.0.1:4711` and `ipv6:%5B::1%5D:4711` without kind and port."""
    return unquote(peer).partition(":")[2].rpartition(":")[0].strip("[]")
