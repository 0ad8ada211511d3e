"""The garbage collector: what an owner leaves behind goes, too."""

from tests.kubernetes.fake.controllers.work import Work
from tests.kubernetes.fake.store import key_of

_FOREGROUND, _ORPHAN = "foregroundDeletion", "orphan"


class Garbage:
    """Deletes objects whose owners are no more."""

    def __init__(self, api):
        self._api, self._store = api, api.store
        self.work = Work(self._look)

    def hear(self, event):
        """Look at what an event is about, and at what it owned or is owned by."""
        metadata = event.item["metadata"]
        if event.type == "DELETED":
            for kind, item in self._store.owned_of_all(metadata["uid"]):
                self.work.add((kind, key_of(item)))
            for owner in metadata.get("ownerReferences", ()):
                self._add(owner["uid"])
        elif metadata.get("ownerReferences") or metadata.get("finalizers"):
            self.work.add((event.kind, key_of(event.item)))

    def _add(self, uid):
        if place := self._store.place_of(uid):
            self.work.add(place)

    def _look(self, place):
        kind, key = place
        item = self._store.get(kind, *key)
        if item is None:
            return
        finalizers = item["metadata"].get("finalizers", [])
        if _ORPHAN in finalizers or _FOREGROUND in finalizers:
            self._finish(kind, item, is_orphaning=_ORPHAN in finalizers)
            return
        owners = item["metadata"].get("ownerReferences", ())
        is_left = owners and not any(self._store.place_of(each["uid"]) for each in owners)
        if is_left and "deletionTimestamp" not in item["metadata"]:
            self._api.delete(kind, *key)

    def _finish(self, kind, item, *, is_orphaning):
        """End a deletion that waits for what the object owns."""
        uid = item["metadata"]["uid"]
        dependents = self._store.owned_of_all(uid)
        for other, each in dependents:
            if is_orphaning:
                self._store.change(other, each, lambda newer: _disown(newer, uid))
            elif "deletionTimestamp" not in each["metadata"]:
                self._api.delete(other, *key_of(each), {"propagationPolicy": "Foreground"})
        if not self._store.owned_of_all(uid):
            self._store.remove(kind, item)


def _disown(item, uid):
    owners = item["metadata"]["ownerReferences"]
    item["metadata"]["ownerReferences"] = [each for each in owners if each["uid"] != uid]
