"""What the unary rpcs of pb.Gateway answer, whatever wire they came over: gRPC, or OpenFx' REST.

One method an rpc, under its name in the schema; `by` is who asks. Failures are `dcf.errors`.
"""

from ... import __version__
from ..._proto import gateway_pb2 as pb
from ...errors import NotFound
from ...providers.stores import LogQuery
from ...yaml_dump import dump
from ..core import Gateway
from ..names import plain_name
from .grpc_converters import function_of, spec_of


class Rpcs:
    """The core behind protobuf's messages.

    Attributes:
        rest: The REST door's address, as `Info` tells it.
    """

    def __init__(self, gateway: Gateway, rest: str = "") -> None:
        self._gateway, self.rest = gateway, rest

    async def functions(self, _asked: pb.Empty, _by: str = "") -> pb.Functions:
        """List: every function."""
        found = await self._gateway.functions()
        return pb.Functions(
            Functions=[
                function_of(each, self._gateway.invocation_counts[each.spec.name]) for each in found
            ]
        )

    async def deploy(self, asked: pb.CreateFunctionRequest, by: str = "") -> pb.Message:
        """Deploy: accept a new function."""
        await self._gateway.deploy(spec_of(asked), by)
        return _ok()

    async def update(self, asked: pb.CreateFunctionRequest, by: str = "") -> pb.Message:
        """Update: begin to replace a function."""
        await self._gateway.update(spec_of(asked), by)
        return _ok()

    async def delete(self, asked: pb.DeleteFunctionRequest, _by: str = "") -> pb.Message:
        """Delete: a function is no more."""
        await self._gateway.delete(asked.FunctionName)
        return _ok()

    async def meta(self, asked: pb.FunctionRequest, _by: str = "") -> pb.Function:
        """GetMeta: describe a function."""
        try:
            status = await self._gateway.describe(asked.FunctionName)
        except NotFound as fault:
            raise NotFound("function is not exist") from fault
        return function_of(status, self._gateway.invocation_counts[status.spec.name])

    async def log(self, asked: pb.FunctionRequest, _by: str = "") -> pb.Message:
        """GetLog: what the replicas wrote; empty for a function that is not there."""
        texts: dict[str, list[str]] = {}
        try:
            async for line in self._gateway.logs(LogQuery(plain_name(asked.FunctionName))):
                texts.setdefault(line.instance, []).append(line.text)
        except NotFound:
            return pb.Message()
        heads = (
            f"---\nName: {asked.FunctionName}\nLog:\n" + "\n".join(lines) + "\n"
            for lines in texts.values()
        )
        return pb.Message(Msg="".join(heads))

    async def scale(self, asked: pb.ScaleServiceRequest, _by: str = "") -> pb.Message:
        """ReplicaUpdate: want so many replicas."""
        await self._gateway.scale(asked.ServiceName, asked.Replicas)
        return _ok()

    async def info(self, _asked: pb.Empty, _by: str = "") -> pb.Message:
        """Info: YAML that names the REST door (archives are uploaded there) and the provider."""
        info = {
            "version": __version__,
            "provider": self._gateway.kind,
            "rest": self.rest,
            "capabilities": list(self._gateway.capabilities),
        }
        return pb.Message(Msg=dump(info))

    async def health(self, _asked: pb.Empty, _by: str = "") -> pb.Message:
        """HealthCheck: alive."""
        return _ok()


def _ok() -> pb.Message:
    return pb.Message(Msg="OK")
