"""The gateway's protobuf messages <-> the provider's records, and failures -> gRPC statuses."""

import re

import grpc

from ..._proto import gateway_pb2 as pb
from ...errors import DcfError
from ...providers.placement import FunctionSpec, FunctionState
from ..calls.unary_call import FunctionFailure
from ..rest.converters import (
    SCALE_MAX,
    SCALE_MIN,
    annotations_of,
    checked_env,
    first_replicas,
    without_rollout,
)

_CODE = grpc.StatusCode
_STATUSES = {
    "bad_request": _CODE.INVALID_ARGUMENT,
    "bad_archive": _CODE.INVALID_ARGUMENT,
    "not_found": _CODE.NOT_FOUND,
    "already_exists": _CODE.ALREADY_EXISTS,
    "not_ready": _CODE.UNAVAILABLE,
    "cluster_error": _CODE.UNAVAILABLE,
    "upstream_failed": _CODE.UNAVAILABLE,
    "replica_crashed": _CODE.UNAVAILABLE,
    "timeout": _CODE.DEADLINE_EXCEEDED,
    "unsupported": _CODE.UNIMPLEMENTED,
    "storage_full": _CODE.RESOURCE_EXHAUSTED,
}
_CODE_WORD = re.compile(r"[A-Za-z0-9_.-]{1,64}")
# What a function's own HTTP answer means here, by its error code first, else by its status.
_FUNCTION_CODES = {
    "body_too_large": _CODE.RESOURCE_EXHAUSTED,
    "overloaded": _CODE.RESOURCE_EXHAUSTED,
}
_FUNCTION_STATUSES = {
    400: _CODE.INVALID_ARGUMENT,
    413: _CODE.INVALID_ARGUMENT,
    415: _CODE.INVALID_ARGUMENT,
    429: _CODE.RESOURCE_EXHAUSTED,
    503: _CODE.UNAVAILABLE,
    504: _CODE.DEADLINE_EXCEEDED,
}


def status_of_fault(fault: DcfError) -> grpc.StatusCode:
    """The gRPC status of a failure, the function's or the gateway's own."""
    if isinstance(fault, FunctionFailure):
        by_status = _FUNCTION_STATUSES.get(fault.status, _CODE.INTERNAL)
        return _FUNCTION_CODES.get(fault.reason, by_status)
    return _STATUSES.get(fault.code, _CODE.INTERNAL)


def error_code(fault: DcfError) -> str:
    """The code a program may go by: the function's own, where it has one."""
    own = fault.reason if isinstance(fault, FunctionFailure) else ""
    return own if _CODE_WORD.fullmatch(own) else fault.code  # metadata takes no other letters


def invoke_words(name: str, fault: DcfError) -> str:
    """How OpenFx tells a failed call; one that took too long begins with its own words."""
    if status_of_fault(fault) is _CODE.DEADLINE_EXCEEDED:
        return fault.message
    return f"could not invoke: {name} - {fault.message}"


def function_of(status: FunctionState, calls: int) -> pb.Function:
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
    if request.MaxReplicas > 0:  # OpenFx scales up to here; so do load and alerts here
        labels.setdefault(SCALE_MAX[0], str(request.MaxReplicas))
        if 0 < request.MinReplicas <= request.MaxReplicas and not labels.keys() & {*SCALE_MIN}:
            labels[SCALE_MIN[0]] = str(request.MinReplicas)
    return FunctionSpec(
        name=request.Service,
        image=request.Image,
        env=checked_env(request.EnvVars),
        labels=labels,
        annotations=without_rollout(request.Annotations),
        constraints=tuple(request.Constraints),
        secrets=tuple(request.Secrets),
        limits=_resources(request.Limits),
        requests=_resources(request.Requests),
        replicas=first_replicas(labels, request.MinReplicas or 1),
    )


def _resources(resources: pb.FunctionResources) -> dict[str, str]:
    fields = {"memory": resources.Memory, "cpu": resources.CPU, "gpu": resources.GPU}
    return {key: value for key, value in fields.items() if value}
