"""OpenFaaS' JSON for functions <-> the provider's records; DCF's rollout travels in annotations."""

from collections.abc import Mapping
from typing import Any

from dcf.errors import InvalidRequest
from dcf.providers.base import FunctionSpec, FunctionStatus

ROLLOUT = "dcf.rollout"
REASON = "dcf.reason"
_SCALE_MIN = ("com.openfaas.scale.min", "scale_min")


def annotations_of(status: FunctionStatus) -> dict[str, str]:
    """The function's own annotations and, beside them, how its newest rollout went."""
    told = {ROLLOUT: status.rollout} | ({REASON: status.reason} if status.reason else {})
    return {**status.spec.annotations, **told}


def first_replicas(labels: Mapping[str, str], default: int = 1) -> int:
    """How many replicas the labels ask for at the start; raises `InvalidRequest`."""
    for key in _SCALE_MIN:
        if key in labels:
            if not labels[key].isdecimal():
                raise InvalidRequest(
                    f"validation failed: label {key} must be a number, got {labels[key]!r}"
                )
            return int(labels[key])
    return default


def without_rollout(annotations: Mapping[str, str]) -> dict[str, str]:
    """What is left when somebody sends back what a listing gave."""
    return {key: value for key, value in annotations.items() if key not in {ROLLOUT, REASON}}


def spec_of(body: object) -> FunctionSpec:
    """A FunctionDeployment from JSON; raises `InvalidRequest` that names the field."""
    if not isinstance(body, dict):
        raise InvalidRequest("validation failed: the body must be a JSON object")
    name = body.get("service") or body.get("name") or ""
    image = body.get("image") or ""
    if not isinstance(name, str) or not isinstance(image, str) or not name or not image:
        raise InvalidRequest("validation failed: service and image are required, as text")
    labels = _texts(body, "labels")
    return FunctionSpec(
        name=name,
        image=image,
        env=_texts(body, "envVars"),
        labels=labels,
        annotations=without_rollout(_texts(body, "annotations")),
        constraints=_list(body, "constraints"),
        secrets=_list(body, "secrets"),
        limits=_texts(body, "limits"),
        requests=_texts(body, "requests"),
        replicas=first_replicas(labels),
    )


def status_json(status: FunctionStatus, calls: int) -> dict[str, Any]:
    """A FunctionStatus; as in OpenFaaS, empty fields are left out, createdAt never."""
    spec = status.spec
    fields: dict[str, Any] = {
        "name": spec.name,
        "image": spec.image,
        "constraints": list(spec.constraints),
        "secrets": list(spec.secrets),
        "labels": dict(spec.labels),
        "annotations": annotations_of(status),
        "limits": dict(spec.limits),
        "requests": dict(spec.requests),
        "envVars": dict(spec.env),
        "invocationCount": calls,
        "replicas": status.replicas,
        "availableReplicas": status.available,
    }
    return {key: value for key, value in fields.items() if value} | {"createdAt": status.created_at}


def _texts(body: dict[str, Any], key: str) -> dict[str, str]:
    value = body.get(key) or {}
    if not isinstance(value, dict) or not all(isinstance(item, str) for item in value.values()):
        raise InvalidRequest(f"validation failed: {key} must be an object of texts")
    return value


def _list(body: dict[str, Any], key: str) -> tuple[str, ...]:
    value = body.get(key) or []
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise InvalidRequest(f"validation failed: {key} must be a list of texts")
    return tuple(value)
