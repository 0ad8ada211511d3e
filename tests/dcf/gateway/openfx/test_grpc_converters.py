"""Protobuf's messages and the provider's records; failures and gRPC's statuses."""

import grpc
import pytest

from dcf import errors
from dcf._proto import gateway_pb2 as pb
from dcf.errors import InvalidRequest
from dcf.gateway.calls.unary_call import FunctionFailure
from dcf.gateway.openfx.grpc_converters import (
    error_code,
    function_of,
    invoke_words,
    spec_of,
    status_of_fault,
)
from dcf.providers.placement import FunctionSpec, FunctionState
from dcf.scale_labels import Policy, policy_of

CODE = grpc.StatusCode


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (errors.InvalidRequest("x"), CODE.INVALID_ARGUMENT),
        (errors.ArchiveError("x"), CODE.INVALID_ARGUMENT),
        (errors.NotFound("x"), CODE.NOT_FOUND),
        (errors.AlreadyExists("x"), CODE.ALREADY_EXISTS),
        (errors.NotReady("x"), CODE.UNAVAILABLE),
        (errors.UpstreamFailed("x"), CODE.UNAVAILABLE),
        (errors.ReplicaCrashed("x"), CODE.UNAVAILABLE),
        (errors.UpstreamTimeout("x"), CODE.DEADLINE_EXCEEDED),
        (errors.Unsupported("x"), CODE.UNIMPLEMENTED),
        (errors.StorageFull("x"), CODE.RESOURCE_EXHAUSTED),
        (errors.DcfError("x"), CODE.INTERNAL),
        (FunctionFailure("x", 400, "bad_option"), CODE.INVALID_ARGUMENT),
        (FunctionFailure("x", 413, ""), CODE.INVALID_ARGUMENT),
        (FunctionFailure("x", 413, "body_too_large"), CODE.RESOURCE_EXHAUSTED),
        (FunctionFailure("x", 415, ""), CODE.INVALID_ARGUMENT),
        (FunctionFailure("x", 429, ""), CODE.RESOURCE_EXHAUSTED),
        (FunctionFailure("x", 500, "overloaded"), CODE.RESOURCE_EXHAUSTED),
        (FunctionFailure("x", 503, ""), CODE.UNAVAILABLE),
        (FunctionFailure("x", 504, "timeout"), CODE.DEADLINE_EXCEEDED),
        (FunctionFailure("x", 500, "handler_error"), CODE.INTERNAL),
        (FunctionFailure("x", 404, "not_found"), CODE.INTERNAL),
    ],
    ids=lambda value: getattr(value, "code", "") and f"{type(value).__name__}",
)
def test_every_failure_has_its_status(fault, status):
    """A function's own `not_found` is not the gateway's: its callers' function is there."""
    assert status_of_fault(fault) is status


def test_a_failed_call_is_told_in_openfx_words_and_a_slow_one_in_its_own():
    assert invoke_words("f", errors.NotReady("nobody")) == "could not invoke: f - nobody"
    late = FunctionFailure("Function timed out after 1s", 504, "timeout")
    assert invoke_words("f", late) == "Function timed out after 1s"


def test_a_request_becomes_a_spec_field_by_field():
    asked = pb.CreateFunctionRequest(
        Service="f", Image="i", EnvVars={"A": "1"}, Labels={"l": "2"},
        Annotations={"desc": "x", "dcf.rollout": "ready"}, Constraints=["a=b"], Secrets=["s"],
        Limits=pb.FunctionResources(Memory="1Mi", GPU="1"),
        Requests=pb.FunctionResources(CPU="1"), MinReplicas=2, MaxReplicas=4,
    )  # fmt: skip
    assert spec_of(asked) == FunctionSpec(
        "f", "i", {"A": "1"},
        {"l": "2", "com.openfaas.scale.max": "4", "com.openfaas.scale.min": "2"}, {"desc": "x"},
        ("a=b",), ("s",), {"memory": "1Mi", "gpu": "1"}, {"cpu": "1"}, 2,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (errors.ReplicaCrashed("x"), "replica_crashed"),
        (FunctionFailure("x", 400, "bad_option"), "bad_option"),
        (FunctionFailure("x", 500, ""), "function_failed"),
        (FunctionFailure("x", 500, "no code\r\nof ours"), "function_failed"),
        (FunctionFailure("x", 500, "é" * 9), "function_failed"),
        (FunctionFailure("x", 500, "c" * 65), "function_failed"),
    ],
)
def test_a_code_that_metadata_cannot_carry_is_not_told(fault, code):
    assert error_code(fault) == code


def test_what_is_not_said_has_the_defaults_and_labels_win():
    assert spec_of(pb.CreateFunctionRequest(Service="f", Image="i")) == FunctionSpec("f", "i")
    labels = {"com.openfaas.scale.min": "3", "com.openfaas.scale.max": "7"}
    asked = pb.CreateFunctionRequest(
        Service="f", Image="i", Labels=labels, MinReplicas=1, MaxReplicas=2
    )
    assert spec_of(asked) == FunctionSpec("f", "i", labels=labels, replicas=3)


@pytest.mark.parametrize(
    ("least", "most", "labels", "policy"),
    [
        (2, 4, {}, Policy(2, 4)),
        (0, 4, {}, Policy(1, 4)),
        (2, 4, {"scale_min": "3"}, Policy(3, 4)),
        (3, 1, {}, None),  # OpenFx' clients send a most of 1 where nobody said one
        (3, 3, {}, None),
        (2, 0, {}, None),
    ],
)
def test_its_numbers_mean_what_the_labels_mean(least, most, labels, policy):
    asked = pb.CreateFunctionRequest(
        Service="f", Image="i", Labels=labels, MinReplicas=least, MaxReplicas=most
    )
    spec = spec_of(asked)
    assert policy_of(spec.labels) == policy
    assert spec.replicas == (int(labels.get("scale_min", 0)) or least or 1)


def test_what_no_process_can_have_is_refused():
    with pytest.raises(InvalidRequest, match="of envVars"):
        spec_of(pb.CreateFunctionRequest(Service="f", Image="i", EnvVars={"A=B": "1"}))


def test_a_function_is_shown_with_how_its_rollout_went():
    spec = FunctionSpec("f", "i", labels={"l": "2"}, annotations={"desc": "x"})
    shown = function_of(FunctionState(spec, 3, 2, "then", "failed", "no weights"), 7)
    assert (shown.Name, shown.Image, shown.InvocationCount) == ("f", "i", 7)
    assert (shown.Replicas, shown.AvailableReplicas, dict(shown.Labels)) == (3, 2, {"l": "2"})
    told = {"desc": "x", "dcf.rollout": "failed", "dcf.reason": "no weights"}
    assert dict(shown.Annotations) == told
