"""OpenFaaS' messages <-> the provider's records.

DCF's rollout travels in fields of its own: `faas-cli diff` compares annotations with those of its
file. Over gRPC there is no other place than the annotations.
"""

import base64
import re
from collections.abc import Mapping
from typing import Any

from ...errors import InvalidRequest
from ...providers.placement import FunctionSpec, FunctionState, RevisionInfo
from ...providers.terms import MODES
from ...scale_labels import PREFIX, policy_in_force
from ..names import NAMESPACE
from .messages import FunctionDeployment, Revision, SecretValue
from .messages import FunctionStatus as StatusMessage

# Under these names gRPC tells what REST has fields for; a function's own must not pass for them.
_ANNOTATIONS = {
    "rollout": "dcf.rollout",
    "rollout_reason": "dcf.reason",
    "rollout_mode": "dcf.rollout-mode",
    "revision": "dcf.revision",
    "rollout_revision": "dcf.rollout-revision",
    "rollout_replicas": "dcf.rollout-replicas",
    "rollout_ready_replicas": "dcf.rollout-ready-replicas",
    "restarts": "dcf.restarts",
    "last_exit": "dcf.last-exit",
    "last_exit_at": "dcf.last-exit-at",
    "crash_loop": "dcf.crash-loop",
    "scaling": "dcf.scaling",
}
SCALE_MIN = (f"{PREFIX}min", "scale_min")
SCALE_MAX = (f"{PREFIX}max", "scale_max")
_NUMBER = re.compile("[0-9]{1,9}")


def annotations_of(status: FunctionState) -> dict[str, str]:
    """The function's own annotations and, beside them, what runs and how its rollout went."""
    told = _told(status)
    return {
        **status.spec.annotations,
        **{name: str(told[key]) for key, name in _ANNOTATIONS.items() if told.get(key)},
    }


def _told(status: FunctionState) -> dict[str, Any]:
    """What there is to tell of its revisions and replicas, under the names of its REST fields."""
    progress, last = status.progress, status.last_exit
    policy = policy_in_force(status.spec.labels)
    return {
        "rollout": status.rollout,
        "rollout_reason": status.reason,
        "rollout_mode": status.judged,
        "revision": status.revision,
        "rollout_revision": status.newest if status.newest != status.revision else 0,
        "rollout_replicas": progress.wanted if progress else 0,
        "rollout_ready_replicas": progress.ready if progress else 0,
        "restarts": status.restarts,
        "last_exit": last.reason if last else "",
        "last_exit_at": last.at if last else "",
        "crash_loop": status.crash_loop,
        "scaling": str(policy or ""),
    }


def number_of(labels: Mapping[str, str], keys: tuple[str, ...], default: int) -> int:
    """The number in the first of these labels that is there; raises `InvalidRequest`."""
    for key in keys:
        if key in labels:
            if _NUMBER.fullmatch(labels[key]) is None:
                raise InvalidRequest(
                    f"validation failed: label {key} must be a number of at most 9 digits, "
                    f"got {labels[key][:40]!r}"
                )
            return int(labels[key])
    return default


def first_replicas(labels: Mapping[str, str], default: int = 1) -> int:
    """How many replicas the labels ask for at the start; raises `InvalidRequest`."""
    return number_of(labels, SCALE_MIN, default)


def checked_env(env: Mapping[str, str]) -> dict[str, str]:
    """An environment that a process can be given; raises `InvalidRequest`."""
    for name, value in env.items():
        if not name or "=" in name or "\0" in name + value:
            raise InvalidRequest(
                f"validation failed: variable {name[:40]!r} of envVars: a name must be there and "
                "without '=', and neither name nor value may have a NUL"
            )
    return dict(env)


def without_rollout(annotations: Mapping[str, str]) -> dict[str, str]:
    """What is left when somebody sends back what a listing gave."""
    ours = frozenset(_ANNOTATIONS.values())
    if annotations.get("dcf.rollout") in MODES:  # in the wrong place: `terms_of` says so
        ours -= {"dcf.rollout"}
    return {key: value for key, value in annotations.items() if key not in ours}


def is_ours(namespace: str | None) -> bool:
    """Whether a namespace is the one that functions live in; none means that one."""
    return namespace in {None, "", NAMESPACE}


def spec_of(asked: FunctionDeployment) -> FunctionSpec:
    """What a deploy or update asks for; raises `InvalidRequest`."""
    if not is_ours(asked.namespace):
        raise InvalidRequest(
            f"validation failed: namespace {asked.namespace!r} is not here, only {NAMESPACE}"
        )
    labels = asked.labels or {}
    return FunctionSpec(
        name=asked.service,
        image=asked.image,
        env=checked_env(asked.env_vars or {}),
        labels=labels,
        annotations=without_rollout(asked.annotations or {}),
        constraints=tuple(asked.constraints or ()),
        secrets=tuple(asked.secrets or ()),
        limits=asked.limits or {},
        requests=asked.requests or {},
        replicas=first_replicas(labels),
        process=asked.env_process or "",
        read_only=bool(asked.read_only_root_filesystem),
    )


def status_of(status: FunctionState, calls: int) -> StatusMessage:
    """A function as OpenFaaS shows it."""
    spec = status.spec
    return StatusMessage(
        name=spec.name,
        image=spec.image,
        created_at=status.created_at,
        namespace=NAMESPACE,
        env_process=spec.process,
        read_only_root_filesystem=spec.read_only,
        constraints=list(spec.constraints),
        secrets=list(spec.secrets),
        labels=dict(spec.labels),
        annotations=dict(spec.annotations),
        limits=dict(spec.limits),
        requests=dict(spec.requests),
        env_vars=dict(spec.env),
        invocation_count=calls,
        replicas=status.replicas,
        available_replicas=status.available,
        **_told(status),
    )


def revision_of(info: RevisionInfo) -> Revision:
    """One entry of a history."""
    return Revision(
        revision=info.number,
        image=info.spec.image,
        deployed_at=info.deployed_at,
        by=info.by,
        rollout=info.rollout,
        reason=info.reason,
        serving=info.serving,
        restarts=info.restarts,
        last_exit=info.last_exit.reason if info.last_exit else "",
        last_exit_at=info.last_exit.at if info.last_exit else "",
        crash_loop=info.crash_loop,
        annotations=dict(info.spec.annotations),
    )


def value_of(secret: SecretValue) -> bytes:
    """A secret's bytes; raises `InvalidRequest`, without a word of them."""
    if secret.raw_value:
        try:
            return base64.b64decode(secret.raw_value, validate=True)
        except ValueError as fault:
            raise InvalidRequest("validation failed: rawValue must be base64") from fault
    return (secret.value or "").encode()
