"""A gateway spoken to by gRPC: pb.Gateway, or pb.FxGateway where only that is served."""

import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TypeVar

import grpc
from google.protobuf.message import Message

from .._proto import gateway_pb2 as pb
from ..archive import Archive
from ..bounded_yaml import NotReadable, read
from ..errors import (
    ConfigError,
    DcfError,
    FunctionFailed,
    GatewayRefused,
    NotAGateway,
)
from ..providers.placement import FunctionSpec
from .base import (
    FailedCall,
    Function,
    Invocation,
    LogLine,
    LogRequest,
    QueueState,
    Revision,
)
from .credentials import authorization_for
from .grpc_failures import code_of, failure
from .grpc_wire import deployment, function_of, seen_from
from .proxies import goes_directly
from .rest import RestClient
from .who import who

_SERVICES = ("pb.Gateway", "pb.FxGateway")
_MAX_MESSAGE = 64 << 20
_SECONDS = 60.0
TLS = "grpcs://"
_CALL_SECONDS = 3600.0
_CODE = grpc.StatusCode
_Answer = TypeVar("_Answer", bound=Message)


class GrpcClient:  # pylint: disable=too-many-public-methods # one a question
    """One channel, opened with the first call; what gRPC does not carry goes to the REST address.

    Args:
        address: `host:port`, or `grpcs://host:port` for TLS.
        authorization: Sent as metadata; a gateway hands none of it on to functions.
        seconds: Longest wait for an answer.
    """

    speaks = "dcf"

    def __init__(self, address: str, authorization: str = "", seconds: float = _SECONDS) -> None:
        self.address = address
        self._authorization, self._seconds = authorization, seconds
        options = [
            ("grpc.max_receive_message_length", _MAX_MESSAGE),
            ("grpc.max_send_message_length", _MAX_MESSAGE),
        ]
        place = self._place = address.removeprefix(TLS)
        if goes_directly(place):
            options.append(("grpc.enable_http_proxy", 0))
        if place == address:
            self._channel = grpc.insecure_channel(place, options=options)
        else:
            self._channel = grpc.secure_channel(place, _trusted(), options=options)

    def web_address(self) -> str:
        """Where functions are called over HTTP; the same port, where the gateway does not tell."""
        try:
            return self._rest().address
        except GatewayRefused:
            return f"http://{self._place}"

    def functions(self) -> list[Function]:
        """Every function."""
        return [function_of(each) for each in self._ask("List", pb.Empty(), pb.Functions).Functions]

    def describe(self, name: str) -> Function:
        """One function."""
        return function_of(self._ask("GetMeta", pb.FunctionRequest(FunctionName=name), pb.Function))

    def takes_archives(self) -> bool:
        """Tell whether `Info` names a store for archives, and a REST address to upload to."""
        info = self._info()
        return bool(info.get("rest")) and "archives" in _list(info.get("capabilities"))

    def put_archive(self, archive: Archive) -> None:
        """Upload code to the REST address: gRPC messages are too small for it."""
        self._rest().put_archive(archive)

    def deploy(self, spec: FunctionSpec) -> None:
        """Deploy a new function."""
        self._ask("Deploy", deployment(spec), pb.Message)

    def update(self, spec: FunctionSpec) -> None:
        """Update a function that is there."""
        self._ask("Update", deployment(spec), pb.Message)

    def delete(self, name: str) -> None:
        """Delete a function."""
        self._ask("Delete", pb.DeleteFunctionRequest(FunctionName=name), pb.Message)

    def scale(self, name: str, replicas: int) -> None:
        """Want so many replicas."""
        request = pb.ScaleServiceRequest(ServiceName=name, Replicas=replicas)
        self._ask("ReplicaUpdate", request, pb.Message)

    def history(self, name: str) -> list[Revision]:
        """A function's revisions, newest first."""
        return self._rest().history(name)

    def rollback(self, name: str, number: int | None) -> Revision:
        """Begin to go back."""
        return self._rest().rollback(name, number)

    def settle(self, name: str, *, keep: bool) -> Revision:
        """Let a canary or shadow take over, or end."""
        return self._rest().settle(name, keep=keep)

    def call(self, invocation: Invocation) -> bytes:
        """Call a function."""
        return b"".join(self.stream(invocation))

    def stream(self, invocation: Invocation) -> Iterator[bytes]:
        """Call a function, by the stream that carries bytes where it is served, else by Invoke.

        A method, a path and headers other than Accept are things of HTTP: such a call goes there.
        """
        headers = {name.lower(): value for name, value in invocation.headers}
        if invocation.method != "POST" or invocation.path or set(headers) - {"accept"}:
            yield from self._rest().stream(invocation)
            return
        metadata = tuple(headers.items())
        if invocation.query:
            metadata += (("x-query", invocation.query),)
        request = pb.InvokeServiceRequest(Service=invocation.name, Input=invocation.body)
        invokes = self._channel.stream_stream(
            f"/{_SERVICES[0]}/Invokes",
            request_serializer=pb.InvokeServiceRequest.SerializeToString,
            response_deserializer=pb.Messages.FromString,
        )
        try:
            answers = invokes(
                iter([request]), timeout=_CALL_SECONDS, metadata=(*self._metadata(), *metadata)
            )
            for answer in answers:
                yield answer.Output
            return
        except grpc.RpcError as fault:
            if code_of(fault) is not _CODE.UNIMPLEMENTED:
                raise failure(self.address, fault, FunctionFailed) from fault
        whole = self._ask("Invoke", request, pb.Message, FunctionFailed, metadata)
        yield str(whole.Msg).encode()

    def call_later(self, invocation: Invocation) -> str:
        """Queue a call."""
        return self._rest().call_later(invocation)

    def queue(self) -> QueueState:
        """How its queue is."""
        return self._rest().queue()

    def failed_calls(self) -> list[FailedCall]:
        """Queued calls that failed."""
        return self._rest().failed_calls()

    def replay_call(self, call_id: str) -> None:
        """Deliver a failed call again."""
        self._rest().replay_call(call_id)

    def drop_call(self, call_id: str) -> None:
        """Forget a failed call."""
        self._rest().drop_call(call_id)

    def log(self, name: str) -> str:
        """What its replicas wrote."""
        return str(self._ask("GetLog", pb.FunctionRequest(FunctionName=name), pb.Message).Msg)

    def logs(self, request: LogRequest) -> Iterator[LogLine]:
        """The lines asked for, as they come."""
        return self._rest().logs(request)

    def secrets(self) -> list[str]:
        """The names of all secrets."""
        return self._rest().secrets()

    def put_secret(self, name: str, value: bytes, replace: bool) -> None:
        """Create a secret, or change one."""
        self._rest().put_secret(name, value, replace)

    def delete_secret(self, name: str) -> None:
        """Forget a secret."""
        self._rest().delete_secret(name)

    def _info(self) -> Mapping[str, object]:
        try:
            told = read(self._ask("Info", pb.Empty(), pb.Message).Msg.encode())
        except NotReadable as fault:
            raise NotAGateway(
                f"the Info of what answers at {self.address} cannot be read ({fault}): "
                "name another with --gateway"
            ) from fault
        return told if isinstance(told, dict) else {}

    def _rest(self) -> RestClient:
        address = self._info().get("rest")
        if not address or not isinstance(address, str):
            raise GatewayRefused(
                f"the gateway at {self.address} cannot do that by gRPC, and its Info names no REST "
                "address: name it with --gateway http://host:port"
            )
        try:
            address, is_same = seen_from(self._place, address)
        except ValueError as fault:
            raise NotAGateway(
                f"the Info of what answers at {self.address} names no REST address that is one: "
                "name it with --gateway http://host:port"
            ) from fault
        # Whoever answers could name any address: a password goes nowhere but to the same host.
        authorization = self._authorization if is_same else authorization_for(address)
        return RestClient(address, authorization, self._seconds)

    def _ask(
        self,
        rpc: str,
        request: Message,
        answer: type[_Answer],
        otherwise: type[DcfError] = GatewayRefused,
        metadata: tuple[tuple[str, str], ...] = (),
    ) -> _Answer:
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
        raise failure(self.address, last, otherwise) from last

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


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []
