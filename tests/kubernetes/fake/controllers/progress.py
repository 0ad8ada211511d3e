"""The status of a Deployment, and what its conditions say of an update."""

from datetime import UTC, datetime, timedelta

from tests.kubernetes.fake.controllers.arithmetic import fenceposts
from tests.kubernetes.fake.controllers.work import condition
from tests.kubernetes.fake.store import now

CREATED, FOUND = "NewReplicaSetCreated", "FoundNewReplicaSet"
_AVAILABLE, _UPDATED, _LATE = (
    "NewReplicaSetAvailable", "ReplicaSetUpdated", "ProgressDeadlineExceeded"
)  # fmt: skip


def with_condition(conditions, new):
    """Conditions with a new one; one that says the same already stays, with its times."""
    old = next((each for each in conditions if each["type"] == new["type"]), None)
    if old and (old["status"], old["reason"]) == (new["status"], new["reason"]):
        return conditions
    return [*(each for each in conditions if each["type"] != new["type"]), _timed(new, old)]


def _timed(new, old):
    turned = old["lastTransitionTime"] if old and old["status"] == new["status"] else now()
    return new | {"lastUpdateTime": now(), "lastTransitionTime": turned}


def told(type_, status, reason, message):
    """A condition."""
    return {"type": type_, "status": status, "reason": reason, "message": message}


def counted(deployment, newest, sets):
    """The counts of a status and whether the Deployment is available."""

    def total(name, among):
        return sum(each.get("status", {}).get(name, 0) for each in among)

    available = total("availableReplicas", sets)
    spec, status = deployment["spec"], deployment.get("status", {})
    counts = {
        "observedGeneration": deployment["metadata"]["generation"],
        "replicas": total("replicas", sets),
        "updatedReplicas": total("replicas", [newest] if newest else []),
        "readyReplicas": total("readyReplicas", sets),
        "availableReplicas": available,
        "unavailableReplicas": max(0, sum(each["spec"]["replicas"] for each in sets) - available),
    }
    missing, _ = fenceposts(spec["strategy"], spec["replicas"])
    if available >= spec["replicas"] - missing:
        words = "Deployment has minimum availability."
        state = told("Available", "True", "MinimumReplicasAvailable", words)
    else:
        words = "Deployment does not have minimum availability."
        state = told("Available", "False", "MinimumReplicasUnavailable", words)
    counts["conditions"] = with_condition(status.get("conditions", []), state)
    return counts


def progressed(deployment, status, newest, sets):
    """The conditions once progress is judged by the status before and the new one."""
    conditions, old = status["conditions"], deployment.get("status", {})
    known = next((each for each in conditions if each["type"] == "Progressing"), None)
    name = newest["metadata"]["name"] if newest else deployment["metadata"]["name"]
    settled = known and known["reason"] == _AVAILABLE
    if not (settled and status["replicas"] == status["updatedReplicas"]):
        if is_complete(deployment, status):
            words = f'ReplicaSet "{name}" has successfully progressed.'
            conditions = with_condition(conditions, told("Progressing", "True", _AVAILABLE, words))
        elif _has_moved(old, status):
            words = f'ReplicaSet "{name}" is progressing.'
            rest = [each for each in conditions if each["type"] != "Progressing"]
            new = _timed(told("Progressing", "True", _UPDATED, words), known)
            conditions = [*rest, new]
        elif seconds_left(deployment, known) == 0:
            words = f'ReplicaSet "{name}" has timed out progressing.'
            conditions = with_condition(conditions, told("Progressing", "False", _LATE, words))
    failure = next((each for each in map(_failure, sets) if each), None)
    rest = [each for each in conditions if each["type"] != "ReplicaFailure"]
    return with_condition(conditions, failure) if failure else rest


def is_complete(deployment, status):
    """Whether all pods are of the newest template and available."""
    wanted = deployment["spec"]["replicas"]
    counts = (status["updatedReplicas"], status["replicas"], status["availableReplicas"])
    return counts == (wanted, wanted, wanted)


def seconds_left(deployment, known):
    """Until the progress deadline; None where none runs."""
    if known is None or known["reason"] == _AVAILABLE:
        return None
    if known["reason"] == _LATE:
        return 0
    since = datetime.fromisoformat(known["lastUpdateTime"])
    end = since + timedelta(seconds=deployment["spec"]["progressDeadlineSeconds"])
    return max(0, (end - datetime.now(UTC)).total_seconds())


def _has_moved(old, new):
    def before(name):
        return old.get(name, 0)

    older = new["replicas"] - new["updatedReplicas"]
    return (
        new["updatedReplicas"] > before("updatedReplicas")
        or older < before("replicas") - before("updatedReplicas")
        or new["readyReplicas"] > before("readyReplicas")
        or new["availableReplicas"] > before("availableReplicas")
    )


def _failure(item):
    found = condition(item, "ReplicaFailure")
    return told(*(found[key] for key in ("type", "status", "reason", "message"))) if found else None
