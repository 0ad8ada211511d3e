"""The objects and what happened to them: one counter of versions, one log of events."""

import copy
import itertools
import uuid
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

_KEPT_EVENTS = 10_000


@dataclass(frozen=True)
class Event:
    """One change. The objects in it are never changed again.

    Attributes:
        version: The object's `resourceVersion` from then on.
        type: `ADDED`, `MODIFIED` or `DELETED`.
        kind: Of the object.
        item: As it is now, or was last.
        before: As it was before; None for a new one.
    """

    version: int
    type: str
    kind: Any
    item: dict
    before: dict | None


def key_of(item):
    """Namespace and name."""
    return item["metadata"].get("namespace", ""), item["metadata"]["name"]


def now(at=None):
    """RFC 3339 in UTC, to the second, as Kubernetes has it."""
    return (at or datetime.now(UTC)).strftime("%Y-%m-%dT%H:%M:%SZ")


class Store:
    """Keeps objects; knows nothing of what is in them but their metadata."""

    def __init__(self):
        self.version = 1
        self._objects = defaultdict(dict)
        self._owned = defaultdict(dict)
        self._uids = {}
        self._events = []
        self._oldest = 1
        self._hearers = {}

    def get(self, kind, namespace, name):
        """One object, not to be changed; None where there is none."""
        return self._objects[kind].get((namespace, name))

    def list(self, kind, namespace=""):
        """All of a namespace, or of all, by name."""
        found = self._objects[kind]
        return [found[key] for key in sorted(found) if not namespace or key[0] == namespace]

    def owned(self, uid, kind):
        """Objects of a kind that name that owner."""
        return [item for (of, _), item in self._owned[uid].items() if of == kind]

    def owned_of_all(self, uid):
        """Kind and object of all that name that owner."""
        return [(kind, item) for (kind, _), item in self._owned[uid].items()]

    def place_of(self, uid):
        """Kind and key of the object of that uid; None where there is none."""
        return self._uids.get(uid)

    def add(self, kind, item):
        """Keep a new object."""
        item = copy.deepcopy(item)
        item["metadata"] |= {"uid": str(uuid.uuid4()), "creationTimestamp": now()}
        return self._commit("ADDED", kind, item, None)

    def put(self, kind, item):
        """Keep a changed object; one that is the same is no change, as in Kubernetes."""
        before = self._objects[kind][key_of(item)]
        item = copy.deepcopy(item)
        item["metadata"]["resourceVersion"] = before["metadata"]["resourceVersion"]
        return before if item == before else self._commit("MODIFIED", kind, item, before)

    def change(self, kind, item, edit):
        """Change the newest form of an object by a function that edits it; None if it is gone."""
        found = self._objects[kind].get(key_of(item))
        if found is None or found["metadata"]["uid"] != item["metadata"]["uid"]:
            return None
        newer = copy.deepcopy(found)
        edit(newer)
        return self.put(kind, newer)

    def remove(self, kind, item):
        """Forget an object."""
        before = self._objects[kind].get(key_of(item))
        if before is not None and before["metadata"]["uid"] == item["metadata"]["uid"]:
            self._commit("DELETED", kind, copy.deepcopy(before), before)

    def listen(self, hear):
        """Calls `hear` with every event from now on; what comes back ends that."""
        token = object()
        self._hearers[token] = hear
        return lambda: self._hearers.pop(token, None)

    def since(self, version):
        """Events after a version, or None where not all of them are kept."""
        if version < self._oldest:
            return None
        return [event for event in self._events if event.version > version]

    def compact(self):
        """Forget all events, so that no watch can begin at an earlier version."""
        self.version += 1  # what was read until now is too old, the newest list included
        self._events, self._oldest = [], self.version
        return self.version

    def _commit(self, kind_of_event, kind, item, before):
        self.version += 1
        item["metadata"]["resourceVersion"] = str(self.version)
        self._index(kind, before, item if kind_of_event != "DELETED" else None)
        event = Event(self.version, kind_of_event, kind, item, before)
        self._events.append(event)
        if len(self._events) > _KEPT_EVENTS:
            half = _KEPT_EVENTS // 2
            self._oldest, self._events = self._events[half - 1].version, self._events[half:]
        for hear in list(self._hearers.values()):
            hear(event)
        return item

    def _index(self, kind, before, item):
        for each, is_new in ((before, False), (item, True)):
            if each is None:
                continue
            place, metadata = (kind, key_of(each)), each["metadata"]
            for owner in metadata.get("ownerReferences", ()):
                if is_new:
                    self._owned[owner["uid"]][place] = each
                else:
                    self._owned[owner["uid"]].pop(place, None)
            if is_new:
                self._objects[kind][key_of(each)] = each
                self._uids[metadata["uid"]] = place
            else:
                self._objects[kind].pop(key_of(each), None)
                self._uids.pop(metadata["uid"], None)


class Names:
    """Makes the endings of generated names: five letters that read as Kubernetes' own."""

    _LETTERS = "bcdfghjklmnpqrstvwxz2456789"

    def __init__(self, seed=0):
        self._count = itertools.count(seed)

    def ending(self):
        """A new one."""
        number, text = next(self._count) * 7919 + 104729, ""
        for _ in range(5):
            number, place = divmod(number, len(self._LETTERS))
            text += self._LETTERS[place]
        return text
