"""Turns objects of the API into what is remembered of them; nothing is asked here."""

from ..placement import FunctionSpec, ReplicaExit
from . import names
from .admission import why_not_made
from .api import Json
from .foreign import foreign_spec
from .records import DeploymentRecord, PodRecord, ReplicaSetRecord
from .run import Run
from .trouble import NONE, pod_trouble
from .written import past_of, spec_of

_NUMBER_OF_OTHERS = "deployment.kubernetes.io/revision"


def deployment_record(found: Json) -> DeploymentRecord | None:
    """Of a Deployment; None if it is no function's, or is being deleted."""
    meta, spec, status = found["metadata"], found["spec"], found.get("status") or {}
    function = _labels(found).get(names.FUNCTION)
    if not function or "deletionTimestamp" in meta:
        return None
    replicas = spec.get("replicas", 1)
    asked = _Asked(function, found, replicas)
    return DeploymentRecord(
        function,
        meta["name"],
        _labels(found).get(names.TRACK, names.STABLE),
        meta.get("uid", ""),
        meta.get("resourceVersion", ""),
        meta.get("creationTimestamp", ""),
        asked.spec,
        asked.revision,
        replicas,
        asked.at,
        asked.by,
        existing=status.get("replicas", 0),
        updated=status.get("updatedReplicas", 0),
        available=status.get("availableReplicas", 0),
        observed=status.get("observedGeneration", 0) >= meta.get("generation", 0),
        conditions=_conditions(status),
        past=past_of(_annotations(found).get(names.PAST, "")),
    )


def replica_set_record(found: Json) -> ReplicaSetRecord | None:
    """Of a ReplicaSet; None if it is no function's."""
    meta, status = found["metadata"], found.get("status") or {}
    function, annotations = _labels(found).get(names.FUNCTION), _annotations(found)
    if not function:
        return None
    replicas = found["spec"].get("replicas", 1)
    asked = _Asked(function, found, replicas)
    failure = _conditions(status).get("ReplicaFailure")
    return ReplicaSetRecord(
        function,
        meta["name"],
        _labels(found).get(names.TRACK, names.STABLE),
        asked.revision,
        asked.spec,
        asked.at or meta.get("creationTimestamp", ""),
        asked.by,
        replicas=replicas,
        ready=status.get("readyReplicas", 0),
        rollout=annotations.get(names.RESULT, ""),
        reason=annotations.get(names.REASON, ""),
        failure=why_not_made(failure[1]) if failure else "",
        is_foreign=asked.is_foreign,
        uid=meta.get("uid", ""),
        deployment=_owner(found, "Deployment", "uid"),
    )


def pod_record(found: Json, before: PodRecord | None = None) -> PodRecord | None:
    """Of a pod; None if it is no function's.

    Args:
        found: The object.
        before: What was remembered of it so far.
    """
    meta, status = found["metadata"], found.get("status") or {}
    labels = _labels(found)
    function = labels.get(names.FUNCTION)
    if not function:
        return None
    run = Run(function, found)
    trouble = NONE if run.is_ready else pod_trouble(found, before.trouble if before else "")
    if not trouble.words or run.trouble.is_hopeless:
        trouble = run.trouble
    return PodRecord(
        function,
        meta["name"],
        labels.get(names.TRACK, names.STABLE),
        _number(labels.get(names.REVISION)),
        _owner(found, "ReplicaSet", "name"),
        status.get("podIP") or "",
        (found.get("spec") or {}).get("nodeName", ""),
        ready=run.is_ready and not run.is_ending,
        ending=run.is_ending,
        trouble="" if run.is_ending else trouble.words,
        hopeless=trouble.is_hopeless and not run.is_ending,
        restarts=run.ends,
        last_exit=_same(run.exit, before.last_exit if before else None),
        crash_loop="" if run.is_ending else run.crash_loop,
        container=run.container,
        owner_uid=_owner(found, "ReplicaSet", "uid"),
    )


class _Asked:  # pylint: disable=too-few-public-methods # read once
    """What a Deployment or ReplicaSet says of its revision.

    Attributes:
        spec: What was asked for.
        revision: Its number.
        at: When; empty where nothing says so.
        by: Who.
        is_foreign: Whether another tool made it.
    """

    def __init__(self, function: str, found: Json, replicas: int) -> None:
        template = found["spec"].get("template") or {}
        annotations = _annotations(template)
        spec = spec_of(annotations.get(names.SPEC, ""))
        self.spec: FunctionSpec = spec or foreign_spec(function, template, replicas)
        number = _number(_labels(template).get(names.REVISION))
        self.is_foreign = not number
        self.revision = number or _number(_annotations(found).get(_NUMBER_OF_OTHERS)) or 1
        self.at, self.by = (
            annotations.get(key, "") for key in (names.DEPLOYED_AT, names.DEPLOYED_BY)
        )


def _same(ended: ReplicaExit | None, before: ReplicaExit | None) -> ReplicaExit | None:
    """An end as it was told at first: later its pod's status says less of how it came about."""
    return before if ended and before and ended.at == before.at else ended


def _labels(found: Json) -> dict[str, str]:
    return (found.get("metadata") or {}).get("labels") or {}


def _annotations(found: Json) -> dict[str, str]:
    return (found.get("metadata") or {}).get("annotations") or {}


def _number(text: str | None) -> int:
    """A number from 1 on; 0 for what is none."""
    return int(text) if text and text.isascii() and text.isdecimal() else 0


def _owner(found: Json, kind: str, field: str) -> str:
    owners = found["metadata"].get("ownerReferences") or ()
    return next((each.get(field, "") for each in owners if each.get("kind") == kind), "")


def _conditions(status: Json) -> dict[str, tuple[str, str]]:
    """Reason and message by type; what is not available has no `Available`."""
    return {
        each["type"]: (each.get("reason", ""), each.get("message", ""))
        for each in status.get("conditions") or ()
        if each.get("status") == "True" or each["type"] == "Progressing"
    }
