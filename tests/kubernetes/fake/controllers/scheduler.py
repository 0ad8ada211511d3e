"""The scheduler: which node a pod runs on, or why on none."""

from collections import Counter

from tests.kubernetes.fake import kinds
from tests.kubernetes.fake.controllers.work import Work, is_active
from tests.kubernetes.fake.quota import quantity
from tests.kubernetes.fake.store import key_of, now

_TRY_AGAIN_SECONDS = 0.5


class Scheduler:
    """Gives every pod a node that has room for it."""

    def __init__(self, api):
        self._api, self._store = api, api.store
        self.work = Work(self._look)

    def hear(self, event):
        """Look at a new pod."""
        is_pod = event.kind is kinds.POD and event.type != "DELETED"
        if is_pod and not event.item["spec"].get("nodeName"):
            self.work.add(key_of(event.item))

    def _look(self, key):
        pod = self._store.get(kinds.POD, *key)
        if pod is None or pod["spec"].get("nodeName"):
            return None
        nodes, why = self._store.list(kinds.NODE), Counter()
        fitting = []
        for node in nodes:
            reasons = list(self._against(node, pod))
            why.update(reasons)
            if not reasons:
                fitting.append(node)
        if fitting:
            node = min(fitting, key=lambda each: len(self._pods(each)))
            self._store.change(kinds.POD, pod, lambda newer: _place(newer, node))
            return None
        reasons = ", ".join(f"{count} {reason}" for reason, count in sorted(why.items()))
        words = f"0/{len(nodes)} nodes are available: {reasons}."
        told = {
            "type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": words,
            "lastProbeTime": None, "lastTransitionTime": now(),
        }  # fmt: skip
        known = pod.get("status", {}).get("conditions", [{}])[0]
        if known.get("message") != words:
            status = {"phase": "Pending", "conditions": [told], "qosClass": "BestEffort"}
            self._store.change(kinds.POD, pod, lambda newer: newer.update(status=status))
        return _TRY_AGAIN_SECONDS

    def _against(self, node, pod):
        labels = node["metadata"].get("labels", {})
        wanted = pod["spec"].get("nodeSelector", {})
        if any(labels.get(key) != value for key, value in wanted.items()):
            yield "node(s) didn't match node selector"
        for taint in node["spec"].get("taints", ()):
            if not any(_tolerates(each, taint) for each in pod["spec"].get("tolerations", ())):
                named = f"{{{taint['key']}: {taint.get('value', '')}}}"
                yield f"node(s) had taint {named}, that the pod didn't tolerate"
        room = node["status"]["allocatable"]
        for resource, amount in _requests(pod).items():
            used = sum(_requests(each).get(resource, 0) for each in self._pods(node))
            if used + amount > quantity(room.get(resource, 0)):
                yield f"Insufficient {resource}"

    def _pods(self, node):
        name = node["metadata"]["name"]
        pods = self._store.list(kinds.POD)
        return [each for each in pods if each["spec"].get("nodeName") == name and is_active(each)]


def _tolerates(toleration, taint):
    if toleration.get("effect", taint["effect"]) != taint["effect"]:
        return False
    if toleration.get("operator", "Equal") == "Exists":
        return toleration.get("key", taint["key"]) == taint["key"]
    wanted = (taint["key"], taint.get("value", ""))
    return (toleration.get("key"), toleration.get("value", "")) == wanted


def _requests(pod):
    total = Counter()
    for container in pod["spec"]["containers"]:
        resources = container["resources"]
        for name, amount in (resources.get("limits", {}) | resources.get("requests", {})).items():
            total[name] += quantity(amount)
    return total


def _place(pod, node):
    pod["spec"]["nodeName"] = node["metadata"]["name"]
    told = {"type": "PodScheduled", "status": "True", "lastTransitionTime": now()}
    pod["status"] = {"phase": "Pending", "conditions": [told], "qosClass": "BestEffort"}
