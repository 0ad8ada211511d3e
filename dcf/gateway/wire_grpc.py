"""The gateway's protobuf messages <-> the provider's records."""

from dcf._proto import gateway_pb2 as pb
from dcf.gateway.wire import annotations_of, first_replicas, without_rollout
from dcf.providers.base import FunctionSpec, FunctionStatus


def function_of(status: FunctionStatus, calls: int) -> pb.Function:
    """A function as clients see it."""
    return pb.Function(
        Name=status.spec.name,
        Image=status.spec.image,
        InvocationCount=calls,
        Replicas=status.replicas,
        AvailableReplicas=status.available,
        Annotations=annotations_of(status),
        Labels=status.spec.labels,
    )


def spec_of(request: pb.CreateFunctionRequest) -> FunctionSpec:
    """What a deploy or update asks for; raises `InvalidRequest`."""
    labels = dict(request.Labels)
    return FunctionSpec(
        name=request.Service,
        image=request.Image,
        env=dict(request.EnvVars),
        labels=labels,
        annotations=without_rollout(request.Annotations),
        constraints=tuple(request.Constraints),
        secrets=tuple(request.Secrets),
        limits=_resources(request.Limits),
        requests=_resources(request.Requests),
        replicas=first_replicas(labels, max(request.MinReplicas, 1)),
    )


def _resources(resources: pb.FunctionResources) -> dict[str, str]:
    fields = {"memory": resources.Memory, "cpu": resources.CPU, "gpu": resources.GPU}
    return {key: value for key, value in fields.items() if value}
