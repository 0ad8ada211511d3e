"""A gateway spoken to by gRPC: pb.Gateway, or pb.FxGateway where only that is served."""

from collections.abc import Iterator, Mapping

from .._proto import gateway_pb2 as pb
from ..archive import Archive
from ..bounded_yaml import NotReadable, read
from ..errors import (
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
from .grpc_channel import GrpcChannel, Unimplemented
from .grpc_wire import deployment, function_of, seen_from
from .rest import RestClient

_SECONDS = 60.0


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
        self._channel = GrpcChannel(address, authorization, seconds)

    def web_address(self) -> str:
        """Where functions are called over HTTP; the same port, where the gateway does not tell."""
        try:
            return self._rest().address
        except GatewayRefused:
            return f"http://{self._channel.place}"

    def functions(self) -> list[Function]:
        """Every function."""
        return [
            function_of(each)
            for each in self._channel.ask("List", pb.Empty(), pb.Functions).Functions
        ]

    def describe(self, name: str) -> Function:
        """One function."""
        return function_of(
            self._channel.ask("GetMeta", pb.FunctionRequest(FunctionName=name), pb.Function)
        )

    def takes_archives(self) -> bool:
        """Tell whether `Info` names a store for archives, and a REST address to upload to."""
        info = self._info()
        return bool(info.get("rest")) and "archives" in _list(info.get("capabilities"))

    def put_archive(self, archive: Archive) -> None:
        """Upload code to the REST address: gRPC messages are too small for it."""
        self._rest().put_archive(archive)

    def deploy(self, spec: FunctionSpec) -> None:
        """Deploy a new function."""
        self._channel.ask("Deploy", deployment(spec), pb.Message)

    def update(self, spec: FunctionSpec) -> None:
        """Update a function that is there."""
        self._channel.ask("Update", deployment(spec), pb.Message)

    def delete(self, name: str) -> None:
        """Delete a function."""
        self._channel.ask("Delete", pb.DeleteFunctionRequest(FunctionName=name), pb.Message)

    def scale(self, name: str, replicas: int) -> None:
        """Want so many replicas."""
        request = pb.ScaleServiceRequest(ServiceName=name, Replicas=replicas)
        self._channel.ask("ReplicaUpdate", request, pb.Message)

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
        try:
            for answer in self._channel.invokes(request, metadata):
                yield answer.Output
            return
        except Unimplemented:
            pass
        whole = self._channel.ask("Invoke", request, pb.Message, FunctionFailed, metadata)
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
        return str(
            self._channel.ask("GetLog", pb.FunctionRequest(FunctionName=name), pb.Message).Msg
        )

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
            told = read(self._channel.ask("Info", pb.Empty(), pb.Message).Msg.encode())
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
            address, is_same = seen_from(self._channel.place, address)
        except ValueError as fault:
            raise NotAGateway(
                f"the Info of what answers at {self.address} names no REST address that is one: "
                "name it with --gateway http://host:port"
            ) from fault
        # Whoever answers could name any address: a password goes nowhere but to the same host.
        authorization = self._authorization if is_same else authorization_for(address)
        return RestClient(address, authorization, self._seconds)


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []
