"""The gateway's protobuf messages <-> the client's records."""

from collections.abc import Mapping
from urllib.parse import urlsplit

from .._proto import gateway_pb2 as pb
from ..providers.placement import FunctionSpec
from .base import Function

_EVERYWHERE = frozenset({"0.0.0.0", "::"})  # noqa: S104 - told by a gateway, not listened on here
_HERE = frozenset({"localhost", "127.0.0.1", "::1"})


def seen_from(address: str, rest: str) -> tuple[str, bool]:
    """The REST address a gateway tells of, as it is for whoever reached it by gRPC.

    Args:
        address: `host:port` of gRPC.
        rest: What the gateway says; one that listens everywhere knows no host of its own.

    Returns:
        The address to use, and whether it is on the same host.

    Raises:
        ValueError: The gateway says no `http(s)://host:port`.
    """
    own = urlsplit(f"//{address}").hostname or ""
    told = urlsplit(rest)
    if told.scheme not in {"http", "https"} or not told.hostname or told.port == 0:
        raise ValueError(rest)
    if told.hostname in _EVERYWHERE:
        place = f"[{own}]" if ":" in own else own
        return f"{told.scheme}://{place}:{told.port}", True
    return rest, told.hostname == own or {told.hostname, own} <= _HERE


def function_of(each: pb.Function) -> Function:
    """A Function."""
    return Function(
        name=each.Name,
        image=each.Image,
        invocations=each.InvocationCount,
        replicas=each.Replicas,
        available=each.AvailableReplicas,
        annotations=dict(each.Annotations),
        labels=dict(each.Labels),
    )


def deployment(spec: FunctionSpec) -> pb.CreateFunctionRequest:
    """A CreateFunctionRequest."""
    return pb.CreateFunctionRequest(
        Service=spec.name,
        Image=spec.image,
        EnvVars=spec.env,
        Labels=spec.labels,
        Annotations=spec.annotations,
        Constraints=spec.constraints,
        Secrets=spec.secrets,
        Limits=_resources(spec.limits),
        Requests=_resources(spec.requests),
        MinReplicas=spec.replicas,
    )


def _resources(resources: Mapping[str, str]) -> pb.FunctionResources:
    return pb.FunctionResources(
        Memory=resources.get("memory", ""),
        CPU=resources.get("cpu", ""),
        GPU=resources.get("gpu", ""),
    )
