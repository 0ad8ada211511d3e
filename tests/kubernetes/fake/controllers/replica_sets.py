"""The ReplicaSet controller: as many pods as are wanted, and what became of them."""

import copy

from tests.kubernetes.fake import kinds
from tests.kubernetes.fake.controllers.work import (
    Work,
    controller_of,
    is_active,
    is_ready,
    owned_by,
)
from tests.kubernetes.fake.status import Refused
from tests.kubernetes.fake.store import key_of, now

_TRY_AGAIN_SECONDS = 0.5


class ReplicaSets:
    """Makes and deletes the pods of ReplicaSets."""

    def __init__(self, api):
        self._api, self._store = api, api.store
        self.work = Work(self._look)

    def hear(self, event):
        """Look at what an event is about."""
        if event.kind is kinds.REPLICA_SET:
            self.work.add(key_of(event.item))
        elif event.kind is kinds.POD and (owner := controller_of(event.item, kinds.REPLICA_SET)):
            self.work.add((event.item["metadata"]["namespace"], owner["name"]))

    def _look(self, key):
        item = self._store.get(kinds.REPLICA_SET, *key)
        if item is None:
            return None
        pods = self._store.owned(item["metadata"]["uid"], kinds.POD)
        failure = ""
        if "deletionTimestamp" not in item["metadata"]:
            failure = self._correct(item, [each for each in pods if is_active(each)])
        pods = self._store.owned(item["metadata"]["uid"], kinds.POD)
        self._tell(item, [each for each in pods if is_active(each)], failure)
        return _TRY_AGAIN_SECONDS if failure else None

    def _correct(self, item, pods):
        """Make or delete pods; gives why one could not be made."""
        missing = item["spec"]["replicas"] - len(pods)
        for _ in range(missing):
            try:
                self._api.create(kinds.POD, item["metadata"]["namespace"], self._pod(item))
            except Refused as refused:
                return refused.message
        if missing < 0:
            for pod in sorted(pods, key=_worth)[:-missing]:
                self._api.delete(kinds.POD, *key_of(pod))
        return ""

    @staticmethod
    def _pod(item):
        template = copy.deepcopy(item["spec"]["template"])
        metadata = template["metadata"]
        kept = {key: metadata[key] for key in ("labels", "annotations") if key in metadata}
        return {
            "metadata": kept
            | {
                "generateName": f"{item['metadata']['name']}-",
                "ownerReferences": [owned_by(kinds.REPLICA_SET, item)],
            },
            "spec": template["spec"],
        }

    def _tell(self, item, pods, failure):
        ready = sum(map(is_ready, pods))

        def edit(newer):
            status = newer.setdefault("status", {})
            status |= {
                "replicas": len(pods), "fullyLabeledReplicas": len(pods), "readyReplicas": ready,
                "availableReplicas": ready, "observedGeneration": item["metadata"]["generation"],
            }  # fmt: skip
            if not failure:
                status["conditions"] = []
            elif not status.get("conditions"):  # one that says the same keeps its first words
                status["conditions"] = [_failed(failure)]

        self._store.change(kinds.REPLICA_SET, item, edit)


def _failed(message):
    return {
        "type": "ReplicaFailure", "status": "True", "reason": "FailedCreate", "message": message,
        "lastTransitionTime": now(),
    }  # fmt: skip


def _worth(pod):
    """Order of pods, those that are deleted first before those that stay."""
    status = pod.get("status", {})
    return (
        bool(pod["spec"].get("nodeName")),
        status.get("phase") == "Running",
        is_ready(pod),
        -int(pod["metadata"]["resourceVersion"]) if not is_ready(pod) else -_age(pod),
    )


def _age(pod):
    """A number that is higher for younger pods."""
    return int(pod["metadata"]["creationTimestamp"].translate(str.maketrans("", "", "-:TZ")))
