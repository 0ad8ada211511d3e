"""Objects as the API server gives them, as far as the provider reads them."""

from dcf.providers.kubernetes import names
from dcf.providers.kubernetes.written import spec_text
from dcf.providers.placement import FunctionSpec

SPEC = FunctionSpec("echo", "echo:1")
TIME = "2026-11-28T02:00:00Z"
LATER = "2026-11-28T02:00:05Z"
READY = {"type": "Ready", "status": "True", "lastTransitionTime": TIME}
UNREADY = {
    "type": "Ready", "status": "False", "reason": "ContainersNotReady",
    "message": "containers with unready status: [function]", "lastTransitionTime": TIME,
}  # fmt: skip
PLACED = {"type": "PodScheduled", "status": "True", "lastTransitionTime": TIME}


def labels(revision=1, track=names.STABLE, function="echo"):
    return {names.FUNCTION: function, names.TRACK: track, names.REVISION: str(revision)}


def template(revision=1, spec=SPEC, track=names.STABLE):
    return {
        "metadata": {
            "labels": labels(revision, track, spec.name),
            "annotations": {
                names.SPEC: spec_text(spec),
                names.DEPLOYED_AT: TIME,
                names.DEPLOYED_BY: "ann@here",
            },
        },
        "spec": {"containers": [{"name": names.CONTAINER, "image": spec.image}]},
    }


def deployment(revision=1, replicas=1, spec=SPEC, track=names.STABLE, existing=0, **more):
    """A Deployment with so many pods; `more` goes into its status."""
    name = spec.name if track == names.STABLE else names.candidate(spec.name)
    return {
        "metadata": {
            "name": name, "namespace": "functions", "uid": f"uid-{name}", "resourceVersion": "7",
            "generation": 2, "creationTimestamp": TIME,
            "labels": {names.FUNCTION: spec.name, names.TRACK: track},
            "annotations": {"deployment.kubernetes.io/revision": "41"},
        },
        "spec": {"replicas": replicas, "template": template(revision, spec, track)},
        "status": {"observedGeneration": 2, "replicas": existing, **more},
    }  # fmt: skip


def replica_set(revision=1, rollout="", reason="", spec=SPEC, track=names.STABLE, **more):
    """A ReplicaSet; `more` goes into its status."""
    said = {names.RESULT: rollout, names.REASON: reason}
    return {
        "metadata": {
            "name": f"{spec.name}-{track[0]}{revision}",
            "labels": labels(revision, track, spec.name),
            "creationTimestamp": TIME,
            "annotations": {key: text for key, text in said.items() if text},
        },
        "spec": {"replicas": 1, "template": template(revision, spec, track)},
        "status": {"replicas": 1, **more},
    }  # fmt: skip


def pod(name="echo-s1-abcde", revision=1, track=names.STABLE, status=None, ready=None, **more):
    """A pod.

    Args:
        name: Its own.
        revision: Its label's.
        track: Its label's.
        status: Of its container; running by default.
        ready: Whether it is; as its container by default.
        more: What else its status holds.
    """
    status = container(running={"startedAt": TIME}, ready=True) if status is None else status
    ready = status["ready"] if ready is None else ready
    return {
        "metadata": {
            "name": name, "labels": labels(revision, track), "creationTimestamp": TIME,
            "ownerReferences": [{"kind": "ReplicaSet", "name": name[:-6], "controller": True}],
        },
        "spec": {
            "nodeName": "node-1",
            "containers": [{
                "name": names.CONTAINER, "image": "echo:1",
                "ports": [{"name": "http", "containerPort": 8080}],
            }],
        },
        "status": {
            "phase": "Running", "podIP": "10.0.0.7",
            "conditions": [READY if ready else UNREADY, PLACED],
            "containerStatuses": [status],
            **more,
        },
    }  # fmt: skip


def container(ready=False, restarts=0, last=None, name=names.CONTAINER, **state):
    """The status of a container: `waiting`, `running` or `terminated`."""
    return {
        "name": name, "image": "echo:1", "ready": ready, "restartCount": restarts,
        "state": state, "lastState": {"terminated": last} if last else {},
    }  # fmt: skip


def end(code=1, message="", reason="Error", at=LATER):
    """How a container ended."""
    return {
        "exitCode": code, "reason": reason, "message": message, "startedAt": TIME, "finishedAt": at,
    }  # fmt: skip
