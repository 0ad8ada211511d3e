"""What can be done with objects: the verbs of the API, whoever asks by them."""

import copy
from datetime import UTC, datetime, timedelta

from tests.kubernetes.fake import kinds
from tests.kubernetes.fake.admission import admit
from tests.kubernetes.fake.merge_patch import merged
from tests.kubernetes.fake.status import already_exists, bad_request, conflict, invalid, not_found
from tests.kubernetes.fake.store import Names, now

_FOREGROUND, _ORPHAN = "foregroundDeletion", "orphan"
_FIXED = (
    "uid",
    "creationTimestamp",
    "deletionTimestamp",
    "deletionGracePeriodSeconds",
    "generation",
)


class Resources:
    """The verbs over one store."""

    def __init__(self, store):
        self.store, self._names = store, Names()

    def get(self, kind, namespace, name):
        """One object; refuses what is not there."""
        found = self.store.get(kind, namespace, name)
        if found is None:
            raise not_found(kind, name)
        return found

    def create(self, kind, namespace, body):
        """Keep a new object."""
        item = self._readable(kind, namespace, body)
        metadata = item["metadata"]
        if not metadata.get("name") and metadata.get("generateName"):
            metadata["name"] = metadata["generateName"] + self._names.ending()
        if not metadata.get("name"):
            raise invalid(
                kind, "", "metadata.name", "Required value: name or generateName is required"
            )
        if self.store.get(kind, namespace, metadata["name"]) is not None:
            raise already_exists(kind, metadata["name"])
        for field in _FIXED:
            metadata.pop(field, None)
        if "status" in kind.subresources:
            item.pop("status", None)
        if kind.has_generation:
            metadata["generation"] = 1
        admit(self.store, kind, item, None)
        return self.store.add(kind, item)

    def replace(self, kind, namespace, name, body, part=""):
        """Keep another form of an object, or of its status or scale alone."""
        before = self.get(kind, namespace, name)
        item = self._readable(kind, namespace, body)
        if item["metadata"].get("name", name) != name:
            raise bad_request("the name of the object does not match the name on the URL")
        version = item["metadata"].get("resourceVersion")
        if version and version != before["metadata"]["resourceVersion"]:
            raise conflict(kind, name)
        uid = item["metadata"].get("uid")
        if uid and uid != before["metadata"]["uid"]:
            raise conflict(kind, name)
        return self.store.put(kind, self._next(kind, before, item, part))

    def patch(self, kind, namespace, name, patch, part=""):
        """Change what a merge patch names."""
        before = self.get(kind, namespace, name)
        return self.replace(kind, namespace, name, merged(before, patch), part)

    def scale(self, kind, namespace, name, replicas):
        """Want so many replicas."""
        return self.patch(kind, namespace, name, {"spec": {"replicas": replicas}})

    def delete(self, kind, namespace, name, options=None):
        """Delete an object: at once, or, where something has to be done first, as soon as it is."""
        item, options = self.get(kind, namespace, name), options or {}
        wanted = options.get("preconditions") or {}
        for field in ("uid", "resourceVersion"):
            if wanted.get(field, item["metadata"][field]) != item["metadata"][field]:
                raise conflict(kind, name)
        how = options.get("propagationPolicy", "Background")
        if how in {"Foreground", "Orphan"} and self.store.owned_of_all(item["metadata"]["uid"]):
            self._mark(kind, item, _FOREGROUND if how == "Foreground" else _ORPHAN)
        elif kind is kinds.POD and options.get("gracePeriodSeconds") != 0:
            self._end_gracefully(item, options.get("gracePeriodSeconds"))
        elif item["metadata"].get("finalizers"):
            self._mark(kind, item, "")
        else:
            self.store.remove(kind, item)
        return item

    def _end_gracefully(self, pod, seconds):
        if not pod["spec"].get("nodeName"):  # nothing of it runs
            self.store.remove(kinds.POD, pod)
            return
        if seconds is None:
            seconds = pod["spec"]["terminationGracePeriodSeconds"]

        def edit(newer):
            newer["metadata"].setdefault(
                "deletionTimestamp", now(datetime.now(UTC) + timedelta(seconds=seconds))
            )
            newer["metadata"]["deletionGracePeriodSeconds"] = seconds

        self.store.change(kinds.POD, pod, edit)

    def _mark(self, kind, item, finalizer):
        def edit(newer):
            metadata = newer["metadata"]
            metadata.setdefault("deletionTimestamp", now())
            metadata.setdefault("deletionGracePeriodSeconds", 0)
            if finalizer and finalizer not in metadata.setdefault("finalizers", []):
                metadata["finalizers"].append(finalizer)

        self.store.change(kind, item, edit)

    def _next(self, kind, before, item, part):
        """The form to keep: a request changes the status or all but the status, never both."""
        name = item["metadata"]["name"] = before["metadata"]["name"]
        if part == "status":
            return copy.deepcopy(before) | {"status": item.get("status", {})}
        if "status" in kind.subresources:
            item.pop("status", None)
            item |= {"status": copy.deepcopy(before["status"])} if "status" in before else {}
        for field in _FIXED:
            item["metadata"].pop(field, None)
            if field in before["metadata"]:
                item["metadata"][field] = before["metadata"][field]
        admit(self.store, kind, item, before)
        if kind is kinds.POD and _without_images(item) != _without_images(before):
            raise invalid(
                kind, name, "spec", "Forbidden: pod updates may not change fields other than"
            )
        if kind.has_generation and item["spec"] != before["spec"]:
            item["metadata"]["generation"] = before["metadata"]["generation"] + 1
        return item

    @staticmethod
    def _readable(kind, namespace, body):
        """A copy of what came, if it is of that kind and place; nulls are as if left out."""
        if not isinstance(body, dict) or body.get("kind", kind.kind) != kind.kind:
            raise bad_request(f"the object provided is no {kind.kind}")
        item = _without_nulls(copy.deepcopy(body))
        metadata = item.setdefault("metadata", {})
        if kind.is_namespaced and metadata.setdefault("namespace", namespace) != namespace:
            raise bad_request("the namespace of the provided object does not match the request")
        # Stored in one form, whatever version it was written in.
        return {"kind": kind.kind, "apiVersion": kind.api_version()} | {
            key: value for key, value in item.items() if key not in {"kind", "apiVersion"}
        }


def _without_nulls(value):
    if isinstance(value, dict):
        return {key: _without_nulls(each) for key, each in value.items() if each is not None}
    return [_without_nulls(each) for each in value] if isinstance(value, list) else value


def _without_images(pod):
    spec = pod["spec"]
    return spec | {"containers": [each | {"image": ""} for each in spec["containers"]]}
