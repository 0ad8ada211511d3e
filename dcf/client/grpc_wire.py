"""The gateway's protobuf messages <-> the client's records."""

from collections.abc import Mapping

from dcf._proto import gateway_pb2 as pb
from dcf.client.base import Function
from dcf.providers.base import FunctionSpec


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
