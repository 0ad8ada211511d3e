"""gRPC to a gateway: one channel, whose questions go to the service that the gateway has."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import grpc
from google.protobuf.message import Message

from .._proto import gateway_pb2 as pb
from ..errors import ConfigError, DcfError, FunctionFailed, GatewayRefused
from .grpc_failures import code_of, failure
from .proxies import goes_directly
from .who import who

TLS = "grpcs://"
_SERVICES = ("pb.Gateway", "pb.FxGateway")
_MAX_MESSAGE = 64 << 20
_CALL_SECONDS = 3600.0
_CODE = grpc.StatusCode
_Answer = TypeVar("_Answer", bound=Message)


class Unimplemented(Exception):
    """The gateway does not have that call."""


class GrpcChannel:
    """Opened with the first question.

    Args:
        address: `host:port`, or `grpcs://host:port` for TLS.
        authorization: Sent as metadata.
        seconds: Longest wait for an answer.

    Attributes:
        place: `host:port`.
    """

    def __init__(self, address: str, authorization: str, seconds: float) -> None:
        self._address, self._authorization, self._seconds = address, authorization, seconds
        options = [
            ("grpc.max_receive_message_length", _MAX_MESSAGE),
            ("grpc.max_send_message_length", _MAX_MESSAGE),
        ]
        self.place = address.removeprefix(TLS)
        if goes_directly(self.place):
            options.append(("grpc.enable_http_proxy", 0))
        if self.place == address:
            self._channel = grpc.insecure_channel(self.place, options=options)
        else:
            self._channel = grpc.secure_channel(self.place, _trusted(), options=options)

    def ask(
        self,
        rpc: str,
        request: Message,
        answer: type[_Answer],
        otherwise: type[DcfError] = GatewayRefused,
        metadata: tuple[tuple[str, str], ...] = (),
    ) -> _Answer:
        """An answer of the first service that knows the question.

        Args:
            rpc: Its name.
            request: What is sent.
            answer: What comes back.
            otherwise: The error where no other fits.
            metadata: Sent along.
        """
        invokes = rpc == "Invoke"
        last: grpc.RpcError | None = None
        for service in _SERVICES:
            send: Callable[..., _Answer] = self._channel.unary_unary(
                f"/{service}/{rpc}",
                request_serializer=type(request).SerializeToString,
                response_deserializer=answer.FromString,
            )
            try:
                return send(
                    request,
                    timeout=_CALL_SECONDS if invokes else self._seconds,
                    metadata=(*self._metadata(), *metadata),
                )
            except grpc.RpcError as fault:
                last = fault
                if code_of(fault) is not _CODE.UNIMPLEMENTED:
                    break
        assert last is not None
        raise failure(self._address, last, otherwise) from last

    def invokes(
        self, request: pb.InvokeServiceRequest, metadata: tuple[tuple[str, str], ...]
    ) -> Iterator[Any]:
        """A call of a function, whose answer comes in pieces; or `Unimplemented`."""
        send = self._channel.stream_stream(
            f"/{_SERVICES[0]}/Invokes",
            request_serializer=pb.InvokeServiceRequest.SerializeToString,
            response_deserializer=pb.Messages.FromString,
        )
        try:
            yield from send(
                iter([request]), timeout=_CALL_SECONDS, metadata=(*self._metadata(), *metadata)
            )
        except grpc.RpcError as fault:
            if code_of(fault) is not _CODE.UNIMPLEMENTED:
                raise failure(self._address, fault, FunctionFailed) from fault
            raise Unimplemented from fault

    def _metadata(self) -> tuple[tuple[str, str], ...]:
        authorization = (("authorization", self._authorization),) if self._authorization else ()
        return (*authorization, ("x-deployed-by", who()))


def _trusted() -> grpc.ChannelCredentials:
    """Whom gateways' certificates lead to: as for https, the variable `SSL_CERT_FILE` first."""
    named = os.environ.get("SSL_CERT_FILE", "")
    try:
        return grpc.ssl_channel_credentials(Path(named).read_bytes() if named else None)
    except OSError as fault:
        raise ConfigError(f"SSL_CERT_FILE names {named} ({fault.strerror})") from fault
