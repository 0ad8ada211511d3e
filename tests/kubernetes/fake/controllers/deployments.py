"""The Deployment controller: a ReplicaSet a template, and pods that go from one to the next."""

import copy

from tests.kubernetes.fake import kinds
from tests.kubernetes.fake.controllers import progress
from tests.kubernetes.fake.controllers.arithmetic import (
    Size,
    fenceposts,
    new_size,
    old_sizes,
    proportional,
)  # fmt: skip
from tests.kubernetes.fake.controllers.templates import (
    DESIRED,
    HASH,
    HISTORY,
    MOST,
    OWN,
    REVISION,
    created,
    hash_of,
    newest,
    revision,
    without_hash,
)  # fmt: skip
from tests.kubernetes.fake.controllers.work import Work, controller_of, owned_by
from tests.kubernetes.fake.store import key_of


class Deployments:
    """Makes, scales and deletes the ReplicaSets of Deployments."""

    def __init__(self, api):
        self._api, self._store = api, api.store
        self.work = Work(self._look)

    def hear(self, event):
        """Look at what an event is about."""
        if event.kind is kinds.DEPLOYMENT:
            self.work.add(key_of(event.item))
        elif event.kind is kinds.REPLICA_SET and (
            owner := controller_of(event.item, kinds.DEPLOYMENT)
        ):
            self.work.add((event.item["metadata"]["namespace"], owner["name"]))

    def _look(self, key):
        item = self._store.get(kinds.DEPLOYMENT, *key)
        if item is None or "deletionTimestamp" in item["metadata"]:
            return None
        sets = self._sets(item)
        new = newest(item, sets)
        if _is_scaled(item, sets):
            self._scale_all(item, new, sets)
        elif not item["spec"].get("paused"):
            new = self._number(item, new, sets)
            item = self._store.get(kinds.DEPLOYMENT, *key)
            self._roll(
                item,
                new,
                [each for each in sets if each["metadata"]["uid"] != new["metadata"]["uid"]],
            )
        sets = self._sets(item)
        return self._tell(item, newest(item, sets), sets)

    def _sets(self, item):
        found = self._store.owned(item["metadata"]["uid"], kinds.REPLICA_SET)
        return sorted(found, key=created)

    def _number(self, item, new, sets):
        """The newest ReplicaSet, made if it is missing, with the highest revision."""
        others = [each for each in sets if each is not new]
        number = max(map(revision, others), default=0) + 1
        reason = progress.FOUND
        if new is None:
            new, reason = self._create(item, number), progress.CREATED
        self._store.change(
            kinds.REPLICA_SET, new, lambda newer: _annotate(newer, item, max(number, revision(new)))
        )
        new = self._store.get(kinds.REPLICA_SET, *key_of(new))

        def edit(newer):
            newer["metadata"].setdefault("annotations", {})[REVISION] = str(revision(new))
            status = newer.setdefault("status", {})
            conditions = status.get("conditions", [])
            known = any(each["type"] == "Progressing" for each in conditions)
            if reason == progress.CREATED or not known:
                verb = "Created" if reason == progress.CREATED else "Found"
                words = f'{verb} new replica set "{new["metadata"]["name"]}"'
                told = progress.told("Progressing", "True", reason, words)
                status["conditions"] = progress.with_condition(conditions, told)

        self._store.change(kinds.DEPLOYMENT, item, edit)
        return new

    def _create(self, item, number):
        template = without_hash(item["spec"]["template"])
        name, ending = item["metadata"]["name"], hash_of(template)
        template["metadata"].setdefault("labels", {})[HASH] = ending
        selector = copy.deepcopy(item["spec"]["selector"])
        selector.setdefault("matchLabels", {})[HASH] = ending
        body = {
            "metadata": {
                "name": f"{name}-{ending}", "labels": dict(template["metadata"]["labels"]),
                "annotations": {REVISION: str(number)},
                "ownerReferences": [owned_by(kinds.DEPLOYMENT, item)],
            },
            "spec": {"replicas": 0, "selector": selector, "template": template},
        }  # fmt: skip
        return self._api.create(kinds.REPLICA_SET, item["metadata"]["namespace"], body)

    def _roll(self, item, new, olds):
        replicas = item["spec"]["replicas"]
        if item["spec"]["strategy"]["type"] == "Recreate":
            for old in olds:
                self._size(item, old, 0)
            if not any(each.get("status", {}).get("replicas") for each in olds):
                self._size(item, new, replicas)
            return
        missing, surge = fenceposts(item["spec"]["strategy"], replicas)
        total = sum(each["spec"]["replicas"] for each in [new, *olds])
        wanted = new_size(replicas, surge, new["spec"]["replicas"], total)
        is_changed = wanted != new["spec"]["replicas"]
        self._size(item, new, wanted)
        if is_changed:  # its status tells what is to be done next
            return
        for old, size in zip(
            olds, old_sizes(replicas, missing, _size(new), map_sizes(olds)), strict=True
        ):
            self._size(item, old, size)

    def _scale_all(self, item, new, sets):
        """The Deployment was scaled while it may be updated: all ReplicaSets are, in proportion."""
        replicas = item["spec"]["replicas"]
        active = [each for each in sets if each["spec"]["replicas"] > 0]
        _, surge = fenceposts(item["spec"]["strategy"], replicas)
        if len(active) <= 1:
            for each in active or ([new] if new else sets[-1:]):
                self._size(item, each, replicas)
        elif (
            new
            and new.get("status", {}).get("availableReplicas")
            == new["spec"]["replicas"]
            == replicas
        ):
            for each in active:
                if each is not new:
                    self._size(item, each, 0)
        else:
            sizes = [each["spec"]["replicas"] for each in active]
            for each, size in zip(active, proportional(replicas, surge, sizes), strict=True):
                self._size(item, each, size)

    def _size(self, item, owned, replicas):
        most = (
            item["spec"]["replicas"]
            + fenceposts(item["spec"]["strategy"], item["spec"]["replicas"])[1]
        )

        def edit(newer):
            if newer["spec"]["replicas"] != replicas:
                newer["metadata"]["generation"] += 1
            newer["spec"]["replicas"] = replicas
            annotations = newer["metadata"].setdefault("annotations", {})
            annotations |= {DESIRED: str(item["spec"]["replicas"]), MOST: str(most)}

        self._store.change(kinds.REPLICA_SET, owned, edit)

    def _tell(self, item, new, sets):
        """Write the status; gives when the progress deadline has to be looked at."""
        item = self._store.get(kinds.DEPLOYMENT, *key_of(item))
        status = progress.counted(item, new, sets)
        status["conditions"] = progress.progressed(item, status, new, sets)
        if progress.is_complete(item, status):
            self._forget(item, new, sets)
        self._store.change(kinds.DEPLOYMENT, item, lambda newer: newer.update(status=status))
        known = next((each for each in status["conditions"] if each["type"] == "Progressing"), None)
        return progress.seconds_left(item, known) or None

    def _forget(self, item, new, sets):
        olds = [
            each for each in sets if not new or each["metadata"]["uid"] != new["metadata"]["uid"]
        ]
        for old in sorted(olds, key=revision)[
            : max(0, len(olds) - item["spec"]["revisionHistoryLimit"])
        ]:
            if not old["spec"]["replicas"] and not old.get("status", {}).get("replicas"):
                self._api.delete(kinds.REPLICA_SET, *key_of(old))


def _size(item):
    return Size(item["spec"]["replicas"], item.get("status", {}).get("availableReplicas", 0))


def map_sizes(items):
    """The sizes of ReplicaSets."""
    return [_size(each) for each in items]


def _is_scaled(item, sets):
    wanted = str(item["spec"]["replicas"])
    return any(
        each["spec"]["replicas"] > 0
        and each["metadata"].get("annotations", {}).get(DESIRED, wanted) != wanted
        for each in sets
    )


def _annotate(newer, item, number):
    """A ReplicaSet has the annotations of its Deployment and a number, and remembers older ones."""
    annotations = newer["metadata"].setdefault("annotations", {})
    theirs = item["metadata"].get("annotations", {})
    annotations |= {key: theirs[key] for key in theirs if key not in OWN}
    before = annotations.get(REVISION, "0")
    if before != str(number):
        past = [*filter(None, annotations.get(HISTORY, "").split(",")), before]
        annotations |= {HISTORY: ",".join(past), REVISION: str(number)}
