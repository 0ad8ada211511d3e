"""What `import mesh` gives a handler: a call to another function by its name."""

import re
import sys
import threading
from collections.abc import Mapping
from typing import Any

import msgspec

from ..trace_context import TRACE

DEFAULT_PORT = 50052
_PORT_AT_END = re.compile(r":[0-9]+\Z")
MAX_MESSAGE_BYTES = 64 << 20


class MeshError(Exception):
    """The other function could not be reached, failed, or took too long.

    Attributes:
        code: `mesh_failed`.
        message: one line, with the other function's name and the gRPC status.
    """

    code = "mesh_failed"

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class Directory(msgspec.Struct, frozen=True):
    """Where functions are.

    Attributes:
        addresses: NAME -> host or host:port; the name in upper case, dashes as underscores.
        common: host:port that passes calls on by name, for names without an address; or nothing.
        suffix: put behind a name that has no address, to make its host.
        port: port of hosts that come without one.
        timeout: seconds a call may take when it names no limit itself.
        token: shown with each call; empty for none.
    """

    addresses: Mapping[str, str] = msgspec.field(default_factory=dict)
    common: str = ""
    suffix: str = ""
    port: int = DEFAULT_PORT
    timeout: float = 30.0
    token: str = ""

    def __repr__(self) -> str:
        return f"Directory of {', '.join(self.addresses)}"  # the token is for nobody's eyes

    def address(self, name: str) -> str:
        """Where a function is.

        Args:
            name: the function's name.

        Returns:
            host:port.
        """
        key = name.upper().replace("-", "_")
        found = self.addresses.get(key) or self.common or f"{name}{self.suffix}"
        return found if _PORT_AT_END.search(found) else f"{found}:{self.port}"


class _Mesh:
    """The directory of this process and its open channels, one for each address."""

    def __init__(self) -> None:
        self.directory = Directory()
        self._channels: dict[str, Any] = {}
        self._lock = threading.Lock()

    def stub(self, address: str) -> Any:  # noqa: ANN401 - generated code has no types
        """A stub on the channel to an address; gRPC is imported by the first call, not before."""
        import grpc

        from .._proto import fxwatcher_pb2_grpc

        limits = ("grpc.max_receive_message_length", "grpc.max_send_message_length")
        with self._lock:
            if address not in self._channels:
                options = [(limit, MAX_MESSAGE_BYTES) for limit in limits]
                # Functions are beside one another; a proxy of the environment leads outside.
                options.append(("grpc.enable_http_proxy", 0))
                self._channels[address] = grpc.insecure_channel(address, options=options)
            channel = self._channels[address]
        return fxwatcher_pb2_grpc.FxWatcherStub(channel)  # type: ignore[no-untyped-call] # generated


_mesh = _Mesh()


def install(directory: Directory) -> None:
    """Says where functions are, and makes `import mesh` find this module, handlers' folders or not.

    Args:
        directory: names and addresses.
    """
    _mesh.directory = directory
    sys.modules["mesh"] = sys.modules[__name__]


def mesh_call(
    function_name: str,
    input: bytes | str,  # noqa: A002 # pylint: disable=redefined-builtin # handlers' own word
    timeout: float | None = None,
) -> bytes:
    """Calls another function and waits for its answer.

    Args:
        function_name: its name.
        input: its input; text is sent as UTF-8.
        timeout: seconds to wait; None for the setting MESH_TIMEOUT.

    Returns:
        Its answer, as bytes.

    Raises:
        MeshError: it could not be reached, failed, or took too long.
    """
    import grpc

    from .._proto import fxwatcher_pb2 as pb

    directory = _mesh.directory
    stub = _mesh.stub(directory.address(function_name))
    body = input.encode() if isinstance(input, str) else bytes(input)
    info = pb.Info(FunctionName=function_name, Trigger=pb.Trigger(Name="grpc"))
    try:
        reply = stub.Call(
            pb.Request(input=body, info=info),
            timeout=directory.timeout if timeout is None else timeout,
            metadata=_metadata(directory.token),
        )
    except grpc.RpcError as error:
        status = error.code().name
        details = error.details()
        raise MeshError(f"function {function_name} failed: {status}: {details}") from None
    answer: bytes = reply.Output.encode()
    return answer


def _metadata(token: str) -> tuple[tuple[str, str], ...]:
    """The token, if there is one, and the trace of the call that this thread answers."""
    return (*((("authorization", f"Bearer {token}"),) if token else ()), *TRACE.get())
