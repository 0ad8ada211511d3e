"""The controllers of EndpointSlices and Endpoints: which pods take the calls of a Service."""

from tests.kubernetes.fake import kinds
from tests.kubernetes.fake.controllers.work import Work, is_ready, owned_by
from tests.kubernetes.fake.selectors import selected
from tests.kubernetes.fake.status import Refused
from tests.kubernetes.fake.store import key_of

SERVICE_NAME = "kubernetes.io/service-name"
_MANAGER = {"endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io"}


class ServiceEndpoints:
    """Keeps the slices and the Endpoints of every Service with a selector.

    Attributes:
        per_slice: Most endpoints of one slice.
    """

    def __init__(self, api):
        self._api, self._store = api, api.store
        self.per_slice = 100
        self.work = Work(self._look)

    def hear(self, event):
        """Look at the Services that an event is about."""
        if event.kind is kinds.SERVICE:
            self.work.add(key_of(event.item))
        elif event.kind is kinds.POD:
            for service in self._store.list(kinds.SERVICE, event.item["metadata"]["namespace"]):
                labels = event.item["metadata"].get("labels", {})
                if selected(service["spec"].get("selector"), labels):
                    self.work.add(key_of(service))

    def _look(self, key):
        service = self._store.get(kinds.SERVICE, *key)
        if service is None or not service["spec"].get("selector"):
            return
        pods = [
            each
            for each in self._store.list(kinds.POD, key[0])
            if selected(service["spec"]["selector"], each["metadata"].get("labels", {}))
            and each.get("status", {}).get("podIP")
            and each["status"].get("phase") not in {"Succeeded", "Failed"}
        ]
        self._write_endpoints(service, pods)
        self._write_slices(service, pods)

    def _write_endpoints(self, service, pods):
        pods = [each for each in pods if "deletionTimestamp" not in each["metadata"]]
        ready = [_address(each) for each in pods if is_ready(each)]
        waiting = [_address(each) for each in pods if not is_ready(each)]
        subset = {"addresses": ready, "notReadyAddresses": waiting, "ports": _ports(service, pods)}
        subset = {key: value for key, value in subset.items() if value}
        metadata = service["metadata"]
        body = {
            "metadata": {"name": metadata["name"], "labels": dict(metadata.get("labels", {}))},
            "subsets": [subset] if ready or waiting else [],
        }
        self._keep(kinds.ENDPOINTS, service, body)

    def _write_slices(self, service, pods):
        """Endpoints stay in the slice that they are in, as long as it has room."""
        metadata = service["metadata"]
        slices = self._store.owned(metadata["uid"], kinds.ENDPOINT_SLICE)
        left = {each["metadata"]["name"]: _endpoint(each) for each in pods}
        pages = []
        for item in sorted(slices, key=key_of):
            names = [each["targetRef"]["name"] for each in item["endpoints"]]
            pages.append(
                (item["metadata"]["name"], [left.pop(name) for name in names if name in left])
            )
        rest = list(left.values())
        for _, page in pages:
            room = max(0, self.per_slice - len(page))
            page.extend(rest[:room])
            rest = rest[room:]
        while rest or not pages:
            pages.append(("", rest[: self.per_slice]))
            rest = rest[self.per_slice :]
        is_first = True
        for name, page in pages:
            if name and not page and not is_first:
                self._api.delete(kinds.ENDPOINT_SLICE, metadata["namespace"], name)
                continue
            is_first = False
            labels = metadata.get("labels", {}) | _MANAGER | {SERVICE_NAME: metadata["name"]}
            named = {"name": name} if name else {"generateName": f"{metadata['name']}-"}
            owner = {"ownerReferences": [owned_by(kinds.SERVICE, service)]}
            body = {
                "metadata": named | {"labels": labels} | owner, "addressType": "IPv4",
                "endpoints": page, "ports": _ports(service, pods),
            }  # fmt: skip
            self._keep(kinds.ENDPOINT_SLICE, service, body)

    def _keep(self, kind, service, body):
        namespace, name = service["metadata"]["namespace"], body["metadata"].get("name", "")
        try:
            if self._store.get(kind, namespace, name) is None:
                self._api.create(kind, namespace, body)
            else:
                self._api.replace(kind, namespace, name, body)
        except Refused:
            self.work.add(key_of(service))


def _reference(pod):
    metadata = pod["metadata"]
    keys = ("namespace", "name", "uid")
    return {"kind": "Pod"} | {key: metadata[key] for key in keys}


def _address(pod):
    return {
        "ip": pod["status"]["podIP"], "nodeName": pod["spec"]["nodeName"],
        "targetRef": _reference(pod),
    }  # fmt: skip


def _endpoint(pod):
    is_ending = "deletionTimestamp" in pod["metadata"]
    ready = is_ready(pod)
    return {
        "addresses": [pod["status"]["podIP"]],
        "conditions": {
            "ready": ready and not is_ending, "serving": ready, "terminating": is_ending
        },
        "nodeName": pod["spec"]["nodeName"], "targetRef": _reference(pod),
    }  # fmt: skip


def _ports(service, pods):
    rows = []
    for port in service["spec"].get("ports", ()):
        number = port["targetPort"]
        if isinstance(number, str):
            number = next((each for each in (_named(pod, number) for pod in pods) if each), None)
        if number is not None:
            row = {"port": number, "protocol": port["protocol"], "name": port.get("name", "")}
            rows.append(row)
    return rows


def _named(pod, name):
    for container in pod["spec"]["containers"]:
        for port in container.get("ports", ()):
            if port.get("name") == name:
                return port["containerPort"]
    return None
